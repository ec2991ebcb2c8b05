"""Edits of frontmatter, one by one: what exactly is written, and what is refused."""

from __future__ import annotations

import enum
from typing import Any

import pytest

from ctxstudio.errors import EditError
from ctxstudio.frontmatter import Document, Place


def written(text: str, path: str, value: Any, place: Place = Place()) -> str:  # noqa: B008  # immutable
    return Document.from_yaml(text.encode()).set(tuple(path.split(".")), value, place).block.text


@pytest.mark.parametrize(
    ("text", "path", "value", "expected"),
    [
        ("a: 1\nmodel: haiku # c\nb: 2\n", "model", "opus", "a: 1\nmodel: opus # c\nb: 2\n"),
        ('model:   "haiku"   # c\n', "model", "opus", 'model:   "opus"   # c\n'),
        ("model: 'haiku'\n", "model", "it's", "model: 'it''s'\n"),
        ("model: haiku\n", "model", "a: b", "model: 'a: b'\n"),
        ("model: haiku\n", "model", "true", "model: 'true'\n"),
        ("model: haiku\n", "model", "a\nb\n", "model: |\n  a\n  b\n"),
        ('model: "a\\tb"\n', "model", "c", "model: c\n"),
        ("model: |\n  haiku\nx: 1\n", "model", "opus\n", "model: |\n  opus\nx: 1\n"),
        ("model: >-  # c\n  one\n  two\n\nx: 1\n", "model", "three", "model: >-  # c\n  three\n\nx: 1\n"),
        ("model:\nx: 1\n", "model", "opus", "model: opus\nx: 1\n"),
        ("model: # todo\nx: 1\n", "model", "opus", "model: opus # todo\nx: 1\n"),
        ("model:\n  haiku\nx: 1\n", "model", "opus", "model:\n  opus\nx: 1\n"),
        (
            "model: haiku # c\nx: 1\n",
            "model",
            {"to": "a", "when": ["b", "c: d"]},
            'model: # c\n  to: a\n  when:\n    - b\n    - "c: d"\nx: 1\n',
        ),
        ("model: # c\n  preference: a # d\n  x: y\n# e\nx: 1\n", "model", "opus", "model: opus # c\n# e\nx: 1\n"),
        ("model: # c\n  preference: a\n", "model", ["b"], "model: # c\n  - b\n"),
        ("model: []\n", "model", ["a"], "model:\n  - a\n"),
        ("model: {}\n", "model.to", "a", "model:\n  to: a\n"),
        ("model: {preference: a, x: y}\n", "model.preference", "b, c", "model: {preference: 'b, c', x: y}\n"),
        ("model: {preference: a, x: y}\n", "model.z", ["b"], "model: {preference: a, x: y, z: [b]}\n"),
        ('model: {"a":1}\n', "model.b", 2, 'model: {"a":1, b: 2}\n'),
        ("model: {a, b: }\n", "model.a", 1, "model: {a: 1, b: }\n"),
        ("model: {a, b: }\n", "model.b", 1, "model: {a, b: 1 }\n"),
        (
            "model:\n    a: 1\nx:\n    - b\n",
            "model.z",
            {"c": ["d"]},
            "model:\n    a: 1\n    z:\n        c:\n            - d\nx:\n    - b\n",
        ),
        ("tags:\n- a\nmodel:\n  x: 1\n", "model.z", ["d"], "tags:\n- a\nmodel:\n  x: 1\n  z:\n  - d\n"),
        ("tags: [a, b]\n", "tags", ["a", "c", "b"], "tags: [a, c, b]\n"),
        ("tags: [a,b]\n", "tags", ["a", "b", "c"], "tags: [a,b,c]\n"),
        ("tags: [a, b]\n", "tags", ["b"], "tags: [b]\n"),
        ('tags: ["a", "b"]\n', "tags", ["a", "b", "c"], 'tags: ["a", "b", "c"]\n'),
        ("tags: ['1', '2']\n", "tags", ["1", "2", "c"], "tags: ['1', '2', c]\n"),
        ("tags: [\n  a, # one\n  b # two\n]\n", "tags", ["a", "b", "c"], "tags: [\n  a, # one\n  b, # two\n  c\n]\n"),
        ("tags: [\n  a, # one\n  b, # two\n]\n", "tags", ["a", "b", "c"], "tags: [\n  a, # one\n  b, # two\n  c,\n]\n"),
        ("tags: [\n  a, # one\n  b # two\n]\n", "tags", ["a"], "tags: [\n  a # one\n]\n"),
        ("tags: [\n  a, # one\n  b # two\n]\n", "tags", ["z", "a", "b"], "tags: [\n  z,\n  a, # one\n  b # two\n]\n"),
        ("tags: [\n  a, # one\n  b # two\n]\n", "tags", ["b"], "tags: [\n  b # two\n]\n"),
        ("tags: [a,\n  b]\n", "tags", ["a", "b", "c"], "tags: [a,\n  b,\n  c]\n"),
        (
            "tags:\n  - a # one\n  # two\n  - b\nx: 1\n",
            "tags",
            ["a", "n", "b"],
            "tags:\n  - a # one\n  - n\n  # two\n  - b\nx: 1\n",
        ),
        ("tags:\n  - a # one\n  # two\n  - b\nx: 1\n", "tags", ["b"], "tags:\n  # two\n  - b\nx: 1\n"),
        ("tags:\n  - a # one\n  # two\n  - b\nx: 1\n", "tags", ["a"], "tags:\n  - a # one\n  # two\nx: 1\n"),
        ('tags:\n  - "a"\n  - "b"\n', "tags", ["a", "c"], 'tags:\n  - "a"\n  - "c"\n'),
        ('tags:\n  - "a"\n  - "b"\n', "tags", ["a", "b", "c"], 'tags:\n  - "a"\n  - "b"\n  - "c"\n'),
        (
            "l:\n  - a: 1 # one\n    b: 2\n  - c\n",
            "l",
            [{"a": 1, "b": 3}, "c"],
            "l:\n  - a: 1 # one\n    b: 3\n  - c\n",
        ),
        ("l:\n  - a: 1 # one\n    b: 2\n  - c\n", "l", [{"b": 2}, "c"], "l:\n  - b: 2\n  - c\n"),
        (
            "l:\n  - a: 1 # one\n    b: 2\n  - c\n",
            "l",
            [{"n": 0, "a": 1, "b": 2}, {"d": ["e"]}],
            "l:\n  - n: 0\n    a: 1 # one\n    b: 2\n  - d:\n      - e\n",
        ),
        ("l:\n  - - a\n    - b\n  - c\n", "l", [["a", "b", "x"], "c"], "l:\n  - - a\n    - b\n    - x\n  - c\n"),
        ("l:\n-\n  a: 1\n- \n", "l", ["x", "y"], "l:\n- x\n- y \n"),
        ("a: 1\nb: 2", "c", 3, "a: 1\nb: 2\nc: 3"),
        ("", "c", 3, "c: 3\n"),
        ("# only\n", "c", 3, "# only\nc: 3\n"),
        ("{}\n", "c", 3, "{c: 3}\n"),
        ("{a: 1}\n", "c", [3], "{a: 1, c: [3]}\n"),
        ("a: 1\r\nm:\r\n  b: c\r\n", "m.n", {"o": ["p"]}, "a: 1\r\nm:\r\n  b: c\r\n  n:\r\n    o:\r\n      - p\r\n"),
        ('"model": a\n', "model", "b", '"model": b\n'),
        ("model : a\n", "model", "b", "model : b\n"),
        ("model: a\nmodel: b\n", "model", "c", "model: a\nmodel: c\n"),
        ("? model\n: a\n", "model", "b", "? model\n: b\n"),
        ("yes: 1\n", "yes", "b", 'yes: 1\n"yes": b\n'),
        ("a: &x 1\nmodel: haiku\nb: *x\n", "model", "opus", "a: &x 1\nmodel: opus\nb: *x\n"),
        ("a: &x {p: q}\nc:\n  <<: *x\n", "c.p", "r", "a: &x {p: q}\nc:\n  <<: *x\n  p: r\n"),
    ],
)
def test_a_value_is_set_in_the_manner_of_what_stands_there(text: str, path: str, value: Any, expected: str) -> None:
    assert written(text, path, value) == expected
    document = Document.from_yaml(text.encode()).set(tuple(path.split(".")), value)
    assert document.get(*path.split(".")) == value
    assert document.set(tuple(path.split(".")), value) is not document
    assert document.set(tuple(path.split(".")), value).block.text == expected


