"""What can be offered where a finding is shown: another value for one field, which mends it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from ctxstudio.policy.catalogue import INHERIT, Catalogue, ModelStatus
from ctxstudio.policy.fields import EFFORTS
from ctxstudio.policy.values import Agent, Switch

_WORDS: Final = {"escalation": "escalation", "fast_path": "fast path"}


@dataclass(frozen=True, slots=True)
class Fix:
    """One edit that mends a finding.

    Attributes:
        label: what it does, for a button.
        field: id of the field it sets.
        value: the value.
    """

    label: str
    field: str
    value: Any


class Fixes:
    """Finds fixes for the findings of validation."""

    def __init__(self, catalogue: Catalogue, today: date) -> None:
        self._catalogue, self._today = catalogue, today
        self._by_code: Final[dict[str, Callable[[str, Agent], Sequence[Fix]]]] = {
            "unknown-model": self._other_name(self._meant),
            "model-default": self._other_name(self._inheriting),
            "retired-model": self._other_name(self._alias(ModelStatus.RETIRED)),
            "deprecated-model": self._other_name(self._alias(ModelStatus.DEPRECATED)),
            "fallback-repeats-preference": self._without_preference,
            "duplicate-fallback": self._without_repetition,
            "escalation-not-stronger": self._neighbour,
            "fast-path-not-cheaper": self._neighbour,
            "switch-without-target": self._neighbour,
            "switch-without-trigger": self._triggers,
            "invalid-effort": self._effort,
            "effort-not-supported": self._supported,
        }

    def find(self, code: str, field: str, agent: Agent) -> Sequence[Fix]:
        """The fixes for a finding about an agent, the best first; none for most of them.

        Args:
            code: the finding's code.
            field: the finding's field.
            agent: the agent it is about.
        """
        make = self._by_code.get(code)
        return make(field, agent) if make else ()

    # Names of models

    def _other_name(self, rename: Callable[[str], str | None]) -> Callable[[str, Agent], Sequence[Fix]]:
        def fixes(field: str, agent: Agent) -> Sequence[Fix]:
            if field == "fallbacks":
                new = {name: rename(name) for name in agent.policy.fallbacks}
                better = sorted({name for name in new.values() if name is not None})
                value = tuple(dict.fromkeys(new[name] or name for name in agent.policy.fallbacks))
                return [Fix(f"Use {', '.join(better)}", field, value)] if better else ()
            name = _name(field, agent)
            other = rename(name) if name is not None else None
            return [Fix(f"Use {other}", field, other)] if other is not None else ()

        return fixes

    def _meant(self, name: str) -> str | None:
        known = self._catalogue.knows(name) or self._catalogue.invalid(name)
        return None if known else self._catalogue.suggest(name)

    def _inheriting(self, name: str) -> str | None:
        return INHERIT if self._catalogue.invalid(name) else None

    def _alias(self, status: ModelStatus) -> Callable[[str], str | None]:
        def alias(name: str) -> str | None:
            model = self._catalogue.model(name)
            ends = model is not None and model.retires is not None and model.status_on(self._today) is status
            return model.family if ends and model is not None and self._catalogue.knows(model.family) else None

        return alias

    # Fallbacks

    def _without_preference(self, _: str, agent: Agent) -> Sequence[Fix]:
        preferred = self._same(agent.policy.preference or "")
        value = tuple(name for name in agent.policy.fallbacks if self._same(name) != preferred)
        return [Fix("Remove it", "fallbacks", value)]

    def _without_repetition(self, _: str, agent: Agent) -> Sequence[Fix]:
        first = {self._same(name): name for name in reversed(agent.policy.fallbacks)}
        value = tuple(name for name in agent.policy.fallbacks if first.pop(self._same(name), None) is not None)
        return [Fix("Remove it", "fallbacks", value)]

    def _same(self, name: str) -> str:
        return self._catalogue.resolve(name, self._today) or name.strip()

    # Escalation and fast path

    def _neighbour(self, field: str, agent: Agent) -> Sequence[Fix]:
        """The next stronger or the next cheaper model as target, or no switch at all."""
        key = field.partition(".")[0]
        families, family = self._catalogue.families, self._catalogue.family(agent.policy.preference)
        found: list[Fix] = []
        if family in families:
            place = families.index(family) + (1 if key == "escalation" else -1)
            other = families[place] if 0 <= place < len(families) else ""
            if other and self._catalogue.knows(other):
                found.append(Fix(f"Use {other}", f"{key}.to", other))
        switch = _switch(key, agent)
        left_over = switch.to is None and bool(switch.when)
        return [*found, Fix("Remove the triggers" if left_over else f"No {_WORDS[key]}", key, None)]

    def _triggers(self, field: str, agent: Agent) -> Sequence[Fix]:
        """The triggers that the decision matrix proposes, or no switch at all."""
        key = field.partition(".")[0]
        advice = agent.assessment.recommendation if agent.assessment else None
        advised = getattr(advice, key) if advice else None
        found = [Fix("Use those of the matrix", field, advised.when)] if advised and advised.when else []
        return [*found, Fix(f"No {_WORDS[key]}", key, None)]

    # Effort

    def _effort(self, field: str, agent: Agent) -> Sequence[Fix]:
        typed = (agent.policy.effort or "").strip().lower()[:20]
        close = difflib.get_close_matches(typed, EFFORTS, n=1)
        return [Fix(f"Use {close[0]}", field, close[0]) if close else Fix("Clear it", field, None)]

    def _supported(self, field: str, agent: Agent) -> Sequence[Fix]:
        """The strongest effort that the model knows and that is not beyond what is wanted."""
        effort = (agent.policy.effort or "").strip().lower()
        id = self._catalogue.resolve(agent.policy.preference or "", self._today)
        known = self._catalogue.models[id].efforts if id is not None else ()
        wanted = EFFORTS.index(effort) if effort in EFFORTS else -1
        less = [name for name in known if EFFORTS.index(name) <= wanted]
        return [Fix(f"Use {less[-1]}", field, less[-1]) if less else Fix("Clear it", field, None)]


def _name(field: str, agent: Agent) -> str | None:
    """The model name in a field of one."""
    if field == "preference":
        return agent.policy.preference
    return _switch(field.partition(".")[0], agent).to


def _switch(key: str, agent: Agent) -> Switch:
    switch = agent.policy.escalation if key == "escalation" else agent.policy.fast_path
    return switch or Switch()
