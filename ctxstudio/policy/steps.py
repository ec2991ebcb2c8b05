"""The steps of a rule as data: what can be done to a policy; `transforms` does it."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ctxstudio.errors import DataError, RefusedError
from ctxstudio.policy import changes, checked, fields, portable
from ctxstudio.policy.fields import Field, Kind


class Do(enum.StrEnum):
    """What a step does."""

    SET = "set"
    CLEAR = "clear"
    SET_SWITCH = "set-switch"
    ADD_TRIGGERS = "add-triggers"
    REMOVE_TRIGGERS = "remove-triggers"
    ADD_FALLBACK = "add-fallback"
    REMOVE_FALLBACK = "remove-fallback"
    REPLACE_MODEL = "replace-model"
    USE_ALIASES = "use-aliases"


class Place(enum.StrEnum):
    """Where a fallback is put."""

    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a rule; `KINDS` says which attributes count for what it does.

    Attributes:
        do: what it does.
        field: id of a field.
        value: what the field is set to, of the field's kind.
        switch: `escalation` or `fast_path`.
        model: a model's name, to the letter.
        by: the name that comes in its place.
        triggers: texts of triggers.
        place: where a fallback is put.
        newer: whether ids give way to an alias that means another model today.
    """

    do: Do
    field: str = "preference"
    value: Any = None
    switch: str = "escalation"
    model: str = ""
    by: str = ""
    triggers: tuple[str, ...] = ()
    place: Place = Place.LAST
    newer: bool = False


@dataclass(frozen=True, slots=True)
class StepKind:
    """What people and files need to know of one kind of step.

    Attributes:
        title: for a list of kinds.
        help: one or two sentences.
        parts: names of the attributes of `Step` that count, in the order of the file.
        needed: those of them that must say something.
    """

    title: str
    help: str
    parts: tuple[str, ...]
    needed: tuple[str, ...] = ()


KINDS: Final[Mapping[Do, StepKind]] = {
    Do.SET: StepKind("Set a field", "The field says this in all agents.", ("field", "value"), ("field", "value")),
    Do.CLEAR: StepKind("Clear a field", "The field is taken out of the files.", ("field",), ("field",)),
    Do.SET_SWITCH: StepKind(
        "Set escalation or fast path",
        "Sets the model. Triggers, where some are given, take the place of those that an agent has.",
        ("switch", "model", "triggers"),
        ("switch", "model"),
    ),
    Do.ADD_TRIGGERS: StepKind(
        "Add triggers",
        "Puts triggers behind those that an agent has. An agent without that escalation or fast path is left alone.",
        ("switch", "triggers"),
        ("switch", "triggers"),
    ),
    Do.REMOVE_TRIGGERS: StepKind(
        "Remove triggers", "Takes triggers of this wording away.", ("switch", "triggers"), ("switch", "triggers")
    ),
    Do.ADD_FALLBACK: StepKind(
        "Add a fallback",
        "Puts a model first or last among the fallbacks; one that is there already moves. "
        "An agent that prefers this model is left alone.",
        ("model", "place"),
        ("model",),
    ),
    Do.REMOVE_FALLBACK: StepKind("Remove a fallback", "Takes a model out of the fallbacks.", ("model",), ("model",)),
    Do.REPLACE_MODEL: StepKind(
        "Replace a model",
        "Everywhere: preference, fallbacks, targets of escalation and fast path. Compared to the letter.",
        ("model", "by"),
        ("model", "by"),
    ),
    Do.USE_ALIASES: StepKind(
        "Replace model ids by aliases",
        "An id gives way to its family's alias where that means the same model today; where it means another one, the "
        "id stays, unless you allow it: then another model runs.",
        ("newer",),
    ),
}
PARTS: Final[Mapping[str, str]] = {
    "field": "field",
    "value": "value",
    "switch": "escalation or fast path",
    "model": "model",
    "by": "new model",
    "triggers": "triggers",
    "place": "place",
    "newer": "newer models",
}
"""What the parts of a step are called."""
SWITCHES: Final = ("escalation", "fast_path")
SETTABLE: Final = tuple(field for field in fields.FIELDS if field.assign and field.kind is not Kind.SWITCH)
"""The fields that a step may set; escalation and fast path have steps of their own."""
CLEARABLE: Final = tuple(field for field in fields.FIELDS if field.assign and not field.id.endswith(".to"))
"""The fields that a step may clear; a switch goes with its target."""


