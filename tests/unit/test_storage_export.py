"""Exports: copies with the current policies, in a folder or an archive; never over what is there, never outside."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import stat
import zipfile
from pathlib import Path
from typing import Any, NoReturn

import pytest

import ctxstudio
from ctxstudio.errors import RefusedError
from ctxstudio.frontmatter import Document
from ctxstudio.policy.values import Target
from ctxstudio.storage import atomic, export, patch, record
from ctxstudio.storage.dialect_change import Extras
from ctxstudio.storage.export import ExportReport, Options, Preview
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


def test_extras_are_kept_or_dropped_as_chosen(workspace: Workspace, tmp_path: Path) -> None:
    for extras, policy in ((Extras.KEEP, {"fallbacks": ["haiku"]}), (Extras.DROP, None)):
        report = exported(workspace, tmp_path / extras, dialect=Target.CLAUDE_CODE, extras=extras)
        assert report.problems == ()
        document = Document.from_bytes((tmp_path / extras / "sub" / "b.md").read_bytes())
        assert (document.get("model"), document.get("modelPolicy")) == ("sonnet", policy)


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


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_in_the_opened_directory_is_refused(workspace: Workspace, force: bool) -> None:
    before = texts(workspace.directory)
    for target in ("sub", "new/deep", ".git/x", "../agents/new"):
        with pytest.raises(RefusedError, match="would be read as agents too"):
            exported(workspace, workspace.directory / target, force=force)
    assert texts(workspace.directory) == before


def test_an_archive_in_the_opened_directory_is_no_agent(workspace: Workspace, open_directory: Open) -> None:
    exported(workspace, workspace.directory / "all.zip")
    assert open_directory(workspace.directory).ids() == workspace.ids()


def test_copies_never_land_in_the_opened_directory_below_the_target(
    folder: Folder, open_directory: Open, tmp_path: Path
) -> None:
    workspace = open_directory(folder({"agents/a.md": scalar()}))
    with pytest.raises(RefusedError, match=r"agents/a\.md would be written into the opened directory"):
        exported(workspace, tmp_path)
    assert list(texts(tmp_path)) == ["agents/agents/a.md"]


@posix_only
def test_no_agent_is_replaced_by_force_wherever_it_lies(folder: Folder, open_directory: Open, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "a.md").write_text(scalar("a"))
    directory = folder({"b.md": scalar("b")})
    (directory / "a.md").symlink_to(tmp_path / "shared" / "a.md")
    (tmp_path / "out.zip").symlink_to(tmp_path / "shared" / "a.md")
    workspace = open_directory(directory)
    workspace.replace_policies(workspace.plan_edit(["a.md"], "preference", "opus").changes)
    with pytest.raises(RefusedError, match=r"a\.md would be written into the opened directory"):
        exported(workspace, tmp_path / "shared", force=True)
    with pytest.raises(RefusedError, match=r"out\.zip is a file of the opened directory"):
        exported(workspace, tmp_path / "out.zip", force=True)
    assert texts(tmp_path / "shared") == {"a.md": scalar("a").encode()}


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
    real, calls = atomic.create, 0

    def create(path: Path, data: bytes, **options: Any) -> os.stat_result:
        nonlocal calls
        calls += 1
        if calls == 3 or path.suffix == ".zip":
            raise OSError(28, "x")
        return real(path, data, **options)

    monkeypatch.setattr(atomic, "create", create)
    with pytest.raises(RefusedError, match="No space left on device; nothing was written"):
        exported(workspace, tmp_path / name)
    assert not (tmp_path / "out").exists()


def test_a_forced_export_that_fails_restores_what_it_replaced(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported(workspace, tmp_path / "out")
    (tmp_path / "out" / "c.md").unlink()
    before = texts(tmp_path / "out")
    workspace.replace_policies(workspace.plan_edit(workspace.ids(), "preference", "opus").changes)
    real = atomic.write

    def write(path: Path, data: bytes, *rest: Any, **options: Any) -> os.stat_result:
        if path.name == "b.md":
            raise OSError(28, "x")
        return real(path, data, *rest, **options)

    monkeypatch.setattr(atomic, "write", write)
    with pytest.raises(RefusedError, match="No space left on device; nothing was written"):
        exported(workspace, tmp_path / "out", force=True)
    assert texts(tmp_path / "out") == before


def test_what_cannot_be_taken_back_is_said(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported(workspace, tmp_path / "out")
    real, failed = atomic.write, False

    def write(path: Path, data: bytes, *rest: Any, **options: Any) -> os.stat_result:
        nonlocal failed
        failed = failed or path.name == "b.md"
        if failed:
            raise OSError(28, "x")
        return real(path, data, *rest, **options)

    monkeypatch.setattr(atomic, "write", write)
    with pytest.raises(RefusedError, match=r"what was written could not be taken back: c\.md, a\.md"):
        exported(workspace, tmp_path / "out", force=True)


def test_files_that_appear_meanwhile_are_not_replaced(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = atomic.create

    def create(path: Path, data: bytes, **options: Any) -> os.stat_result:
        if path.name == "c.md":
            path.write_text("mine")
        return real(path, data, **options)

    monkeypatch.setattr(atomic, "create", create)
    with pytest.raises(RefusedError, match=r"there is a file c\.md already; nothing was written"):
        exported(workspace, tmp_path / "out")
    assert texts(tmp_path / "out") == {"c.md": b"mine"}


@posix_only
def test_a_folder_that_becomes_a_link_meanwhile_is_not_followed(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "outside").mkdir()
    real = atomic.create

    def create(path: Path, data: bytes, **options: Any) -> os.stat_result:
        if path.name == "c.md":
            (path.parent / "sub").symlink_to(tmp_path / "outside")
        return real(path, data, **options)

    monkeypatch.setattr(atomic, "create", create)
    with pytest.raises(RefusedError, match=r"sub/b\.md would be written outside"):
        exported(workspace, tmp_path / "out")
    assert texts(tmp_path / "outside") == {}


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


@pytest.mark.parametrize("name", ["out/deep", "out/deep/x.zip"])
def test_a_closed_export_leaves_nothing(folder: Folder, open_directory: Open, tmp_path: Path, name: str) -> None:
    workspace = open_directory(folder({f"{number:02}.md": scalar(str(number)) for number in range(45)}))
    run = export.running(workspace.directory, workspace.export_items(), tmp_path / name)
    told = [next(run) for _ in range(4)]
    assert [step[1:] for step in told] == [(20, 45), (40, 45), (45, 45), (20, 45)]
    run.close()
    assert not (tmp_path / "out").exists()


def test_only_edited_agents(workspace: Workspace, tmp_path: Path) -> None:
    workspace.replace_policies(workspace.plan_edit(["c.md"], "effort", "low").changes)
    report = exported(workspace, tmp_path / "out", edited_only=True)
    assert (report.written, report.unchanged) == (("c.md",), 2)
    assert "effort: low" in (tmp_path / "out" / "c.md").read_text()


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_the_manifest_has_the_hash_of_every_file(workspace: Workspace, tmp_path: Path, name: str) -> None:
    workspace.replace_policies(workspace.plan_edit(["a.md"], "preference", "opus").changes)
    day = datetime.date(2026, 11, 24)
    report = exported(workspace, tmp_path / name, catalog=True, manifest=True, date=day)
    assert report.written[-1] == "manifest.json"
    files = texts(tmp_path / name) if name == "out" else unpacked(tmp_path / name)
    read = json.loads(files.pop("manifest.json"))
    listed = {entry["path"]: entry for entry in read.pop("files")}
    assert read == {"version": 1, "tool": f"ctxstudio {ctxstudio.__version__}", "date": "2026-11-24"}
    assert list(listed) == sorted(listed)
    assert {path: (entry["sha256"], entry["size"]) for path, entry in listed.items()} == {
        path: (hashlib.sha256(data).hexdigest(), len(data)) for path, data in files.items()
    }
    assert (listed["a.md"]["name"], listed["a.md"]["model"]) == ("a", "opus")
    assert (listed["sub/b.md"]["name"], listed["sub/b.md"]["model"]) == ("b", "sonnet")
    assert (listed["agents.md"]["name"], listed["agents.md"]["model"]) == (None, None)


def test_the_manifest_is_the_same_each_time_and_ascii(folder: Folder, open_directory: Open, tmp_path: Path) -> None:
    name = "bytes\udcff.md" if os.name == "posix" else "plain.md"
    workspace = open_directory(folder({name: scalar("näme"), "b.md": scalar("b", None)}))
    for target in ("one", "two"):
        exported(workspace, tmp_path / target, manifest=True)
    one, two = ((tmp_path / target / "manifest.json").read_bytes() for target in ("one", "two"))
    assert one == two
    assert one.isascii()
    read = json.loads(one)
    assert read["date"] is None
    assert [(entry["path"], entry["name"], entry["model"]) for entry in read["files"]] == [
        ("b.md", "b", None),
        (name, "näme", "haiku"),
    ]


def previewed(workspace: Workspace, target: Path, **options: Any) -> Preview:
    items = workspace.export_items()
    copies = export.finished(export.preparing(workspace.directory, items, target, Options(**options)))
    return export.preview(workspace.directory, items, target, copies)


def test_a_preview_says_what_would_be_and_writes_nothing(folder: Folder, open_directory: Open, tmp_path: Path) -> None:
    workspace = open_directory(folder({**FILES, "d.md": schema_v2("d", tools="Telepathy")}))
    tools = workspace.shipped.tools[Target.CLAUDE_CODE]
    before = texts(tmp_path)
    seen = previewed(workspace, tmp_path / "out", dialect=Target.CLAUDE_CODE, tools=tools, manifest=True)
    assert (seen.files, seen.agents, seen.unchanged, seen.existing, seen.refused) == (4, 3, 0, (), "")
    assert [issue.file for issue in seen.problems] == ["d.md"]
    assert texts(tmp_path) == before
    exported(workspace, tmp_path / "out", dialect=Target.CLAUDE_CODE, manifest=True)
    assert seen.size == sum(map(len, texts(tmp_path / "out").values()))
    (tmp_path / "out" / "c.md").unlink()
    again = previewed(workspace, tmp_path / "out", changed_since=workspace.directory)
    assert (again.files, again.unchanged) == (0, 4)
    assert previewed(workspace, tmp_path / "out").existing == ("a.md", "sub/b.md")
    (tmp_path / "x.zip").write_text("mine")
    assert previewed(workspace, tmp_path / "x.zip").existing == ("x.zip",)


def test_a_preview_says_why_nothing_can_be_written(folder: Folder, open_directory: Open, tmp_path: Path) -> None:
    workspace = open_directory(folder({"Agents.md": scalar()}))
    for target, options, why in (
        (workspace.directory, {}, "another folder"),
        (workspace.directory / "out", {}, "read as agents"),
        (tmp_path / "out", {"catalog": True}, "catalogue's file agents"),
    ):
        with pytest.raises(RefusedError, match=why):
            previewed(workspace, target, **options)
    copies = export.finished(export.preparing(workspace.directory, workspace.export_items(), tmp_path / "out"))
    for target, why in ((workspace.directory, "another folder"), (tmp_path / "new", "")):
        assert why in export.preview(workspace.directory, workspace.export_items(), target, copies).refused


@posix_only
def test_a_preview_sees_links_that_lead_away(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "sub").symlink_to(tmp_path / "outside")
    assert "outside" in previewed(workspace, tmp_path / "out").refused


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
