"""Values put in the place of others, and new members of collections, in the manner of what stands there."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from ctxstudio.errors import EditError
from ctxstudio.frontmatter import render, rows, style
from ctxstudio.frontmatter.rows import Splice
from ctxstudio.frontmatter.style import Style
from ctxstudio.frontmatter.tree import Kind, Node

_COMMENT_BEHIND = re.compile(r"[ \t]++#[^\r\n]*+")


class Slot(NamedTuple):
    """Where a value stands.

    Attributes:
        flow: whether in brackets.
        lead: offset after the colon or the dash in front of the value.
        column: of the key or the dash.
        of_list: whether it is an item.
        colon: what has to come in front of a new value: a colon where a key in brackets has none.
    """

    flow: bool
    lead: int
    column: int
    of_list: bool = False
    colon: str = ""


class Writer:
    """Writes values into one text.

    Attributes:
        text: the text.
        newline: its line break.
    """

    def __init__(self, text: str, *, lines: bool = True) -> None:
        self.text, self.newline = text, style.newline_of(text)
        self._by_rule = Style(self.newline, quote="'", lines=lines)

    @functools.cached_property
    def style(self) -> Style:
        """The habits of the text."""
        return dataclasses.replace(style.style_of(self.text), lines=self._by_rule.lines)

    def pair(self, parent: Node, key: object, value: Any) -> str:
        """A new pair of a mapping that has some."""
        if parent.flow:
            return f"{render.key_text(key, flow=True)}: {render.flow_value(value, self.style)}"
        return render.pair(key, value, parent.inner - rows.line_start(self.text, parent.inner), self.style)

    def items(self, parent: Node, new: Sequence[Any]) -> list[str]:
        """New items of a list that has some, quoted where all of those are, and not only because they must be."""
        habit = self.style
        texts = [item for item in parent.children if item.kind is Kind.SCALAR]
        quote = texts[0].style if texts else ""
        if quote in ("'", '"') and all(item.style == quote for item in texts):
            chosen = any(self._is_chosen(item, flow=parent.flow) for item in texts)
            habit = dataclasses.replace(habit, quote=quote, always_quote=chosen)
        if parent.flow:
            return [render.flow_value(value, habit) for value in new]
        column = parent.inner - rows.line_start(self.text, parent.inner)
        return [render.item(value, column, habit) for value in new]

    def replaced(self, node: Node, slot: Slot, new: Any) -> list[Splice]:
        """Put a value of any kind in the place of one of any kind; a comment on its first line stays.

        Raises:
            EditError: there is an alias: somebody meant the values to stay the same.
        """
        if node.kind is Kind.ALIAS:
            raise EditError("its value is an alias of another value")
        first, below = self._written(node, slot, new)
        if slot.flow:
            is_empty = node.start == node.end
            start = slot.lead if is_empty else node.start
            return [Splice(start, node.end, slot.colon + " " * is_empty + first)]
        if node.in_block or node.in_lines:
            return [self._many_lines_replaced(node, slot, first, below)]
        line_end = rows.line_end(self.text, node.end)
        return [self._one_line_replaced(node, slot, first), Splice(line_end, line_end, below)]

    def _many_lines_replaced(self, node: Node, slot: Slot, first: str, below: str) -> Splice:
        """Of a block collection or a block scalar only the comment behind its key or its header stays."""
        text = self.text
        start, end = slot.lead, node.end
        if node.in_lines and first:
            start = node.start
        begin = node.inner if node.in_block else node.end
        found = _COMMENT_BEHIND.search(text, start, rows.line_end(text, start)) if "\n" in text[start:begin] else None
        if node.in_block:
            end = rows.content_end(text, node.end, slot.column)
        blank = " " if first and start == slot.lead else ""
        return Splice(start, end, blank + first + (found[0] if found else "") + below)

    def _one_line_replaced(self, node: Node, slot: Slot, first: str) -> Splice:
        """Comments and blanks around the value stay, but for blanks that would be left at the end of a line."""
        text = self.text
        if first:
            return Splice(node.start, node.end, " " * (node.start == node.end) + first)
        line_end = rows.line_end(text, node.end)
        begins_below = "\n" in text[slot.lead : node.start]
        if text[node.end : line_end].strip():
            return Splice(node.start if begins_below else slot.lead, node.end, "")
        start = rows.line_end(text, rows.line_start(text, node.start) - 1) if begins_below else slot.lead
        return Splice(start, line_end, "")

    def _written(self, node: Node, slot: Slot, new: Any) -> tuple[str, str]:
        """What comes in the place of a node: on its line, and on the lines below."""
        if slot.flow and isinstance(new, dict | list):
            return render.flow_value(new, self.style), ""
        if isinstance(new, dict | list):
            write = render.after_dash if slot.of_list else render.after_colon
            return write(new, slot.column, self.style)
        first, line_break, below = self._scalar(node, slot, new).partition(self.newline)
        return first, line_break + below

    def _scalar(self, old: Node, slot: Slot, new: Any) -> str:
        """A scalar in the manner of the one that it replaces.

        If that is written as it would be by rule, so is the new one; else somebody chose the quotes, and they stay. So
        an edit and its inverse give the first text again (but for chosen quotes, by way of a text that needs them).
        """
        # Only a text of several lines is indented.
        indent = slot.column + (self.style.step if isinstance(new, str) and "\n" in new and not slot.of_list else 2)
        written = render.text(new, self._by_rule, indent, flow=slot.flow)
        if not isinstance(new, str) or old.kind is not Kind.SCALAR or not old.style:
            return written
        if (old.in_lines and not self._by_rule.lines) or not self._is_chosen(old, flow=slot.flow):
            return written
        if old.style in ("'", '"'):
            return render.quoted(new, old.style)
        indent = _indentation(self.text[old.start : old.end]) or indent
        return render.literal(new, old.style, indent, self.newline) or written

    def _is_chosen(self, scalar: Node, *, flow: bool) -> bool:
        """Whether a scalar is written otherwise than it would be by rule."""
        return render.text(scalar.value, self._by_rule, 1, flow=flow)[:1] != scalar.style


def _indentation(lines: str) -> int:
    """Columns of the first line of a block scalar that is not blank, 0 if there is none."""
    for line in lines.split("\n")[1:]:
        if line.strip():
            return len(line) - len(line.lstrip(" "))
    return 0
