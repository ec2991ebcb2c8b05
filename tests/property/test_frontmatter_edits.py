"""Edits of generated frontmatter: the path changes and nothing else, and undoing gives the first bytes."""

from __future__ import annotations

import contextlib
import copy
import re
from itertools import takewhile
from typing import Any

import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ctxstudio.errors import EditError
from ctxstudio.frontmatter import MISSING, Document, Place
from tests.property.frontmatter_texts import blocks, reference

BOUNDED = settings(max_examples=700, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
TEXTS = (
    "haiku", "claude-opus-4-8[1m]", "true", "null", "1", "1.5", "x: y", "x #y", "# x", "- x", "{a", "[b]", "it's",
    'say "hi"', "a\nb", "a\n\nb\n", "\na", "a\n\n", "  lead", "trail ", "é🙂", "", "~", "*a", "&a", "!x", "|", ">", "%",
    "@", "`", "a\tb", "\x85", "\u2028", "\x00\x1b", "word " * 60, "---", "...", "a:", "2024-01-01", "0x1F", "1:30",
    "<<", "=", "? a", "'", '""', "a\r\nb", "\ufeff", " ", "\n", "C:\\x\\n", 'key: "v"\n- item\n',
)  # fmt: skip
FIXED = (
    "name: a\nmodel: haiku # c\n",
    'name: a\nmodel:   "haiku"   # c\nx: 1\n',
    "model:\nname: x\n",
    "model: # todo\nname: x\n",
    "model: >-   # c\n  haiku\n  x\n\n\nname: x\n",
    "model: {preference: haiku, fallbacks: [a, b]}\n",
    "model:\n  preference: haiku # 1\n\n  # 2\n  fallbacks: # 3\n    - a # 4\n    # 5\n    - b\n  # 6\n# 7\nx: y\n",
    "tools: [\n  Read,  # r\n  Grep,\n]\nname: x\n",
    "tools: [\n  Read,  # r\n  Grep  # g\n]\nname: x\n",
    "tools: [Read,\n  Grep]\nname: x\n",
    "tools: { a: 1,\n  b: 2, # c\n  c: 3 }\nname: x\n",
    "a:\n- x\n- y: 1\n  z: 2\n-\n  w: 3\n-   k: v\n    l: m\nb: 2\n",
    "a:\n  - - x\n    - y\n  - [p, q]\nb: [[1, 2], {c: d}]\n",
    "{name: x, model: {a: b}, tools: [c]}\n",
    "{}\n",
    "# only\n",
    "\n",
    "",
    "a: &x {p: q}\nb: *x\nc: &y\n  d: 1\ne: *y\n",
    "a: |+\n  x\n\n\nb: 1\n",
    'a: {"x":1,"y":[2]}\nb: {x, y: , z}\nc: [x: 1, y]\n',
    "a:\n    b: 1\n    c:\n        - d\ne:\n    - f\n",
    "? a\n: b\nc: d\n",
    "x: 1 # c\n  # deeper\n\n# col0\ny: 2\n",
    "k: v\n# c\nm: n\n\n\no: p\n# end\n",
)
_BEHIND = re.compile(r"[^\n]*(?:\s*#[^\n]*)*\s*")

texts = st.sampled_from(TEXTS)
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(texts, texts, st.none(), st.booleans(), st.integers(-9, 999), st.floats(-5, 5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["to", "when", "k: 1", "yes", "1", ""]), inner, max_size=3),
    ),
    max_leaves=6,
)
places = st.builds(Place, st.lists(st.sampled_from(["name", "model", "a", "b"]), max_size=2).map(tuple), st.booleans())
sources = st.one_of(st.sampled_from(FIXED), st.sampled_from(FIXED), blocks())


def paths_in(value: Any, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """All paths of text keys in a value."""
    found = []
    for key, inner in value.items() if isinstance(value, dict) else ():
        if isinstance(key, str):
            found += [(*before, key), *paths_in(inner, (*before, key))]
    return found


def updated(value: Any, path: tuple[str, ...], new: Any) -> Any:
    """A value with a path set, or deleted by MISSING."""
    value = dict(value) if isinstance(value, dict) else {}
    if len(path) > 1:
        value[path[0]] = updated(value.get(path[0]), path[1:], new)
    elif new is MISSING:
        value.pop(path[0], None)
    else:
        value[path[0]] = new
    return value


def ordered(value: Any) -> Any:
    """A value to be compared by its `repr`, which tells 1 from True: its mappings in one order."""
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value, key=repr)}
    return [ordered(item) for item in value] if isinstance(value, list) else value


def document_of(text: str) -> Document:
    assume("---" not in text and "\r" not in text.replace("\r\n", ""))
    gap = "" if not text or text.endswith("\n") else "\n"
    document = Document.from_bytes(f"---\n{text}{gap}---\nbody: x\n".encode("utf-8", "surrogateescape"))
    assume(document.block.text == text + gap)
    return document


def edit_of(draw: Any, said: Any) -> tuple[tuple[str, ...], Any]:
    """A path, of what is there or not, with a value for it, MISSING to delete."""
    there = paths_in(said)
    new: st.SearchStrategy[tuple[str, ...]]
    new = st.sampled_from([("model",), ("effort",), ("modelPolicy", "when"), ("yes", "é")])
    if there:
        present = st.sampled_from(there)
        below = st.tuples(present, st.sampled_from(["to", "x y"])).map(lambda pair: (*pair[0], pair[1]))
        new = st.one_of(present, present, below, new)
    return draw(new), draw(st.one_of(values, values, values, st.just(MISSING)))


