"""PyYAML behind guards: every text gives its value or a `FrontmatterError`, in linear time.

PyYAML's own failures on hostile text are not all `YAMLError`s (a date of `2024-99-99` is a `ValueError`), libyaml's
composer recurses on the C stack, aliases can stand for exponentially many values, and some conversions take quadratic
time. The guards refuse such text before it does harm.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import yaml

from ctxstudio.errors import FrontmatterError

MAX_TEXT = 1 << 20
"""Longest text in characters that YAML is asked to read; real frontmatter stays below 10,000."""
MAX_DEPTH = 100
MAX_VALUES = 100_000
"""Most values that a text may stand for once its aliases are expanded, if it has not itself more characters."""
_MOST_ODD_KEYS = 1000
_LONGEST_NUMBER = 1000
_SHORT_NUMBER = 15
"""Integers of so few characters never share their hash."""
_MOST_DIRECTIVES = 100

_FAILURES = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_SURROGATE = re.compile("[\ud800-\udfff]")
_ALIAS = re.compile(r"\*([^ \t\r\n\[\]{},]++)")
_BLOCK_START = re.compile(r"[\r\n\x85\u2028\u2029][ \t]*+(?:[-?:][ \t]++)*")
_TAG = "tag:yaml.org,2002:"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # libyaml may be missing
    """The safe loader, refusing what takes it quadratic time."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Resolve merge keys; PyYAML deletes them one by one. Large integers as keys can be made to share one hash."""
        odd = 0
        if len(node.value) > _MOST_ODD_KEYS:
            odd = sum(
                key.tag == _TAG + "merge" or (key.tag == _TAG + "int" and len(key.value) > _SHORT_NUMBER)
                for key, _ in node.value
            )
        if odd > _MOST_ODD_KEYS:
            raise yaml.constructor.ConstructorError(
                None, None, f"more than {_MOST_ODD_KEYS:,} merge keys or large numbers as keys", node.start_mark
            )
        super().flatten_mapping(node)


def _guarded(construct: Callable[[Any, yaml.Node], Any]) -> Callable[[_Loader, yaml.Node], Any]:
    """A constructor that fails with the place in the text, and early on what takes long."""

    def constructed(loader: _Loader, node: yaml.Node) -> Any:
        if len(node.value) > _LONGEST_NUMBER:
            raise yaml.constructor.ConstructorError(None, None, "a number of that length", node.start_mark)
        try:
            return construct(loader, node)
        except _FAILURES as error:
            raise yaml.constructor.ConstructorError(None, None, _first_line(error), node.start_mark) from error

    return constructed


for _kind in ("bool", "int", "float", "timestamp"):
    _Loader.add_constructor(_TAG + _kind, _guarded(getattr(yaml.SafeLoader, f"construct_yaml_{_kind}")))


def load(text: str) -> Any:
    """The value of a YAML text (a stream of at most one document).

    Raises:
        FrontmatterError: it is not valid, or it is hostile; line and column count from 1 within `text`.
    """
    return _read(text, _loaded)


def events(text: str) -> list[yaml.Event]:
    """What libyaml's parser sees in a YAML text; its marks count from behind a byte order mark.

    Raises:
        FrontmatterError: as `load`.
    """
    found: list[yaml.Event] = _read(text, _parsed)
    return found


def is_text_key(plain: str) -> bool:
    """Whether YAML reads a plain scalar as a key that is text, and not as a number, a merge or the like."""
    tag: str = _RESOLVER.resolve(yaml.ScalarNode, plain, (True, False))  # type: ignore[no-untyped-call]  # untyped in the stubs
    return tag in (_TAG + "str", _TAG + "value")


_RESOLVER: Final = yaml.resolver.Resolver()


def undefined_alias(text: str, error: FrontmatterError) -> str:
    """The name of the alias of a text that `load` missed the anchor of, empty if it complained of something else."""
    if "undefined alias" not in error.message or error.line is None or error.column is None:
        return ""
    line = text.split("\n", error.line)[error.line - 1]
    found = _ALIAS.match(line, error.column - 1)
    return found[1] if found else ""