@pytest.mark.parametrize(
    ("text", "path", "value", "place", "expected"),
    [
        ("a: |+\n  x\n\nb: 1\n", "c", 3, Place(("a",)), "a: |+\n  x\n\nc: 3\nb: 1\n"),
        ("a: 1\n\n# about b\nb: 2\n", "c", 3, Place(("a",)), "a: 1\nc: 3\n\n# about b\nb: 2\n"),
        ("a: 1\n\n# about b\nb: 2\n", "c", 3, Place((), True), "c: 3\na: 1\n\n# about b\nb: 2\n"),
        ("a: 1\nb: 2\n", "c", 3, Place(("z", "a")), "a: 1\nc: 3\nb: 2\n"),
        ("m:\n  a: 1\n  b: 2\n", "m.c", 3, Place(("a",), True), "m:\n  a: 1\n  c: 3\n  b: 2\n"),
        ("m:\n  a: 1\n  b: 2\n", "m.c", 3, Place(("z",), True), "m:\n  c: 3\n  a: 1\n  b: 2\n"),
    ],
)
def test_a_new_key_goes_where_it_is_wanted(text: str, path: str, value: Any, place: Place, expected: str) -> None:
    assert written(text, path, value, place) == expected


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("a: 1\nmodel: haiku # c\nb: 2\n", "model", "a: 1\nb: 2\n"),
        ("a: 1\nmodel:\n  x: y # c\n  # d\n# e\nb: 2\n", "model", "a: 1\n# e\nb: 2\n"),
        ("a: 1\nmodel:\n  x: y\n", "model.x", "a: 1\nmodel: {}\n"),
        ("model:\n  x: y # c\n\n  # d\n  z: 1\n", "model.x", "model:\n\n  # d\n  z: 1\n"),
        ("model:\n  x: y # c\n\n  # d\n  z: 1\n", "model.z", "model:\n  x: y # c\n\n  # d\n"),
        ("model: {a: 1, b: 2, c: 3}\n", "model.a", "model: {b: 2, c: 3}\n"),
        ("model: {a: 1, b: 2, c: 3}\n", "model.b", "model: {a: 1, c: 3}\n"),
        ("model: {a: 1, b: 2, c: 3}\n", "model.c", "model: {a: 1, b: 2}\n"),
        ("model: {a: 1}\n", "model.a", "model: {}\n"),
        ("model: {\n  a: 1, # one\n  b: 2 # two\n}\n", "model.b", "model: {\n  a: 1 # one\n}\n"),
        ("model: {\n  a: 1, # one\n  b: 2 # two\n}\n", "model.a", "model: {\n  b: 2 # two\n}\n"),
        ("a: 1\nb: 2", "b", "a: 1"),
        ("a: 1\n", "a", ""),
        ("{a: 1}\n", "a", "{}\n"),
        ("{a: 1, b: 2}\n", "a", "{b: 2}\n"),
        ("a: |\n  x\n\n\nb: 1\n", "a", "\n\nb: 1\n"),
    ],
)
def test_a_deleted_key_takes_its_own_lines_with_it(text: str, path: str, expected: str) -> None:
    document = Document.from_yaml(text.encode())
    edited = document.delete(tuple(path.split(".")))
    assert edited.block.text == expected
    assert edited.set(tuple(path.split(".")), document.get(*path.split("."))).block.text == text


