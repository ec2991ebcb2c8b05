"""A file's bytes and its fences: what is found, what is kept, and why there is nothing."""

from __future__ import annotations

import pytest

from ctxstudio.errors import FrontmatterError
from ctxstudio.frontmatter import MISSING, Document

BODY = b"\n# Body\n---\nmodel: not this\n---\n"


@pytest.mark.parametrize(
    ("data", "values"),
    [
        (b"---\nmodel: a\n---\n", {"model": "a"}),
        (b"---\nmodel: a\n---", {"model": "a"}),
        (b"---\nmodel: a\n---" + BODY, {"model": "a"}),
        (b"\xef\xbb\xbf---\nmodel: a\n---\n", {"model": "a"}),
        (b"---\r\nmodel: a\r\nb: c\r\n---\r\nx", {"model": "a", "b": "c"}),
        (b"\xef\xbb\xbf---\r\nmodel: a\r\n---\r\n", {"model": "a"}),
        (b"---\nmodel: a\r\nb: c\n---\n", {"model": "a", "b": "c"}),
        (b"--- \t\nmodel: a\n---  \t\r\nx", {"model": "a"}),
        (b"---\n---\n", {}),
        (b"---\n---", {}),
        (b"---\n# nothing\n\n---\n", {}),
        (b"---\nmodel: a\n--- \nb: c\n---\n", {"model": "a"}),
        (b"---\nmodel: a --- b\n----\n---x\n --- \n---\n", {"model": "a --- b"}),
        (b"---\ntext: |\n  ---\n  model: b\nmodel: a\n---\n", {"text": "---\nmodel: b\n", "model": "a"}),
        (b"---\nmodel: a\nmodel: b\n---\n", {"model": "b"}),
        (b"---\nb: \xff\xfe\nmodel: a\n---\n\xff\x00", {"b": "\ufffd\ufffd", "model": "a"}),
        (b'---\nb: "\xe9" # \xe9\n\xe9: 1\nmodel: a\n---\n', {"b": "\ufffd", "\ufffd": 1, "model": "a"}),
        (b"---\nb: \xed\xa0\x80\n---\n", {"b": "\ufffd\ufffd\ufffd"}),
        ("---\né: “x” 🙂\n---\n".encode(), {"é": "“x” 🙂"}),
        (b"---\na: &x {b: c}\nd: *x\ne:\n  <<: *x\n---\n", {"a": {"b": "c"}, "d": {"b": "c"}, "e": {"b": "c"}}),
        (b"---\n{model: a, b: [c]}\n---\n", {"model": "a", "b": ["c"]}),
        (b"---\n'model': a\n\"b\" : c\n---\n", {"model": "a", "b": "c"}),
    ],
)
def test_values_are_read_and_every_byte_stays(data: bytes, values: dict[str, object]) -> None:
    document = Document.from_bytes(data)
    assert document.to_bytes() == data
    assert data.startswith(document.head)
    assert document.mapping() == values


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (b"---\na: b\n---\n", b""),
        (b"---\na: b\n---", b""),
        (b"---\na: b\n---\nx\n---\ny", b"x\n---\ny"),
        (b"---\r\na: b\r\n--- \r\n\r\nx", b"\r\nx"),
    ],
)
def test_the_body_is_what_stands_behind_the_fence(data: bytes, body: bytes) -> None:
    document = Document.from_bytes(data)
    assert document.body == body
    assert document.shortened(1000) is document
    assert document.shortened(0).block is document.block
    assert document.shortened(0).to_bytes() == data[: len(document.head) + 5]


