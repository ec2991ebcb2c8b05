"""What the steps of a rule do to a policy."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from ctxstudio.policy import changes, fields
from ctxstudio.policy.catalogue import Catalogue
from ctxstudio.policy.fields import Kind
from ctxstudio.policy.steps import Do, Place, Step
from ctxstudio.policy.values import Policy, Switch

_LONG_CONTEXT = "[1m]"

Transform: TypeAlias = Callable[[Policy], tuple[Policy, str]]
"""Makes of a policy another one; the text says what was left alone and why, or is empty."""
_Plain: TypeAlias = Callable[[Policy], Policy]


def transform(step: Step, catalogue: Catalogue, today: datetime.date) -> Transform:
    """What a step does.

    Args:
        step: a step that `steps.check` accepts.
        catalogue: what the names of models mean.
        today: the day on which aliases are resolved.
    """
    match step.do:
        case Do.SET:
            return _quiet(changes.assignment(step.field, step.value))
        case Do.CLEAR:
            listed = fields.field(step.field).kind in (Kind.MODELS, Kind.TEXTS)
            return _quiet(changes.assignment(step.field, () if listed else None))
        case Do.SET_SWITCH:
            return _quiet(lambda policy: _switched(policy, step))
        case Do.ADD_TRIGGERS:
            return lambda policy: _triggers_added(policy, step)
        case Do.REMOVE_TRIGGERS:
            return _quiet(lambda policy: _triggers_removed(policy, step))
        case Do.ADD_FALLBACK:
            return lambda policy: _fallback_added(policy, step)
        case Do.REMOVE_FALLBACK:
            return _quiet(
                lambda policy: replace(policy, fallbacks=tuple(name for name in policy.fallbacks if name != step.model))
            )
        case Do.REPLACE_MODEL:
            return _quiet(lambda policy: _renamed(policy, lambda name: step.by if name == step.model else name))
        case Do.USE_ALIASES:
            return _aliasing(catalogue, today, newer=step.newer)


def _quiet(change: _Plain) -> Transform:
    return lambda policy: (change(policy), "")


def _with_switch(policy: Policy, name: str, switch: Switch) -> Policy:
    changed: dict[str, Any] = {name: None if switch == Switch() else switch}
    return replace(policy, **changed)


def _switched(policy: Policy, step: Step) -> Policy:
    present: Switch = getattr(policy, step.switch) or Switch()
    return _with_switch(policy, step.switch, Switch(step.model, step.triggers or present.when))


def _triggers_added(policy: Policy, step: Step) -> tuple[Policy, str]:
    present: Switch | None = getattr(policy, step.switch)
    if present is None:
        return policy, f"no {step.switch.replace('_', ' ')} to add triggers to"
    new = [text for text in dict.fromkeys(step.triggers) if text not in present.when]
    return _with_switch(policy, step.switch, replace(present, when=(*present.when, *new))) if new else policy, ""


def _triggers_removed(policy: Policy, step: Step) -> Policy:
    present: Switch | None = getattr(policy, step.switch)
    if present is None:
        return policy
    left = tuple(text for text in present.when if text not in step.triggers)
    return policy if left == present.when else _with_switch(policy, step.switch, replace(present, when=left))


def _fallback_added(policy: Policy, step: Step) -> tuple[Policy, str]:
    if step.model == policy.preference:
        return policy, f"{step.model} is the preference already"
    others = tuple(name for name in policy.fallbacks if name != step.model)
    names = (step.model, *others) if step.place is Place.FIRST else (*others, step.model)
    return replace(policy, fallbacks=names), ""


def _renamed(policy: Policy, name_for: Callable[[str], str]) -> Policy:
    """A policy with other names of models. A fallback that would stand twice by that, or be the preference, goes."""
    preference = None if policy.preference is None else name_for(policy.preference)
    fallbacks = [(before, name_for(before)) for before in policy.fallbacks]
    changed: dict[str, Any] = {}
    if preference != policy.preference:
        changed["preference"] = preference
    for key in ("escalation", "fast_path"):
        switch: Switch | None = getattr(policy, key)
        if switch is not None and switch.to is not None and (to := name_for(switch.to)) != switch.to:
            changed[key] = replace(switch, to=to)
    if "preference" in changed or any(before != name for before, name in fallbacks):
        kept = [name for before, name in fallbacks if name != preference or (before, policy.preference) == (name, name)]
        changed["fallbacks"] = tuple(dict.fromkeys(kept))
    return replace(policy, **changed) if changed else policy


def _aliasing(catalogue: Catalogue, today: datetime.date, *, newer: bool) -> Transform:
    aliases = _Aliases(catalogue, today, newer=newer)

    def change(policy: Policy) -> tuple[Policy, str]:
        notes: dict[str, None] = {}

        def name_for(name: str) -> str:
            new, note = aliases.of(name)
            if note:
                notes[note] = None
            return new

        return _renamed(policy, name_for), ", ".join(notes)

    return change


class _Aliases:
    """The aliases that ids give way to."""

    def __init__(self, catalogue: Catalogue, today: datetime.date, *, newer: bool) -> None:
        self._catalogue, self._today, self._newer = catalogue, today, newer
        names = {choice.name for choice in catalogue.choices()} - set(catalogue.models)
        self._names = {name for name in names if catalogue.family(name) in catalogue.families}
        self._known: dict[str, tuple[str, str]] = {}

    def of(self, name: str) -> tuple[str, str]:
        """The name to write, and what deserves a word."""
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._find(name)
        return found

    def _find(self, name: str) -> tuple[str, str]:
        bare, suffix = name.strip(), ""
        if bare.lower().endswith(_LONG_CONTEXT):
            bare, suffix = bare[: -len(_LONG_CONTEXT)].rstrip(), bare[-len(_LONG_CONTEXT) :]
        family = self._catalogue.family(bare)
        if family not in self._catalogue.families or bare.lower() in self._names:
            return name, ""
        if family not in self._names:
            return name, f"{name} stays: {family} has no alias"
        means = self._catalogue.resolve(family, self._today)
        if means is not None and means == self._catalogue.resolve(bare, self._today):
            return family + suffix, ""
        means = means or "nothing known"
        if self._newer:
            return family + suffix, f"{name} becomes {family}, which means {means} today"
        return name, f"{name} stays: {family} means {means} today"
