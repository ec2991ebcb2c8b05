"""How the user arranged the table: columns by field id, sort, grouping; as text for the settings. No Qt."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ctxstudio.errors import DataError
from ctxstudio.gui.models.groups import Grouping
from ctxstudio.policy import checked, fields

_NARROWEST: Final = 24
_WIDEST: Final = 4000
_DEFAULT_ORDER: Final = tuple(column.id for column in fields.COLUMNS)
_DEFAULT_HIDDEN: Final = frozenset(column.id for column in fields.COLUMNS if not column.shown)
_ALWAYS_SHOWN: Final = _DEFAULT_ORDER[0]


@dataclass(frozen=True, slots=True)
class Layout:
    """An arrangement of the table.

    Attributes:
        order: ids of all columns from left to right.
        hidden: ids of those that are not shown.
        widths: their widths in pixels, empty if the user chose none.
        sort: field id and whether it descends, None for the order of the paths.
        grouping: by what agents are grouped.
    """

    order: tuple[str, ...] = _DEFAULT_ORDER
    hidden: frozenset[str] = _DEFAULT_HIDDEN
    widths: Mapping[str, int] = field(default_factory=dict)
    sort: tuple[str, bool] | None = None
    grouping: Grouping = Grouping.NONE

    def text(self) -> str:
        """The layout for `read`."""
        columns = [{"id": id, "shown": id not in self.hidden, "width": self.widths.get(id)} for id in self.order]
        sort = {"id": self.sort[0], "descending": self.sort[1]} if self.sort else None
        return json.dumps({"columns": columns, "sort": sort, "group": self.grouping.value})


def read(text: object) -> Layout:
    """The layout that settings hold: what is no layout, or another version's, counts as far as it can be understood."""
    try:
        data = checked.mapping(json.loads(text) if isinstance(text, str) else None, "")
    except (ValueError, RecursionError, DataError):
        return Layout()
    columns = data.get("columns")
    seen = dict(filter(None, map(_column, columns if isinstance(columns, list) else [])))
    return Layout(
        _order(seen),
        frozenset(id for id in _DEFAULT_ORDER if not seen.get(id, (id not in _DEFAULT_HIDDEN, 0))[0]),
        {id: width for id, (_, width) in seen.items() if width},
        _sort(data.get("sort")),
        _grouping(data.get("group")),
    )


def _column(value: object) -> tuple[str, tuple[bool, int]] | None:
    """Id, whether it is shown, and its width or 0; None if it is no column of this version."""
    if not isinstance(value, Mapping) or value.get("id") not in _DEFAULT_ORDER:
        return None
    id, shown, width = str(value["id"]), value.get("shown"), value.get("width")
    if not isinstance(width, int) or isinstance(width, bool) or width <= 0:
        width = 0
    return id, (id == _ALWAYS_SHOWN or shown is not False, width and min(max(width, _NARROWEST), _WIDEST))


def _order(known: Iterable[str]) -> tuple[str, ...]:
    """The known columns as they were, each new one behind the one it follows by default."""
    order = list(known)
    for place, id in enumerate(_DEFAULT_ORDER):
        if id not in order:
            order.insert(order.index(_DEFAULT_ORDER[place - 1]) + 1 if place else 0, id)
    return tuple(order)


def _sort(value: object) -> tuple[str, bool] | None:
    if not isinstance(value, Mapping) or value.get("id") not in _DEFAULT_ORDER:
        return None
    return str(value["id"]), value.get("descending") is True


def _grouping(value: object) -> Grouping:
    return Grouping(value) if isinstance(value, str) and value in set(Grouping) else Grouping.NONE
