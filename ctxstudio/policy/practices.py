"""The ten best practices of the strategy document as checks over a fleet, with a fix where one exists.

Source: model-optimization.md, "Best Practices".
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ctxstudio.errors import RefusedError
from ctxstudio.policy import changes, misfits
from ctxstudio.policy.catalogue import Catalogue
from ctxstudio.policy.misfits import Subject, View
from ctxstudio.policy.values import Policy

REVIEW_DAYS: Final = 90
"""A quarter: an agent that nobody reviewed for so long is due."""
_NOVEL = ("novel_problem", "architecture_design", "complex_reasoning")
_WELL_DEFINED = ("well_defined_spec", "pattern_application", "code_generation", "documentation")
_BATCH = "batch_processing"
_USER_FACING = "user_facing_analysis"


class State(enum.StrEnum):
    """How a fleet stands to a practice."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_MEASURED = "not measured"
    """It needs figures of what really ran, which the program does not have yet."""
    NOT_JUDGED = "not judged"
    """No agent is there that it concerns and that says enough to be judged."""


@dataclass(frozen=True, slots=True)
class Offender:
    """An agent that does not keep a practice.

    Attributes:
        id, name: of the agent.
        reason: one sentence.
    """

    id: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Check:
    """How a fleet stands to one practice.

    Attributes:
        id: stable id, such as `default_to_haiku`.
        number: 1 to 10, as in the document.
        title: what it asks for, in a sentence.
        state: how the fleet stands to it.
        judged: how many agents it concerns and could judge.
        offenders: those that do not keep it.
        fixes: agent id -> the policy with which it would keep it; not every offender has one.
        note: why nothing is judged; empty otherwise.
    """

    id: str
    number: int
    title: str
    state: State
    judged: int = 0
    offenders: tuple[Offender, ...] = ()
    fixes: Mapping[str, Policy] = field(default_factory=dict)
    note: str = ""


_Judge = Callable[[View], tuple[bool, str]]
"""Whether an agent is concerned, and what is wrong with it; empty if nothing."""


def _default_to_haiku(view: View) -> tuple[bool, str]:
    concerned = view.has(*_WELL_DEFINED) and not view.floored and not view.has(_BATCH)
    clear = view.stronger and view.clear
    return concerned, f"runs on {view.family}: {view.advice.reason}" if clear else ""


def _sonnet_for_the_hard(view: View) -> tuple[bool, str]:
    clear = view.weaker and not view.floored and view.clear
    return view.has(*_NOVEL) and not view.floored, f"runs on {view.family}: {view.advice.reason}" if clear else ""


def _escalation_where_close(view: View) -> tuple[bool, str]:
    switch = view.outcome.escalate_to or view.outcome.fast_to
    missing = (
        "" if view.agent.policy.context_dependent else f"has neither escalation nor fast path: {view.advice.reason}"
    )
    return switch is not None, missing


def _quality_first(view: View) -> tuple[bool, str]:
    concerned = view.floored and not view.has(_USER_FACING)
    return concerned, f"runs on {view.family}: {view.advice.reason}" if view.weaker else ""


def _batch_to_haiku(view: View) -> tuple[bool, str]:
    concerned = view.has(_BATCH) and not view.floored
    return concerned, f"runs on {view.family}: {view.advice.reason}" if view.stronger else ""


def _explain_with_sonnet(view: View) -> tuple[bool, str]:
    return view.has(_USER_FACING), f"runs on {view.family}: {view.advice.reason}" if view.weaker else ""


_UNMEASURED: Final = "not measured yet: this needs what agents really did, from transcripts or ratings"
_JUDGED: Final[Mapping[int, tuple[str, str, _Judge]]] = {
    1: ("default_to_haiku", "Well-defined, deterministic work runs on the cheap model", _default_to_haiku),
    2: (
        "sonnet_for_the_hard",
        "Novel problems, architecture and hard reasoning run on a strong model",
        _sonnet_for_the_hard,
    ),
    3: ("escalation_where_close", "Borderline agents can change their model", _escalation_where_close),
    8: ("quality_first", "Security-critical and legal work puts quality before cost", _quality_first),
    9: ("batch_to_haiku", "Batch work runs on the cheap model", _batch_to_haiku),
    10: ("explain_with_sonnet", "Analysis that users read comes from a strong model", _explain_with_sonnet),
}


