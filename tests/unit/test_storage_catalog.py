"""The catalogue and the dependency map: readable back, and no word of an agent becomes markup or another line."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxstudio.frontmatter import Document
from ctxstudio.storage import catalog
from ctxstudio.storage.catalog import Dependencies
from tests.unit.agent_files import ROOT, scalar


def documents(**texts: str) -> dict[str, Document]:
    return {f"{stem}.md": Document.from_bytes(text.encode("utf-8", "surrogateescape")) for stem, text in texts.items()}


def agents() -> dict[str, Document]:
    return {path.name: Document.from_bytes(path.read_bytes()) for path in (ROOT / "agents").glob("*.md")}


def read_map(text: str) -> dict[str, tuple[list[str], list[str]]]:
    """The dependency map read as FACTS F describes it."""
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, requires, recommends = line.split(":")
            found[name] = (requires.split(",") if requires else [], recommends.split(",") if recommends else [])
    return found


def test_the_map_reads_back_as_the_dependencies() -> None:
    read = read_map(catalog.dependency_map(agents()))
    assert len(read) == 67
    assert any(recommends for _, recommends in read.values())
    for path, document in agents().items():
        dependencies = document.get("dependencies")
        assert read[path.removesuffix(".md")] == (dependencies["requires"], dependencies["recommends"])


def test_the_programs_own_reader_agrees() -> None:
    text = catalog.dependency_map(agents())
    read = catalog.read_dependency_map(text)
    assert read.problems == ()
    assert {name: (list(own.requires), list(own.recommends)) for name, own in read.agents.items()} == read_map(text)


_hostile = st.text(st.sampled_from("ab ,:#\n\r\t\x00\x1b\x85\u2028\u202e\u200b\ufeff'\"{}[]é😀")) | st.text()
_plain = re.compile(r"[^,:#\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")


def quoted(*texts: str) -> str:
    """Any texts as a YAML sequence."""
    return "[" + ", ".join('"' + "".join(f"\\U{ord(char):08x}" for char in text) + '"' for text in texts) + "]"


@given(st.lists(st.tuples(_hostile, st.lists(_hostile), st.lists(_hostile))))
def test_what_is_written_reads_back_whatever_the_names(agents: list[tuple[str, list[str], list[str]]]) -> None:
    files, wanted, left_out = {}, dict[str, Dependencies](), 0
    for number, (name, requires, recommends) in enumerate(agents):
        depends = f"dependencies: {{requires: {quoted(*requires)}, recommends: {quoted(*recommends)}}}"
        files[f"a{number:03}.md"] = Document.from_bytes(f"---\nname: {quoted(name)[1:-1]}\n{depends}\n---\n".encode())
        words, name = [word for word in (*requires, *recommends) if word], name or f"a{number:03}"
        if all(map(_plain.fullmatch, (name, *words))):
            own = Dependencies(tuple(filter(None, requires)), tuple(filter(None, recommends)))
            wanted[name] = wanted.get(name, Dependencies()).joined(own)
        else:
            left_out += 1
    text = catalog.dependency_map(files)
    assert catalog.read_dependency_map(text) == catalog.DependencyMap(wanted, ())
    assert text.count("is left out") == left_out


def test_files_of_one_name_make_one_line() -> None:
    depends = "dependencies: {{requires: [{}], recommends: [{}]}}\n"
    text = catalog.dependency_map(
        documents(a=scalar("x", extra=depends.format("a, b", "c")), b=scalar("x", extra=depends.format("b, d", "")))
    )
    assert text == "# agent:requires:recommends\nx:a,b,d:c\n"


def test_a_map_written_by_others_is_read_line_by_line() -> None:
    read = catalog.read_dependency_map(
        "\ufeff# comment\r\n\r\n a : b , c :\r\nb::\nworkflow text: ran: into: it\n:x:\na,b::\nc:d,,e:\nd\n"
        "e:two words:\nf:\x1b[31m:\n  # more\na:c,d:e"
    )
    assert read.agents == {"a": Dependencies(("b", "c", "d"), ("e",)), "b": Dependencies()}
    assert [(issue.line, issue.message) for issue in read.problems] == [
        (5, "it has 4 parts instead of agent, requires and recommends"),
        (6, "it does not begin with the name of one agent"),
        (7, "it does not begin with the name of one agent"),
        (8, "'' is no plain name"),
        (9, "it has 1 parts instead of agent, requires and recommends"),
        (10, "'two words' is no plain name"),
        (11, "'\\x1b[31m' is no plain name"),
    ]
    assert {issue.file for issue in read.problems} == {"dependencies.map"}


@pytest.mark.parametrize("text", ["", "\n", "# nothing"])
def test_a_map_of_nothing(text: str) -> None:
    assert catalog.read_dependency_map(text) == catalog.DependencyMap({}, ())


def test_names_that_would_break_the_map_are_left_out_and_said() -> None:
    depends = "dependencies: {{requires: [{}], recommends: []}}\n"
    text = catalog.dependency_map(
        documents(
            a=scalar("plain", extra=depends.format("other")),
            b=scalar('"a:b"'),
            c=scalar("c", extra=depends.format("'x, y'")),
            d=scalar('"line\\nbreak:x:y"'),
            e=scalar('"\\e[31m"'),
        )
    )
    assert read_map(text) == {"plain": (["other"], [])}
    assert len(text.splitlines()) == 6
    assert "# c is left out: x  y is no plain name" in text
    assert "\x1b" not in text


def test_odd_dependencies_count_as_none() -> None:
    odd = ["[a]", "text", "null", "{requires: a}", "{requires: [1, null, '']}", "{requires: [[b]]}", "[broken"]
    files = {f"a{number}": scalar(f"a{number}", extra=f"dependencies: {text}\n") for number, text in enumerate(odd)}
    assert read_map(catalog.dependency_map(documents(**files))) == {name: ([], []) for name in files}


def test_an_agent_without_a_name_has_that_of_its_file() -> None:
    (document,) = documents(a="---\nmodel: haiku\n---\n").values()
    assert catalog.name_of("folder/stem.md", document) == "stem"


def test_the_listing_has_every_agent_in_its_category() -> None:
    text = catalog.listing(agents())
    assert text.startswith("# Agents\n\n67 agents.\n\n## business-product\n")
    for path, document in agents().items():
        section = text.partition(f"\n## {document.get('category')}\n")[2].partition("\n## ")[0]
        assert f"\n| [{document.get('name')}]({path}) | {document.get('model', 'preference')}" in section
    rows = [line for line in text.splitlines() if line.startswith("| [")]
    assert len(rows) == 67


def test_the_listing_says_the_policy() -> None:
    extra = "modelPolicy:\n  escalation: {to: opus, when: [x]}\n  fast_path: {to: haiku, when: [y]}\n"
    text = catalog.listing(documents(a=scalar("a", "sonnet", extra), b=scalar("b", None)))
    assert "| sonnet, escalates to opus, fast path to haiku |" in text
    assert "| [b](b.md) | inherit | Helps with b. |" in text
    assert "## no category" in text


def test_words_of_agents_are_no_markup() -> None:
    hostile = '"x|y](javascript:a) <b>*z*</b> ~~s~~ &lt; `q` \\\\ \\n## heading"'
    text = catalog.listing(documents(a=scalar(hostile, model=hostile, extra=f"category: {hostile}\n")))
    (row,) = [line for line in text.splitlines() if line.startswith("| [")]
    assert len(re.findall(r"(?<!\\)\|", row)) == 4
    bare = re.sub(r"\\[\\`*_\[\]<>|~&]", "", row)
    assert re.findall(r"[<>`*\[\]~&]", bare) == ["[", "]"]  # of the link
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# Agents",
        "## x\\|y\\](javascript:a) \\<b\\>\\*z\\*\\</b\\> \\~\\~s\\~\\~ \\&lt; \\`q\\` \\\\ ## heading",
    ]


def test_paths_are_quoted_in_links() -> None:
    (document,) = documents(a=scalar("a")).values()
    text = catalog.listing({"a b/(c) \udcff%.md": document})
    assert "| [a](a%20b/%28c%29%20%FF%25.md) |" in text


def test_nothing_makes_a_catalogue_of_nothing() -> None:
    assert catalog.listing({}) == "# Agents\n\n0 agents.\n"
    assert catalog.dependency_map({}) == "# agent:requires:recommends\n"
