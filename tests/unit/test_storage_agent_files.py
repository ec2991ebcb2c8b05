"""Changes of whole agent files: names, free paths, new agents and renamed ones."""

from __future__ import annotations

import pytest

from ctxstudio.errors import CtxStudioError, RefusedError
from ctxstudio.frontmatter import Document
from ctxstudio.policy.values import Dialect, Policy
from ctxstudio.storage import agent_files, patch
from ctxstudio.storage.journal import Change
from tests.unit.agent_files import scalar, shipped_data


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("code-reviewer", ""),
        ("Prüfer 2", ""),
        ("", "needs a name"),
        (" \t", "needs a name"),
        ("a" * 101, "at most 100"),
        ("a\nb", "one line"),
        ("a\ud800", "one line"),
        ("a\N{RIGHT-TO-LEFT OVERRIDE}b", "one line"),
        ("plugin:agent", "colon"),
        ("-agent", "hyphen"),
    ],
)
def test_what_an_agent_can_be_called(name: str, fault: str) -> None:
    found = agent_files.name_fault(name)
    assert fault in found
    assert bool(found) == bool(fault)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("code-reviewer", "code-reviewer.md"),
        ("  Code Reviewer! ", "code-reviewer.md"),
        ("../../etc/passwd", "etc-passwd.md"),
        ("/absolute\\path", "absolute-path.md"),
        ("...", "agent.md"),
        ("😀", "agent.md"),
        ("a\0b\nc", "a-b-c.md"),
        ("\ud800", "agent.md"),
        ("Pru\N{COMBINING DIAERESIS}fer", "prüfer.md"),
        ("CON", "agent-con.md"),
        ("lpt1.x", "agent-lpt1.x.md"),
        ("console", "console.md"),
        (".hidden", "hidden.md"),
    ],
)
def test_file_names_are_plain(name: str, expected: str) -> None:
    assert agent_files.file_name(name) == expected


@pytest.mark.parametrize("letter", ["a", "é", "漢", "𝕏"])
def test_no_file_name_is_too_long_for_a_file_system(letter: str) -> None:
    name = agent_files.file_name(letter * 300)
    assert name.startswith(letter.lower())
    assert 190 < len(name.encode()) < 210
    assert len(agent_files.free_id("", letter * 300, {name}).encode()) < 255


def test_a_free_path_is_numbered() -> None:
    assert agent_files.free_id("", "Helper", ()) == "helper.md"
    assert agent_files.free_id("sub/deep", "Helper", {"helper.md"}) == "sub/deep/helper.md"
    taken = {"helper.md", "Helper-2.MD", "helper-4.md"}  # some file systems tell no cases apart
    assert agent_files.free_id("", "Helper", taken) == "helper-3.md"


TEMPLATES = agent_files.templates(shipped_data().folder / "templates")


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("called", ["helper", "a: b", "'quoted'", "yes", "123", "# no comment", "Prüfer 😀"])
def test_an_agent_is_made_from_a_template(name: str, called: str) -> None:
    values = {"name": called, "description": "Use it: always.\nSecond line # no comment"}
    if ":" in called:
        with pytest.raises(RefusedError, match="colon"):
            agent_files.made("new.md", TEMPLATES[name], values)
        return
    change = agent_files.made("new.md", TEMPLATES[name], values, Policy("opus", effort="high"))
    assert (change.id, change.before, change.mode, change.in_place) == ("new.md", None, None, False)
    assert change.after is not None
    document, template = Document.from_bytes(change.after), Document.from_bytes(TEMPLATES[name])
    assert {key: document.get(key) for key in values} == values
    assert patch.policy_of(document).policy == Policy("opus", effort="high")
    assert document.body == template.body
    touched = {"name", "description", "model", "effort"}
    assert [key for key in document.mapping() if key not in touched] == [
        key for key in template.mapping() if key not in touched
    ]


def test_there_is_a_template_for_each_program() -> None:
    dialects = {name: patch.policy_of(Document.from_bytes(data)).dialect for name, data in TEMPLATES.items()}
    assert dialects == {
        "claude-code": Dialect.ABSENT,
        "claude-code-reviewer": Dialect.ABSENT,
        "claude-ctx": Dialect.MAPPING,
    }


def test_a_copy_says_what_was_edited() -> None:
    source = scalar("one", "haiku  # why", "color: red\n").encode()
    change = agent_files.made("two.md", source, {"name": "two"}, Policy("opus"))
    assert change.after == scalar("two", "opus  # why", "color: red\n").replace("with two", "with one").encode()
    same = agent_files.made("two.md", source, {})
    assert same.after == source


@pytest.mark.parametrize(
    "content", [b"no frontmatter", b"", b"---\nname: [\n---\n", b"---\nname: &a x\nmodel: *a\n---\n"]
)
def test_what_cannot_be_written_is_refused(content: bytes) -> None:
    with pytest.raises(CtxStudioError):
        agent_files.made("a.md", content, {"name": "y"}, Policy("opus"))
    with pytest.raises(CtxStudioError):
        agent_files.renamed("a.md", content, "y", "b.md")


def test_an_agent_is_renamed_with_its_file() -> None:
    content, after = scalar("one").encode(), scalar("one").replace("name: one", "name: two").encode()
    assert agent_files.renamed("sub/one.md", content, "two", "sub/two.md", 0o640) == (
        Change("sub/two.md", None, after, 0o640),
        Change("sub/one.md", content, None, 0o640),
    )
    assert agent_files.renamed("one.md", content, "two", "one.md") == (Change("one.md", content, after),)
    assert agent_files.renamed("one.md", content, "one", "one.md") == ()
    assert agent_files.renamed("one.md", content, "one", "two.md") == (
        Change("two.md", None, content),
        Change("one.md", content, None),
    )


def test_a_name_that_an_agent_cannot_have_is_refused() -> None:
    for name in ("", "-x", "a:b"):
        with pytest.raises(RefusedError):
            agent_files.renamed("one.md", scalar().encode(), name, "two.md")
