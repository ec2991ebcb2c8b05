"""PyYAML behind guards: every text gives its value or a `FrontmatterError`, in linear time.

PyYAML's own failures on hostile text are not all `YAMLError`s (a date of `2024-99-99` is a `ValueError`), libyaml's
composer recurses on the C stack, and aliases can stand for exponentially many nodes. The guards refuse such text first.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from ctxstudio.errors import FrontmatterError

MAX_TEXT = 1 << 20
"""Longest frontmatter in characters: real ones stay below 10,000."""
MAX_DEPTH = 100
MAX_NODES = 100_000
"""Most nodes a text may stand for once its aliases are expanded."""

_FAILURES = (yaml.YAMLError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_SURROGATE = re.compile("[\ud800-\udfff]")
_COMPACT_RUN = re.compile(rf"(?:[-?:][ \t]+){{{MAX_DEPTH}}}")
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)
_LONG_NUMBER = 4300


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # chosen at run time: libyaml may be missing
    """The safe loader, with numbers too long to convert in linear time refused."""

    def construct_yaml_int(self, node: yaml.Node) -> Any:
        if len(str(node.value)) > _LONG_NUMBER:
            raise yaml.constructor.ConstructorError(None, None, "a number of that length", node.start_mark)
        return super().construct_yaml_int(node)


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_yaml_int)


def load(text: str) -> Any:
    """The value of a YAML text (a stream of at most one document).

    Raises:
        FrontmatterError: it is not valid, or it is hostile; line and column count from 1 within `text`.
    """
    return _read(text, construct=True)


def compose(text: str) -> yaml.Node | None:
    """The node tree of a YAML text, with marks that index `text`; None if it holds no document.

    An alias appears as the very node it stands for, marks included.

    Raises:
        FrontmatterError: as `load`.
    """
    node: yaml.Node | None = _read(text, construct=False)
    return node


def value_of(node: yaml.Node) -> Any:
    """The value of one composed node.

    Raises:
        FrontmatterError: as `load`.
    """
    try:
        return _Loader("").construct_document(node)
    except _FAILURES as error:
        raise FrontmatterError(_first_line(error)) from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0] or "not valid YAML"


def _read(text: str, *, construct: bool) -> Any:
    _refuse_hostile(text)
    # Undecodable bytes are lone surrogates here; one replacement character each keeps every mark in place.
    loader = _Loader(_SURROGATE.sub("\ufffd", text))
    try:
        node = loader.get_single_node()
        if node is not None and "*" in text and "&" in text:
            _refuse_expansion(node)
        if not construct:
            return node
        return None if node is None else loader.construct_document(node)
    except FrontmatterError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = error.problem or error.context or "not valid YAML"
        raise FrontmatterError(what, *((mark.line + 1, mark.column + 1) if mark else ())) from error
    except _FAILURES as error:
        raise FrontmatterError(_first_line(error)) from error
    finally:
        loader.dispose()


def _refuse_hostile(text: str) -> None:
    if len(text) > MAX_TEXT:
        raise FrontmatterError(f"the frontmatter is longer than {MAX_TEXT:,} characters")
    if "%" in text and (directive := _DIRECTIVE.search(text)):
        raise FrontmatterError("a % directive is not allowed here", text.count("\n", 0, directive.start()) + 1, 1)
    if len(text) > MAX_DEPTH and _nests_too_deeply(text):
        raise FrontmatterError(f"nested deeper than {MAX_DEPTH} levels")


def _nests_too_deeply(text: str) -> bool:
    """An upper bound of the nesting, without parsing: brackets, indentation and `- - -` runs, each on its own."""
    if text.count("[") + text.count("{") > MAX_DEPTH:
        depth = 0
        for char in text:
            if char in "[{":
                depth += 1
                if depth > MAX_DEPTH:
                    return True
            elif char in "]}" and depth:
                depth -= 1
    if _COMPACT_RUN.search(text):
        return True
    indents: list[int] = []
    for line in text.split("\n"):
        body = line.lstrip(" ")
        if not body or body == "\r":
            continue
        indent = len(line) - len(body)
        while indents and indents[-1] >= indent:
            indents.pop()
        indents.append(indent)
        if len(indents) > MAX_DEPTH:
            return True
    return False


def _refuse_expansion(root: yaml.Node) -> None:
    """Count the nodes that `root` stands for; an alias is the same object met again."""
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()
    stack: list[tuple[yaml.Node, bool]] = [(root, False)]
    while stack:
        node, done = stack.pop()
        key = id(node)
        if done:
            open_nodes.discard(key)
            sizes[key] = 1 + sum(sizes[id(child)] for child in _children(node))
            if sizes[key] > MAX_NODES:
                raise FrontmatterError(f"its aliases stand for more than {MAX_NODES:,} values", *_place(node))
        elif key in open_nodes:
            raise FrontmatterError("an alias contains itself", *_place(node))
        elif key not in sizes:
            open_nodes.add(key)
            stack.append((node, True))
            for child in _children(node):
                if id(child) in open_nodes:
                    raise FrontmatterError("an alias contains itself", *_place(child))
                if id(child) not in sizes:
                    stack.append((child, False))


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        return list(node.value)
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return []


def _place(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def same(one: object, other: object) -> bool:
    """Whether two parsed values are equal in type and value throughout (1 is not True, nan is nan)."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return len(one) == len(other) and all(key in other and same(value, other[key]) for key, value in one.items())
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other or (one != one and other != other)
