"""Whole saves while something goes wrong: full disks, lost permissions, links, strangers, two programs at once."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ctxstudio.errors import RefusedError
from ctxstudio.policy.values import Policy
from ctxstudio.storage import atomic, batch
from ctxstudio.storage.batch import Result
from ctxstudio.storage.journal import Journal
from ctxstudio.storage.save import Outcome, SaveReport
from ctxstudio.workspace import Workspace
from tests.conftest import Folder, Open
from tests.unit.agent_files import ROOT, not_as_root, posix_only, save_now, scalar, texts

PAGE = 4096
pytestmark = posix_only


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """The journal that `save_now` uses."""
    return Journal(tmp_path / "state" / "journal.sqlite")


def agent(name: str, model: str = "haiku", size: int = 0) -> str:
    """A file of a size in bytes."""
    text = scalar(name, model)
    return text + "x" * (size - len(text))


def edited(workspace: Workspace, model: str = "claude-sonnet-4-5") -> Workspace:
    """A workspace with another model for all agents."""
    plan = workspace.plan({id: replace(workspace.agent(id).policy, preference=model) for id in workspace.ids()})
    assert not plan.refused
    workspace.replace_policies(plan.changes)
    return workspace


def save(workspace: Workspace, **options: Any) -> SaveReport:
    report = save_now(workspace.directory, workspace.save_jobs(workspace.ids()), **options)
    workspace.saved(report)
    return report


def expect_whole(directory: Path, before: Mapping[str, bytes], report: SaveReport) -> None:
    """Every file is what the report says: new where it was written, else old; and nothing else is there."""
    now = texts(directory)
    assert now.keys() == before.keys()
    written = {result.id for result in report.files if result.written}
    for id, old in before.items():
        new = old.replace(b"model: haiku", b"model: claude-sonnet-4-5")
        assert now[id] == (new if id in written else old), id


# A full disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 100 pages."""
    place = tmp_path / "disk"
    place.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", f"size={100 * PAGE},mode=700", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(options, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(disk: Path, left: int) -> Path:
    """Leave only so many pages of a disk free."""
    room = os.statvfs(disk)
    filler = disk / "filler"
    filler.write_bytes(bytes((room.f_bavail * room.f_frsize // PAGE - left) * PAGE))
    return filler


def test_a_disk_that_gets_full_leaves_every_file_whole(
    small_disk: Path, journal: Journal, open_directory: Open
) -> None:
    directory = small_disk / "agents"
    directory.mkdir()
    for number in range(40):  # each grows by a page
        (directory / f"{number:02}.md").write_text(agent(str(number), size=PAGE - 5))
    before, workspace = texts(directory), edited(open_directory(directory))
    filler = fill(small_disk, 25)
    report = save_now(directory, workspace.save_jobs(workspace.ids()), journal=journal)
    workspace.saved(report)
    assert 0 < len(report.refused) < 40
    assert {result.message for result in report.refused} == {"No space left on device"}
    expect_whole(directory, before, report)
    assert workspace.changed() == tuple(sorted(result.id for result in report.refused))
    (past,) = journal.batches()
    assert past.finished
    filler.unlink()
    again = save_now(directory, workspace.save_jobs(workspace.ids()), journal=journal)
    assert not again.refused
    assert {data.count(b"claude-sonnet-4-5") for data in texts(directory).values()} == {1}


def test_a_full_disk_of_the_journal_stops_all_before_the_first_file(
    small_disk: Path, folder: Folder, open_directory: Open
) -> None:
    directory = folder({f"{number}.md": agent(str(number), size=PAGE // 4) for number in range(40)})
    before, workspace = texts(directory), edited(open_directory(directory))
    journal = Journal(small_disk / "journal.sqlite")
    filler = fill(small_disk, 15)
    with pytest.raises(RefusedError, match=r"the journal .* cannot be written: database or disk is full"):
        save_now(directory, workspace.save_jobs(workspace.ids()), journal=journal)
    assert texts(directory) == before
    filler.unlink()
    assert journal.batches() == []
    assert not save_now(directory, workspace.save_jobs(workspace.ids()), journal=journal).refused


def test_a_full_disk_keeps_a_file_whole_that_is_written_in_place(
    small_disk: Path, journal: Journal, open_directory: Open
) -> None:
    directory = small_disk / "agents"
    directory.mkdir()
    (directory / "a.md").write_text(agent("a", size=PAGE - 5))
    os.link(directory / "a.md", small_disk / "second.md")
    before, workspace = texts(directory), edited(open_directory(directory))
    filler = fill(small_disk, 0)
    report = save_now(directory, workspace.save_jobs(["a.md"]), journal=journal, in_place=["a.md"])
    assert [(result.outcome, result.message) for result in report.files] == [
        (Outcome.FAILED, "No space left on device")
    ]
    expect_whole(directory, before, report)
    filler.unlink()
    assert not save_now(directory, workspace.save_jobs(["a.md"]), journal=journal, in_place=["a.md"]).refused
    assert (small_disk / "second.md").read_bytes() == texts(directory)["a.md"] != before["a.md"]


# Saves the agents of a directory with a limit on the size of files that comes once the journal knows them.
LIMITED = """
import json, resource, sys
from pathlib import Path
from ctxstudio.policy.values import Policy
from ctxstudio.storage.journal import Journal
from ctxstudio.storage.shipped import Shipped
from ctxstudio.workspace import Workspace
from tests.unit.agent_files import TODAY, save_now

class Limited(Journal):
    def begin(self, *arguments):
        begun = super().begin(*arguments)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
        return begun

workspace = Workspace(Path(sys.argv[1]), Shipped.load(), TODAY)
workspace.load()
workspace.replace_policies(dict.fromkeys(workspace.ids(), Policy("claude-sonnet-4-5")))
jobs = workspace.save_jobs(workspace.ids())
report = save_now(workspace.directory, jobs, journal=Limited(Path(sys.argv[2])), in_place=["linked.md"])
print(json.dumps({result.id: result.message for result in report.files}))
"""


def run(script: str, *arguments: Path | str) -> Any:
    command = [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_limit_that_is_met_half_way_leaves_every_file_whole(
    folder: Folder, open_directory: Open, journal: Journal, tmp_path: Path
) -> None:
    limit = 300_000  # the journal can still be told how it ended
    sizes = {"small.md": 100, "just.md": limit - 12, "large.md": limit + 10_000, "linked.md": limit - 5}
    directory = folder({id: agent(id, size=size) for id, size in sizes.items()})
    os.link(directory / "linked.md", tmp_path / "second.md")
    before = texts(directory)
    messages = run(LIMITED, directory, tmp_path / "state" / "journal.sqlite", str(limit))
    assert messages == {
        "small.md": "", "just.md": "", "large.md": "File too large", "linked.md": "File too large",
    }  # fmt: skip
    after = texts(directory)
    assert {id for id in before if after[id] != before[id]} == {"small.md", "just.md"}
    assert (tmp_path / "second.md").read_bytes() == before["linked.md"]
    (past,) = journal.batches()
    assert (past.finished, past.outcomes) == (True, messages)
    assert not save(edited(open_directory(directory)), in_place=["linked.md"]).refused
    now = texts(directory)
    assert now == {id: data.replace(b"model: haiku", b"model: claude-sonnet-4-5") for id, data in before.items()}
    assert (tmp_path / "second.md").read_bytes() == now["linked.md"]


@pytest.mark.parametrize("settle", [batch.finish, batch.undo])
def test_a_batch_whose_end_the_journal_could_not_be_told(
    folder: Folder, journal: Journal, tmp_path: Path, settle: Callable[..., Mapping[str, Result]]
) -> None:
    directory = folder({"small.md": agent("small"), "large.md": agent("large", size=10_000), "linked.md": agent("x")})
    os.link(directory / "linked.md", tmp_path / "second.md")
    before = texts(directory)
    messages = run(LIMITED, directory, tmp_path / "state" / "journal.sqlite", "5000")
    assert messages == {"small.md": "", "large.md": "File too large", "linked.md": ""}
    (past,) = journal.unfinished(directory)
    assert {result.reason for result in settle(journal, past).values()} == {""}
    after = {id: data.replace(b"model: haiku", b"model: claude-sonnet-4-5") for id, data in before.items()}
    assert texts(directory) == (after if settle is batch.finish else before)
    assert (tmp_path / "second.md").read_bytes() == (directory / "linked.md").read_bytes()
    assert journal.unfinished(directory) == []


# Permissions


def test_a_permission_that_is_lost_half_way(
    folder: Folder, open_directory: Open, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = folder({f"{number}.md": agent(str(number)) for number in range(30)})
    before, workspace = texts(directory), edited(open_directory(directory))
    real, calls = os.open, iter(range(1000))

    def lost(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
        if atomic.PREFIX in os.fspath(path) and next(calls) >= 10:
            raise PermissionError(13, "x")
        return real(path, flags, *arguments, **options)

    monkeypatch.setattr(os, "open", lost)
    report = save(workspace)
    assert len(report.refused) == 20
    assert {result.message for result in report.refused} == {"Permission denied"}
    expect_whole(directory, before, report)
    monkeypatch.undo()
    assert not save(workspace).refused
    assert journal.unfinished(directory) == []


@not_as_root
def test_a_folder_that_forbids_writing_half_way(folder: Folder, open_directory: Open) -> None:
    directory = folder({f"{number}.md": agent(str(number)) for number in range(60)})
    before, workspace = texts(directory), edited(open_directory(directory))

    def forbid(done: int) -> None:
        if done == 10:
            directory.chmod(0o500)

    try:
        report = save(workspace, progress=forbid)
    finally:
        directory.chmod(0o700)
    assert report.refused
    assert {result.message for result in report.refused} == {"Permission denied"}
    for left in directory.glob(f"{atomic.PREFIX}*"):  # nobody could remove it then
        left.unlink()
    expect_whole(directory, before, report)
    assert not save(workspace).refused


# All kinds of files in one batch


def test_every_kind_of_file_in_one_batch(
    folder: Folder, open_directory: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["plain", "sub/plain", "linked", "readonly", "gone", "swapped", "rewritten", "private"]
    directory = folder({f"{name}.md": agent(name.replace("/", "-")) for name in names})
    target = tmp_path / "elsewhere" / "target.md"
    target.parent.mkdir()
    target.write_text(agent("target"))
    target.chmod(0o640)
    (directory / "link.md").symlink_to("../elsewhere/target.md")
    os.link(directory / "linked.md", tmp_path / "second.md")
    (directory / "private.md").chmod(0o600)
    workspace = edited(open_directory(directory))
    (directory / "readonly.md").chmod(0o444)
    (directory / "gone.md").unlink()
    real = Journal.begin

    def begin(journal: Journal, *arguments: Any) -> Any:
        """The files were read; now another process comes, before they are written."""
        other = tmp_path / "other.md"
        other.write_text(agent("swapped", "opus"))
        os.replace(other, directory / "swapped.md")
        (directory / "rewritten.md").write_text(agent("rewritten") + "More.\n")
        return real(journal, *arguments)

    monkeypatch.setattr(Journal, "begin", begin)
    report = save(workspace)
    monkeypatch.undo()
    assert {result.id: (result.outcome, result.message) for result in report.refused} == {
        "linked.md": (Outcome.LINKED, "linked.md has 2 hard links; replacing it would part them"),
        "readonly.md": (Outcome.FAILED, "readonly.md is read-only"),
        "gone.md": (Outcome.FAILED, "the file is gone"),
        "swapped.md": (Outcome.FAILED, "swapped.md changed on disk while it was being saved"),
        "rewritten.md": (Outcome.FAILED, "rewritten.md changed on disk while it was being saved"),
    }
    model = "claude-sonnet-4-5"
    assert {path.name for path in tmp_path.rglob(f"{atomic.PREFIX}*")} == set()
    assert (directory / "link.md").is_symlink()
    assert target.read_text() == agent("target", model)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert stat.S_IMODE((directory / "private.md").stat().st_mode) == 0o600
    now = texts(directory)
    assert now["plain.md"].decode() == agent("plain", model)
    assert now["linked.md"] == (tmp_path / "second.md").read_bytes() == agent("linked").encode()
    assert (now["readonly.md"].decode(), now["swapped.md"].decode()) == (agent("readonly"), agent("swapped", "opus"))
    assert now["rewritten.md"].decode() == agent("rewritten") + "More.\n"
    (directory / "readonly.md").chmod(0o644)
    second = save(workspace, in_place=["linked.md"])
    assert {result.id: result.outcome for result in second.files} == {
        "gone.md": Outcome.FAILED,
        "linked.md": Outcome.WRITTEN,
        "readonly.md": Outcome.WRITTEN,
        "rewritten.md": Outcome.WRITTEN,
        "swapped.md": Outcome.CONFLICT,
    }
    assert (tmp_path / "second.md").read_text() == agent("linked", model)
    assert (directory / "rewritten.md").read_text() == agent("rewritten", model) + "More.\n"
    conflict = workspace.conflict("swapped.md")
    assert conflict is not None
    assert (conflict.base, conflict.disk, conflict.mine) == (Policy("haiku"), Policy("opus"), Policy(model))


# Two programs at once

SAVING = """
import json, sys
from pathlib import Path
from ctxstudio.policy.values import Policy
from ctxstudio.storage.journal import Journal
from ctxstudio.storage.shipped import Shipped
from ctxstudio.workspace import Workspace
from tests.unit.agent_files import TODAY, save_now

workspace = Workspace(Path(sys.argv[1]), Shipped.load(), TODAY)
workspace.load()
workspace.replace_policies(dict.fromkeys(workspace.ids(), Policy(sys.argv[3])))
jobs = workspace.save_jobs(workspace.ids())
print("ready", flush=True)
sys.stdin.readline()
report = save_now(workspace.directory, jobs, journal=Journal(Path(sys.argv[2])))
print(json.dumps([result.id for result in report.files if result.written]))
"""


def test_two_programs_that_save_at_once(folder: Folder, journal: Journal, tmp_path: Path) -> None:
    directory = folder({f"{number}.md": agent(str(number)) for number in range(60)})
    models = ("opus", "sonnet")
    arguments = [str(directory), str(tmp_path / "state" / "journal.sqlite")]
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", SAVING, *arguments, model],
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for model in models
    ]
    for program in programs:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("\n")
        program.stdin.flush()
    outputs = [program.communicate() for program in programs]
    assert [errors for _, errors in outputs] == ["", ""]
    written = [set(json.loads(output)) for output, _ in outputs]
    assert written[0] | written[1] == set(texts(directory))
    assert not written[0] & written[1], "who comes second sees that the file is another"
    for id, data in texts(directory).items():
        model = models[0] if id in written[0] else models[1]
        assert data.decode() == agent(Path(id).stem, model)
    assert journal.unfinished(directory) == []