@pytest.mark.parametrize(
    ("text", "path", "value", "why"),
    [
        ("model: haiku\n", "model.to", "a", "holds no mapping"),
        ("model: [a]\n", "model.to", "a", "holds no mapping"),
        ("a: &x {b: c}\nmodel: *x\n", "model.b", "d", "an alias of another value"),
        ("a: &x b\nmodel: *x\n", "model", "d", "an alias of another value"),
        ("model: &x b\na: *x\n", "model", "d", "other values of the file would change"),
        ("model: &x {b: c}\na: *x\n", "model.b", "d", "other values of the file would change"),
        ("a: &x {b: c}\nmodel:\n  <<: *x\n", "model.b.c", "d", "holds no mapping"),
        ("model: [a\nx: 1\n", "model", "b", "did not find expected"),
        ("x: a: b\nmodel: {a: b\n", "model", "b", "did not find expected"),
        ("- a\n", "model", "b", "not a mapping"),
        ("model: a\n", "model", {1, 2}, "type set cannot be written"),
        ("model: a\n", "model", [object()], "type object cannot be written"),
        ("model: a\n", "model", "\ud800", "not valid Unicode"),
        ("model: a\n", "model", {"\udc80": 1}, "not valid Unicode"),
        ("model: a\n", "k" * 1100, "b", "mapping values are not allowed"),
    ],
)
def test_what_cannot_be_done_safely_is_refused_with_its_reason(text: str, path: str, value: Any, why: str) -> None:
    document = Document.from_yaml(text.encode())
    with pytest.raises(EditError, match=why) as refused:
        document.set(tuple(path.split(".")), value)
    assert path in str(refused.value)
    assert document.to_bytes() == text.encode()


