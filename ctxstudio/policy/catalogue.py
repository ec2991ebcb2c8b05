"""The catalogue of models: ids, aliases and their meanings on a date, families in order of strength.

It is data (`resources/models.yaml`); this module checks it and answers questions about names.
"""

from __future__ import annotations

import bisect
import difflib
import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ctxstudio.errors import DataError
from ctxstudio.policy import checked
from ctxstudio.policy.fields import EFFORTS

INHERIT = "inherit"
"""The model name that takes the parent's model, and the family of agents without a model."""
UNKNOWN = "unknown"
"""The family of names the catalogue cannot place."""

_LONG_CONTEXT = re.compile(r"\[1m\]$", re.IGNORECASE)
_CLOSE = 0.7
"""Least similarity (difflib ratio) of a suggestion: `sonet` has 0.91 with sonnet, `bogus` 0.67 with opus."""
_LONGEST_NAME = 64
"""Longer texts are no misspelt names; comparing them would take quadratic time."""


class ModelStatus(enum.StrEnum):
    """How long a model will still be served."""

    CURRENT = "current"
    LEGACY = "legacy"
    DEPRECATED = "deprecated"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Model:
    """One model.

    Attributes:
        id: canonical id, as the API knows it.
        title: name for people.
        family: one of the catalogue's families.
        status: as of the catalogue's date; see `status_on`.
        context: context window in tokens.
        ids: other ids of the same model.
        released: day of release, None if not known.
        retires: first day without it, None if none is set.
        becomes: id that Claude Code requests instead once it is retired; None if the request fails.
        efforts: the efforts it supports, weakest first; none if it is sent without.
    """

    id: str
    title: str
    family: str
    status: ModelStatus
    context: int
    ids: tuple[str, ...] = ()
    released: date | None = None
    retires: date | None = None
    becomes: str | None = None
    efforts: tuple[str, ...] = EFFORTS

    def status_on(self, day: date) -> ModelStatus:
        """The status on a day: the retirement date decides where there is one."""
        if self.retires is None:
            return self.status
        return ModelStatus.RETIRED if day >= self.retires else ModelStatus.DEPRECATED


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a model editor.

    Attributes:
        name: what is written into the file.
        title: name for people.
        family: family of the name, `inherit` for inherit.
    """

    name: str
    title: str
    family: str


@dataclass(frozen=True, slots=True)
class _Alias:
    """An alias with its meanings: `ids[i]` from `days[i]` on, days ascending."""

    title: str
    days: tuple[date, ...]
    ids: tuple[str, ...]

    def on(self, day: date) -> str | None:
        position = bisect.bisect_right(self.days, day)
        return self.ids[position - 1] if position else None


class Catalogue:
    """All models the program knows.

    Attributes:
        families: names in order of strength, weakest first.
        models: canonical id -> model, in the order of the file.
    """

    __slots__ = ("_aliases", "_by_id", "_inherit_title", "_invalid", "_pattern", "_suggested", "families", "models")

    def __init__(
        self,
        families: tuple[str, ...],
        models: tuple[Model, ...],
        aliases: Mapping[str, _Alias],
        inherit_title: str,
        invalid: frozenset[str],
    ) -> None:
        self.families = families
        self.models: Mapping[str, Model] = {model.id: model for model in models}
        self._aliases = aliases
        self._by_id = {name: model for model in models for name in (model.id, *model.ids)}
        self._inherit_title = inherit_title
        self._invalid = invalid
        group = "|".join(map(re.escape, families))
        self._pattern = re.compile(
            rf"claude-(?:({group})-[a-z0-9.@-]+|\d{{1,2}}(?:-\d{{1,2}})?-({group})-(?:\d{{8}}|latest))"
        )
        self._suggested: dict[str, str | None] = {}

    @classmethod
    def from_mapping(cls, data: Mapping[str, object]) -> Catalogue:
        """Check the parsed `models.yaml`. Unknown keys are ignored.

        Raises:
            DataError: with the dotted key that is wrong.
        """
        families = checked.texts(checked.required(data, "families"), "families")
        if not families:
            raise DataError("must name at least one family", key="families")
        rows = checked.mapping(checked.required(data, "models"), "models")
        models = tuple(_model(name, row, families) for name, row in rows.items())
        known: set[str] = set()
        for model in models:
            for name in (model.id, *model.ids):
                if name in known:
                    raise DataError(f"the id {name} stands for two models", key=f"models.{model.id}")
                known.add(name)
        for model in models:
            if model.becomes is not None and model.becomes not in rows:
                raise DataError(f"{model.becomes} is not a model of this file", key=f"models.{model.id}.becomes")
        inherit = checked.mapping(checked.required(data, INHERIT), INHERIT)
        return cls(
            families,
            models,
            _aliases(checked.mapping(checked.required(data, "aliases"), "aliases"), frozenset(rows)),
            checked.text(checked.required(inherit, "title", INHERIT), "inherit.title"),
            frozenset(name.lower() for name in checked.texts(data.get("invalid"), "invalid")),
        )

    def family(self, name: str | None) -> str:
        """The family of a model name; `inherit` for none, blank or inherit, `unknown` for what is no model name.

        Ids that are not in the catalogue but built like one get the family they name: new models appear every month.
        """
        bare = _bare(name)
        if _inherits(bare):
            return INHERIT
        model = self._model(bare)
        if model is not None:
            return model.family
        match = self._pattern.fullmatch(bare)
        return match[1] or match[2] if match else UNKNOWN

    def resolve(self, name: str, on: date) -> str | None:
        """The canonical id that a name stands for on a day.

        None if it inherits, is unknown, or is an alias before its first known meaning.
        """
        bare = _bare(name)
        model = self._by_id.get(bare)
        if model is not None:
            return model.id
        alias = self._aliases.get(bare.lower())
        return alias.on(on) if alias is not None else None

    def model(self, name: str) -> Model | None:
        """The model a name stands for, aliases by their newest meaning; None if it inherits or is unknown."""
        return self._model(_bare(name))

    def knows(self, name: str) -> bool:
        """Whether the name is inherit (or blank), an alias or an id of the catalogue."""
        bare = _bare(name)
        return _inherits(bare) or self._model(bare) is not None

    def invalid(self, name: str) -> bool:
        """Whether the name is one that looks like an alias but makes every request fail, such as `default`."""
        return _bare(name).lower() in self._invalid

    def suggest(self, name: str) -> str | None:
        """The known name closest to a misspelt one, of its own family if it shows one; None if nothing is close.

        Retired models are not suggested.
        """
        bare = _bare(name).lower()
        if len(bare) > _LONGEST_NAME:
            return None
        if bare not in self._suggested:
            family = self.family(bare)
            alive = [id for id, model in self._by_id.items() if model.status is not ModelStatus.RETIRED]
            names = [INHERIT, *self._aliases, *alive]
            if family != UNKNOWN:
                names = [other for other in names if self.family(other) == family]
            close = difflib.get_close_matches(bare, names, n=1, cutoff=_CLOSE)
            self._suggested[bare] = close[0] if close else None
        return self._suggested[bare]

    def choices(self) -> tuple[Choice, ...]:
        """What an editor offers: inherit, the aliases, then current, legacy and deprecated ids. No retired ones."""
        offered = [Choice(INHERIT, self._inherit_title, INHERIT)]
        offered += [Choice(name, alias.title, self.family(name)) for name, alias in self._aliases.items()]
        for status in (ModelStatus.CURRENT, ModelStatus.LEGACY, ModelStatus.DEPRECATED):
            models = sorted(
                (model for model in self.models.values() if model.status is status),
                key=lambda model: self.strength(model.family),
            )
            offered += [Choice(model.id, model.title, model.family) for model in models]
        return tuple(offered)

    def strength(self, family: str) -> int:
        """The rank of a family, 0 for the weakest; -1 for inherit, unknown and anything else."""
        return self.families.index(family) if family in self.families else -1

    def _model(self, bare: str) -> Model | None:
        model = self._by_id.get(bare)
        if model is None and (alias := self._aliases.get(bare.lower())) is not None:
            return self._by_id[alias.ids[-1]]
        return model


def _bare(name: str | None) -> str:
    """The name as Claude Code compares it: no blanks around it, no `[1m]`."""
    return _LONG_CONTEXT.sub("", (name or "").strip()).rstrip()


def _inherits(bare: str) -> bool:
    return not bare or bare.lower() == INHERIT


def _model(name: str, row: object, families: tuple[str, ...]) -> Model:
    key = f"models.{name}"
    data = checked.mapping(row, key)
    family = checked.text(checked.required(data, "family", key), f"{key}.family")
    if family not in families:
        raise DataError(f"{family} is not one of the families {', '.join(families)}", key=f"{key}.family")
    status = checked.text(checked.required(data, "status", key), f"{key}.status")
    if status not in tuple(ModelStatus):
        raise DataError(f"must be one of {', '.join(ModelStatus)}", key=f"{key}.status")
    ends = ModelStatus(status) in (ModelStatus.DEPRECATED, ModelStatus.RETIRED)
    if ends != ("retires" in data):
        raise DataError("stands exactly in deprecated and retired models", key=f"{key}.retires")
    efforts = checked.texts(data["efforts"], f"{key}.efforts") if "efforts" in data else EFFORTS
    if not set(efforts) <= set(EFFORTS):
        raise DataError(f"must be some of {', '.join(EFFORTS)}", key=f"{key}.efforts")
    context = checked.number(checked.required(data, "context", key), f"{key}.context")
    if context < 1 or context != int(context):
        raise DataError("must be a whole number of tokens", key=f"{key}.context")
    return Model(
        id=name,
        title=checked.text(checked.required(data, "title", key), f"{key}.title"),
        family=family,
        status=ModelStatus(status),
        context=int(context),
        ids=checked.texts(data.get("ids"), f"{key}.ids"),
        released=checked.day(data["released"], f"{key}.released") if "released" in data else None,
        retires=checked.day(data["retires"], f"{key}.retires") if ends else None,
        becomes=checked.text(data["becomes"], f"{key}.becomes") if "becomes" in data else None,
        efforts=efforts,
    )


def _aliases(rows: Mapping[str, object], ids: frozenset[str]) -> dict[str, _Alias]:
    aliases: dict[str, _Alias] = {}
    for name, row in rows.items():
        key = f"aliases.{name}"
        data = checked.mapping(row, key)
        title = checked.text(checked.required(data, "title", key), f"{key}.title")
        if "same_as" in data:
            other = aliases.get(checked.text(data["same_as"], f"{key}.same_as").lower())
            if other is None:
                raise DataError("must be an alias that stands above", key=f"{key}.same_as")
            aliases[name.lower()] = _Alias(title, other.days, other.ids)
        else:
            aliases[name.lower()] = _dated(title, checked.required(data, "meanings", key), f"{key}.meanings", ids)
    return aliases


def _dated(title: str, meanings: object, key: str, ids: frozenset[str]) -> _Alias:
    if not isinstance(meanings, list | tuple) or not meanings:
        raise DataError("must be a list of at least one meaning", key=key)
    days: list[date] = []
    names: list[str] = []
    for position, meaning in enumerate(meanings):
        place = f"{key}.{position}"
        data = checked.mapping(meaning, place)
        day = checked.day(checked.required(data, "effective_from", place), f"{place}.effective_from")
        if days and day <= days[-1]:
            raise DataError("must be later than the one above", key=f"{place}.effective_from")
        name = checked.text(checked.required(data, "id", place), f"{place}.id")
        if name not in ids:
            raise DataError(f"{name} is not a model of this file", key=f"{place}.id")
        days.append(day)
        names.append(name)
    return _Alias(title, tuple(days), tuple(names))