def checks(subjects: Iterable[Subject], catalogue: Catalogue, today: datetime.date) -> tuple[Check, ...]:
    """The ten checks, in the document's order.

    An agent that names no model runs on its session's and is not judged by what asks for one.

    Args:
        subjects: the fleet.
        catalogue: families of model names and their strength.
        today: the day from which reviews are due.
    """
    fleet = tuple(subjects)
    views = tuple(misfits.views(fleet, catalogue))
    found = {number: _judged(number, views, catalogue) for number in _JUDGED}
    found[4] = Check("monitor_metrics", 4, "Metrics are watched all the time", State.NOT_MEASURED, note=_UNMEASURED)
    found[5] = Check("test_changes", 5, "A change of model is tried against the old one before it is rolled out",
                     State.NOT_MEASURED, note=_UNMEASURED)  # fmt: skip
    found[6] = _reasoning(fleet, catalogue)
    found[7] = _reviewed(fleet, today)
    return tuple(found[number] for number in sorted(found))


def due(reviewed: datetime.date | None, today: datetime.date) -> bool:
    """Whether an agent is to be reviewed: never was, or not for `REVIEW_DAYS` days. A day to come counts as none."""
    return reviewed is None or reviewed > today or (today - reviewed).days >= REVIEW_DAYS


def _judged(number: int, views: Sequence[View], catalogue: Catalogue) -> Check:
    id, title, judge = _JUDGED[number]
    offenders, fixes, judged = [], {}, 0
    for view in views:
        concerned, wrong = judge(view)
        judged += concerned
        if concerned and wrong:
            offenders.append(Offender(view.agent.id, view.agent.name, wrong))
            fixed = changes.follow(view.agent.policy, view.advice, catalogue)
            if fixed != view.agent.policy:
                fixes[view.agent.id] = fixed
    return _check(id, number, title, judged, offenders, fixes)


def _check(
    id: str, number: int, title: str, judged: int, offenders: Sequence[Offender], fixes: Mapping[str, Policy]
) -> Check:
    state = State.BROKEN if offenders else State.KEPT if judged else State.NOT_JUDGED
    note = "" if judged else "no agent is there that this concerns and that was scored"
    return Check(id, number, title, state, judged, tuple(offenders), fixes, note)


def _reasoning(fleet: Sequence[Subject], catalogue: Catalogue) -> Check:
    """An agent that names a model says why. The fix is the matrix's reason, where the model is the recommended one."""
    offenders, fixes, judged = [], {}, 0
    for subject in fleet:
        agent, outcome = subject.agent, subject.outcome
        family = catalogue.family(agent.policy.preference)
        if agent.policy.preference is None or catalogue.strength(family) < 0:
            continue
        judged += 1
        if (agent.policy.reasoning or "").strip():
            continue
        offenders.append(Offender(agent.id, agent.name, f"runs on {agent.policy.preference} and does not say why"))
        advice = agent.assessment.recommendation if agent.assessment else None
        if advice is not None and outcome is not None and outcome.preference == family:
            try:
                fixes[agent.id] = changes.assignment("reasoning", advice.reason)(agent.policy)
            except RefusedError:
                continue  # the agent's own words have something in them that no file should hold
    return _check("document_reasoning", 6, "Each agent says why it runs on its model", judged, offenders, fixes)


def _reviewed(fleet: Sequence[Subject], today: datetime.date) -> Check:
    offenders = [
        Offender(subject.agent.id, subject.agent.name, _when(subject.reviewed, today))
        for subject in fleet
        if due(subject.reviewed, today)
    ]
    return _check("review_quarterly", 7, "Each agent is reviewed once a quarter", len(fleet), offenders, {})


def _when(reviewed: datetime.date | None, today: datetime.date) -> str:
    if reviewed is None:
        return "was never reviewed"
    if reviewed > today:
        return f"its review is dated {reviewed.isoformat()}, which is still to come"
    return f"was reviewed {(today - reviewed).days:,} days ago, on {reviewed.isoformat()}"
