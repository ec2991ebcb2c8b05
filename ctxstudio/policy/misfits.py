"""Agents whose model is stronger or weaker than their work asks for.

Source: model-optimization.md, "Performance Profiling": over-powered agents.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ctxstudio.policy import changes
from ctxstudio.policy.catalogue import Catalogue
from ctxstudio.policy.outcome import Outcome
from ctxstudio.policy.values import Agent, Policy, Recommendation, Switch


@dataclass(frozen=True, slots=True)
class Subject:
    """One agent as the checks look at it.

    Attributes:
        agent: its row, with its assessment.
        outcome: what the matrix says of it; None if it is not scored.
        criteria: ids of the criteria and rows that are on.
        reviewed: the day of its last review, None if there was none.
    """

    agent: Agent
    outcome: Outcome | None
    criteria: frozenset[str]
    reviewed: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Misfit:
    """An agent whose model is stronger or weaker than its work asks for.

    Attributes:
        id, name: of the agent.
        family: of its model.
        recommended: the family its work asks for.
        margin: difference of the scores.
        reason: one sentence.
        fix: its policy with the recommended model.
    """

    id: str
    name: str
    family: str
    recommended: str
    margin: float
    reason: str
    fix: Policy


@dataclass(frozen=True, slots=True)
class View:
    """A subject whose model has a place among the families, with what is often asked about it.

    Attributes:
        subject: the agent.
        outcome: what the matrix says of it.
        advice: the same with its reason.
        family: of its model.
        stronger, weaker: than the recommended one.
        floored: whether its work never goes below a family.
    """

    subject: Subject
    outcome: Outcome
    advice: Recommendation
    family: str
    stronger: bool
    weaker: bool
    floored: bool

    @property
    def agent(self) -> Agent:
        """The agent's row."""
        return self.subject.agent

    @property
    def clear(self) -> bool:
        """Whether the recommended model scores clearly higher, and no rule went against the scores."""
        scores = self.outcome.scores
        is_best = scores.get(self.outcome.preference) == max(scores.values())
        return is_best and self.outcome.margin > 0 and self.outcome.strength != "weak"

    def has(self, *ids: str) -> bool:
        """Whether one of some criteria and rows is on."""
        return not self.subject.criteria.isdisjoint(ids)


def over_powered(subjects: Iterable[Subject], catalogue: Catalogue) -> tuple[Misfit, ...]:
    """Agents on a stronger model than their work asks for, where the cheaper one scores clearly higher and no floor
    holds; those that already have a fast path to it are left out. The widest margin first."""
    found = [
        _misfit(view, catalogue)
        for view in views(subjects, catalogue)
        if view.stronger
        and not view.floored
        and view.clear
        and not _reaches(view.agent.policy.fast_path, view, catalogue)
    ]
    return tuple(sorted(found, key=lambda misfit: (-misfit.margin, misfit.id)))


def under_powered(subjects: Iterable[Subject], catalogue: Catalogue) -> tuple[Misfit, ...]:
    """Agents on a weaker model than their work asks for: a floor holds, or the stronger model scores clearly higher
    and no escalation leads to it. Those below a floor first, then the widest margin."""
    found = [
        view
        for view in views(subjects, catalogue)
        if view.weaker
        and (view.floored or (view.clear and not _reaches(view.agent.policy.escalation, view, catalogue)))
    ]
    found.sort(key=lambda view: (not view.floored, -view.outcome.margin, view.agent.id))
    return tuple(_misfit(view, catalogue) for view in found)


def views(subjects: Iterable[Subject], catalogue: Catalogue) -> Iterator[View]:
    """The subjects that are scored and name a model that has a place among the families."""
    for subject in subjects:
        outcome, assessment = subject.outcome, subject.agent.assessment
        family = catalogue.family(subject.agent.policy.preference)
        strength = catalogue.strength(family)
        if outcome is None or assessment is None or assessment.recommendation is None or strength < 0:
            continue
        asked = catalogue.strength(outcome.preference)
        floored = bool(outcome.floors) and outcome.floors[0].at_least
        yield View(subject, outcome, assessment.recommendation, family, strength > asked, strength < asked, floored)


def _reaches(switch: Switch | None, view: View, catalogue: Catalogue) -> bool:
    """Whether a switch of the agent already leads to the recommended family."""
    return switch is not None and catalogue.family(switch.to) == view.outcome.preference


def _misfit(view: View, catalogue: Catalogue) -> Misfit:
    return Misfit(
        id=view.agent.id,
        name=view.agent.name,
        family=view.family,
        recommended=view.outcome.preference,
        margin=view.outcome.margin,
        reason=view.advice.reason,
        fix=changes.follow(view.agent.policy, view.advice, catalogue),
    )
