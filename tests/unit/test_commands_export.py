"""`export`: its options and exit codes; what it writes is tested with `storage.export`."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.conftest import Folder, Run
from tests.unit.agent_files import ROOT, scalar, schema_v2, texts

FILES = {"a.md": scalar("a"), "sub/b.md": schema_v2("b")}


@pytest.fixture
def directory(folder: Folder) -> Path:
    return folder(FILES)


def test_a_folder_is_a_copy(run: Run, directory: Path, tmp_path: Path) -> None:
    result = run("export", directory, "--to", tmp_path / "out")
    assert (result.code, result.out, result.err) == (0, f"2 files exported to {tmp_path / 'out'}\n", "")
    assert texts(tmp_path / "out") == texts(directory)


def test_an_archive_with_catalogue(run: Run, directory: Path, tmp_path: Path) -> None:
    assert run("export", directory, "--to", tmp_path / "out.zip", "--catalog").code == 0
    with zipfile.ZipFile(tmp_path / "out.zip") as packed:
        assert packed.namelist() == ["a.md", "sub/b.md", "agents.md", "dependencies.map"]


@pytest.mark.parametrize("dialect", ["claude-code", "claude-ctx"])
def test_a_dialect(run: Run, directory: Path, tmp_path: Path, dialect: str) -> None:
    assert run("export", directory, "--to", tmp_path / "out", "--dialect", dialect).code == 0
    check = run("check", tmp_path / "out", "--target", dialect, "--format", "json").json
    codes = {problem["code"] for problem in check["problems"]}
    assert not codes & {"mapping-ignored", "tools-mapping", "scalar-model-for-claude-ctx"}


@pytest.mark.parametrize(("extras", "kept"), [("keep", True), ("drop", False), (None, True)])
def test_extras(run: Run, directory: Path, tmp_path: Path, extras: str | None, kept: bool) -> None:
    chosen = ("--extras", extras) if extras else ()
    assert run("export", directory, "--to", tmp_path / "out", "--dialect", "claude-code", *chosen).code == 0
    written = (tmp_path / "out" / "sub" / "b.md").read_text()
    assert "\nmodel: sonnet\n" in written
    assert ("\nmodelPolicy:\n" in written) == kept


def test_a_manifest_of_today(run: Run, directory: Path, tmp_path: Path) -> None:
    result = run("export", directory, "--to", tmp_path / "out", "--manifest")
    assert result.out == f"3 files exported to {tmp_path / 'out'}\n"
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_bytes())
    assert (manifest["version"], manifest["date"]) == (1, "2026-11-24")
    assert [(entry["path"], entry["name"], entry["model"]) for entry in manifest["files"]] == [
        ("a.md", "a", "haiku"),
        ("sub/b.md", "b", "sonnet"),
    ]


def test_only_what_changed(run: Run, directory: Path, tmp_path: Path) -> None:
    run("export", directory, "--to", tmp_path / "old")
    run("set", directory, "a", "--preference", "opus")
    result = run("export", directory, "--to", tmp_path / "new", "--changed-since", tmp_path / "old")
    assert (result.code, list(texts(tmp_path / "new"))) == (0, ["a.md"])
    assert result.out == f"1 file exported to {tmp_path / 'new'}\n1 unchanged agent left out\n"
    again = run("export", directory, "--to", tmp_path / "none", "--changed-since", directory)
    assert (again.code, (tmp_path / "none").exists()) == (0, False)


def test_existing_files_are_1_unless_forced(run: Run, directory: Path, tmp_path: Path) -> None:
    for name in ("out", "out.zip"):
        assert run("export", directory, "--to", tmp_path / name).code == 0
        result = run("export", directory, "--to", tmp_path / name)
        assert (result.code, result.out) == (1, "")
        assert result.err.endswith("; nothing was written\n")
        assert run("export", directory, "--to", tmp_path / name, "--force").code == 0


def test_an_agent_that_cannot_be_converted_is_1_and_the_others_are_there(
    run: Run, folder: Folder, tmp_path: Path
) -> None:
    directory = folder({**FILES, "c\x1b.md": schema_v2("c", tools="Telepathy")})
    result = run("export", directory, "--to", tmp_path / "out", "--dialect", "claude-code")
    assert result.code == 1
    assert "c\\x1b.md: error: not exported: the tool 'Telepathy' has no known name" in result.out
    assert list(texts(tmp_path / "out")) == ["a.md", "sub/b.md"]


def test_a_target_that_cannot_be_is_1(run: Run, directory: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for target in (directory, directory / "new", tmp_path / "file", tmp_path / "file" / "x"):
        assert run("export", directory, "--to", target).code == 1
    assert texts(directory) == {id: text.encode() for id, text in FILES.items()}


def test_unusable_input_is_2(run: Run, directory: Path, tmp_path: Path) -> None:
    assert run("export", directory).code == 2
    assert run("export", directory, "--to", "").code == 2
    assert run("export", directory / "none", "--to", tmp_path / "out").code == 2
    assert run("export", directory, "--to", tmp_path / "out", "--dialect", "other").code == 2
    assert run("export", directory, "--to", tmp_path / "out", "--extras", "drop").code == 2
    assert run("export", directory, "--to", tmp_path / "out", "--dialect", "claude-ctx", "--extras", "keep").code == 2
    assert run("export", directory, "--to", tmp_path / "out", "--dialect", "claude-code", "--extras", "x").code == 2
    result = run("export", directory, "--to", tmp_path / "out", "--changed-since", tmp_path / "none")
    assert (result.code, result.err) == (2, f"ctxstudio: {tmp_path / 'none'} is not a directory\n")
    assert not (tmp_path / "out").exists()


def test_the_sample_for_claude_code_is_clean(run: Run, tmp_path: Path) -> None:
    arguments = ("--dialect", "claude-code", "--catalog")
    assert run("export", ROOT / "agents", "--to", tmp_path / ".claude" / "agents", *arguments).code == 0
    result = run("check", tmp_path / ".claude" / "agents")
    assert (result.code, result.out.split(":")[0]) == (0, "67 agents checked for claude-code")
    assert "0 errors, 0 warnings" in result.out
