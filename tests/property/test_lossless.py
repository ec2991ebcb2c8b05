"""Generated frontmatter in every style: an accepted edit changes its path only, and its inverse undoes it."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable
from typing import Any

import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ctxstudio.errors import EditError, FrontmatterError
from ctxstudio.frontmatter import MISSING, Document

BOUNDED = settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
KEYS = ("name", "description", "model", "tools", "modelPolicy", "effort", "tags", "x-own", "Some Key")
INNER = ("preference", "fallbacks", "escalation", "to", "when")

words = st.sampled_from(
    [
        "haiku",
        "sonnet",
        "a b c",
        "claude-sonnet-4-5-20250929",
        "true",
        "null",
        "42",
        "1.5",
        "2026-01-01",
        "~",
        "yes",
        "x",
    ]
)
texts = st.one_of(words, st.text(st.sampled_from("ab :#-'\"[]{},&*!|>%@`?\\\n\té😀\u2028\x85=."), max_size=12))
scalars = st.one_of(texts, st.none(), st.booleans(), st.integers(-99, 99))
values: st.SearchStrategy[Any] = st.one_of(
    scalars,
    st.lists(texts, max_size=4),
    st.dictionaries(st.sampled_from(INNER), st.one_of(texts, st.lists(texts, min_size=1, max_size=3)), max_size=3),
)
comments = st.sampled_from(["", "", "", "  # why", " # model: x"])
between = st.sampled_from(["", "", "", "\n", "# a comment\n", "  # indented\n", "\n# two\n\n"])


@st.composite
def inline(draw: st.DrawFn) -> str:
    """One value on one line, in some style, valid or not."""
    word = draw(words)
    style = draw(
        st.sampled_from(
            ["{}", "'{}'", '"{}"', "[{}, b]", "[ {},'c' ]", "{{to: {}, when: [a]}}", "!!str {}", "&a {}", ""]
        )
    )
    return style.format(word)


@st.composite
def entries(draw: st.DrawFn, key: str, indent: int = 0) -> str:
    """One key with its value, in some style."""
    pad = " " * indent
    head = f"{pad}{key}:"
    kind = draw(st.sampled_from(["inline"] * 5 + ["block", "folded", "plain lines", "list", "list 0", "mapping"]))
    if kind in ("block", "folded"):
        sign = draw(st.sampled_from(["|", "|-", "|+", ">", ">-"]))
        return f"{head} {sign}\n{pad}  one: two\n{pad}  # no comment\n\n{pad}  three\n"
    if kind == "plain lines":
        return f"{head} one\n{pad}  two\n"
    if kind.startswith("list"):
        dash = pad if kind == "list 0" else pad + draw(st.sampled_from(["  ", "    "]))
        items = draw(st.lists(inline(), min_size=1, max_size=4))
        return head + draw(comments) + "\n" + "".join(f"{dash}- {item}{draw(comments)}\n" for item in items)
    if kind == "mapping" and indent < 4:
        names = draw(st.lists(st.sampled_from(INNER), min_size=1, max_size=4, unique=True))
        return head + draw(comments) + "\n" + "".join(draw(entries(name, indent + 2)) for name in names)
    return f"{head} {draw(inline())}".rstrip() + draw(comments) + "\n"


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """A whole agent file."""
    keys = draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=5, unique=True))
    block = draw(between) + "".join(draw(entries(key)) + draw(between) for key in keys)
    text = f"---\n{block}---\nbody\nmodel: haiku\n---\n"
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    bom = draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf"]))
    return bom + text.encode().removesuffix(draw(st.sampled_from([b"", b"\n"])))


paths = st.one_of(
    st.tuples(st.sampled_from(KEYS)),
    st.tuples(st.sampled_from(["model", "modelPolicy"]), st.sampled_from(INNER)),
    st.tuples(st.just("model"), st.just("escalation"), st.sampled_from(["to", "when"])),
)


def updated(value: Any, path: tuple[str, ...], new: Any) -> Any:
    """Independently of the engine: a value with a path set, or deleted by MISSING."""
    value = copy.deepcopy(value) if isinstance(value, dict) else {}
    inner = value
    for key in path[:-1]:
        if not isinstance(inner.get(key), dict):
            inner[key] = {}
        inner = inner[key]
    if new is MISSING:
        inner.pop(path[-1], None)
    else:
        inner[path[-1]] = new
    return value


def stretches(text: str) -> dict[str, str]:
    """The text of each top-level entry by PyYAML's own marks, without the comments behind it, which they include."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode)
    found = {}
    for key, value in root.value:
        lines = text[key.start_mark.index : value.end_mark.index].split("\n")
        while not lines[-1].strip() or lines[-1].lstrip().startswith("#"):
            lines.pop()
        found[key.value] = "\n".join(lines).rstrip()
    return found


