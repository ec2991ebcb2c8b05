"""Where a policy stands in a frontmatter: reading it, and the edits that turn one policy into another.

Works on parsed values and key paths only; `storage` applies the edits to a file.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ctxstudio.errors import Severity
from ctxstudio.policy.values import Dialect, Finding, Policy, Switch

KEYS: Final = ("model", "modelPolicy", "effort", "version", "tier")
"""Top-level keys that decide about the policy and its dialect."""
POLICY_KEYS: Final = ("model", "modelPolicy", "effort")
"""Top-level keys that an edit of the policy may touch."""
DELETE: Final = object()
"""Value of an edit that deletes a key."""

_NUMBER = re.compile("0|[1-9][0-9]{0,17}")
ORDER: Final = ("preference", "fallbacks", "escalation", "fast_path", "effort", "reasoning")
"""The order in which new keys of a policy are written."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the policy keys of one file say.

    Attributes:
        dialect: how the file says its model.
        policy: the values, as text where the file has another type.
        schema_v2: whether the file is of claude-ctx's schema, so that an absent model is written as a mapping.
        findings: values of a wrong type.
    """

    dialect: Dialect
    policy: Policy
    schema_v2: bool
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyEdit:
    """One edit of a frontmatter.

    Attributes:
        path: keys to the place.
        value: text, number, list or mapping to set; DELETE to delete the key.
        after: keys beside it that a new key stands behind, the first that exists; without any it comes first
            in a mapping and last at the top level.
    """

    path: tuple[str, ...]
    value: Any
    after: tuple[str, ...] = ()


def read(values: Mapping[str, Any]) -> Reading:
    """Read the policy from top-level values; only those of `KEYS` matter."""
    model = values.get("model")
    extra = values.get("modelPolicy")
    schema_v2 = "tier" in values or str(values.get("version")) in ("2", "2.0")
    if isinstance(model, str) and extra is None:
        effort = values.get("effort")
        return _scalar(model, None if effort is None else str(effort), schema_v2)
    findings: list[Finding] = []
    if isinstance(model, dict):
        dialect, base, mapping = Dialect.MAPPING, ("model",), model
    else:
        dialect = Dialect.SCALAR if isinstance(model, str) else Dialect.OTHER if "model" in values else Dialect.ABSENT
        base, mapping = ("modelPolicy",), extra if isinstance(extra, dict) else {}
        if extra is not None and not isinstance(extra, dict):
            findings.append(_wrong_type(base, extra, "a mapping"))
    effort = values.get("effort")
    if effort is None and dialect is Dialect.MAPPING:
        effort = mapping.get("effort")
    policy = Policy(
        preference=_text(mapping, base, "preference", findings) if dialect is Dialect.MAPPING else _string(model),
        fallbacks=_texts(mapping, base, "fallbacks", findings),
        escalation=_switch(mapping, base, "escalation", findings),
        fast_path=_switch(mapping, base, "fast_path", findings),
        reasoning=_text(mapping, base, "reasoning", findings),
        effort=None if effort is None else str(effort),
    )
    return Reading(dialect, policy, schema_v2, tuple(findings))


@functools.lru_cache(maxsize=1000)
def _scalar(model: str, effort: str | None, schema_v2: bool) -> Reading:
    """The commonest reading: thousands of files share a few models."""
    return Reading(Dialect.SCALAR, Policy(model, effort=effort), schema_v2)


def edits(old: Policy, new: Policy, values: Mapping[str, Any]) -> tuple[KeyEdit, ...]:
    """The edits that make a file with these top-level values say `new` where it says `old`.

    A file whose `model` is neither text nor mapping gets it replaced as soon as there is a new preference.
    """
    reading = read(values)
    in_mapping = reading.dialect is Dialect.MAPPING or (
        reading.schema_v2 and reading.dialect is not Dialect.SCALAR and not isinstance(values.get("modelPolicy"), dict)
    )
    base = "model" if in_mapping else "modelPolicy"
    present = values.get(base)
    present = present if isinstance(present, dict) else {}
    wanted: dict[str, Any] = {}
    top: list[KeyEdit] = []
    if new.preference != old.preference:
        if in_mapping:
            wanted["preference"] = _or_delete(new.preference)
        else:
            top.append(KeyEdit(("model",), _or_delete(new.preference), ("tools", "description", "name")))
    if new.effort != old.effort:
        effort = int(new.effort) if new.effort and _NUMBER.fullmatch(new.effort) else new.effort
        if in_mapping and ("effort" not in values or (effort is None and "effort" in present)):
            wanted["effort"] = _or_delete(effort)
        if not in_mapping or "effort" in values:
            top.append(
                KeyEdit(("effort",), _or_delete(effort), ("modelPolicy", "model", "tools", "description", "name"))
            )
    if new.fallbacks != old.fallbacks:
        wanted["fallbacks"] = list(new.fallbacks) or DELETE
    if new.reasoning != old.reasoning:
        wanted["reasoning"] = _or_delete(new.reasoning)
    nested = [edit for name in ORDER if name in wanted for edit in [_nested(base, name, wanted[name])]]
    for name, before, after in (
        ("escalation", old.escalation, new.escalation),
        ("fast_path", old.fast_path, new.fast_path),
    ):
        if before != after:
            nested += _switch_edits(base, name, before, after, present.get(name))
    return (*top, *_in_mapping(base, nested, present))


def _in_mapping(base: str, nested: list[KeyEdit], present: Mapping[str, Any]) -> list[KeyEdit]:
    """Edits inside one top-level mapping; it comes whole with its first key and goes with its last."""
    place = ("model", "tools", "description", "name") if base == "modelPolicy" else ("tools", "description", "name")
    left = set(present)
    for edit in nested:
        if len(edit.path) == 2:
            left = left - {edit.path[1]} if edit.value is DELETE else left | {edit.path[1]}
    deletions = [edit for edit in nested if edit.value is DELETE]
    if nested and not left:
        return [KeyEdit((base,), DELETE)] if present else []
    if not present:
        whole = {edit.path[1]: edit.value for edit in nested if edit.value is not DELETE}
        ordered = {name: whole[name] for name in ORDER if name in whole}
        return [KeyEdit((base,), ordered, place)] if ordered else []
    # Set before delete, so that the mapping is never empty on the way.
    return [edit for edit in nested if edit.value is not DELETE] + deletions


def _nested(base: str, name: str, value: Any) -> KeyEdit:
    return KeyEdit((base, name), value, ORDER[: ORDER.index(name)][::-1])


def _switch_edits(base: str, name: str, old: Switch | None, new: Switch | None, present: Any) -> list[KeyEdit]:
    if new is None:
        return [_nested(base, name, DELETE)]
    if old is None or not isinstance(present, dict) or not present or (new.to is None and not new.when):
        whole: dict[str, Any] = {} if new.to is None else {"to": new.to}
        return [_nested(base, name, whole | ({"when": list(new.when)} if new.when else {}))]
    found = []
    if new.to != old.to:
        found.append(KeyEdit((base, name, "to"), _or_delete(new.to)))
    if new.when != old.when:
        found.append(KeyEdit((base, name, "when"), list(new.when) or DELETE, ("to",)))
    return sorted(found, key=lambda edit: edit.value is DELETE)


def _or_delete(value: Any) -> Any:
    return DELETE if value is None else value


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _text(mapping: Mapping[str, Any], base: tuple[str, ...], key: str, findings: list[Finding]) -> str | None:
    value = mapping.get(key)
    if value is None or isinstance(value, str):
        return value
    findings.append(_wrong_type((*base, key), value, "a text"))
    return None if isinstance(value, dict | list) else str(value)


def _texts(mapping: Mapping[str, Any], base: tuple[str, ...], key: str, findings: list[Finding]) -> tuple[str, ...]:
    value = mapping.get(key)
    if value is None:
        return ()
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    findings.append(_wrong_type((*base, key), value, "a list of texts"))
    items = value if isinstance(value, list) else [value]
    return tuple(str(item) for item in items if not isinstance(item, dict | list) and item is not None)


def _switch(mapping: Mapping[str, Any], base: tuple[str, ...], key: str, findings: list[Finding]) -> Switch | None:
    value = mapping.get(key)
    if value is None:
        return None
    if not isinstance(value, dict):
        findings.append(_wrong_type((*base, key), value, "a mapping with `to` and `when`"))
        return Switch(value) if isinstance(value, str) else Switch()
    path = (*base, key)
    return Switch(_text(value, path, "to", findings), _texts(value, path, "when", findings))


def _wrong_type(path: tuple[str, ...], value: Any, wanted: str) -> Finding:
    kind = {dict: "a mapping", list: "a list", bool: "true or false", int: "a number", float: "a number", str: "a text"}
    message = f"`{'.'.join(path)}` is {kind.get(type(value), type(value).__name__)} where {wanted} is expected"
    return Finding(Severity.WARNING, "wrong-type", message, path=path, field=".".join(path[1:]))
