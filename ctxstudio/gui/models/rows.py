"""Which rows the table has: the agents in their order, filtered, under the headings of their groups. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeAlias

from ctxstudio.gui.models.groups import Grouping, Groups, Heading
from ctxstudio.policy import fields, query
from ctxstudio.policy.values import Agent
from ctxstudio.workspace import Workspace

Row: TypeAlias = str | Heading
"""An agent's id, or a heading."""
Accept: TypeAlias = Callable[[Agent], bool]


class Rows:
    """The rows of the table.

    Attributes:
        view: agents and headings as they stand in the table.
        matching: how many agents pass the filter, those in collapsed groups included.
        grouping: by what they are grouped.
        collapsed: keys of the groups whose agents are not shown.
        in_order: whether new agents stand where the order wants them.
        sorted_by: position of a field in `fields.COLUMNS`, -1 for the order of the paths, and whether it descends.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.grouping = Grouping.NONE
        self.sorted_by: tuple[int, bool] = (-1, False)
        self._query = query.Query()
        self._accept: Accept | None = None
        self.open(workspace)

    def open(self, workspace: Workspace) -> None:
        """Begin with another workspace, whose agents are added by and by."""
        self.view: list[Row] = []
        self.matching = 0
        self.collapsed: set[str] = set()
        self.in_order = True
        self._workspace = workspace
        self._order: list[str] = []
        self._places: dict[Row, int] | None = None
        self._searchable: dict[str, str] = {}
        self._sort_values: dict[int, dict[str, Any]] = {}
        self._heading_of: dict[str, Heading] = {}
        self._groups = self._new_groups()

    def _new_groups(self) -> Groups | None:
        return None if self.grouping is Grouping.NONE else Groups(self._workspace, self.grouping)

    def place(self, row: Row) -> int:
        """Where an agent or a heading stands, -1 if it is not shown."""
        if self._places is None:
            self._places = {row: place for place, row in enumerate(self.view)}
        return self._places.get(row, -1)

    def heading_of(self, id: str) -> Heading | None:
        """The heading under which an agent stands, None where there are no groups or the filter hides it."""
        return self._heading_of.get(id)

    # Changes of the view

    def set_filter(self, wanted: query.Query, accept: Accept | None) -> None:
        """Show only agents that match a query and pass a test, from the next `viewed` on."""
        self._query, self._accept = wanted, accept

    def set_grouping(self, grouping: Grouping) -> None:
        """Group by something else, from the next `viewed` on."""
        self.grouping, self.collapsed = grouping, set()
        self._groups = self._new_groups()

    def sort(self, column: int, *, descending: bool) -> None:
        """Put the agents into another order, from the next `viewed` on. Missing values stay last either way."""
        self.sorted_by, self.in_order = (column, descending), True
        if column < 0:
            self._order.sort()
            return
        values = self._values_of(column)
        present = [id for id in self._order if values[id] is not None]
        missing = [id for id in self._order if values[id] is None]
        present.sort(key=values.__getitem__, reverse=descending)
        self._order = present + missing

    def _values_of(self, column: int) -> dict[str, Any]:
        """What to sort by, kept until an agent changes: to find it out takes longer than to sort."""
        values = self._sort_values.setdefault(column, {})
        if len(values) < len(self._order):
            key, agent = fields.COLUMNS[column].sort_key, self._workspace.agent
            for id in self._order:
                if id not in values:
                    missing, value = key(agent(id))
                    values[id] = None if missing else value
        return values

    def add(self, ids: Sequence[str]) -> list[str]:
        """Take new agents in at the end of the order; those of them that pass the filter."""
        self.in_order = self.in_order and self.sorted_by[0] < 0 and self._order[-1:] < list(ids[:1])
        self._order += ids
        return self._filtered(ids)

    def remove(self, ids: Collection[str]) -> None:
        """Agents are no more, from the next `viewed` on."""
        gone = set(ids)
        self._order = [id for id in self._order if id not in gone]
        self._forget(ids)

    def append(self, ids: Collection[str]) -> None:
        """Show new agents below all others: where there are no groups."""
        self.view += ids
        self.matching += len(ids)
        self._places = None

    def viewed(self) -> list[Row]:
        """The rows as they should be now."""
        ids = self._filtered(self._order)
        self.matching = len(ids)
        self._heading_of = {}
        if self._groups is None:
            return list(ids)
        view: list[Row] = []
        for heading in self._groups.headings(ids):
            self._heading_of.update(dict.fromkeys(heading.ids, heading))
            view.append(heading)
            if heading.key not in self.collapsed:
                view += heading.ids
        return view

    def show(self, view: list[Row]) -> None:
        """Let these be the rows."""
        self.view, self._places = view, None

    def collapse(self, place: int, heading: Heading) -> None:
        """Take the agents of a heading out of the view."""
        self.collapsed.add(heading.key)
        del self.view[place + 1 : place + 1 + len(heading.ids)]
        self._places = None

    def expand(self, place: int, heading: Heading) -> None:
        """Put the agents of a heading into the view again."""
        self.collapsed.discard(heading.key)
        self.view[place + 1 : place + 1] = heading.ids
        self._places = None

    def collapse_all(self, collapsed: bool) -> None:
        """Hide or show the agents of all groups, from the next `viewed` on."""
        self.collapsed = {row.key for row in self.view if isinstance(row, Heading)} if collapsed else set()

    def _filtered(self, ids: Collection[str]) -> list[str]:
        if not self._query and self._accept is None:
            return list(ids)
        workspace, searchable = self._workspace, self._searchable
        passing = []
        for id in ids:
            agent = workspace.agent(id)
            haystack = searchable.get(id)
            if haystack is None:
                haystack = searchable[id] = query.searchable(agent)
            if self._query.matches(agent, haystack) and (self._accept is None or self._accept(agent)):
                passing.append(id)
        return passing

    # Changes of agents

    def update(self, ids: Collection[str]) -> list[int]:
        """Take over that agents are others now; the places of all rows that say something else.

        No agent changes its place: rows must not run away from under the hands of who edits them.
        """
        self._forget(ids)
        touched: set[Row] = {*ids}
        if self._groups is not None:
            for id in ids:
                heading = self._heading_of.get(id)
                if heading is not None:
                    touched.add(heading)
                    (heading.changed.add if self._workspace.agent(id).changed else heading.changed.discard)(id)
        return [place for row in touched if (place := self.place(row)) >= 0]

    def _forget(self, ids: Collection[str]) -> None:
        """Drop what was kept about agents."""
        for kept in (self._searchable, *self._sort_values.values()):
            for id in ids:
                kept.pop(id, None)
        if self._groups is not None:
            self._groups.forget(ids)
