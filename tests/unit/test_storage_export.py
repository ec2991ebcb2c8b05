"""Exports: copies with the current policies, in a folder or an archive; never over what is there, never outside."""

from __future__ import annotations

import os
import stat
import zipfile
from pathlib import Path
from typing import Any, NoReturn

import pytest

from ctxstudio.errors import RefusedError
from ctxstudio.frontmatter import Document
from ctxstudio.policy.values import Target
from ctxstudio.storage import atomic, export, patch, record
from ctxstudio.storage.export import ExportReport, Options
from ctxstudio.storage.shipped import Shipped
from ctxstudio.workspace import Workspace
from tests.conftest import Folder, Open
from tests.unit.agent_files import not_as_root, posix_only, scalar, schema_v2, texts

FILES = {
    "a.md": scalar("a"),
    "sub/b.md": schema_v2("b"),
    "c.md": scalar("c", extra="tools: Read\n"),
    "notes.md": "# no\n",
}


@pytest.fixture
def workspace(folder: Folder, open_directory: Open) -> Workspace:
    return open_directory(folder(FILES))


def exported(workspace: Workspace, target: Path, **options: Any) -> ExportReport:
    dialect = options.get("dialect")
    if dialect is not None:
        options["tools"] = workspace.shipped.tools[dialect]
    return export.export(workspace.directory, workspace.export_items(), target, Options(**options))


def test_copies_are_the_files_with_the_current_policies(workspace: Workspace, tmp_path: Path) -> None:
    plan = workspace.plan_edit(["a.md", "sub/b.md"], "preference", "opus")
    workspace.replace_policies(plan.changes)
    before = texts(workspace.directory)
    report = exported(workspace, tmp_path / "out" / "deep")
    assert report.text() == f"3 files exported to {tmp_path / 'out' / 'deep'}"
    assert report.written == ("a.md", "c.md", "sub/b.md")
    assert texts(tmp_path / "out" / "deep") == {
        "a.md": scalar("a", "opus").encode(),
        "c.md": before["c.md"],
        "sub/b.md": before["sub/b.md"].replace(b"preference: sonnet", b"preference: opus"),
    }
    assert texts(workspace.directory) == before
    assert workspace.changed_count == 2


@pytest.mark.parametrize("target", [Target.CLAUDE_CODE, Target.CLAUDE_CTX])
def test_a_dialect_is_written_for_all(workspace: Workspace, tmp_path: Path, target: Target) -> None:
    report = exported(workspace, tmp_path / "out", dialect=target)
    assert not report.problems
    for id in report.written:
        document = Document.from_bytes((tmp_path / "out" / id).read_bytes())
        assert isinstance(document.get("model"), str if target is Target.CLAUDE_CODE else dict)
        assert patch.policy_of(document).policy == workspace.agent(id).policy


def test_what_cannot_be_converted_is_a_problem_and_the_rest_goes_on(
    folder: Folder, open_directory: Open, tmp_path: Path
) -> None:
    workspace = open_directory(folder({**FILES, "d.md": schema_v2("d", tools="Telepathy")}))
    report = exported(workspace, tmp_path / "out", dialect=Target.CLAUDE_CODE, catalog=True)
    assert [(issue.file, issue.code) for issue in report.problems] == [("d.md", "not-exported")]
    assert "'Telepathy' has no known name" in report.text()
    assert set(texts(tmp_path / "out")) == {"a.md", "c.md", "sub/b.md", "agents.md", "dependencies.map"}
    assert "d.md" not in (tmp_path / "out" / "agents.md").read_text()


def test_files_that_are_gone_or_broken_by_now_are_problems(workspace: Workspace, tmp_path: Path) -> None:
    (workspace.directory / "a.md").unlink()
    (workspace.directory / "sub/b.md").write_text("# no more\n")
    os.truncate(workspace.directory / "c.md", record.MAX_FILE + 1)
    report = exported(workspace, tmp_path / "out")
    assert [issue.text() for issue in report.problems] == [
        "a.md: error: not exported: cannot be read: No such file or directory [not-exported]",
        "c.md: error: not exported: c.md has more than 8,388,608 bytes [not-exported]",
        "sub/b.md: error: not exported: no frontmatter [not-exported]",
    ]
    assert report.written == ()


