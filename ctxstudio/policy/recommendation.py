"""What the strategy would choose for an agent, with the words that say why; the rules stand in `outcome`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ctxstudio.policy import outcome as rules
from ctxstudio.policy.catalogue import Catalogue
from ctxstudio.policy.matrix import Matrix, Row
from ctxstudio.policy.outcome import Outcome, Standing
from ctxstudio.policy.values import Assessment, Policy, Recommendation, Switch, Trait, TraitSource

_MOST_WORDS = 2
"""Words quoted for each row."""


class Assessor:
    """Assesses agents under one matrix; what several have in common is worked out once.

    Attributes:
        matrix: rows, weights, thresholds and floors.
        catalogue: families of model names and their strength.
    """

    __slots__ = ("_families", "_floor_ids", "_outcomes", "_scores", "catalogue", "matrix")

    def __init__(self, matrix: Matrix, catalogue: Catalogue) -> None:
        self.matrix, self.catalogue = matrix, catalogue
        self._floor_ids = frozenset(floor.on for floor in matrix.floors)
        self._families: dict[str | None, str] = {}
        self._scores: dict[frozenset[str], tuple[float, ...]] = {}
        self._outcomes: dict[tuple[tuple[float, ...], frozenset[str], str], Outcome] = {}

    def assess(self, traits: Iterable[Trait], policy: Policy, criteria: Iterable[Trait] = ()) -> Assessment:
        """Everything the matrix says about one agent under one policy.

        Args:
            traits: the characteristics, detected or set by the user.
            policy: the policy to judge; its preference decides the verdict and what a tie keeps.
            criteria: the criteria that are on; only floors look at them. A row of the same id that is off goes before.
        """
        traits = tuple(traits)
        on = [trait for trait in traits if trait.on and trait.id in self.matrix.rows]
        ruling = self._ruling(traits, criteria)
        present = self.family(policy.preference)
        outcome = self.outcome(Standing(frozenset([trait.id for trait in on]), frozenset(ruling), present))
        if outcome is None:
            return Assessment(traits, {}, self.matrix.verdict(present, {}), None)
        advice = Recommendation(
            preference=outcome.preference,
            escalation=_escalation(on, outcome, self.matrix),
            fast_path=_fast_path(on, outcome, self.matrix),
            strength=outcome.strength,
            margin=outcome.margin,
            reason=_reason(outcome, on, ruling, self.matrix),
        )
        return Assessment(traits, outcome.scores, outcome.verdict, advice)

    def standing(self, traits: Iterable[Trait], policy: Policy, criteria: Iterable[Trait] = ()) -> Standing:
        """All that the outcome for an agent needs; the traits need not be rows of the matrix."""
        traits = tuple(traits)
        on = frozenset([trait.id for trait in traits if trait.on])
        return Standing(on, frozenset(self._ruling(traits, criteria)), self.family(policy.preference))

    def outcome(self, standing: Standing) -> Outcome | None:
        """The outcome for all agents that stand alike, None if no row is on."""
        on, ruling, present = standing
        scores = self._scores.get(on)
        if scores is None:
            scores = self._scores[on] = tuple(self.matrix.scores(on).values())
        if not scores:
            return None
        key = (scores, ruling, present)
        found = self._outcomes.get(key)
        if found is None:
            by_column = dict(zip(self.matrix.columns, scores, strict=True))
            found = self._outcomes[key] = rules.decide(by_column, ruling, present, self.matrix, self.catalogue)
        return found

    def named(self, standing: Standing) -> frozenset[str]:
        """The rows that the reason for an outcome names; those of its floors are in it where they are rows."""
        outcome = self.outcome(standing)
        if outcome is None:
            return frozenset()
        on = [row for row in self.matrix.rows if row in standing.on]
        return frozenset((*_named(outcome, on, self.matrix), *(f.on for f in outcome.floors if f.on in standing.on)))

    def family(self, preference: str | None) -> str:
        """The family of a model name."""
        if preference not in self._families:
            self._families[preference] = self.catalogue.family(preference)
        return self._families[preference]

    def _ruling(self, traits: Iterable[Trait], criteria: Iterable[Trait]) -> dict[str, Trait]:
        """What puts floors in force, by its id: criteria, and rows, which go before criteria of the same id."""
        found = {trait.id: trait for trait in criteria if trait.on and trait.id in self._floor_ids}
        for trait in traits:
            if trait.id in self._floor_ids:
                if trait.on:
                    found[trait.id] = trait
                else:
                    found.pop(trait.id, None)
        return found


def assess(
    traits: Iterable[Trait],
    policy: Policy,
    matrix: Matrix,
    catalogue: Catalogue,
    criteria: Iterable[Trait] = (),
) -> Assessment:
    """Everything the matrix says about one agent under one policy; see `Assessor.assess`."""
    return Assessor(matrix, catalogue).assess(traits, policy, criteria)


def _escalation(on: Iterable[Trait], outcome: Outcome, matrix: Matrix) -> Switch | None:
    """The switch to the stronger model, on the triggers of the rows that speak for it."""
    strong = outcome.escalate_to
    if strong is None:
        return None
    texts = [text for row in _speaking(on, strong, outcome.preference, matrix) for text in row.escalate_when]
    return Switch(strong, tuple(dict.fromkeys(texts)))


def _fast_path(on: Iterable[Trait], outcome: Outcome, matrix: Matrix) -> Switch | None:
    """The switch to the cheaper model, on the triggers of the rows that speak for it."""
    cheap = outcome.fast_to
    if cheap is None:
        return None
    texts = [text for row in _speaking(on, cheap, outcome.preference, matrix) for text in row.fast_path_when]
    return Switch(cheap, tuple(dict.fromkeys(texts)))


def _speaking(on: Iterable[Trait], column: str, other: str, matrix: Matrix) -> list[Row]:
    """The rows that speak for one column rather than for another."""
    rows = [matrix.rows[trait.id] for trait in on]
    return [row for row in rows if row.weights[column] > row.weights[other]]


def _named(outcome: Outcome, on: Sequence[str], matrix: Matrix) -> frozenset[str]:
    """The rows behind the clause of a reason."""
    if outcome.sides is not None:
        winner, second = outcome.sides
        weights = {row: matrix.rows[row].weights for row in on}
        return frozenset(row for row in on if weights[row][winner] > weights[row][second])
    # What a floor stands for is named by it already.
    return frozenset(on).difference(floor.on for floor in outcome.floors) or frozenset(on)


def _reason(outcome: Outcome, on: Sequence[Trait], ruling: Mapping[str, Trait], matrix: Matrix) -> str:
    rows = _named(outcome, [trait.id for trait in on], matrix)
    named = ", ".join(f"{matrix.rows[trait.id].label.lower()}{_words(trait)}" for trait in on if trait.id in rows)
    clause = f"{outcome.clause}: {named}" if named else outcome.clause
    if not outcome.floors:
        return f"{_capital(clause)}."
    kinds = " and ".join(f"{floor.label}{_words(ruling[floor.on])}" for floor in outcome.floors)
    first, many = outcome.floors[0], len(outcome.floors) > 1
    if first.at_least:
        rule = f"never {'go' if many else 'goes'} below {first.family}"
    else:
        rule = f"{'go' if many else 'goes'} to {first.family}"
    return f"{_capital(kinds)} {rule}; {clause}."


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _words(trait: Trait) -> str:
    """The words that decided, quoted, as an addition to a label."""
    if trait.source is TraitSource.USER:
        return " (set by hand)"
    quoted = ", ".join(f"“{word}”" for word in trait.words[:_MOST_WORDS])
    return f" ({quoted})" if quoted else ""