def plain(step: Step) -> dict[str, Any]:
    """A step as the values of its file: `do` and the parts that count."""
    data: dict[str, Any] = {"do": str(step.do)}
    kind = KINDS[step.do]
    for part in kind.parts:
        value = getattr(step, part)
        if part in kind.needed or value != getattr(Step(step.do), part):
            data[part] = list(value) if isinstance(value, tuple) else str(value) if isinstance(value, str) else value
    return data


def step_of(value: object, where: str) -> Step:
    """The step that plain values say.

    Raises:
        DataError: an unknown key or a wrong value; with the dotted key.
    """
    data = checked.mapping(value, where)
    do = Do(_word(checked.required(data, "do", where), tuple(Do), f"{where}.do"))
    kind = KINDS[do]
    portable.only(data, ("do", *kind.parts), where)
    for part in kind.needed:
        checked.required(data, part, where)
    parts = {part: _part(part, data[part], f"{where}.{part}") for part in kind.parts if part in data}
    step = Step(do, **parts)
    check(step, where)
    return step


def _part(part: str, value: object, where: str) -> Any:
    if part == "newer":
        return checked.flag(value, where)
    if part == "place":
        return Place(_word(value, tuple(Place), where))
    if part == "triggers":
        return checked.texts(value, where)
    if part == "value":
        if isinstance(value, list):
            return checked.texts(value, where)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return checked.text(value, where)


def _word(value: object, known: Sequence[str], where: str) -> str:
    text = checked.text(value, where)
    if text not in known:
        raise DataError(f"{text[:40]!r} is none of {', '.join(known)}", key=where)
    return text


def check(step: Step, where: str = "") -> None:
    """See that a step can be done.

    Args:
        step: the step.
        where: dotted path of the step in its file.

    Raises:
        DataError: something is missing or no file should hold it; with the dotted key.
    """
    kind = KINDS[step.do]
    for part in kind.parts:
        value = getattr(step, part)
        key = checked.join(where, part)
        if part in kind.needed and value in ("", (), None):
            raise DataError("must not be empty", key=key)
        if part == "field":
            _word(value, [field.id for field in fields_of(step.do)], key)
        elif part == "switch":
            _word(value, SWITCHES, key)
        elif (field := _field_of(step, part)) and value is not None:
            _check_value(field, value, key)
    if "by" in kind.parts and step.by == step.model:
        raise DataError("is the same model", key=checked.join(where, "by"))


def fields_of(do: Do) -> tuple[Field, ...]:
    """The fields that such a step can be about."""
    return CLEARABLE if do is Do.CLEAR else SETTABLE


def _field_of(step: Step, part: str) -> Field | None:
    """The field by whose rules a part is judged."""
    id = {"value": step.field, "model": "preference", "by": "preference", "triggers": "escalation.when"}.get(part)
    return fields.BY_ID[id] if id is not None else None


def _check_value(field: Field, value: object, where: str) -> None:
    listed = field.kind in (Kind.MODELS, Kind.TEXTS)
    if isinstance(value, tuple) is not listed:
        raise DataError("must be a list of texts" if listed else "must be text", key=where)
    try:
        changes.checked(field, value)
    except RefusedError as error:
        raise DataError(str(error), key=where) from error


def describe(step: Step) -> str:
    """A step as one phrase, such as `set preference to haiku`."""
    switch = step.switch.replace("_", " ")
    triggers = ", ".join(f"“{text}”" for text in step.triggers) or "…"
    model, by = step.model or "…", step.by or "…"
    title = fields.BY_ID[step.field].title.lower() if step.field in fields.BY_ID else step.field
    match step.do:
        case Do.SET:
            value = ", ".join(step.value) if isinstance(step.value, tuple) else step.value
            return f"set {title} to {value or '…'}"
        case Do.CLEAR:
            return f"clear {title}"
        case Do.SET_SWITCH:
            return f"set {switch} to {model}" + (f" when {triggers}" if step.triggers else "")
        case Do.ADD_TRIGGERS:
            return f"add to the triggers of {switch}: {triggers}"
        case Do.REMOVE_TRIGGERS:
            return f"remove from the triggers of {switch}: {triggers}"
        case Do.ADD_FALLBACK:
            return f"add {model} as the {step.place} fallback"
        case Do.REMOVE_FALLBACK:
            return f"remove the fallback {model}"
        case Do.REPLACE_MODEL:
            return f"replace {model} by {by}"
        case Do.USE_ALIASES:
            return "replace model ids by aliases" + (", newer models too" if step.newer else "")
