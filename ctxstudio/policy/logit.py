"""Multinomial logistic regression that stays close to given weights; plain Python, for some dozens of figures.

The probability of class c for a case is proportional to exp(score of c), the score being the sum of the weights of the
case's features (softmax regression: Bishop, *Pattern Recognition and Machine Learning*, 2006, section 4.3.4). What is
minimised is

    L(W) = - sum over cases and classes of target * log probability  +  ridge / 2 * |W - prior|^2

that is maximum a posteriori estimation under a Gaussian prior around the given weights with variance 1 / ridge; ridge
estimators for logistic regression are le Cessie & van Houwelingen, *Applied Statistics* 41 (1992). L is strictly
convex, so its minimum is unique and finite, also where the cases are separable. It is found by Newton steps (IRLS,
Bishop 4.3.3), each solved by conjugate gradients and halved until L falls (Nocedal & Wright, *Numerical Optimization*,
2006, chapter 7): the matrix of second derivatives is never built.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

Weights: TypeAlias = list[list[float]]
"""Feature -> class -> weight."""

_MOST_STEPS: Final = 50
_MOST_HALVINGS: Final = 40
_CLOSE: Final = 1e-9
"""Length of the gradient, for each unit of target, at which the minimum is reached."""


@dataclass(frozen=True, slots=True)
class Case:
    """Cases that have the same features.

    Attributes:
        features: the features that are on.
        offset: score of each class before the fitted weights.
        target: how many of the cases are of which class, fractions allowed.
    """

    features: tuple[int, ...]
    offset: tuple[float, ...]
    target: tuple[float, ...]


def probabilities(case: Case, weights: Weights) -> list[float]:
    """The probability of each class."""
    scores = _scores(case, weights)
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def loss(weights: Weights, prior: Weights, cases: Sequence[Case], ridge: float) -> float:
    """L(W)."""
    found = 0.0
    for case in cases:
        scores = _scores(case, weights)
        highest = max(scores)
        log_sum = highest + math.log(sum(math.exp(score - highest) for score in scores))
        found += sum(mass * (log_sum - score) for mass, score in zip(case.target, scores, strict=True))
    return found + ridge / 2 * sum(
        (weight - start) ** 2
        for row, first in zip(weights, prior, strict=True)
        for weight, start in zip(row, first, strict=True)
    )


def gradient(weights: Weights, prior: Weights, cases: Sequence[Case], ridge: float) -> Weights:
    """The derivatives of L by each weight."""
    found = [
        [ridge * (weight - start) for weight, start in zip(row, first, strict=True)]
        for row, first in zip(weights, prior, strict=True)
    ]
    for case in cases:
        mass = sum(case.target)
        for number, (share, target) in enumerate(zip(probabilities(case, weights), case.target, strict=True)):
            for feature in case.features:
                found[feature][number] += mass * share - target
    return found


def fitted(prior: Weights, cases: Sequence[Case], ridge: float) -> Weights:
    """The weights of least L.

    Args:
        prior: the weights to stay close to.
        cases: what is known.
        ridge: how strongly they hold, above zero.
    """
    weights = [list(row) for row in prior]
    close = (_CLOSE * (1 + sum(sum(case.target) for case in cases))) ** 2
    for _ in range(_MOST_STEPS):
        slope = gradient(weights, prior, cases, ridge)
        if _dot(slope, slope) <= close:
            break
        step = _solved(slope, _curvature(weights, cases, ridge))
        lower = _descended(weights, step, lambda tried: loss(tried, prior, cases, ridge))
        if lower is None:
            break
        weights = lower
    return weights


def _descended(weights: Weights, step: Weights, value: Callable[[Weights], float]) -> Weights | None:
    """The weights after a step against `step`, halved until the loss falls; None where rounding is all that is left."""
    present, length = value(weights), 1.0
    for _ in range(_MOST_HALVINGS):
        tried = _added(weights, step, -length)
        if value(tried) < present:
            return tried
        length /= 2
    return None


def _curvature(weights: Weights, cases: Sequence[Case], ridge: float) -> Callable[[Weights], Weights]:
    """The matrix of second derivatives, as what it makes of a direction."""
    shares = [(case, sum(case.target), probabilities(case, weights)) for case in cases]

    def times(direction: Weights) -> Weights:
        found = [[ridge * part for part in row] for row in direction]
        for case, mass, share in shares:
            moved = [sum(direction[feature][number] for feature in case.features) for number in range(len(share))]
            mean = sum(part * by for part, by in zip(share, moved, strict=True))
            for number, (part, by) in enumerate(zip(share, moved, strict=True)):
                for feature in case.features:
                    found[feature][number] += mass * part * (by - mean)
        return found

    return times


def _solved(wanted: Weights, times: Callable[[Weights], Weights]) -> Weights:
    """The direction that a positive definite matrix turns into the wanted one, by conjugate gradients."""
    found = [[0.0] * len(row) for row in wanted]
    rest, direction = wanted, wanted
    length = _dot(rest, rest)
    least = length * 1e-16
    for _ in range(2 * sum(map(len, wanted))):
        turned = times(direction)
        share = length / _dot(direction, turned)
        found = _added(found, direction, share)
        rest = _added(rest, turned, -share)
        before, length = length, _dot(rest, rest)
        if length <= least:
            break
        direction = _added(rest, direction, length / before)
    return found


def _scores(case: Case, weights: Weights) -> list[float]:
    return [
        start + sum(weights[feature][number] for feature in case.features) for number, start in enumerate(case.offset)
    ]


def _added(one: Weights, other: Weights, share: float) -> Weights:
    return [
        [left + share * right for left, right in zip(row, there, strict=True)]
        for row, there in zip(one, other, strict=True)
    ]


def _dot(one: Weights, other: Weights) -> float:
    return sum(
        left * right for row, there in zip(one, other, strict=True) for left, right in zip(row, there, strict=True)
    )
