"""Edits of a block, each proven: the value is what was meant, all else is what it was."""

from __future__ import annotations

from typing import Any

from ctxstudio.errors import EditError, FrontmatterError
from ctxstudio.frontmatter import render, splice, yamltext
from ctxstudio.frontmatter.block import MISSING, Block
from ctxstudio.frontmatter.splice import Path, Place


def write(block: Block, path: Path, value: object, place: Place) -> Block:
    """The block with a value set; missing keys on the way are made.

    Raises:
        EditError: it cannot be done without changing something else.
    """

    def change() -> str:
        style = splice.style_of(block.text)
        scope = block.scope(path[0])
        if scope is None:
            return _with_entry(block, path, value, style, place)
        start, end = scope
        return block.text[:start] + splice.write(block.text[start:end], path, value, style, place) + block.text[end:]

    return _proven(block, path, value, change)


def erase(block: Block, path: Path) -> Block:
    """The block without a key.

    Raises:
        EditError: there is no such key, or it cannot be deleted without changing something else.
    """

    def change() -> str:
        scope = block.scope(path[0])
        if scope is None:
            raise EditError("there is no such key")
        if block.by_line and len(path) == 1:
            return _without_entry(block, path[0])
        start, end = scope
        return block.text[:start] + splice.erase(block.text[start:end], path) + block.text[end:]

    return _proven(block, path, MISSING, change)


def restored(block: Block, origin: Block) -> Block:
    """The block in the words of its origin, as far as it says the same.

    Where an edit and its inverse met, this brings back quotes and layout that no rule could guess.
    """
    if not (block.by_line and origin.by_line):
        return origin if yamltext.same(block.parsed(), origin.parsed()) else block
    mine, theirs = block.split.entries, origin.split.entries
    if [entry.key for entry in mine] != [entry.key for entry in theirs]:
        return block
    contents, gaps = _parts(block)
    originals, original_gaps = _parts(origin)
    for at, entry in enumerate(mine):
        if contents[at] != originals[at] and _reads_same(block, origin, entry.key):
            contents[at] = originals[at]
    if contents == originals and _lines(gaps) == _lines(original_gaps):
        return origin
    text = gaps[0] + "".join(content + gap for content, gap in zip(contents, gaps[1:], strict=True))
    if text == block.text:
        return block
    changed = Block(text, block.first_line)
    changed.settle()
    return changed if changed.by_line and all(_reads_same(block, changed, key) for key in block.names()) else block


def _parts(block: Block) -> tuple[list[str], list[str]]:
    """The entries' own texts, and what stands before, between and behind them (one more than entries)."""
    contents, gaps, end = [], [], 0
    for entry in block.split.entries:
        gaps.append(block.text[end : entry.start])
        end = block.content_end(entry)
        contents.append(block.text[entry.start : end])
    return contents, [*gaps, block.text[end:]]


def _lines(gaps: list[str]) -> list[str]:
    return sorted(line for gap in gaps for line in gap.split("\n"))


def _reads_same(one: Block, other: Block, key: str) -> bool:
    try:
        return yamltext.same(one.top(key), other.top(key))
    except FrontmatterError:
        return False


def _with_entry(block: Block, path: Path, value: object, style: render.Style, place: Place) -> str:
    """The text with a new top-level entry."""
    for key in reversed(path[1:]):
        value = {key: value}
    line = render.pair(path[0], value, 0, style)
    found = block.split.entries
    behind = next((entry for name in place.after if (entry := block.entry(name))), None)
    if behind is None and place.first and found:
        return block.text[: found[0].start] + line + style.newline + block.text[found[0].start :]
    if behind is None and not found:
        gap = "" if not block.text or block.text.endswith("\n") else style.newline
        return block.text + gap + line + style.newline
    end = block.content_end(behind or found[-1])
    return block.text[:end] + style.newline + line + block.text[end:]


def _without_entry(block: Block, key: str) -> str:
    """The text without a top-level entry, its trailing blank lines and comments left in place."""
    found = [entry for entry in block.split.entries if entry.key == key]
    if len(found) > 1:
        raise EditError(f"the key stands {len(found)} times, so deleting one would uncover another")
    if len(block.split.entries) == 1:
        raise EditError("it is the only key")
    line_end = block.text.find("\n", block.content_end(found[0]))
    if line_end >= 0:
        return block.text[: found[0].start] + block.text[line_end + 1 :]
    return block.text[: found[0].start].removesuffix("\n").removesuffix("\r")


def _proven(block: Block, path: Path, value: object, change: Any) -> Block:
    where = ".".join(path)
    block.settle()
    try:
        expected = _updated(block.top(path[0]), path[1:], value)
        edited = Block(change(), block.first_line)
        edited.settle()
        if not yamltext.same(edited.top(path[0]), expected):
            raise EditError("it would not read back as what was set")
        if not (_same_elsewhere(block, edited, path[0]) and _spliced_once(block, edited, path, value)):
            raise EditError("other values of the file would change with it")
    except (EditError, FrontmatterError) as error:
        raise EditError(f"`{where}` cannot be edited: {error}") from error
    return edited


def _updated(old: Any, path: Path, value: object) -> Any:
    """A parsed value with one path set or (MISSING) deleted."""
    if not path:
        return value
    changed: dict[str, Any] = dict(old) if isinstance(old, dict) else {}
    inner = _updated(changed.get(path[0], MISSING), path[1:], value)
    if inner is MISSING:
        changed.pop(path[0], None)
    else:
        changed[path[0]] = inner
    return changed


def _same_elsewhere(block: Block, edited: Block, key: str) -> bool:
    if block.by_line and edited.by_line:
        # Entries read by themselves have equal values where they have equal bytes.
        if isinstance(block.parsed(), FrontmatterError) != isinstance(edited.parsed(), FrontmatterError):
            return False
        return _contents(block, key) == _contents(edited, key)
    old, new = block.parsed(), edited.parsed()
    if isinstance(old, FrontmatterError) or isinstance(new, FrontmatterError):
        return False
    return yamltext.same(_without(old, key), _without(new, key))


def _contents(block: Block, without: str) -> list[str]:
    edited = block.entry(without)
    return [content for content, entry in zip(_parts(block)[0], block.split.entries, strict=True) if entry != edited]


def _without(mapping: dict[Any, Any], key: str) -> dict[Any, Any]:
    return {name: item for name, item in mapping.items() if name != key}


def _spliced_once(block: Block, edited: Block, path: Path, value: object) -> bool:
    """Whether the two texts differ in one stretch, which lies within the edited key (or comes or goes as a whole)."""
    old, new = block.text, edited.text
    most = min(len(old), len(new))
    head = 0
    while head < most and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < most - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    if block.top(path[0]) is MISSING:
        return head + tail == len(old)
    if len(path) == 1 and value is MISSING:
        return head + tail == len(new)
    scope = block.scope(path[0])
    return scope is not None and scope[0] <= head and len(old) - tail <= scope[1]
