"""Where the values of a YAML text stand: its nodes with the offsets that edits need.

Built from the parser's events and not from PyYAML's nodes, because those hide aliases (an alias is the very node it
stands for), let block collections end behind the next line, and are composed by a recursion on the C stack.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from ctxstudio.errors import FrontmatterError
from ctxstudio.frontmatter import yamltext

_PROPERTIES = re.compile(r"(?:[!&][^ \t\r\n,\[\]{}]*+[ \t\r\n]*+)*")

_COLON = re.compile(r"[ \t\r\n]*+:")


class Kind(enum.Enum):
    """What a node is."""

    SCALAR = "scalar"
    LIST = "list"
    MAPPING = "mapping"
    ALIAS = "alias"


@dataclass(slots=True)
class Node:
    """One value of a YAML text.

    Attributes:
        kind: what it is.
        start: offset of its first character, of a tag or an anchor in front of it if it has one.
        end: offset after its last character; for a block collection, of its last item's.
        flow: whether it is a collection in brackets.
        style: of a scalar: `'`, `"`, `|`, `>`, or empty if it is plain.
        value: of a scalar: its text; of an alias: the anchor.
        tag: its explicit tag, None if it has none.
        inner: offset of a collection's first item, of the dash or question mark in front of it if it has one.
        children: a list's items; a mapping's keys and values in turn.
    """

    kind: Kind
    start: int
    end: int
    flow: bool = False
    style: str = ""
    value: str = ""
    tag: str | None = None
    inner: int = 0
    children: list[Node] = field(default_factory=list)

    @property
    def in_block(self) -> bool:
        """Whether it is a collection without brackets."""
        return self.kind in (Kind.LIST, Kind.MAPPING) and not self.flow

    @property
    def in_lines(self) -> bool:
        """Whether it is a block scalar."""
        return self.style in ("|", ">")

    def key_text(self) -> str | None:
        """The text that this is as a key of a mapping; None if it is something else than text."""
        if self.kind is not Kind.SCALAR or self.tag not in (None, "!", "tag:yaml.org,2002:str"):
            return None
        return self.value if self.style or self.tag or yamltext.is_text_key(self.value) else None


def parse(text: str, at: int = 0) -> Node | None:
    """The root node of a YAML text of one document, None if it holds none.

    Args:
        text: the text.
        at: what to add to all offsets.

    Raises:
        FrontmatterError: it is not valid YAML.
    """
    # YAML drops a byte order mark before it begins to count.
    at, text = at + len(text) - len(text.removeprefix("\ufeff")), text.removeprefix("\ufeff")
    root: Node | None = None
    stack: list[Node] = []
    for event in yamltext.events(text):
        if isinstance(event, yaml.NodeEvent):
            node = _node(text, at, event)
            if stack:
                _append(text, at, stack[-1], node)
            elif root is None:
                root = node
            else:
                raise FrontmatterError("more than one document")
            if isinstance(event, yaml.CollectionStartEvent):
                stack.append(node)
        elif isinstance(event, yaml.CollectionEndEvent):
            node = stack.pop()
            node.end = node.children[-1].end if node.children and not node.flow else at + _index(event.end_mark)
    return root


def _append(text: str, at: int, parent: Node, node: Node) -> None:
    is_value = parent.kind is Kind.MAPPING and len(parent.children) % 2
    if is_value and node.start == node.end and node.kind is Kind.SCALAR:
        # The mark of an empty value can lie anywhere up to the next token.
        key_end = parent.children[-1].end
        colon = _COLON.match(text, key_end - at)
        node.start = node.end = at + colon.end() if colon else key_end
    parent.children.append(node)


def _index(mark: Any) -> int:
    index: int = mark.index
    return index


def leaves(node: Node) -> Iterator[Node]:
    """The scalars and aliases of a tree in file order."""
    stack = [node]
    while stack:
        node = stack.pop()
        if node.kind in (Kind.SCALAR, Kind.ALIAS):
            yield node
        stack += reversed(node.children)


def _node(text: str, at: int, event: yaml.NodeEvent) -> Node:
    start, end = at + _index(event.start_mark), at + _index(event.end_mark)
    if isinstance(event, yaml.ScalarEvent):
        node = Node(Kind.SCALAR, start, end, False, event.style or "", event.value, event.tag)
        if node.in_lines:
            node.end = _end_of_lines(text, node, at)
        return node
    if not isinstance(event, yaml.CollectionStartEvent):
        return Node(Kind.ALIAS, start, end, value=event.anchor or "")
    kind = Kind.MAPPING if isinstance(event, yaml.MappingStartEvent) else Kind.LIST
    if not event.flow_style and kind is Kind.LIST and text[end - at : end - at + 1] != "-":
        end -= 1  # the items of a list in the column of its key: the mark stands behind the first dash
    return Node(kind, start, end, bool(event.flow_style), tag=event.tag, inner=end)


def _end_of_lines(text: str, node: Node, at: int) -> int:
    """Offset of the line break after a block scalar's last own line; its mark lies behind the blank lines below."""
    raw = text[node.start - at : node.end - at]
    header = raw[_PROPERTIES.match(raw).end() :].partition("\n")[0]  # type: ignore[union-attr]  # matches always
    last = node.value.rstrip("\n").rpartition("\n")[2]
    if "+" in header.partition("#")[0]:
        own = raw.removesuffix("\n").removesuffix("\r")
    elif last and not last.strip(" "):
        own = raw.rstrip("\r\n")
    else:
        own = raw.rstrip(" \t\r\n\x85\u2028\u2029")
        own += raw[len(own) :].partition("\n")[0].rstrip("\r")
    return node.start + len(own)