def _read(text: str, read: Callable[[_Loader, str], Any]) -> Any:
    if len(text) > MAX_TEXT:
        raise FrontmatterError(f"the frontmatter is longer than {MAX_TEXT:,} characters")
    if text.count("\n%") > _MOST_DIRECTIVES:
        raise FrontmatterError(f"more than {_MOST_DIRECTIVES} directives")
    # Undecodable bytes are lone surrogates here; one replacement character each keeps every mark in place.
    clean = text if text.isascii() else _SURROGATE.sub("\ufffd", text)
    loader = None
    try:
        if _may_be_deep(clean):
            _refuse_deep(clean)
        loader = _Loader(clean)
        return read(loader, text)
    except FrontmatterError:
        raise
    except yaml.MarkedYAMLError as error:
        raise _complaint(text, error) from error
    except yaml.reader.ReaderError as error:
        before = clean.encode()[: error.position].decode("utf-8", "ignore")
        raise FrontmatterError(str(error.reason), *_place(text, len(before))) from error
    except (yaml.YAMLError, *_FAILURES) as error:
        raise FrontmatterError(_first_line(error)) from error
    finally:
        if loader is not None:
            loader.dispose()


def _loaded(loader: _Loader, text: str) -> Any:
    node = loader.get_single_node()
    if node is None:
        return None
    if "*" in text and "&" in text:
        _refuse_expansion(node, text)
    return loader.construct_document(node)


def _parsed(loader: _Loader, _text: str) -> list[yaml.Event]:
    return list(_events(loader))


def _events(loader: _Loader) -> Iterator[yaml.Event]:
    while loader.check_event():
        yield loader.get_event()


def _complaint(text: str, error: yaml.MarkedYAMLError) -> FrontmatterError:
    what = ": ".join(part for part in (error.context, error.problem) if part) or "not valid YAML"
    # libyaml drops a byte order mark before it begins to count.
    skipped = len(text) - len(text.removeprefix("\ufeff"))
    marks = [mark.index + skipped for mark in (error.problem_mark, error.context_mark) if mark is not None]
    if not marks:
        return FrontmatterError(what)
    # What is never closed is missed only at the end; the place to mend is where it opens.
    inside = [at for at in marks if at < len(text.rstrip())]
    return FrontmatterError(what, *_place(text, (inside or marks)[0]))


def _place(text: str, offset: int) -> tuple[int, int]:
    """1-based line and column. libyaml's own lines also end at a lone CR, NEL and U+2028, an editor's do not."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0] or "not valid YAML"


def _may_be_deep(text: str) -> bool:
    """Whether an upper bound of the nesting is too high: one for each bracket, two for each column before a text."""
    if len(text) <= MAX_DEPTH:
        return False
    brackets = text.count("[") + text.count("{")
    return brackets + 2 * max(map(len, _BLOCK_START.findall("\n" + text))) > MAX_DEPTH


def _refuse_deep(text: str) -> None:
    loader = _Loader(text)
    try:
        depth = 0
        for event in _events(loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH and event.start_mark is not None:
                    place = _place(text, event.start_mark.index)
                    raise FrontmatterError(f"nested deeper than {MAX_DEPTH} levels", *place)
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    finally:
        loader.dispose()


def _refuse_expansion(root: yaml.Node, text: str) -> None:
    """Count the values that `root` stands for; an alias is the same object met again."""
    most = max(MAX_VALUES, len(text))
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()
    stack: list[tuple[yaml.Node, bool]] = [(root, False)]
    while stack:
        node, done = stack.pop()
        key = id(node)
        if done:
            open_nodes.discard(key)
            sizes[key] = 1 + sum(sizes[id(child)] for child in _children(node))
            if sizes[key] > most:
                place = _place(text, node.start_mark.index)
                raise FrontmatterError(f"its aliases stand for more than {MAX_VALUES:,} values", *place)
        elif key not in sizes and key not in open_nodes:
            open_nodes.add(key)
            stack.append((node, True))
            for child in _children(node):
                if id(child) in open_nodes:
                    raise FrontmatterError("an alias contains itself", *_place(text, child.start_mark.index))
                if id(child) not in sizes:
                    stack.append((child, False))


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        return list(node.value)
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return []


def same(one: object, other: object) -> bool:
    """Whether two parsed values are equal in type and value throughout (1 is not True, nan is nan)."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        kinds = {key: type(key) for key in other}
        return len(one) == len(other) and all(
            kinds.get(key) is type(key) and same(value, other[key]) for key, value in one.items()
        )
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other or (one != one and other != other)
