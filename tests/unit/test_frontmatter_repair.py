r"""The repair of invalid YAML: what gets quotes, which, what is refused; all else stays to the byte."""

from __future__ import annotations

import contextlib
import re

import pytest
import yaml
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from ctxstudio.errors import EditError, FrontmatterError
from ctxstudio.frontmatter import Document
from ctxstudio.frontmatter.misquoted import Known
from ctxstudio.frontmatter.repair import repair
from ctxstudio.storage import repairs
from tests.property.frontmatter_texts import blocks, mutant
from tests.property.test_growth import SHAPES, work

BOUNDED = settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def document_of(text: str) -> Document:
    return Document.from_bytes(f"---\n{text}---\nBody: x: y\n".encode("utf-8", "surrogateescape"))


def repaired(text: str) -> str:
    return repairs.repaired(document_of(text)).document.block.text


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        ("description: Use this: when foo: bar\n", "description: 'Use this: when foo: bar'\n"),
        ("description: Use this for:\n", "description: 'Use this for:'\n"),
        ("description: @team `x`\n", "description: '@team `x`'\n"),
        ("description: `x` y\n", "description: '`x` y'\n"),
        ("description: %d files\n", "description: '%d files'\n"),
        ("description: [WIP] reviews\n", "description: '[WIP] reviews'\n"),
        ("description: [WIP reviews\n", "description: '[WIP reviews'\n"),
        ("description: {{name}}\n", "description: '{{name}}'\n"),
        ("description: *bold* text\n", "description: '*bold* text'\n"),
        ("description: & co\n", "description: '& co'\n"),
        ("description: !important x\n", "description: '!important x'\n"),
        ("description: - a\n", "description: '- a'\n"),
        ("description: >90% of it\n", "description: '>90% of it'\n"),
        ('description: "Foo" is: bar\n', "description: '\"Foo\" is: bar'\n"),
        ("description: 'a' is: it's\n", "description: \"'a' is: it's\"\n"),
        ("description: a: \x07é🙂\n", 'description: "a: \\x07é🙂"\n'),
        ("description: a: b  \nmodel: x\n", "description: 'a: b'  \nmodel: x\n"),
        ("description: a: b \t\nmodel: x\n", "description: 'a: b'\nmodel: x\n"),
        ("model: a: b\t# c\n", "model: 'a: b' # c\n"),
        ("description:   a: b\r\nmodel: x\r\n", "description:   'a: b'\r\nmodel: x\r\n"),
        ("description: a:\xa0 b: c\xa0\n", "description: 'a:\xa0 b: c\xa0'\n"),
        ('name: "x"\ndescription: a: \udcff\n', "name: \"x\"\ndescription: 'a: \udcff'\n"),
        # of several lines
        ("description: a # b\n  c\n", "description: 'a # b\n  c'\n"),
        (
            "description: a\n  user: b\n\n  c  \n\n  # d\n\n# e\n",
            "description: 'a\n  user: b\n\n  c'  \n\n  # d\n\n# e\n",
        ),
        ("description: it's\r\n  a: b\r\nx: 1\r\n", 'description: "it\'s\r\n  a: b"\r\nx: 1\r\n'),
        ("description:\n  a: b: c\n  d\n", "description:\n  'a: b: c\n  d'\n"),
        ("description: Use for:\n  - a\n  - b\n", "description: 'Use for:\n  - a\n  - b'\n"),
        # nested
        ("model:\n  to: a: b # c\n  x: 1\n", "model:\n  to: 'a: b' # c\n  x: 1\n"),
        ("model:\n    y: 2\n    a:\n      to: @b\n", "model:\n    y: 2\n    a:\n      to: '@b'\n"),
        ("model:\n  when:\n  - a: b: c\n  - @d\n  - e\n", "model:\n  when:\n  - 'a: b: c'\n  - '@d'\n  - e\n"),
        ("model:\n  when: [@a, b, c: d: e]\n", "model:\n  when: ['@a', b, 'c: d: e']\n"),
        ("model:\n  reasoning: a: b\n    c: d\n  x: 1\n", "model:\n  reasoning: 'a: b\n    c: d'\n  x: 1\n"),
        ("steps:\n  - to: a: b\n    do: c\n  - d\n", "steps:\n  - to: 'a: b'\n    do: c\n  - d\n"),
        ("a:\n  - - x\nb:\n  - # c\n    @x\n  - y\nd: z: 1\n", None),
        ("tools: *\n", "tools: '*'\n"),
        ("tools: [*, Read]\n", "tools: ['*', Read]\n"),
        ("when: 2024-99-99\n", "when: '2024-99-99'\n"),
        ("model: a: b # c\n", "model: 'a: b' # c\n"),
        # the quotes of the file, and not those in what is broken
        ('name: "x"\ndescription: a: "b" \\n\n', 'name: "x"\ndescription: "a: \\"b\\" \\\\n"\n'),
        ("name: 'x'\ndescription: a: \"b\" it's\n", "name: 'x'\ndescription: 'a: \"b\" it''s'\n"),
        ("name: 'x'\ndescription: a\n  b: c\\\x07\n", "name: 'x'\ndescription: \"a\n  b: c\\\\\\x07\"\n"),
        # several, and others that are fine in their way
        ("name: a: b\nx: &a 1\ny: *a\ndescription: c: d\n", "name: 'a: b'\nx: &a 1\ny: *a\ndescription: 'c: d'\n"),
        ("model: x: y\n'odd key': 1\nmodel: z\n", "model: 'x: y'\n'odd key': 1\nmodel: z\n"),
    ],
)
def test_what_lacks_its_quotes_gets_them(broken: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(EditError):
            repaired(broken)
        return
    assert repaired(broken) == expected
    assert isinstance(yaml.safe_load(expected.encode("utf-8", "surrogateescape").decode("utf-8", "replace")), dict)


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ("description: a: b\n\tc\n", "line 3: it is indented with a tab"),
        ("model:\n\tto: a\n", "line 3: it is indented with a tab"),
        ("description: a: b\nc\n", "line 3, column 1: neither a key with its value nor a comment"),
        ("description: a: b\n- c\n", "line 3: it is not indented more than the key above"),
        ("description: a: b\n  model: c\n", "line 3: below a text, it looks like an entry of its own"),
        ("description: a: b\n  # c\n  d\n", "line 3: a comment between the lines of a text"),
        ("model: a # b\n  c\n", "line 2: a comment between the lines of a value"),
        ("model: haiku\n  to: x\n", "line 3: below a text, it looks like an entry of its own"),
        ("model: a:\n  - x\n", "line 3: below a text, it looks like an entry of its own"),
        ("model:\n  a: 1\n b: 2\n", "line 4: it is indented otherwise than the lines above"),
        ("description: # a\n  b: c: d\n", "line 2: a comment in front of a text"),
        ("model:\n  - a: b: c\n  x\n", "line 4: it is indented otherwise than the lines above"),
        ("model:\n  some words: a: b\n  'x': y: z\n", "neither a key with its value nor an item of a list"),
        ("model:\n  - a: b: c\n", "line 3: the item can be meant as a text or as a key with its value"),
        ("tools: [Read, a: b: c]\n", "line 2: the item can be meant as a text or as a key with its value"),
        ("tools: [Read, Grep\n", "line 2: a bracket is never closed"),
        ("tools: [Read, Grep\nmodel: x\n", "line 2: a bracket is never closed"),
        ("model: {{x}}\n", "line 2: a bracket is never closed, or what is in brackets is not valid"),
        ("model: !x y\n", "line 2: `!` in front of it can be meant as YAML has it"),
        ("model: - y\n", "line 2: `-` in front of it can be meant as YAML has it"),
        ("description: | a\n", "line 2: `|` announces lines of text"),
        ("description: |\n   a\n  b\n", "line 2: `|` announces lines of text"),
        ('description: "a\nmodel: x\n', "line 2: a quote is opened and never closed"),
        ("description: 'tis: a\n", "line 2: a quote is opened and never closed"),
        ('description: "a "b" c"\n', "line 2: there are quotes inside its quotes"),
        ('description: "C:\\windows"\n', "line 2: what stands between its quotes is not valid"),
        ("model:\n  a: # \x07\n  b: 'x''y'\n", "line 3: what cannot be read there is no value"),
        ("name: a: b\ntools: [x\n", "line 3: a bracket is never closed"),
        ("junk\n", "line 2: the frontmatter is not a mapping"),
        ("x: &a [1]\ny: &b [*a, *b]\nname: a: b\n", "alias"),
        ("a:\n" + "".join(" " * depth + "a:\n" for depth in range(1, 30)) + " " * 30 + "b: c: d\n", "nested deeper"),
        ("description: \x07\udcff\n", "not valid Unicode"),
        ("'a': b: c\nname: d: e\n", "neither a key with its value nor a comment"),
    ],
)
def test_what_can_be_meant_otherwise_is_refused(broken: str, why: str) -> None:
    document = document_of(broken)
    assert document.block.faults()
    with pytest.raises(EditError, match=re.escape(why)):
        repairs.repaired(document)