@pytest.mark.parametrize(
    ("data", "why", "line"),
    [
        (b"", "the file is empty", None),
        (b" \r\n\n", "the file is empty", None),
        (b"# Title\n", "no frontmatter", None),
        (b"---", "does not begin on the first line", None),
        (b"\n---\na: b\n---\n", "does not begin on the first line at column 1", None),
        (b" ---\na: b\n---\n", "does not begin on the first line at column 1", None),
        (b"---\na: b\n", "not closed by a line `---`", 1),
        (b"---\na: b\n ---\n--- x\n----\n...\n", "not closed by a line `---`", 1),
        (b"---x\na: b\n---\n", "does not begin on the first line", None),
        (b"---\ra: b\r---\r", "does not begin on the first line", None),
        ("---\na: b\n---\n".encode("utf-16"), "the file is UTF-16, not UTF-8", None),
        (b"\x00\x01\x02", "the file is binary", None),
    ],
)
def test_a_file_without_frontmatter_says_why(data: bytes, why: str, line: int | None) -> None:
    with pytest.raises(FrontmatterError, match=why) as refused:
        Document.from_bytes(data)
    assert refused.value.line == line


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("a: b\nd: Use this: when foo\nmodel: x\n", [(3, 12, "mapping values are not allowed")]),
        ("a: b\ntools: [Read, Grep\nmodel: x\n", [(3, 8, "while parsing a flow sequence")]),
        ('a: b\nd: "open\nmodel: x\n', [(3, 4, "while scanning a quoted scalar")]),
        ("d: a: b\ne: [\nmodel: x\n", [(2, 5, "mapping values"), (3, 4, "flow node")]),
        ("a:\n  b: 1\n   c: 2\nmodel: x\n", [(4, 5, "mapping values are not allowed")]),
        ("a: b\n\tc: d\nmodel: x\n", [(3, 1, "tab")]),
        ("junk\nmodel: x\n", [(2, 1, "neither a key with its value nor a comment")]),
        ("d: a: b\njunk\n  more\nmodel: x\n", [(2, 5, "mapping values"), (3, 1, "neither")]),
        ("a: *b\nmodel: x\n", [(2, 4, "undefined alias")]),
        ("a: 2026-99-99\nmodel: x\n", [(2, 4, "month must be in 1..12")]),
        ("a: !!python/object:os x\nmodel: x\n", [(2, 4, "could not determine a constructor")]),
        ("a: é\x07\nmodel: x\n", [(2, 5, "control characters are not allowed")]),
        ("a: x\u2028\nb: c: d\nmodel: x\n", [(3, 5, "mapping values")]),
        ("a: &x 1\nb: &x 2\nmodel: x\n", [(3, 4, "duplicate anchor")]),
        ("model: a: b\nmodel: x\n", [(2, 9, "mapping values")]),
        ("- a\n", [(2, None, "not a mapping")]),
        ("a: b\n--- x\nc: d\n", [(3, 1, "neither")]),
    ],
)
def test_faults_carry_their_place_in_the_file(text: str, faults: list[tuple[int, int | None, str]]) -> None:
    block = Document.from_bytes(f"---\n{text}---\n".encode()).block
    found = block.faults()
    assert [(fault.line, fault.column) for fault in found] == [(line, column) for line, column, _ in faults]
    assert all(words in fault.message for fault, (_, _, words) in zip(found, faults, strict=True))
    if "model" in block.names():
        assert block.top("model") == "x"


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("name", 2),
        ("model", 4),
        ("model.to", 5),
        ("model.when", 7),
        ("model.x", 4),
        ("gone", None),
        ("gone.x", None),
        ("bad", 9),
    ],
)
@pytest.mark.parametrize("bad", ["bad: 1", "bad: a: b", "'bad': 1"])
def test_a_path_knows_its_line(path: str, line: int | None, bad: str) -> None:
    data = f"---\nname: a\n\nmodel:\n  to: b\n\n  when: [c]\n\n{bad}\n---\n".encode()
    assert Document.from_bytes(data).block.line_of(tuple(path.split("."))) == line


def test_reading_by_path() -> None:
    document = Document.from_bytes(b"---\na: {b: {c: 1}}\nd: x: y\nn:\n---\n")
    assert document.get("a", "b", "c") == 1
    assert document.get("a", "b", "x", default=2) == 2
    assert document.get("a", "b", "c", "d") is None
    assert document.get("n", default=3) is None
    assert document.readable("d", default=4) == 4
    assert document.block.get(("x", "y")) is MISSING
    with pytest.raises(FrontmatterError, match="line 3, column 5"):
        document.get("d")
    assert document.mapping() == {"a": {"b": {"c": 1}}, "n": None}


def test_a_whole_file_of_yaml() -> None:
    data = b"\xef\xbb\xbf%YAML 1.1\n---\n# mine\nversion: 1\nodd: {a: b}\n...\n"
    document = Document.from_yaml(data)
    assert document.mapping() == {"version": 1, "odd": {"a": "b"}}
    assert document.set(("version",), 2).to_bytes() == data.replace(b"version: 1", b"version: 2")
    assert document.block.line_of(("odd", "a")) == 5
    broken = Document.from_yaml(b"version: 1\nx: [a\n").block.parsed()
    assert isinstance(broken, FrontmatterError)
    assert (broken.line, broken.column) == (2, 4)
    assert Document.from_yaml(b"").mapping() == {}
