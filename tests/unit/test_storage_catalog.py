"""The catalogue and the dependency map: readable back, and no word of an agent becomes markup or another line."""

from __future__ import annotations

import re

from ctxstudio.frontmatter import Document
from ctxstudio.storage import catalog
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
    hostile = '"x|y](javascript:a) <b>*z*</b> `q` \\\\ \\n## heading"'
    text = catalog.listing(documents(a=scalar(hostile, model=hostile, extra=f"category: {hostile}\n")))
    (row,) = [line for line in text.splitlines() if line.startswith("| [")]
    assert len(re.findall(r"(?<!\\)\|", row)) == 4
    bare = re.sub(r"\\[\\`*_\[\]<>|]", "", row)
    assert re.findall(r"[<>`*\[\]]", bare) == ["[", "]"]  # of the link
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# Agents",
        "## x\\|y\\](javascript:a) \\<b\\>\\*z\\*\\</b\\> \\`q\\` \\\\ ## heading",
    ]


def test_paths_are_quoted_in_links() -> None:
    (document,) = documents(a=scalar("a")).values()
    text = catalog.listing({"a b/(c) \udcff%.md": document})
    assert "| [a](a%20b/%28c%29%20%FF%25.md) |" in text


def test_nothing_makes_a_catalogue_of_nothing() -> None:
    assert catalog.listing({}) == "# Agents\n\n0 agents.\n"
    assert catalog.dependency_map({}) == "# agent:requires:recommends\n"
