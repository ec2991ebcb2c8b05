"""Learning from corrections: weights of the matrix that agree better with what the user chose instead.

*Refit weights* is multinomial logistic regression with a ridge that pulls towards the present weights, see `logit` for
the formula and its sources. The scores of the matrix are taken as log odds as they are: a margin of 1 is a chance of
2.7 to 1, of 3 ("strong") 20 to 1. What the present matrix already recommends as chosen, and the agents of the fleet
that follow it, count with the probabilities that the present weights give: they hold the weights where they are and
pull nowhere, so that corrections that contradict nothing change nothing.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ctxstudio.policy import logit, matrix_edits
from ctxstudio.policy.catalogue import Catalogue
from ctxstudio.policy.logit import Case, Weights
from ctxstudio.policy.matrix import GREATEST, Matrix
from ctxstudio.policy.outcome import Outcome, Standing
from ctxstudio.policy.recommendation import Assessor
from ctxstudio.policy.values import Agent

LEAST: Final = 10
"""Corrections below which nothing is proposed: with fewer, one of them is more than ten points of the agreement shown,
and the five parts of the cross-validation would hold one each."""
FOLDS: Final = 5
RIDGE: Final = 1.0
"""A prior of one point around each weight; the document's weights are 2 apart."""
MOST: Final = 2000
"""Corrections kept; the oldest go first."""
_STEPS: Final = (0.5, 0.1, 0.01)
_CLOSE: Final = 1e-6
_Z: Final = 1.959964
"""Of the normal distribution, for 95 %."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A recommendation that the user overrode.

    Attributes:
        path: of the agent, relative to the opened directory.
        name: of the agent.
        on: ids of the rows that were on.
        recommended: the family that was recommended.
        chosen: the family that the user chose.
        date: the day.
        floor: id of the rule that decided the recommendation; empty where the scores did.
    """

    path: str
    name: str
    on: frozenset[str]
    recommended: str
    chosen: str
    date: datetime.date
    floor: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """In how many cases two things agree.

    Attributes:
        hits: cases that agree.
        n: all cases.
    """

    hits: int
    n: int

    @property
    def share(self) -> float:
        """From 0 to 1; 0 without cases."""
        return self.hits / self.n if self.n else 0.0

    def interval(self) -> tuple[float, float]:
        """The 95 % score interval of the share (Wilson, *JASA* 22, 1927); everything is possible without cases."""
        if not self.n:
            return 0.0, 1.0
        square = _Z * _Z / self.n
        middle = self.share + square / 2
        half = _Z * math.sqrt(self.share * (1 - self.share) / self.n + square / (4 * self.n))
        return max(0.0, (middle - half) / (1 + square)), min(1.0, (middle + half) / (1 + square))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What corrections can teach.

    Attributes:
        usable: those that weights can follow, the latest of each agent.
        contradicting: how many of them the present matrix recommends otherwise.
        by_rule: how many a floor decided: no weight changes that.
        without_column: how many chose a model that is no column, or have no row on that the matrix has.
    """

    usable: tuple[Correction, ...]
    contradicting: int
    by_rule: int
    without_column: int

    @property
    def missing(self) -> int:
        """How many more are needed before weights are proposed."""
        return max(0, LEAST - len(self.usable))


@dataclass(frozen=True, slots=True)
class Refit:
    """Proposed weights.

    Attributes:
        matrix: with the proposed weights.
        changes: what is different in it.
        evidence: what it was learnt from.
        before: how many of the usable corrections the present matrix recommends as chosen.
        after: the same for weights that did not see the correction they are judged by (cross-validation in parts).
        turned: agents of the fleet that follow the recommendation now and would not any more.
        kept: all agents that follow it now.
    """

    matrix: Matrix
    changes: tuple[matrix_edits.Change, ...]
    evidence: Evidence
    before: Agreement
    after: Agreement
    turned: int
    kept: int


def noted(
    corrections: Iterable[Correction],
    decisions: Iterable[tuple[Agent, Outcome | None]],
    catalogue: Catalogue,
    today: datetime.date,
) -> tuple[Correction, ...]:
    """The corrections after the user decided about some agents, the oldest first and at most `MOST`.

    An agent whose model is another than recommended is a correction, in the place of an earlier one; an agent that
    follows the recommendation, or names no model, is none any more. What is not scored stays as it was.

    Args:
        corrections: those so far.
        decisions: agents with the policy that the user decided for, and what the matrix says of them.
        catalogue: families of model names.
        today: the day.
    """
    known = {correction.path: correction for correction in corrections}
    for agent, outcome in decisions:
        chosen = catalogue.family(agent.policy.preference)
        if agent.assessment is None or outcome is None:
            continue
        old = known.pop(agent.id, None)
        if chosen == outcome.preference or catalogue.strength(chosen) < 0:
            continue
        on = frozenset(trait.id for trait in agent.assessment.traits if trait.on)
        floor = outcome.floors[0].on if outcome.floors else ""
        new = Correction(agent.id, agent.name, on, outcome.preference, chosen, today, floor)
        known[agent.id] = old if old is not None and replace(old, date=today) == new else new
    return tuple(known.values())[-MOST:]


def evidence(corrections: Iterable[Correction], matrix: Matrix, catalogue: Catalogue) -> Evidence:
    """What corrections can teach about a matrix."""
    latest = {correction.path: correction for correction in sorted(corrections, key=lambda known: known.date)}
    usable, by_rule, without_column = [], 0, 0
    rules = {floor.on for floor in matrix.floors}
    for correction in list(latest.values())[-MOST:]:
        if correction.floor or correction.on & rules:
            by_rule += 1
        elif correction.chosen not in matrix.columns or not correction.on & matrix.rows.keys():
            without_column += 1
        else:
            usable.append(correction)
    usable.sort(key=lambda known: (known.chosen, known.path))
    agreed = _agreement(usable, Assessor(matrix, catalogue)).hits
    return Evidence(tuple(usable), len(usable) - agreed, by_rule, without_column)


def refit(
    corrections: Iterable[Correction],
    matrix: Matrix,
    catalogue: Catalogue,
    kept: Mapping[frozenset[str], int] | None = None,
) -> Refit | Evidence:
    """Weights that agree better with corrections; only the evidence where there are too few of them.

    The same corrections give the same weights, in whatever order they come.

    Args:
        corrections: what the user overrode.
        matrix: the present one; columns that are switched off keep their weights.
        catalogue: strength of the families.
        kept: rows that are on in agents that follow the present matrix -> how many, see `Census.following`.
    """
    found = evidence(corrections, matrix, catalogue)
    if found.missing:
        return found
    kept = dict(kept or {})
    present = Assessor(matrix, catalogue)
    after = 0
    for fold in range(FOLDS):
        seen = [known for number, known in enumerate(found.usable) if number % FOLDS != fold]
        trained = _learnt(seen, matrix, present, kept)
        after += _agreement(found.usable[fold::FOLDS], Assessor(trained, catalogue)).hits
    proposed = _learnt(found.usable, matrix, present, kept)
    then = Assessor(proposed, catalogue)
    turned = sum(count for on, count in kept.items() if _preference(on, then) != _preference(on, present))
    return Refit(
        matrix=proposed,
        changes=matrix_edits.differences(matrix, proposed),
        evidence=found,
        before=_agreement(found.usable, present),
        after=Agreement(after, len(found.usable)),
        turned=turned,
        kept=sum(kept.values()),
    )


def _learnt(
    corrections: Sequence[Correction], matrix: Matrix, present: Assessor, kept: Mapping[frozenset[str], int]
) -> Matrix:
    """The matrix with fitted weights, in steps of the figures it is written in."""
    touched = frozenset[str]().union(*(known.on for known in corrections))
    fitted = [row for row in matrix.rows if row in touched]
    prior = [[matrix.rows[row].weights[column] for column in matrix.columns] for row in fitted]
    weights = logit.fitted(prior, _cases(corrections, fitted, prior, present, kept), RIDGE)
    step = _step(matrix)
    rows = dict(matrix.rows)
    for row, first, now in zip(fitted, prior, weights, strict=True):
        changed = {
            column: _rounded(old, new, step) for column, old, new in zip(matrix.columns, first, now, strict=True)
        }
        rows[row] = replace(rows[row], weights={**rows[row].weights, **changed})
    return replace(matrix, rows=rows)


def _cases(
    corrections: Iterable[Correction],
    fitted: Sequence[str],
    prior: Weights,
    present: Assessor,
    kept: Mapping[frozenset[str], int],
) -> list[Case]:
    columns = present.matrix.columns
    numbers = {row: number for number, row in enumerate(fitted)}
    pulling: dict[frozenset[str], list[float]] = {}
    holding: dict[frozenset[str], float] = {}
    count = 0
    for correction in corrections:
        count += 1
        if _preference(correction.on, present) == correction.chosen:
            holding[correction.on] = holding.get(correction.on, 0.0) + 1
        else:
            pulling.setdefault(correction.on, [0.0] * len(columns))[columns.index(correction.chosen)] += 1
    # A large fleet must not drown what its user said: together its agents count as much as the corrections.
    share = min(1.0, count / max(sum(kept.values()), 1))
    for on, agents in kept.items():
        if not on.isdisjoint(numbers):
            holding[on] = holding.get(on, 0.0) + share * agents
    cases = []
    for on in sorted({*pulling, *holding}, key=sorted):
        features = tuple(numbers[row] for row in fitted if row in on)
        others = [row for name, row in present.matrix.rows.items() if name in on and name not in numbers]
        offset = tuple(sum(row.weights[column] for row in others) for column in columns)
        case = Case(features, offset, tuple(pulling.get(on, [0.0] * len(columns))))
        chances = logit.probabilities(case, prior)
        held = holding.get(on, 0.0)
        target = tuple(pull + held * chance for pull, chance in zip(case.target, chances, strict=True))
        cases.append(replace(case, target=target))
    return cases


def _agreement(corrections: Iterable[Correction], assessor: Assessor) -> Agreement:
    found = [_preference(known.on, assessor) == known.chosen for known in corrections]
    return Agreement(sum(found), len(found))


def _preference(on: frozenset[str], assessor: Assessor) -> str:
    """What the scores recommend where no model is there that a tie could keep."""
    outcome = assessor.outcome(Standing(on, frozenset(), ""))
    return outcome.preference if outcome else ""


def _step(matrix: Matrix) -> float:
    """Half a point where the weights are written in whole or half points, else the places they are written with."""
    weights = [weight for row in matrix.rows.values() for weight in row.weights.values()]
    for step in _STEPS:
        if all(abs(weight / step - round(weight / step)) < _CLOSE for weight in weights):
            return step
    return _STEPS[-1]


def _rounded(old: float, new: float, step: float) -> float:
    moved = old + round((new - old) / step) * step
    return max(-GREATEST, min(GREATEST, round(moved, 6)))
