"""The user's rules and profiles as files: names, errors with their place, atomic writes, comments that stay."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from ctxstudio.errors import DataError, RefusedError
from ctxstudio.policy import profiles, rules
from ctxstudio.policy.profiles import Profile
from ctxstudio.policy.rules import Rule
from ctxstudio.policy.steps import Do, Step
from ctxstudio.policy.values import Policy, Switch
from ctxstudio.storage import library
from ctxstudio.storage.library import Library
from tests.unit.agent_files import not_as_root, posix_only


@pytest.fixture
def shelf(tmp_path: Path) -> Library[Rule]:
    return Library(tmp_path / "state" / "rules", rules.rule_of, rules.plain)


def rule(name: str, *done: Step) -> Rule:
    return Rule(name, "model:haiku", done or (Step(Do.CLEAR, "effort"),))


def test_a_library_without_a_folder_is_empty_and_makes_it_when_it_is_needed(shelf: Library[Rule]) -> None:
    assert shelf.items() == ()
    assert not shelf.root.exists()
    path = shelf.save(rule("b"))
    shelf.save(rule("A"))
    assert [(item.name, item.value, item.error) for item in shelf.items()] == [
        ("A", rule("A"), ""),
        ("b", rule("b"), ""),
    ]
    assert path == shelf.root / "b.yaml"
    assert shelf.load(path) == rule("b")


def test_a_broken_file_is_listed_with_its_error_and_stops_no_other(shelf: Library[Rule]) -> None:
    shelf.save(rule("fine"))
    lines = ["version: 1", "name: wrong", "steps:", "  - do: clear", "    field: effort", "  - {do: set, feild: x}"]
    (shelf.root / "wrong.yaml").write_text("\n".join(lines))
    (shelf.root / "yaml.yaml").write_text("version: 1\nname: 'a\n")
    (shelf.root / "binary.yaml").write_bytes(b"\x00\xff")
    (shelf.root / "list.yaml").write_text("- a\n")
    (shelf.root / "empty.yaml").write_text("")
    (shelf.root / "odd.yaml").write_text("1: 2\n")
    (shelf.root / "folder.yaml").mkdir()
    (shelf.root / "note.txt").write_text("no rule")
    (shelf.root / ".hidden.yaml").write_text("no rule")
    found = {item.name: item for item in shelf.items()}
    assert found["fine"].value == rule("fine")
    assert found["wrong"].error == "wrong.yaml:6: steps.1.feild: unknown key; did you mean field?"
    assert found["yaml"].error.startswith("yaml.yaml:2: ")
    assert "not a mapping" in found["list"].error
    assert found["empty"].error == "empty.yaml: version: is missing"
    assert found["odd"].error == "odd.yaml: has the key 1, which is not text"
    assert "not a regular file" in found["folder"].error
    assert sorted(found) == ["binary", "empty", "fine", "folder", "list", "odd", "wrong", "yaml"]
    assert all(item.value is None for item in found.values() if item.name != "fine")


def test_errors_have_the_line_of_a_key_that_has_dots(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("version: 1\nname: p\nagents:\n  x/a.md: {}\n  x/a.md.b:\n    effort: low\n    model: a\n")
    shelf = Library(tmp_path, profiles.profile_of, profiles.plain)
    with pytest.raises(DataError) as caught:
        shelf.load(path)
    assert str(caught.value).startswith("p.yaml:7: agents.x/a.md.b.model: unknown key")


def test_a_missing_file_is_said(shelf: Library[Rule]) -> None:
    with pytest.raises(DataError, match=r"gone\.yaml: cannot be read: No such file"):
        shelf.load(shelf.root / "gone.yaml")


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Haiku first", "Haiku-first"),
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\Windows\\x", "C-Windows-x"),
        (".hidden", "hidden"),
        ("a.b.", "a.b"),
        ("Überprüfung 配置", "Überprüfung-配置"),
        (unicodedata.normalize("NFD", "é"), "é"),
        ("x" * 300, "x" * 60),
        ("a/b*c?d", "a-b-c-d"),
    ],
)
def test_a_file_is_named_after_its_document_and_stays_in_the_folder(name: str, stem: str) -> None:
    assert library.file_stem(name) == stem


@pytest.mark.parametrize("name", ["///", "...", "🙂", "con", "NUL.x", "lpt1", ""])
def test_what_gives_no_file_name_gets_one(name: str) -> None:
    stem = library.file_stem(name)
    assert stem == library.file_stem(name)
    assert stem.replace("-", "").replace(".", "").isalnum()
    assert stem.lower() not in ("con", "lpt1")


def test_other_names_with_the_same_file_name_live_side_by_side(shelf: Library[Rule]) -> None:
    paths = [shelf.save(rule(name)) for name in ("a b", "a/b", "a?b")]
    assert [path.name for path in paths] == ["a-b.yaml", "a-b-2.yaml", "a-b-3.yaml"]
    assert {item.name for item in shelf.items()} == {"a b", "a/b", "a?b"}


@pytest.mark.parametrize("name", ["Rule", "rULE", "Ｒule"])
def test_a_name_stands_once(shelf: Library[Rule], name: str) -> None:
    first = shelf.save(rule("rule"))
    with pytest.raises(RefusedError, match="there is a document 'rule' already"):
        shelf.save(rule(name))
    second = shelf.save(rule("other"))
    with pytest.raises(RefusedError):
        shelf.save(rule(name), second)
    assert shelf.save(rule(name), first) == first
    assert [item.name for item in shelf.items()] == ["other", name]


def test_a_document_keeps_its_file_and_its_comments_under_another_name(shelf: Library[Rule]) -> None:
    path = shelf.save(rule("a", Step(Do.CLEAR, "effort"), Step(Do.SET, "preference", "opus")))
    text = path.read_text()
    path.write_text("# mine\n" + text.replace("filter:", "# why\nfilter:").replace("name: a", "name: 'a'  # its name"))
    shelf.save(rule("b", Step(Do.CLEAR, "effort"), Step(Do.SET, "preference", "haiku")), path)
    wanted = "# mine\n" + text.replace("filter:", "# why\nfilter:").replace("name: a", "name: 'b'  # its name")
    assert path.read_text() == wanted.replace("value: opus", "value: haiku")
    shelf.save(Rule("b"), path)
    assert shelf.load(path) == Rule("b")
    assert "filter" not in path.read_text()
    assert "# mine" in path.read_text()


def test_a_file_that_became_unreadable_is_written_anew(shelf: Library[Rule]) -> None:
    path = shelf.save(rule("a"))
    path.write_text("name: 'a\n")
    shelf.save(rule("a"), path)
    assert shelf.load(path) == rule("a")


def test_texts_of_every_kind_survive(tmp_path: Path) -> None:
    texts = ("a: b", "# c", "yes", "1", "null", " x ", "🙂", "two\nlines", "'", '"', "- d", "\ttab", "{e}", "~")
    agents = {text: Policy("m", ("n",), Switch("o", (text,)), None, text) for text in texts}
    shelf = Library(tmp_path, profiles.profile_of, profiles.plain)
    profile = Profile("yes", "no", agents)
    assert shelf.load(shelf.save(profile)) == profile


def test_what_yaml_cannot_hold_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    shelf = Library(tmp_path, profiles.profile_of, profiles.plain)
    long = {f"a{number}": Policy(reasoning="x" * 9_000) for number in range(130)}
    for bad in (Profile("p", agents={"a\udcff": Policy()}), Profile("p", agents=long)):
        with pytest.raises(RefusedError, match="cannot be written as YAML"):
            shelf.save(bad)
    assert list(tmp_path.iterdir()) == []


def test_what_could_not_be_read_again_is_not_written(shelf: Library[Rule], tmp_path: Path) -> None:
    for bad in (rule("a", Step(Do.ADD_FALLBACK)), Rule("a", "modl:x")):
        for write in (shelf.save, lambda value: shelf.export(value, tmp_path / "x.yaml")):
            with pytest.raises(DataError, match=r"^(steps\.0\.model|filter): "):
                write(bad)
    assert list(tmp_path.iterdir()) == []


def test_deleting_touches_only_the_library(shelf: Library[Rule], tmp_path: Path) -> None:
    path = shelf.save(rule("a"))
    elsewhere = tmp_path / "other.yaml"
    elsewhere.write_text("x")
    for stranger in (elsewhere, shelf.root / ".." / "other.yaml", shelf.root / "x.txt"):
        with pytest.raises(RefusedError, match="does not belong"):
            shelf.delete(stranger)
    shelf.delete(path)
    shelf.delete(path)
    assert shelf.items() == ()
    assert elsewhere.exists()


def test_export_and_import_are_inverse(shelf: Library[Rule], tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.yaml"
    path.write_text("old")
    shelf.export(rule("a"), path)
    assert shelf.load(path) == rule("a")
    assert shelf.items() == ()
    with pytest.raises(RefusedError, match="cannot be written"):
        shelf.export(rule("a"), tmp_path / "no" / "such" / "folder.yaml")


@posix_only
def test_a_file_that_must_not_be_replaced_is_not(shelf: Library[Rule]) -> None:
    path = shelf.save(rule("a"))
    before = path.read_bytes()
    os.link(path, path.with_suffix(".txt"))
    with pytest.raises(RefusedError, match="hard links"):
        shelf.save(rule("b"), path)
    assert path.read_bytes() == before
    assert sorted(other.name for other in shelf.root.iterdir()) == ["a.txt", "a.yaml"]


@posix_only
@not_as_root
def test_a_folder_without_permission_is_said(shelf: Library[Rule]) -> None:
    shelf.save(rule("a"))
    shelf.root.chmod(0)
    try:
        with pytest.raises(RefusedError, match="cannot be read"):
            shelf.items()
    finally:
        shelf.root.chmod(0o700)


@posix_only
def test_a_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    shelf = Library(tmp_path / "file" / "rules", rules.rule_of, rules.plain)
    with pytest.raises(RefusedError):
        shelf.save(rule("a"))
