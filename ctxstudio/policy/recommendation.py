"""What the strategy would choose for an agent, and why (DESIGN 5).

The rules in their order, all figures and texts being data of the decision matrix:

1. Floors: work of certain kinds never goes below a family; batch work goes to the cheap one unless a floor forbids it.
2. Two strong scores that are close: the cheaper model, with escalation to the stronger one.
3. A tie keeps what is there: the family of the present preference. A file that names no model the tie could keep gets
   the strongest of the tied ones: a wrong answer costs more than a call.
4. The higher score wins.

Scoring needs traits, not texts: a change of weights needs no new detection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ctxstudio.policy.catalogue import Catalogue
from ctxstudio.policy.matrix import Floor, Matrix
from ctxstudio.policy.values import Assessment, Policy, Recommendation, Switch, Trait, TraitSource

_EQUAL = 1e-9
"""Scores closer than this are equal: sums of weights such as 0.1 are not exact."""
_MOST_WORDS = 2
"""Words quoted for each row."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """What the scores alone would choose, and how that came about in words."""

    preference: str
    escalate_to: str | None
    clause: str


def assess(
    traits: Iterable[Trait],
    policy: Policy,
    matrix: Matrix,
    catalogue: Catalogue,
    criteria: Iterable[Trait] = (),
) -> Assessment:
    """Everything the matrix says about one agent under one policy.

    Args:
        traits: the characteristics, detected or set by the user.
        policy: the policy to judge; its preference decides the verdict and what a tie keeps.
        matrix: rows, weights, thresholds and floors.
        catalogue: families of model names and their strength.
        criteria: the criteria that are on; only floors look at them.
    """
    traits = tuple(traits)
    on = [trait for trait in traits if trait.on and trait.id in matrix.rows]
    scores = matrix.scores([trait.id for trait in on])
    present = catalogue.family(policy.preference)
    recommendation = None
    if scores:
        in_force = {trait.id: trait for trait in (*criteria, *on) if trait.on}
        recommendation = _recommend(on, in_force, scores, present, matrix, catalogue)
    return Assessment(traits, scores, matrix.verdict(present, scores), recommendation)


def _recommend(
    on: Sequence[Trait],
    in_force: Mapping[str, Trait],
    scores: Mapping[str, float],
    present: str,
    matrix: Matrix,
    catalogue: Catalogue,
) -> Recommendation:
    choice = _by_scores(on, scores, present, matrix, catalogue)
    preference, escalate_to = choice.preference, choice.escalate_to
    floor = _floor(in_force, matrix, catalogue)
    reason = f"{choice.clause[0].upper()}{choice.clause[1:]}."
    if floor is not None:
        lowest = catalogue.strength(floor.family)
        if not floor.at_least:
            preference, escalate_to = floor.family, None
        elif catalogue.strength(preference) < lowest:
            allowed = [column for column in scores if catalogue.strength(column) >= lowest]
            preference = max(allowed, key=lambda column: scores[column], default=floor.family)
            escalate_to = None
        rule = f"never goes below {floor.family}" if floor.at_least else f"goes to {floor.family}"
        label = floor.label[0].upper() + floor.label[1:]
        reason = f"{label}{_words(in_force[floor.on])} {rule}; {choice.clause}."
    margin = _margin(scores)
    return Recommendation(
        preference=preference,
        escalation=Switch(escalate_to, _triggers(on, preference, escalate_to, matrix)) if escalate_to else None,
        fast_path=None,
        strength="strong" if floor is not None else _strength(margin, matrix),
        margin=margin,
        reason=reason,
    )


def _by_scores(
    on: Sequence[Trait], scores: Mapping[str, float], present: str, matrix: Matrix, catalogue: Catalogue
) -> _Choice:
    best = max(scores.values())
    close = [
        column
        for column, score in scores.items()
        if score > matrix.strong_over and best - score <= matrix.close_margin + _EQUAL
    ]
    if len(close) > 1:
        cheap, strong = min(close, key=catalogue.strength), max(close, key=catalogue.strength)
        figures = f"{cheap} scores {scores[cheap]:g} and {strong} {scores[strong]:g}, both strong and close"
        clause = f"{figures}, so {cheap} with escalation to {strong}: {_rows(on, matrix)}"
        return _Choice(cheap, strong, clause)
    tied = [column for column, score in scores.items() if best - score <= _EQUAL]
    if len(tied) > 1:
        return _tie(on, tied, scores, present, matrix, catalogue)
    winner = tied[0]
    others = {column: score for column, score in scores.items() if column != winner}
    if not others:
        return _Choice(winner, None, f"{winner} scores {best:g}: {_rows(on, matrix)}")
    second = max(others, key=lambda column: others[column])
    decided = [trait for trait in on if matrix.rows[trait.id].weights[winner] > matrix.rows[trait.id].weights[second]]
    clause = f"{winner} scores {best:g} against {others[second]:g}: {_rows(decided, matrix)}"
    return _Choice(winner, None, clause)


def _tie(
    on: Sequence[Trait],
    tied: Sequence[str],
    scores: Mapping[str, float],
    present: str,
    matrix: Matrix,
    catalogue: Catalogue,
) -> _Choice:
    figures = f"{' and '.join(tied)} score {scores[tied[0]]:g} each"
    beyond = catalogue.strength(present) > max(map(catalogue.strength, scores))
    if present in tied or beyond:
        return _Choice(present, None, f"{figures}, so {present} stays: {_rows(on, matrix)}")
    strongest = max(tied, key=catalogue.strength)
    clause = f"{figures} and no model of theirs is set, so {strongest}, the strongest: {_rows(on, matrix)}"
    return _Choice(strongest, None, clause)


def _floor(in_force: Mapping[str, Trait], matrix: Matrix, catalogue: Catalogue) -> Floor | None:
    """The rule that goes before the scores: the highest floor in force, else the first kind of work sent elsewhere."""
    rules = [floor for floor in matrix.floors if floor.on in in_force]
    floors = [rule for rule in rules if rule.at_least]
    if floors:
        return max(floors, key=lambda rule: catalogue.strength(rule.family))
    return rules[0] if rules else None


def _margin(scores: Mapping[str, float]) -> float:
    """How far the two highest scores are apart; 0 with one column."""
    first, *rest = sorted(scores.values(), reverse=True)
    return first - rest[0] if rest else 0.0


def _strength(margin: float, matrix: Matrix) -> str:
    if margin > matrix.strong_over:
        return "strong"
    return "moderate" if margin >= matrix.moderate_from else "weak"


def _triggers(on: Sequence[Trait], cheap: str, strong: str, matrix: Matrix) -> tuple[str, ...]:
    """The trigger texts of the rows that speak for the stronger model."""
    rows = [matrix.rows[trait.id] for trait in on]
    texts = (text for row in rows if row.weights[strong] > row.weights[cheap] for text in row.escalate_when)
    return tuple(dict.fromkeys(texts))


def _rows(traits: Sequence[Trait], matrix: Matrix) -> str:
    return ", ".join(f"{matrix.rows[trait.id].label.lower()}{_words(trait)}" for trait in traits)


def _words(trait: Trait) -> str:
    """The words that decided, quoted, as an addition to a label."""
    if trait.source is TraitSource.USER:
        return " (set by hand)"
    quoted = ", ".join(f"“{word}”" for word in trait.words[:_MOST_WORDS])
    return f" ({quoted})" if quoted else ""
