"""What scores, floors and the present model come to: the rules of DESIGN 5.

The rules in their order, all figures and texts being data of the decision matrix:

1. Floors: work of certain kinds never goes below a family; batch work goes to the cheap one unless a floor forbids it.
2. Two strong scores that are close: the cheaper model, with escalation to the stronger one.
3. A tie keeps what is there: the family of the present preference. A file that names no model the tie could keep gets
   the strongest of the tied ones: a wrong answer costs more than a call.
4. The higher score wins. Where the stronger model wins and a cheaper one is strong too: with a fast path to it.

Scoring needs traits, not texts: a change of weights needs no new detection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ctxstudio.policy.catalogue import Catalogue
from ctxstudio.policy.matrix import Floor, Matrix
from ctxstudio.policy.values import Verdict

_EQUAL = 1e-9
"""Scores closer than this are equal: sums of weights such as 0.1 are not exact."""


class Standing(NamedTuple):
    """All that a decision about an agent needs: what thousands of agents have in common.

    Attributes:
        on: ids of the rows that are on; ids of no row are ignored.
        ruling: ids of the floors in force.
        present: family of the present preference.
    """

    on: frozenset[str]
    ruling: frozenset[str]
    present: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What scores, floors and the present model come to: all that a change of weights can turn.

    Attributes:
        scores: column -> sum of the weights.
        verdict: on the present model.
        preference: the recommended family.
        escalate_to: the stronger model of a proposed escalation, or None.
        fast_to: the cheaper model of a proposed fast path, or None.
        strength: `strong`, `moderate` or `weak`.
        margin: difference of the two highest scores.
        floors: the rules that went before the scores; empty where the scores decided.
        clause: how the scores came out, in words.
        sides: the two columns whose difference decided, so that only the rows that speak for the first are named; None
            where all are.
    """

    scores: Mapping[str, float]
    verdict: Verdict
    preference: str
    escalate_to: str | None
    fast_to: str | None
    strength: str
    margin: float
    floors: tuple[Floor, ...]
    clause: str
    sides: tuple[str, str] | None

    @property
    def short(self) -> str:
        """The recommendation in a word or two, such as `haiku` or `haiku > sonnet`."""
        if self.escalate_to:
            return f"{self.preference} > {self.escalate_to}"
        return f"{self.preference} < {self.fast_to}" if self.fast_to else self.preference


@dataclass(frozen=True, slots=True)
class _Choice:
    """What the scores alone would choose, and how that came about; see `Outcome`."""

    preference: str
    clause: str
    escalate_to: str | None = None
    fast_to: str | None = None
    sides: tuple[str, str] | None = None


def decide(
    scores: Mapping[str, float], ruling: frozenset[str], present: str, matrix: Matrix, catalogue: Catalogue
) -> Outcome:
    """The outcome of scores.

    Args:
        scores: column -> sum of the weights of the rows that are on; not empty.
        ruling: ids of the floors in force.
        present: family of the present preference.
        matrix: thresholds and floors.
        catalogue: strength of the families.
    """
    choice = _by_scores(scores, present, matrix, catalogue)
    preference, escalate_to, fast_to, sides = choice.preference, choice.escalate_to, choice.fast_to, choice.sides
    floors = _deciding(ruling, matrix, catalogue)
    if floors:
        lowest = catalogue.strength(floors[0].family)
        if not floors[0].at_least:
            preference, escalate_to, fast_to = floors[0].family, None, None
        elif catalogue.strength(preference) < lowest:
            allowed = [column for column in scores if catalogue.strength(column) >= lowest]
            preference = max(allowed, key=lambda column: scores[column], default=floors[0].family)
            escalate_to = None
        if fast_to is not None and catalogue.strength(fast_to) < lowest:
            fast_to = None
        if preference != choice.preference:
            sides = None  # where a rule overrules the scores, the rows of both sides say how it stands
    margin = _margin(scores)
    return Outcome(
        scores=scores,
        verdict=matrix.verdict(present, scores),
        preference=preference,
        escalate_to=escalate_to,
        fast_to=fast_to,
        strength="strong" if floors else _strength(margin, matrix),
        margin=margin,
        floors=floors,
        clause=choice.clause,
        sides=sides,
    )


def _by_scores(scores: Mapping[str, float], present: str, matrix: Matrix, catalogue: Catalogue) -> _Choice:
    best = max(scores.values())
    strong = [column for column, score in scores.items() if score > matrix.strong_over]
    close = [column for column in strong if best - scores[column] <= matrix.close_margin + _EQUAL]
    if len(close) > 1:
        cheap, strongest = min(close, key=catalogue.strength), max(close, key=catalogue.strength)
        figures = f"{cheap} scores {scores[cheap]:g} and {strongest} {scores[strongest]:g}, both strong and close"
        return _Choice(cheap, f"{figures}, so {cheap} with escalation to {strongest}", escalate_to=strongest)
    tied = [column for column, score in scores.items() if best - score <= _EQUAL]
    if len(tied) > 1:
        return _tie(tied, scores, present, catalogue)
    winner = tied[0]
    others = {column: score for column, score in scores.items() if column != winner}
    if not others:
        return _Choice(winner, f"{winner} scores {best:g}")
    cheaper = [column for column in strong if catalogue.strength(column) < catalogue.strength(winner)]
    if cheaper:
        fast = max(cheaper, key=lambda column: scores[column])
        figures = f"{winner} scores {best:g} and {fast} {scores[fast]:g}, both strong"
        return _Choice(winner, f"{figures}, so {winner} with a fast path to {fast}", fast_to=fast)
    second = max(others, key=lambda column: others[column])
    return _Choice(winner, f"{winner} scores {best:g} against {others[second]:g}", sides=(winner, second))


def _tie(tied: Sequence[str], scores: Mapping[str, float], present: str, catalogue: Catalogue) -> _Choice:
    figures = f"{' and '.join(tied)} score {scores[tied[0]]:g} each"
    beyond = catalogue.strength(present) > max(map(catalogue.strength, scores))
    if present in tied or beyond:
        return _Choice(present, f"{figures}, so {present} stays")
    strongest = max(tied, key=catalogue.strength)
    return _Choice(strongest, f"{figures} and no model of theirs is set, so {strongest}, the strongest")


def _deciding(ruling: frozenset[str], matrix: Matrix, catalogue: Catalogue) -> tuple[Floor, ...]:
    """The rules that go before the scores: the highest floors in force, else the first kind of work sent elsewhere.

    Several that demand the same are all there: each would do alone.
    """
    rules = [floor for floor in matrix.floors if floor.on in ruling]
    floors = [rule for rule in rules if rule.at_least]
    if floors:
        highest = max(catalogue.strength(floor.family) for floor in floors)
        return tuple(floor for floor in floors if catalogue.strength(floor.family) == highest)
    return tuple(rule for rule in rules if rule.family == rules[0].family)


def _margin(scores: Mapping[str, float]) -> float:
    """How far the two highest scores are apart; 0 with one column."""
    first, *rest = sorted(scores.values(), reverse=True)
    return first - rest[0] if rest else 0.0


def _strength(margin: float, matrix: Matrix) -> str:
    if margin > matrix.strong_over:
        return "strong"
    return "moderate" if margin >= matrix.moderate_from else "weak"
