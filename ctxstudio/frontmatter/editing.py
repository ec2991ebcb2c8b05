"""Edits of a block, each proven: the value is what was meant, all else is what it was."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping
from itertools import takewhile
from typing import Any

from ctxstudio.errors import EditError, FrontmatterError
from ctxstudio.frontmatter import render, rows, splice, yamltext
from ctxstudio.frontmatter.block import MISSING, NOT_A_MAPPING, Block, Row
from ctxstudio.frontmatter.entries import lines
from ctxstudio.frontmatter.splice import Edit, Path, Place
from ctxstudio.frontmatter.tree import leaves

_HASH = re.compile(r"(?:^|[ \t])#", re.MULTILINE)


def write(block: Block, path: Path, value: object, place: Place, origin: Block) -> Block:
    """The block with a value set; missing keys on the way are made.

    Args:
        block: what to edit.
        path: keys to the value.
        value: text, number, bool, None, list or mapping.
        place: where a new key goes.
        origin: a block whose words are taken where it says the same.

    Raises:
        EditError: it cannot be done without changing something else.
    """

    plain = render.plain_value(value)

    def change(edit: Edit) -> None:
        home = _home(block, origin, path[0])
        if home is not None:
            edit.insert_line(home, path, plain)
        else:
            edit.set(block.tree(path[0]), path, block.get(path), plain, _place(block, origin, path[0]) or place)

    return _edited(block, path, value, plain, change, origin)


def erase(block: Block, path: Path, origin: Block) -> Block:
    """The block without a key.

    Args:
        block: what to edit.
        path: keys to the value.
        origin: a block whose words are taken where it says the same.

    Raises:
        EditError: there is no such key, or it cannot be deleted without changing something else.
    """
    return _edited(block, path, MISSING, MISSING, lambda edit: edit.delete(block.tree(path[0]), path), origin)


def _edited(
    block: Block, path: Path, value: object, plain: Any, change: Callable[[Edit], None], origin: Block
) -> Block:
    """The block with a change; `value` is what was asked for, `plain` what YAML can say of it."""
    if not path:
        raise EditError("there is no key to edit")
    key = path[0]
    try:
        old = block.top(key)
        present = block.get(path)
        if value is MISSING and present is MISSING:
            raise EditError("there is no such key")
        if value is not MISSING and yamltext.same(present, plain):
            return block
        if restored := _restored(block, key, _updated(old, path[1:], value), origin):
            return restored
        expected = _updated(old, path[1:], plain)
        try:
            edited = _changed(block, change, Edit(block.text), {key: expected})
        except (EditError, FrontmatterError):
            # A comment below may have become a line of a text; in quotes it cannot.
            edited = _changed(block, change, Edit(block.text, lines=False), {key: expected})
        return _restored(edited, key, expected, origin) or edited
    except (EditError, FrontmatterError) as error:
        raise EditError(f"`{'.'.join(path)}` cannot be edited: {error}") from error


def _changed(block: Block, change: Callable[[Edit], None], edit: Edit, expected: Mapping[str, Any]) -> Block:
    change(edit)
    return proven(block, rows.apply(block.text, edit.splices), expected)


def is_back(block: Block, origin: Block, alone: bool) -> bool:
    """Whether a block says again all that its origin says, so that it may be as it was.

    Args:
        block: the block.
        origin: what it was.
        alone: whether nobody but edits came between. Else only the order of lines may differ, or the layout where keys
            have no lines of their own.
    """
    if block is origin or not _say_same(block, origin):
        return block is origin
    if alone or sorted(lines(block.text)) == sorted(lines(origin.text)):
        return True
    return not origin.rows() and comments(block) == comments(origin)


def _say_same(one: Block, other: Block) -> bool:
    if not (one.by_line and other.by_line):
        return yamltext.same(one.parsed(), other.parsed())
    return set(one.names()) == set(other.names()) and all(
        yamltext.same(_readable(one, name), _readable(other, name)) for name in one.names()
    )


def _readable(block: Block, name: str) -> Any:
    try:
        return block.top(name)
    except FrontmatterError:
        return MISSING


def _updated(old: Any, path: Path, value: object) -> Any:
    """A parsed value with one path set or (MISSING) deleted."""
    if not path:
        return value
    if old is not MISSING and not isinstance(old, dict):
        raise EditError("a key on the way to it holds no mapping")
    changed: dict[str, Any] = dict(old) if isinstance(old, dict) else {}
    inner = _updated(changed.get(path[0], MISSING), path[1:], value)
    if inner is MISSING:
        changed.pop(path[0], None)
    else:
        changed[path[0]] = inner
    return changed


def proven(block: Block, text: str, expected: Mapping[str, Any]) -> Block:
    """An edited text, if YAML reads some top-level keys there as expected, and everything else as it did before.

    Args:
        block: what was edited.
        text: the text now.
        expected: key -> its value, MISSING if there is none.

    Raises:
        EditError: it is not so.
        FrontmatterError: the entry of such a key is not valid YAML.
    """
    edited = Block(text, block.first_line)
    for key, value in expected.items():
        if not yamltext.same(edited.top(key), value) or not yamltext.same(edited.parsed_top(key), value):
            raise EditError("it would not read back as what was set")
    if not _others_same(block, edited, expected):
        raise EditError("other values of the file would change with it")
    return edited


def _others_same(block: Block, edited: Block, keys: Collection[str]) -> bool:
    old, new = (None, None) if block.certain and edited.certain else (block.parsed(), edited.parsed())
    if isinstance(old, dict) and isinstance(new, dict):
        return yamltext.same(_without(old, keys), _without(new, keys))
    if isinstance(old, dict) or isinstance(new, dict):
        return False
    if isinstance(old, FrontmatterError) and old.message == NOT_A_MAPPING:
        raise old
    # Read entry by entry, and equal text has equal values. Blank lines may have changed hands: some values count them.
    before, after = _others(block, keys), _others(edited, keys)
    return [name for name, _ in before] == [name for name, _ in after] and all(
        one == other or (_with_words(one) == _with_words(other) and _reads_same(one, other))
        for (_, one), (_, other) in zip(before, after, strict=True)
    )


def _without(mapping: dict[Any, Any], keys: Collection[str]) -> dict[Any, Any]:
    return {name: item for name, item in mapping.items() if name not in keys}


def _others(block: Block, keys: Collection[str]) -> list[tuple[str, str]]:
    """The entries of a block but for those of some keys that count: key and text."""
    edited = [block.entry(key) for key in keys]
    texts = [(entry.key, block.text[entry.start : entry.end]) for entry in block.entries if entry not in edited]
    return [(name, text) for name, text in texts if name or _with_words(text)]


def _with_words(text: str) -> list[str]:
    """The lines of a text that are neither blank nor comments at column 0, without what may be comments at its end."""
    found = [line for line in text.split("\n") if line.strip() and line[0] != "#"]
    while found and found[-1].lstrip(" ").startswith("#"):
        found.pop()
    return found


def _reads_same(one: str, other: str) -> bool:
    values: list[Any] = []
    for text in (one, other):
        try:
            values.append(yamltext.load(text))
        except FrontmatterError:
            values.append(MISSING)
    return yamltext.same(*values)


def _home(block: Block, origin: Block, key: str) -> int | None:
    """Offset of the line at which a key comes back that was deleted: behind what stood in front of it."""
    if block.top(key) is not MISSING or origin.top(key) is MISSING:
        return None
    then = _numbered(origin.rows())
    at = next((number for number, name in enumerate(then) if name[0] == key), None)
    if at is None:
        return None
    now = _numbered(block.rows())
    gaps, gap_end, home = [], list(then.values())[at].start, 0
    for name, row in reversed(list(then.items())[:at]):
        gaps.append(origin.text[row.end : gap_end])
        gap_end = row.start
        if name in now:
            home = now[name].end
            break
    else:
        gaps.append(origin.text[:gap_end])
    for line in lines("".join(reversed(gaps))):
        if not block.text.startswith(line, home):
            break
        home += len(line)
    return home


def _numbered(rows: list[Row]) -> dict[tuple[str | None, int], Row]:
    """Rows by their key and a number that tells equal keys apart."""
    seen: Counter[str | None] = Counter()
    found = {}
    for row in rows:
        found[row.key, seen[row.key]] = row
        seen[row.key] += 1
    return found


def _place(block: Block, origin: Block, key: str) -> Place | None:
    """Where a key comes back that was deleted, in a block that does not give its keys lines of their own."""
    if block.top(key) is not MISSING or key not in origin.names():
        return None
    return Place(tuple(takewhile(lambda name: name != key, origin.names()))[::-1], first=True)


def _restored(block: Block, key: str, expected: Any, origin: Block) -> Block | None:
    """A block with a key's entry in the words of the origin, if that has the expected value there.

    Where an edit and its inverse met, this brings back quotes and layout that no rule could guess.
    """
    try:
        if expected is MISSING or not yamltext.same(origin.top(key), expected):
            return None
        home = _home(block, origin, key)
        here = block.spans(key) if home is None else [(home, home)]
        there = origin.spans(key) or [(0, 0)] * len(here)  # a value that comes from a merge has no words of its own
    except FrontmatterError:
        return None
    texts = [
        block.text[:start] + origin.text[first:after] + block.text[end:]
        for (start, end), (first, after) in zip(here, there, strict=False)
    ]
    if not texts:
        return None
    try:
        restored = origin if origin.text in texts else proven(block, texts[0], {key: expected})
        old, now, then = (comments(one, key) for one in (block, restored, origin))
    except (EditError, FrontmatterError):
        return None
    # None that somebody else wrote there since may get lost, and none may come twice.
    return None if old - now or now - (old | then) else restored


def comments(block: Block, *keys: str) -> Counter[str]:
    """The comments of a block. What only looks like one is left out in the entries of `keys`, and counted elsewhere."""
    pairs = [pair for key in keys if (pair := splice.find(block.tree(key), key))]
    texts: deque[tuple[int, int]] = deque()
    for _, value in sorted(pairs, key=lambda pair: pair[0].start):
        for node in leaves(value):
            # Behind the header of a block scalar can stand a comment.
            texts.append((rows.line_end(block.text, node.start) if node.in_lines else node.start, node.end))
    found: Counter[str] = Counter()
    end = 0
    for hash_sign in _HASH.finditer(block.text):
        start = hash_sign.end() - 1
        while texts and texts[0][1] <= start:
            texts.popleft()
        if start >= end and not (texts and texts[0][0] <= start):
            end = rows.line_end(block.text, start)
            found[block.text[start:end]] += 1
    return found
