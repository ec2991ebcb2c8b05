"""Text made to do harm: it ends in an error of ours or in a value, soon, and the process lives."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from ctxstudio.errors import EditError, FrontmatterError
from ctxstudio.frontmatter import Block, Document, Place, yamltext

MANY = 100_000


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 40)), "stand for more"),
        ("a: &a\n  b: *a\n", "contains itself"),
        ("a: &a [*a]\n", "contains itself"),
        ("k: " + "[" * MANY, "nest"),
        ("k: " + "[" * 200 + "]" * 200 + "\n", "nested deeper than 100 levels"),
        ("k: " + "{a: " * 200 + "}" * 200 + "\n", "nested deeper than 100 levels"),
        ("k:\n  " + "- " * MANY + "\n", "nest"),
        ("k:\n  " + "- " * 200 + "x\n", "nested deeper than 100 levels"),
        ("? " * 200 + "x\n", "nested deeper than 100 levels"),
        ("".join(" " * i + "k:\n" for i in range(200)), "nested deeper than 100 levels"),
        ("k:\n" + "".join(" " * (i * 198 + 1) + "- " * 99 + "\n" for i in range(50)) + "x", "nest"),
        ("k:\r- - - - " + "- " * 100 + "x\n", "nest"),
        ("k: 1" + "1" * 5000 + "\n", "a number of that length"),
        ("k: 0x" + "f" * MANY + "\n", "a number of that length"),
        ("k: 1" + ":1" * MANY + "\n", "a number of that length"),
        ("k: !!int ''\n", "string index out of range"),
        ("k: !!float x\n", "could not convert"),
        ("k: !!bool x\n", "'x'"),
        ("k: !!timestamp x\n", "NoneType"),
        ("k: 2026-13-01\n", "month must be in 1..12"),
        ("k: 2026-01-01 00:00:00 +99:00\n", "offset must be"),
        ("k: !!binary é\n", "base64"),
        ("k: !!python/object/apply:os.system [x]\n", "could not determine a constructor"),
        ("? [a]\n: b\n", "unhashable"),
        ("k: \x00\n", "control characters"),
        ("k: \x1b[31m\n", "control characters"),
        ("".join(f"%TAG !{i}! x\n" for i in range(200)) + "---\na: b\n", "more than 100 directives"),
        ("".join(f"? {(2**61 - 1) * i}\n: 1\n" for i in range(1, 2000)), "large numbers as keys"),
        ("k:\n" + "  <<: {}\n" * 2000, "merge keys"),
        ("k: " + "a" * (yamltext.MAX_TEXT + 1) + ": b\n", "longer than"),
    ],
)
def test_hostile_text_is_refused_with_a_reason(text: str, why: str) -> None:
    block = Block(text, 1)
    parsed = block.parsed()
    assert isinstance(parsed, FrontmatterError)
    assert why in parsed.message
    assert block.faults()
    block.line_of(("k", "x"))
    for name in block.names():
        block.readable((name,))


@pytest.mark.parametrize(
    "text",
    [
        "k: [" + "a, " * MANY + "a]\n",
        "k:\n" + "- a\n" * MANY,
        "".join(f"k{i}: v\n" for i in range(MANY // 2)),
        "k: v\n" * MANY,
        "k: " + "word " * MANY + "\n",
        'k: "' + "\\n" * MANY + '"\n',
        "k: |\n" + "  x: [\n" * MANY,
        "k: 0x" + "f" * 500 + "\n",
        "a: &a x\nk:\n" + "- *a\n" * MANY,
        "k: " + "[" * 90 + "]" * 90 + "\n",
        "k: a & b * c [ { " + "{" * 150 + "\n",
    ],
    ids=range(11),
)
def test_what_is_only_large_is_read(text: str) -> None:
    block = Block(text, 1)
    assert isinstance(block.parsed(), dict)
    assert block.faults() == ()


ODD = ["\r", "\x85", "\u2028", "\u2029", "\ufeff", "\x0b", "\x0c", "\x1c", "\udc80", "\x7f", "\t"]


@pytest.mark.parametrize("odd", ODD, ids=ascii)
def test_odd_line_breaks_and_characters_do_no_harm(odd: str) -> None:
    for text in (
        f"a: b{odd}model: c\n",
        f"{odd}a: b\nmodel: c\n",
        f"a: |\n  b{odd}\n  c\nmodel: d\n",
        f"a: b\n{odd}model: c\n",
    ):
        data = f"---\n{text}---\n".encode("utf-8", "surrogateescape")
        document = Document.from_bytes(data)
        assert document.to_bytes() == data
        document.mapping()
        document.block.faults()
        for edit in EDITS.values():
            with contextlib.suppress(EditError):
                edited = edit(document)
                assert Document.from_bytes(edited.to_bytes()).block.text == edited.block.text


EDITS: dict[str, Callable[[Document], Any]] = {
    "set": lambda document: document.set(("model",), "opus"),
    "set and back": lambda document: document.set(("z",), "y").set(("z",), 1),
    "new": lambda document: document.set(("new", "a"), ["y"], Place(("k",))),
    "delete and back": lambda document: document.delete(("z",)).set(("z",), 1),
    "replace": lambda document: document.set(("k",), {"to": ["x"]}).delete(("k", "to")),
    "append": lambda document: document.set(("k",), _more(document.get("k"))),
    "cut": lambda document: document.set(("k",), _fewer(document.get("k"))),
    "nested": lambda document: document.set(("k", "k5"), "x"),
}


def _more(value: Any) -> Any:
    return [*value, "q"] if isinstance(value, list) else {**value, "q": 1} if isinstance(value, dict) else "q"


def _fewer(value: Any) -> Any:
    if isinstance(value, list):
        return value[len(value) // 2 :]
    return dict(list(value.items())[::2]) if isinstance(value, dict) else "q"
