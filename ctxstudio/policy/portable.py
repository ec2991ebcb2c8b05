"""A policy as plain values, for the files of profiles, rules and drafts: the shape of the `model:` mapping."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from typing import Any, Final

from ctxstudio.errors import DataError, RefusedError
from ctxstudio.policy import changes, checked, fields
from ctxstudio.policy.values import Policy, Switch

_SWITCHES: Final = ("escalation", "fast_path")
KEYS: Final = ("preference", "fallbacks", *_SWITCHES, "reasoning", "effort")
"""The keys of a policy, in their order."""
VERSION: Final = 1
"""Of the files of rules and profiles."""
_LONGEST_NAME = 120


def plain(policy: Policy) -> dict[str, Any]:
    """Only what a policy says: `preference`, `fallbacks`, `escalation` and `fast_path` as `{to, when}`, `reasoning`,
    `effort`, in this order. `policy_of` gives the same policy again."""
    found: dict[str, Any] = {}
    for key in KEYS:
        value = getattr(policy, key)
        if isinstance(value, Switch):
            found[key] = {} if value.to is None else {"to": value.to}
            found[key] |= {"when": list(value.when)} if value.when else {}
        elif value is not None and value != ():
            found[key] = list(value) if isinstance(value, tuple) else value
    return found


def policy_of(value: object, where: str) -> Policy:
    """The policy that plain values say; only their types are judged, see `sound`.

    Args:
        value: a mapping with some of `KEYS`; one without any is a policy that says nothing.
        where: dotted path of the value in its file, for errors.

    Raises:
        DataError: an unknown key or a value of a wrong type; with the dotted key.
    """
    data = checked.mapping(value, where)
    only(data, KEYS, where)
    effort = data.get("effort")
    if isinstance(effort, int) and not isinstance(effort, bool):
        effort = str(effort)
    return Policy(
        preference=_text(data.get("preference"), checked.join(where, "preference")),
        fallbacks=_texts(data.get("fallbacks"), checked.join(where, "fallbacks")),
        escalation=_switch(data.get("escalation"), checked.join(where, "escalation")),
        fast_path=_switch(data.get("fast_path"), checked.join(where, "fast_path")),
        reasoning=_text(data.get("reasoning"), checked.join(where, "reasoning")),
        effort=_text(effort, checked.join(where, "effort")),
    )


def sound(policy: Policy, where: str) -> Policy:
    """A policy whose values a file may hold; the same rules as for an edit.

    Raises:
        DataError: no file should hold one of them; with the dotted key.
    """
    for key in KEYS:
        value = getattr(policy, key)
        if value is not None:
            try:
                changes.checked(fields.field(key), value)
            except RefusedError as error:
                raise DataError(str(error), key=checked.join(where, key)) from error
    return policy


def only(data: Collection[str], known: Collection[str], where: str) -> None:
    """See that a mapping has no other keys than the known ones.

    Raises:
        DataError: it has; with the dotted key, and the known one it may have meant.
    """
    for name in data:
        if name not in known:
            near = difflib.get_close_matches(name[:100], known, 1)
            advice = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            raise DataError(f"unknown key; {advice}", key=checked.join(where, name))


def see_version(data: Mapping[str, object]) -> None:
    """See that a file is of the version that is known.

    Raises:
        DataError: it is not, or does not say.
    """
    if checked.required(data, "version") != VERSION:
        raise DataError(f"must be {VERSION}, the only one that this program knows", key="version")


def name_of(data: Mapping[str, object]) -> str:
    """The name that a file gives itself.

    Raises:
        DataError: it has none, or one that cannot be shown on one line.
    """
    name = checked.text(checked.required(data, "name"), "name").strip()
    fault = name_fault(name)
    if fault:
        raise DataError(fault, key="name")
    return name


def name_fault(name: str) -> str:
    """What is wrong with a name of a rule or a profile; empty if it is fine."""
    if not name.strip():
        return "must not be blank"
    if len(name) > _LONGEST_NAME:
        return f"is longer than {_LONGEST_NAME} characters"
    return "" if name.isprintable() else "must be one line without control characters"


def _switch(value: object, where: str) -> Switch | None:
    if value is None:
        return None
    data = checked.mapping(value, where)
    only(data, ("to", "when"), where)
    return Switch(
        _text(data.get("to"), checked.join(where, "to")), _texts(data.get("when"), checked.join(where, "when"))
    )


def _text(value: object, where: str) -> str | None:
    """Text or nothing; blank text is what a file may say, and drafts keep it."""
    if value is not None and not isinstance(value, str):
        raise DataError("must be text", key=where)
    return value


def _texts(value: object, where: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise DataError("must be a list of texts", key=where)
    for position, item in enumerate(value):
        if not isinstance(item, str):
            raise DataError("must be text", key=f"{where}.{position}")
    return tuple(value)