def parsed(data: bytes) -> tuple[Document, Any]:
    document = Document.from_bytes(data)
    try:
        return document, yaml.safe_load(document.block.text)
    except (yaml.YAMLError, ValueError):
        return document, MISSING


@BOUNDED
@given(documents())
def test_values_are_pyyamls_or_an_own_error(data: bytes) -> None:
    document, whole = parsed(data)
    assert document.to_bytes() == data
    if isinstance(whole, dict):
        assert {name: document.block.top(name) for name in document.block.names()} == whole
        assert document.block.faults() == ()
    else:
        for name in document.block.names():
            document.readable(name)
        assert document.block.faults()


@BOUNDED
@given(documents(), paths, values)
def test_an_accepted_edit_changes_its_path_only_and_its_inverse_undoes_it(
    data: bytes, path: tuple[str, ...], value: Any
) -> None:
    document, before = parsed(data)
    assume(isinstance(before, dict))
    try:
        edited = document.set(path, value)
    except EditError:
        return
    after_bytes = edited.to_bytes()
    _, after = parsed(after_bytes)
    assert after == updated(before, path, value)
    old, new = stretches(document.block.text), stretches(edited.block.text)
    assert {key: text for key, text in old.items() if key != path[0]} == {
        key: text for key, text in new.items() if key != path[0]
    }
    fence = b"---\r\nbody" if b"\r\n" in data else b"---\nbody"
    assert after_bytes.partition(fence)[2] == data.partition(fence)[2]
    present = document.get(*path, default=MISSING)
    top = document.get(path[0], default=MISSING)
    if present is not MISSING:
        assert edited.set(path, present).to_bytes() == data
    elif top is MISSING:
        assert edited.delete(path[:1]).to_bytes() == data
    elif isinstance(top, dict) and len(path) == 2:
        assert edited.delete(path).to_bytes() == data


@BOUNDED
@given(documents(), paths)
def test_an_accepted_deletion_changes_its_path_only_and_its_inverse_undoes_it(
    data: bytes, path: tuple[str, ...]
) -> None:
    document, before = parsed(data)
    assume(isinstance(before, dict))
    present = document.get(*path, default=MISSING)
    try:
        edited = document.delete(path)
    except EditError:
        return
    assert present is not MISSING
    # A block without keys is nothing to YAML.
    assert (parsed(edited.to_bytes())[1] or {}) == updated(before, path, MISSING)
    assert edited.set(path, present).to_bytes() == data


@BOUNDED
@given(documents(), paths, values)
def test_a_block_that_yaml_refuses_can_be_edited_and_keeps_its_other_entries(
    data: bytes, path: tuple[str, ...], value: Any
) -> None:
    broken = data.replace(b"---", b"---\nbroken: a: b: c", 1) if b"\r" not in data else data
    try:
        document = Document.from_bytes(broken)
        edited = document.set(path, value)
    except (EditError, FrontmatterError):
        return
    assert edited.get(*path) == value
    assert (b"broken: a: b: c" in broken) == (b"broken: a: b: c" in edited.to_bytes())


_EDITS: tuple[Callable[[Document], Document], ...] = (
    lambda document: document.set(("model",), "haiku"),
    lambda document: document.delete(("model",)),
    lambda document: document.set(("a", "b"), ["c"]),
)


@settings(BOUNDED, max_examples=1000)
@given(
    st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
)
def test_no_input_raises_anything_but_own_errors(noise: bytes) -> None:
    for data in (noise, b"---\n" + noise + b"\n---\n", b"---\nname: x\nmodel: " + noise + b"\n---\n"):
        try:
            document = Document.from_bytes(data)
        except FrontmatterError:
            continue
        assert document.to_bytes() == data
        document.mapping()
        document.block.faults()
        document.block.line_of(("model", "preference"))
        for edit in _EDITS:
            with contextlib.suppress(EditError):
                edit(document)