def test_a_missing_fence_is_no_document() -> None:
    with pytest.raises(FrontmatterError, match="not closed"):
        Document.from_bytes(b"---\ndescription: a: b\n")


@pytest.mark.parametrize("text", ["name: x\n", "description: fine # comment\n", "description: 'a: b'\n", ""])
def test_what_is_not_broken_stays(text: str) -> None:
    document = document_of(text)
    repair = repairs.repaired(document)
    assert repair.document is repair.before is document
    assert repair.mended == ()


def test_what_a_repair_did_is_told() -> None:
    document = document_of("name: x\ndescription: a # b\n  c: d\nmodel:\n  reasoning: it's: so\n  to: x: y # z\n")
    repair = repairs.repaired(document)
    assert [(one.path, one.line, one.value, one.hash_sign) for one in repair.mended] == [
        (("description",), 3, "a # b c: d", True),
        (("model", "reasoning"), 6, "it's: so", False),
        (("model", "to"), 7, "x: y", False),
    ]
    assert repair.before is document
    assert repair.document.body == document.body
    assert repair.document.get("model") == {"reasoning": "it's: so", "to": "x: y"}
    assert not repair.document.block.faults()


def test_a_repaired_file_is_edited_like_any_other() -> None:
    fixed = repairs.repaired(document_of("description: a: b\nmodel: haiku # c\n")).document
    edited = fixed.set(("model",), "opus")
    assert edited.block.text == "description: 'a: b'\nmodel: opus # c\n"
    assert edited.set(("model",), "haiku").to_bytes() == fixed.to_bytes()