@pytest.mark.parametrize(
    ("text", "path", "why"),
    [
        ("a: 1\n", "b", "there is no such key"),
        ("a: 1\n", "a.b", "there is no such key"),
        ("a: {b: 1}\n", "a.c", "there is no such key"),
        ("a: 1\na: 2\n", "a", "more than once"),
        ("m:\n  a: 1\n  a: 2\n", "m.a", "more than once"),
        ("a: &x 1\nb: *x\n", "a", "other values of the file would change"),
        ("x: &x {a: 1}\nm:\n  <<: *x\n  a: 2\n", "m.a", "would not read back"),
        ("x: &x {a: 1}\nm:\n  <<: *x\n", "m.a", "there is no such key"),
    ],
)
def test_a_key_that_cannot_be_deleted_by_itself_stays(text: str, path: str, why: str) -> None:
    with pytest.raises(EditError, match=why):
        Document.from_yaml(text.encode()).delete(tuple(path.split(".")))


def test_a_number_that_nobody_could_read_is_refused() -> None:
    with pytest.raises(EditError, match="number"):
        Document.from_yaml(b"model: a\n").set(("model",), 10**5000)


def test_no_key_is_no_place() -> None:
    document = Document.from_yaml(b"a: 1\n")
    with pytest.raises(EditError, match="no key"):
        document.set((), 1)
    with pytest.raises(EditError, match="no key"):
        document.delete(())


class Family(enum.StrEnum):
    HAIKU = "haiku"


def test_values_of_other_types_are_written_as_what_yaml_has_for_them() -> None:
    document = Document.from_yaml(b"").set(("a",), (Family.HAIKU, True, 2.0)).set(("b",), {Family.HAIKU: ()})
    assert document.block.text == "a:\n  - haiku\n  - true\n  - 2.0\nb:\n  haiku: []\n"
    assert type(document.get("a")[0]) is str


def test_a_value_deeper_than_yaml_is_read_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    deep: list[Any] = []
    for _ in range(99):
        deep = [deep]
    for value in (endless, [deep, deep]):
        with pytest.raises(EditError, match=r"nested deeper|cannot be edited"):
            Document.from_yaml(b"a: 1\n").set(("b",), value)


KINDS: tuple[tuple[str, Any], ...] = (
    ("haiku", "haiku"),
    ('"quoted" # c', "quoted"),
    ("", None),
    ("42", 42),
    ("true", True),
    ("[]", []),
    ("{}", {}),
    ("[a, b] # c", ["a", "b"]),
    ("{to: a, when: [b]}", {"to": "a", "when": ["b"]}),
    ("|\n  one\n  two", "one\ntwo\n"),
    (">-\n  one\n  two", "one two"),
    ("one\n  two", "one two"),
    ("# c\n  - a\n  - b", ["a", "b"]),
    ("\n- a: 1\n  b: 2", [{"a": 1, "b": 2}]),
    ("# c\n  to: a # d\n  when:\n    - b", {"to": "a", "when": ["b"]}),
    ("2026-01-01", None),
    ("&x a", "a"),
    ("!!str 1", "1"),
)


