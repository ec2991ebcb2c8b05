"""Changes of a policy: what a field may be set to, and what following a recommendation means."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ctxstudio.errors import RefusedError
from ctxstudio.policy import fields
from ctxstudio.policy.catalogue import Catalogue
from ctxstudio.policy.fields import Field, Kind
from ctxstudio.policy.values import Policy, Recommendation, Switch

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_LONGEST = 10_000
_ONE_LINE = frozenset({Kind.MODEL, Kind.MODELS, Kind.EFFORT})


def assignment(field_id: str, value: Any) -> Callable[[Policy], Policy]:
    """What setting a field does to a policy, checked before any policy is touched.

    Raises:
        UnusableInputError: there is no such field.
        RefusedError: the field cannot be set, or no file should hold the value.
    """
    field = fields.field(field_id)
    assign = field.assign
    if assign is None:
        raise RefusedError(f"{field.title} is computed and cannot be set")
    value = checked(field, value)
    return lambda policy: assign(policy, value)


def checked(field: Field, value: Any) -> Any:
    """A value of the field's kind, as it can be assigned.

    Raises:
        RefusedError: no file should hold it.
    """
    if isinstance(value, Switch):
        if value.to is not None:
            _check_text(field, value.to, one_line=True)
        for text in value.when:
            _check_text(field, text)
        return None if value == Switch() else value
    texts = [value] if isinstance(value, str) else list(value or ())
    for text in texts:
        _check_text(field, text, one_line=field.kind in _ONE_LINE)
    if field.kind is Kind.MODELS and len(set(texts)) < len(texts):
        raise RefusedError("a fallback must not stand twice in the list")
    return fields.parse(field, value) if field.kind is Kind.EFFORT and value is not None else value


def _check_text(field: Field, text: str, *, one_line: bool = False) -> None:
    if _CONTROL.search(text):
        raise RefusedError(f"{field.title} must not contain control characters")
    if len(text) > _LONGEST:
        raise RefusedError(f"{field.title} is longer than {_LONGEST:,} characters")
    if not text.strip():
        raise RefusedError(f"{field.title} must not be blank")
    if one_line and "\n" in text:
        raise RefusedError(f"{field.title} must be one line")


def follow(policy: Policy, advice: Recommendation, catalogue: Catalogue) -> Policy:
    """A policy that follows a recommendation and keeps all that is not at odds with it.

    A preference of the recommended family stays to the letter, an exact model id included. A fallback that is now the
    preference gives its place to the former preference; a switch to the family that now runs anyway goes.
    """
    preference = policy.preference
    if catalogue.family(preference) != advice.preference:
        preference = advice.preference
    fallbacks = policy.fallbacks
    if preference != policy.preference:
        family = catalogue.family(preference)
        former = policy.preference if catalogue.strength(catalogue.family(policy.preference)) >= 0 else None
        swapped = [former if catalogue.family(name) == family else name for name in fallbacks]
        fallbacks = tuple(dict.fromkeys(name for name in swapped if name is not None))
    return replace(
        policy,
        preference=preference,
        fallbacks=fallbacks,
        escalation=_switch(policy.escalation, advice.escalation, preference, catalogue),
        fast_path=_switch(policy.fast_path, advice.fast_path, preference, catalogue),
    )


def _switch(
    present: Switch | None, advised: Switch | None, preference: str | None, catalogue: Catalogue
) -> Switch | None:
    if advised is not None:
        if present is None:
            return advised
        same = catalogue.family(present.to) == catalogue.family(advised.to)
        return Switch(present.to if same else advised.to, present.when or advised.when)
    if present is not None and catalogue.family(present.to) == catalogue.family(preference):
        return None
    return present