def test_only_a_key_that_is_known_to_hold_a_text_keeps_its_hash_sign() -> None:
    document = document_of("a: b: c # d\n")
    assert repair(document).document.block.text == "a: 'b: c' # d\n"
    assert repair(document, Known(texts=("a",))).document.block.text == "a: 'b: c # d'\n"


def test_the_alias_of_an_anchor_elsewhere_hides_no_fault() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdef", "bcdefg", strict=True)
    )
    assert [fault.message for fault in document_of(bomb).block.faults()] == [
        "its aliases stand for more than 100,000 values"
    ]
    faults = document_of("a: &a x\nb: *a\nc: d: e\n").block.faults()
    assert [fault.line for fault in faults] == [4]
    assert [fault.message for fault in document_of("a: *b\n").block.faults()] == ["found undefined alias"]


words = st.one_of(
    st.sampled_from(["a: b", "x #y", "@", "`a`", "%", "[WIP] a", "*a*", "- a", "? a", "{a", "&a", "!a b", "a:", "| a",
                     "'a' b: c", "it's: é🙂", 'say: "hi"', "C:\\new: x", "\xa0", "a\tb: c", "x, y: z", "> a", "#a: b",
                     "\x85:"]),
    st.text(st.sampled_from("ab :#-'\"[]{},&*!|>%@`?\\é🙂.=\x07\u2028"), min_size=1, max_size=12),
)  # fmt: skip
lines = st.lists(words, min_size=1, max_size=4).map(" ".join).map(lambda line: line.strip(" \t"))


@BOUNDED
@given(lines, st.lists(lines, max_size=2), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "'", '"']))
@example("a # b", ["c"], "\n", "'")
def test_a_text_that_lost_its_quotes_gets_them_back(first: str, more: list[str], newline: str, habit: str) -> None:
    value = re.sub(" ?(\n+) ?", lambda found: found[1][1:] or " ", "\n".join([first, *more]).strip("\n"))
    indented = "".join(f"{newline}  {line}" for line in more)
    rest = f"model: haiku # c{newline}x: {habit}y{habit}{newline}"
    data = f"---{newline}name: a{newline}description: {first}{indented}{newline}{rest}---\nBody\n".encode()
    document = Document.from_bytes(data)
    assume(first and document.block.faults() and document.readable("x") == "y")
    if first[0] in "\"'#" or re.match(r"[|>][-+\d]*( |$)", first) or any(line[:1] == "#" for line in more):
        # It may be meant otherwise: refused, or up to a comment.
        with contextlib.suppress(EditError):
            assert value.startswith(repairs.repaired(document).mended[0].value)
        return
    found = repairs.repaired(document)
    said = yaml.safe_load(found.document.block.text)
    assert said == {"name": "a", "description": value, "model": "haiku", "x": "y"}
    assert [one.value for one in found.mended] == [value]
    before, after = data.partition(b"description: ")[2], found.document.to_bytes().partition(b"description: ")[2]
    assert after.endswith(rest.encode() + b"---\nBody\n")
    assert found.document.to_bytes().startswith(data[: -len(before)])
    if habit and not re.search("[\x07\x85\u2028\t]", value):
        assert chr(after[0]) == habit


@BOUNDED
@given(blocks(), st.randoms(use_true_random=False))
def test_whatever_is_repaired_keeps_all_that_could_be_read(text: str, chance: object) -> None:
    document = document_of(mutant(chance, text) + "\n")  # type: ignore[arg-type]  # a strategy's own subclass
    before = document.mapping()
    try:
        found = repairs.repaired(document)
    except EditError:
        return
    if not document.block.faults():
        assert found.document is document
        return
    after = yaml.load(re.sub("[\ud800-\udfff]", "\ufffd", found.document.block.text), yaml.CSafeLoader)
    assert repr({name: after[name] for name in before}) == repr(before)
    assert found.document.body == document.body
    assert all(one.value for one in found.mended)


@pytest.mark.parametrize("shape", SHAPES)
def test_four_times_the_text_is_about_four_times_the_work(shape: str) -> None:
    small, large = (work(SHAPES[shape](n), repairs.repaired) for n in (250, 1000))
    assert large < 5 * small + 2000