@posix_only
def test_a_file_that_became_a_pipe_is_not_waited_for(workspace: Workspace, tmp_path: Path) -> None:
    (workspace.directory / "a.md").unlink()
    os.mkfifo(workspace.directory / "a.md")
    report = exported(workspace, tmp_path / "out", changed_since=workspace.directory)
    assert [issue.file for issue in report.problems] == ["a.md"]


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_nothing_is_replaced_unless_forced(workspace: Workspace, tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    exported(workspace, target)
    if target.is_dir():
        (target / "sub/b.md").unlink()
    before = texts(tmp_path)
    with pytest.raises(RefusedError, match="nothing was written"):
        exported(workspace, target)
    assert texts(tmp_path) == before
    workspace.replace_policies(workspace.plan_edit(["a.md"], "preference", "opus").changes)
    assert len(exported(workspace, target, force=True).written) == 3
    after = texts(target) if target.is_dir() else dict(unpacked(target))
    assert after["a.md"] == scalar("a", "opus").encode()


def unpacked(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_an_archive_has_the_same_files_and_the_same_bytes_each_time(workspace: Workspace, tmp_path: Path) -> None:
    exported(workspace, tmp_path / "one.zip", catalog=True)
    exported(workspace, tmp_path / "two.ZIP", catalog=True)
    exported(workspace, tmp_path / "folder", catalog=True)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.ZIP").read_bytes()
    assert unpacked(tmp_path / "one.zip") == texts(tmp_path / "folder")
    with zipfile.ZipFile(tmp_path / "one.zip") as packed:
        assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {stat.filemode(info.external_attr >> 16) for info in packed.infolist()} == {"-rw-r--r--"}


@posix_only
def test_names_an_archive_must_not_hold_are_problems(folder: Folder, open_directory: Open, tmp_path: Path) -> None:
    names = ["..\\up.md", "C:x.md", "bytes\udcff.md", "good.md"]
    workspace = open_directory(folder({name: scalar() for name in names}))
    report = exported(workspace, tmp_path / "out.zip")
    assert list(unpacked(tmp_path / "out.zip")) == ["good.md"]
    assert sorted(issue.file for issue in report.problems) == sorted(names[:3])
    assert exported(workspace, tmp_path / "out").written == tuple(sorted(names))


def test_changed_since_leaves_out_what_is_the_same_in_either_dialect(workspace: Workspace, tmp_path: Path) -> None:
    assert exported(workspace, tmp_path / "old").unchanged == 0
    exported(workspace, tmp_path / "flat", dialect=Target.CLAUDE_CODE)
    workspace.replace_policies(workspace.plan_edit(["a.md"], "effort", "high").changes)
    (tmp_path / "old" / "c.md").unlink()
    for number, (since, dialect, expected) in enumerate([
        ("old", None, ("a.md", "c.md")),
        ("old", Target.CLAUDE_CODE, ("a.md", "c.md")),
        ("flat", Target.CLAUDE_CODE, ("a.md",)),
        ("flat", None, ("a.md", "sub/b.md")),
        ("agents", None, ("a.md",)),
        ("none", None, ("a.md", "c.md", "sub/b.md")),
    ]):  # fmt: skip
        report = exported(workspace, tmp_path / str(number), changed_since=tmp_path / since, dialect=dialect)
        assert report.written == expected, (since, dialect)
        assert report.unchanged == 3 - len(expected)
    assert (
        "2 unchanged agents left out" in exported(workspace, tmp_path / "x", changed_since=tmp_path / "agents").text()
    )


def test_an_agent_with_the_catalogues_name_is_refused(folder: Folder, open_directory: Open, tmp_path: Path) -> None:
    workspace = open_directory(folder({"Agents.md": scalar()}))
    with pytest.raises(RefusedError, match=r"catalogue's file agents\.md"):
        exported(workspace, tmp_path / "out", catalog=True)
    assert not (tmp_path / "out").exists()


@posix_only
def test_the_opened_directory_is_refused_by_whatever_name(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(workspace.directory)
    for target in (workspace.directory, tmp_path / "link", workspace.directory / "sub" / ".."):
        with pytest.raises(RefusedError, match="another folder than the opened one"):
            exported(workspace, target, force=True)


@posix_only
def test_no_file_of_the_opened_directory_is_replaced_by_force(
    folder: Folder, open_directory: Open, tmp_path: Path
) -> None:
    workspace = open_directory(folder({"b.md": scalar("one"), "sub/b.md": scalar("two")}))
    before = texts(workspace.directory)
    with pytest.raises(RefusedError, match="would replace a file of the opened directory"):
        exported(workspace, workspace.directory / "sub", force=True)
    assert texts(workspace.directory) == before


@posix_only
@pytest.mark.parametrize("force", [False, True])
def test_nothing_is_written_outside_of_the_target(workspace: Workspace, tmp_path: Path, force: bool) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "sub").symlink_to(tmp_path / "outside")
    with pytest.raises(RefusedError, match=r"sub/b\.md would be written outside"):
        exported(workspace, tmp_path / "out", force=force)
    (tmp_path / "out" / "sub").unlink()
    (tmp_path / "out" / "a.md").symlink_to(tmp_path / "outside" / "new.md")
    with pytest.raises(RefusedError, match="outside" if force else "already has a.md"):
        exported(workspace, tmp_path / "out", force=force)
    assert texts(tmp_path / "outside") == {}
    assert not (tmp_path / "out" / "c.md").exists()


@pytest.mark.parametrize("name", ["file/out", "file", "file/out.zip"])
def test_a_target_in_the_place_of_a_file_is_refused(workspace: Workspace, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(RefusedError, match="cannot write"):
        exported(workspace, tmp_path / name)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_file_in_the_place_of_a_folder_undoes_the_export(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "sub").write_text("mine")
    with pytest.raises(RefusedError, match="nothing was written"):
        exported(workspace, tmp_path / "out")
    assert texts(tmp_path / "out") == {"sub": b"mine"}


@pytest.mark.parametrize("name", ["out/deep", "out/deep/x.zip"])
def test_a_full_disk_leaves_nothing(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    real, calls = atomic.write, 0

    def write(path: Path, data: bytes, expected: os.stat_result | None = None) -> os.stat_result:
        nonlocal calls
        calls += 1
        if calls == 3 or path.suffix == ".zip":
            raise OSError(28, "x")
        return real(path, data, expected)

    monkeypatch.setattr(atomic, "write", write)
    with pytest.raises(RefusedError, match="No space left on device; nothing was written"):
        exported(workspace, tmp_path / name)
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]


@not_as_root
@posix_only
def test_a_target_that_cannot_be_written_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir(mode=0o500)
    with pytest.raises(RefusedError, match="Permission denied"):
        exported(workspace, tmp_path / "out")


def test_a_folder_that_cannot_be_made_is_refused(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mkdir(*_: Any, **__: Any) -> NoReturn:
        raise PermissionError(13, "x")

    monkeypatch.setattr(Path, "mkdir", mkdir)
    with pytest.raises(RefusedError, match="Permission denied; nothing was written"):
        exported(workspace, tmp_path / "out")


def test_nothing_to_export_is_no_failure(tmp_path: Path, open_directory: Open) -> None:
    (tmp_path / "empty").mkdir()
    workspace = open_directory(tmp_path / "empty")
    assert exported(workspace, tmp_path / "out").text() == f"0 files exported to {tmp_path / 'out'}"
    assert not (tmp_path / "out").exists()
    exported(workspace, tmp_path / "out.zip", catalog=True)
    assert list(unpacked(tmp_path / "out.zip")) == ["agents.md", "dependencies.map"]


def test_all_sample_agents_can_be_exported_for_claude_code(
    shipped: Shipped, open_directory: Open, tmp_path: Path
) -> None:
    from ctxstudio.storage.shipped import sample_agents

    workspace = open_directory(sample_agents())
    report = exported(workspace, tmp_path / "out", dialect=Target.CLAUDE_CODE, catalog=True)
    assert (len(report.written), report.problems) == (69, ())
    again = open_directory(tmp_path / "out")
    assert len(again) == 67
    assert again.target is Target.CLAUDE_CODE
    assert {agent.id: agent.policy for agent in again.fleet()} == {
        agent.id: agent.policy for agent in workspace.fleet()
    }
    assert [issue.text() for issue in again.problems()] == []
    assert [path for path, _ in again.not_loaded] == ["agents.md"]
