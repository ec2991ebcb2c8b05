"""One file as it was read: what it says, what is broken in it, what is locked, and what is certainly editable."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxstudio.errors import FrontmatterError, UnusableInputError
from ctxstudio.frontmatter import Document
from ctxstudio.policy.values import Dialect, Policy, Switch
from ctxstudio.storage import patch, record
from ctxstudio.storage.record import Fingerprint, Record
from tests.conftest import Folder
from tests.unit.agent_files import ROOT, posix_only, scalar, schema_v2


def read(directory: Path, id: str = "a.md") -> Record:
    found = record.read(str(directory / id), id)
    assert isinstance(found, Record)
    return found


def of(text: str | bytes) -> Record:
    """The record of a text, without a file."""
    data = text.encode() if isinstance(text, str) else text
    found = record.from_document("dir/stem.md", Document.from_bytes(data), Fingerprint(1, 2, 3, 4))
    assert isinstance(found, Record)
    return found


def test_a_record_is_what_the_file_says(folder: Folder) -> None:
    directory = folder({"sub/a.md": schema_v2("reviewer")})
    found = read(directory, "sub/a.md")
    assert (found.id, found.name, found.category, found.locked) == ("sub/a.md", "reviewer", "data-ai", "")
    assert (found.reading.dialect, found.reading.policy) == (Dialect.MAPPING, Policy("sonnet", ("haiku",)))
    assert found.fingerprint == Fingerprint.of((directory / "sub/a.md").stat())
    assert found.faults() == ()


@pytest.mark.parametrize("name", ["", "''", "123", "[a]", "null", "[broken"])
def test_a_name_that_is_no_text_is_the_files(name: str) -> None:
    assert of(f"---\nname: {name}\ndescription: d\n---\n").name == "stem"


def test_the_category_is_a_text_or_empty() -> None:
    assert of(scalar(extra="category: x\n")).category == "x"
    assert of(scalar(extra="category: [x]\n")).category == ""


@pytest.mark.parametrize("key", ["name", "description", "model"])
def test_one_key_makes_an_agent(key: str) -> None:
    assert of(f"---\n{key}: x\n---\n").reading.dialect is (Dialect.SCALAR if key == "model" else Dialect.ABSENT)


def test_a_changed_file_has_another_fingerprint(folder: Folder) -> None:
    directory = folder({"a.md": scalar()})
    before = read(directory).fingerprint
    assert read(directory).fingerprint == before
    os.utime(directory / "a.md", ns=(1, 1))
    assert read(directory).fingerprint != before


def test_a_broken_description_is_a_fault_and_locks_nothing() -> None:
    found = of("---\nname: a\ndescription: Use this: always\nmodel: haiku\n---\n")
    (fault,) = found.faults()
    assert (fault.code, fault.file, fault.line) == ("invalid-yaml", "dir/stem.md", 3)
    assert found.locked == ""
    assert found.values()["description"] == "Use this: always"
    assert found.text().description == "Use this: always"


def test_a_broken_model_locks_the_policy() -> None:
    found = of(scalar(model="[haiku"))
    assert found.locked == "its `model` is not valid YAML"
    assert [fault.code for fault in found.faults()] == ["invalid-yaml", "not-editable"]


def test_the_text_for_detection() -> None:
    found = of(schema_v2("a", tools="Read, Exec").replace("tier:", "tags: [x, y]\ntier:"))
    text = found.text()
    assert (text.name, text.category, text.tags, text.tools) == ("a", "data-ai", ("x", "y"), ("Read", "Exec"))
    assert text.opening == "\nYou help.\n"
    assert of(scalar(extra="tools: Read,  Bash ,\ntags: 7\n")).text().tools == ("Read", "Bash")


def test_only_the_beginning_of_the_prompt_is_kept(folder: Folder) -> None:
    found = read(folder({"a.md": scalar() + "é" * 50_000}))
    assert len(found.document.to_bytes()) < 3000
    assert found.text().opening.startswith("\nYou help.\né")
    assert "\ufffd" not in found.text().opening


def test_the_prompt_is_read_up_to_a_limit(folder: Folder) -> None:
    directory = folder({"a.md": scalar() + "é" * 100, "b.md": scalar(), "c.md": scalar().encode() + b"\xff\xfe"})
    assert record.read_body(str(directory / "b.md"), 100) == ("\nYou help.\n", False)
    assert record.read_body(str(directory / "a.md"), 14) == ("\nYou help.\né", True)
    assert record.read_body(str(directory / "c.md"), 100) == ("\nYou help.\n\ufffd\ufffd", False)


def test_a_prompt_that_cannot_be_read_is_said(folder: Folder) -> None:
    directory = folder({"a.md": "# none\n"})
    with pytest.raises(FrontmatterError, match="no frontmatter"):
        record.read_body(str(directory / "a.md"), 10)
    with pytest.raises(UnusableInputError, match="cannot be read: No such file"):
        record.read_body(str(directory / "none.md"), 10)
    with pytest.raises(UnusableInputError, match="cannot be read"):
        record.read_body(str(directory), 10)


@posix_only
def test_a_prompt_that_became_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    with pytest.raises((FrontmatterError, UnusableInputError)):
        record.read_body(str(tmp_path / "a.md"), 10)


WORDS = ["haiku", "claude-sonnet-4-5-20250929", "a: b", "# x", "- y", "'", '"q', "null", "42", "yes", "{a}", "[b", "*c",
         "é\N{GRINNING FACE}", "two\nlines\n", "---", "x" * 300, "\x85", " lead", "a\tb", "%d", "key:"]  # fmt: skip
TEXTS = st.sampled_from(WORDS) | st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
LISTS = st.lists(TEXTS, max_size=3).map(tuple)
SWITCHES = st.none() | st.builds(Switch, st.none() | TEXTS, LISTS).filter(lambda switch: switch != Switch())
POLICIES = st.builds(
    Policy, st.none() | TEXTS, LISTS, SWITCHES, SWITCHES, st.none() | TEXTS, st.sampled_from([None, "low", "7"])
)
TEXT_FILES = [
    scalar(), scalar(model=None), schema_v2(), scalar(extra="effort: high\nmodelPolicy:\n  reasoning: r\n"),
    scalar(model=None, extra="tools: Read\n\n# note\ncolor: red\n").replace("\n", "\r\n"),
    schema_v2(model="  preference: haiku\n  escalation:\n    when:\n    - a\n").replace("tier:", "effort: 1\ntier:"),
    *(path.read_text() for path in sorted((ROOT / "agents").glob("*.md"))[::20]),
]  # fmt: skip


@given(st.sampled_from(TEXT_FILES), POLICIES)
@settings(deadline=None)
def test_what_is_plain_takes_any_policy(text: str, policy: Policy) -> None:
    found = of(text)
    assert found.plain
    edited = patch.apply(found.document, found.reading.policy, policy).to_bytes()
    assert patch.policy_of(Document.from_bytes(edited)).policy == policy


@pytest.mark.parametrize(
    "text",
    [
        scalar(model="haiku  # why"),
        scalar(model="claude-opus-4-8[1m]"),
        scalar(extra="modelPolicy: # c\n  # d\n  fallbacks: [a, 'b: c'] # e\n  reasoning: R&D is fun!\n"),
        schema_v2(model="  preference: haiku # c\n  escalation: # d\n    when: # e\n    - 'a: b' # f\n"),
    ],
)
def test_comments_and_lists_in_brackets_are_plain(text: str) -> None:
    assert of(text).plain


@pytest.mark.parametrize(
    "text",
    [
        scalar(model="&a haiku"),
        scalar(model="!!str haiku"),
        scalar(extra="modelPolicy: {reasoning: r}\n"),
        scalar(extra="modelPolicy: {reasoning: r}\n").replace("reasoning", "fallbacks: [x], y"),
        scalar(extra="modelPolicy: r: s\n"),
        scalar(extra="modelPolicy:\n  reasoning: r\n  reasoning: s\n"),
        scalar(extra="modelPolicy:\n  when: [a,\n    b]\n"),
        schema_v2().replace("tier:", "modelPolicy:\n  reasoning: r\ntier:"),
        scalar(extra="model: sonnet\n"),
        scalar(extra="? x\n"),
    ],
)
def test_what_takes_a_trial_is_not_plain(text: str) -> None:
    assert not of(text).plain