def applied(document: Document, path: tuple[str, ...], value: Any, place: Place) -> Document:
    return document.delete(path) if value is MISSING else document.set(path, value, place)


def room(text: str, path: tuple[str, ...]) -> tuple[int, int]:
    """Where the deepest key of a path stands by PyYAML's marks: its line, with comments and blank lines below."""
    node = yaml.compose(text, yaml.CSafeLoader)
    start, end = 0, len(text)
    for key in path:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        fitting = [pair for pair in pairs if pair[0].value == key and pair[0].tag == "tag:yaml.org,2002:str"]
        if not fitting or fitting[-1][1].start_mark.index < fitting[-1][0].start_mark.index:
            break  # missing, or an alias, whose marks are those of what it stands for
        name, node = fitting[-1]
        start = text.rfind("\n", 0, name.start_mark.index) + 1
        behind = _BEHIND.match(text, node.end_mark.index)
        end = behind.end() if behind else len(text)
    return start, end


def shared(one: str, other: str) -> int:
    """With how many equal characters two texts begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def changed(before: str, after: str, start: int) -> tuple[int, int]:
    """The stretch of a text that an edit replaced; of several that tell the same the one nearest behind `start`."""
    head = shared(before, after)
    tail = min(shared(before[::-1], after[::-1]), min(len(before), len(after)) - head)
    while head > start and tail < len(before) and before[head - 1] == before[len(before) - tail - 1]:
        head, tail = head - 1, tail + 1
    return head, len(before) - tail


@BOUNDED
@given(sources, places, st.data())
def test_an_edit_changes_its_path_only_and_its_inverse_undoes_it(text: str, place: Place, data: st.DataObject) -> None:
    document = document_of(text)
    said = reference(document.block.text)
    assume(isinstance(said, dict) and isinstance(document.block.parsed(), dict))
    path, value = edit_of(data.draw, said)
    first = document.to_bytes()
    try:
        edited = applied(document, path, value, place)
    except EditError:
        assert document.to_bytes() == first
        return
    after = edited.to_bytes()
    assert repr(ordered(reference(edited.block.text))) == repr(ordered(updated(said, path, value)))
    assert after.endswith(b"---\nbody: x\n")
    # A deletion may take a comma with it, or leave empty brackets.
    start, end = room(document.block.text, path[:-1] if value is MISSING else path)
    first_changed, last_changed = changed(document.block.text, edited.block.text, start)
    assert start - 1 <= first_changed
    assert last_changed <= end
    read_again = Document.from_bytes(after)
    assert read_again.block.text == edited.block.text
    present, made = document.get(*path, default=MISSING), path
    while present is MISSING and len(made) > 1 and document.get(*made[:-1], default=MISSING) is MISSING:
        made = made[:-1]
    for back in (edited, read_again.with_origin(document)):
        assert applied(back, made, present, place).to_bytes() == first


@settings(BOUNDED, max_examples=400)
@given(sources, places, st.data())
def test_any_chain_of_edits_is_undone_by_setting_the_keys_back(text: str, place: Place, data: st.DataObject) -> None:
    document = document_of(text)
    said = reference(document.block.text)
    assume(isinstance(said, dict) and isinstance(document.block.parsed(), dict))
    edited = document
    for _ in range(data.draw(st.integers(2, 4))):
        path, value = edit_of(data.draw, edited.mapping())
        with contextlib.suppress(EditError):
            edited = applied(edited, path, value, place)
    names = [name for name in {**said, **edited.mapping()} if isinstance(name, str)]
    try:
        for name in data.draw(st.permutations(names)):
            if repr(said.get(name, MISSING)) != repr(edited.get(name, default=MISSING)):
                edited = applied(edited, (name,), copy.deepcopy(said.get(name, MISSING)), place)
    except EditError:
        return  # a value that is not written, such as a date, or that others stand for by now
    assert edited.to_bytes() == document.to_bytes()


@settings(BOUNDED, max_examples=400)
@given(
    blocks(),
    st.sampled_from(["bad: a: b\n", 'bad: "open\n', "bad: [a, b\n", "bad: x\n  y: z\n", "junk\n", "bad: *none\n"]),
    st.sampled_from([text for text in TEXTS if "'" not in text and '"' not in text]),
)
def test_what_is_broken_elsewhere_locks_nothing(text: str, broken: str, value: str) -> None:
    document = document_of(f"{broken}model: haiku # c\nlast: 1\n{text}")
    block = document.block
    assume("model" not in text and isinstance(reference(block.text), Exception))
    edited = document.set(("model",), value)
    assert edited.get("model") == value
    assert " # c" in edited.block.text
    others = [name for name in block.names() if name != "model"]
    assert repr(edited.block.readable(others)) == repr(block.readable(others))
    assert edited.block.faults()
    assert edited.set(("model",), "haiku").to_bytes() == document.to_bytes()
    assert edited.delete(("model",)).set(("model",), "haiku").to_bytes() == document.to_bytes()