@pytest.mark.parametrize("old", [text for text, _ in KINDS])
@pytest.mark.parametrize("new", [value for text, value in KINDS if value is not None or not text], ids=repr)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_value_of_each_kind_replaces_one_of_each_kind(old: str, new: Any, newline: str) -> None:
    text = f"first: 1\nmodel: {old}\n# between\nlast: 2\n".replace("\n", newline)
    document = Document.from_yaml(text.encode())
    edited = document.set(("model",), new)
    assert edited.mapping() == {"first": 1, "model": new, "last": 2}
    assert edited.block.text.startswith(f"first: 1{newline}model:")
    assert edited.block.text.endswith(f"{newline}# between{newline}last: 2{newline}")
    assert ("# c" in old) <= ("# c" in edited.block.text)
    assert "\n" not in edited.block.text.replace("\r\n", "") or newline == "\n"
    assert edited.set(("model",), document.get("model")).block.text == text
    read_again = Document.from_yaml(edited.to_bytes()).with_origin(document)
    assert read_again.set(("model",), document.get("model")).block.text == text
    assert edited.delete(("model",)).set(("model",), document.get("model")).block.text == text


def test_keys_come_back_to_where_they_were_among_comments() -> None:
    text = "# top\nname: a\n\n# about the model\nmodel: haiku # c\n# about tools\n\ntools: [x, y] # t\nend: 1\n"
    document = Document.from_yaml(text.encode())
    edited = document.delete(("tools",)).delete(("model",)).set(("effort",), "low").set(("model",), "opus")
    assert edited.block.text.startswith("# top\nname: a\n\n# about the model\nmodel: opus\n# about tools\n\nend: 1\n")
    edited = Document.from_yaml(edited.to_bytes()).with_origin(document)
    assert edited.set(("tools",), ["x", "y"]).set(("model",), "haiku").delete(("effort",)).block.text == text


def test_what_others_wrote_since_stays() -> None:
    origin = Document.from_yaml(b"model: haiku\ntools: [a]\n")
    touched = Document.from_yaml(b"model: opus # for now\ntools:\n  - a # why\n").with_origin(origin)
    assert touched.set(("model",), "haiku").block.text == "model: haiku # for now\ntools:\n  - a # why\n"
    assert touched.set(("tools",), ["b"]).set(("tools",), ["a"]).block.text.endswith("tools:\n  - a # why\n")


def test_setting_what_is_there_changes_nothing() -> None:
    origin = Document.from_yaml(b"model: haiku\n")
    touched = Document.from_yaml(b"model:   'haiku'\n").with_origin(origin)
    assert touched.set(("model",), "haiku").to_bytes() == touched.to_bytes()


def test_an_edit_gives_a_new_document() -> None:
    document = Document.from_bytes(b"---\nmodel: a\n---\nbody\n")
    edited = document.set(("model",), "b")
    assert (document.get("model"), edited.get("model")) == ("a", "b")
    assert document.to_bytes() == b"---\nmodel: a\n---\nbody\n"
    assert edited.to_bytes() == b"---\nmodel: b\n---\nbody\n"
    assert edited.shortened(2).set(("model",), "a").to_bytes() == b"---\nmodel: a\n---\nbod"


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("model: x\n  # c\nb: 1\n", "model", 'model: "a\\nb"\n  # c\nb: 1\n'),
        ("m:\n  to: x # c\n    # d\n  y: 1\n", "m.to", 'm:\n  to: "a\\nb" # c\n    # d\n  y: 1\n'),
    ],
)
def test_lines_that_a_comment_below_would_join_are_quoted(text: str, path: str, expected: str) -> None:
    document = Document.from_yaml(text.encode()).set(tuple(path.split(".")), "a\nb")
    assert document.get(*path.split(".")) == "a\nb"
    assert document.block.text == expected


def test_comments_below_an_entry_may_go_to_the_entry_that_is_put_there() -> None:
    text = "policy:\n  a: 1\n# c\n  # d\nlast: 1\n"
    assert written(text, "effort", "low", Place(("policy",))) == "policy:\n  a: 1\neffort: low\n# c\n  # d\nlast: 1\n"
