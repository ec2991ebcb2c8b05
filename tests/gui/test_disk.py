"""The session's way to the disk: file work and its undo, changes by others, drafts, interrupted saves."""

from __future__ import annotations

import datetime
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from ctxstudio.gui.disk import Disk, FileWork
from ctxstudio.gui.session import Session
from ctxstudio.gui.tasks import InlineRunner, ThreadRunner
from ctxstudio.storage import agent_files, watch
from ctxstudio.storage.drafts import Kept
from ctxstudio.storage.journal import Change
from ctxstudio.storage.places import Places
from ctxstudio.storage.shipped import Shipped
from ctxstudio.workspace import Taken
from tests.gui.conftest import TODAY
from tests.unit.agent_files import posix_only, scalar, texts


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    made = tmp_path / "agents"
    made.mkdir()
    for name in ("a", "b", "c"):
        (made / f"{name}.md").write_text(scalar(name))
    return made


@pytest.fixture
def told(session: Session, disk: Disk) -> dict[str, list[Any]]:
    """What was refused, taken over, found and saved."""
    found: dict[str, list[Any]] = {"refused": [], "taken": [], "draft": [], "interrupted": [], "saved": []}
    session.refused.connect(lambda title, reason: found["refused"].append((title, reason)))
    disk.taken.connect(found["taken"].append)
    disk.drafts.found.connect(found["draft"].append)
    disk.interrupted.connect(found["interrupted"].append)
    disk.saved.connect(found["saved"].append)
    return found


def test_file_work_is_one_step_to_undo_and_redo(session: Session, disk: Disk, directory: Path) -> None:
    session.open(directory)
    before = texts(directory)
    content = before["a.md"]
    made = agent_files.made("new/d.md", content, {"name": "d"})
    assert disk.do(FileWork("make d", (made,)))
    assert session.workspace.ids() == ("a.md", "b.md", "c.md", "new/d.md")
    assert session.selection == ("new/d.md",)
    session.undo_stack.undo()
    assert texts(directory) == before
    assert session.workspace.ids() == ("a.md", "b.md", "c.md")
    session.undo_stack.redo()
    assert texts(directory) == {**before, "new/d.md": made.after}
    assert [past.title for past in disk.journal.batches()] == ["make d", "undo of make d", "make d"]


def test_a_rename_takes_the_unsaved_edit_along(session: Session, disk: Disk, directory: Path) -> None:
    session.open(directory)
    session.edit(["a.md"], "preference", "opus")
    content = (directory / "a.md").read_bytes()
    assert disk.do(FileWork("rename a", agent_files.renamed("a.md", content, "z", "z.md", 0o640), {"a.md": "z.md"}))
    agent = session.workspace.agent("z.md")
    assert (agent.name, agent.policy.preference, agent.saved.preference) == ("z", "opus", "haiku")
    assert "a.md" not in session.workspace
    session.undo_stack.undo()
    assert session.workspace.agent("a.md").policy.preference == "opus"
    session.undo_stack.undo()
    assert not session.workspace.changed_count
    assert texts(directory)["a.md"] == content


def test_undo_of_file_work_leaves_what_others_wrote(
    session: Session, disk: Disk, directory: Path, told: dict[str, list[Any]]
) -> None:
    session.open(directory)
    content = (directory / "a.md").read_bytes()
    assert disk.do(FileWork("delete a", (Change("a.md", content, None),), to_trash=True))
    (directory / "a.md").write_text("somebody else's")
    session.undo_stack.undo()
    assert (directory / "a.md").read_text() == "somebody else's"
    assert "there is a file a.md already" in told["refused"][0][1]
    assert not session.undo_stack.canRedo()  # what cannot be undone is no step any more


def test_what_others_write_comes_in(session: Session, disk: Disk, directory: Path, told: dict[str, list[Any]]) -> None:
    session.open(directory)
    session.edit(["a.md", "b.md"], "preference", "opus")
    (directory / "a.md").write_text(scalar("a", extra="color: red\n"))
    (directory / "b.md").write_text(scalar("b", "sonnet"))
    (directory / "c.md").write_text(scalar("c", "sonnet"))
    (directory / "d.md").write_text(scalar("d"))
    disk.look()
    taken: Taken = told["taken"][0]
    assert (taken.added, taken.removed, taken.merged, taken.conflicts) == (["d.md"], [], ["a.md"], ["b.md"])
    policies = {id: session.workspace.agent(id).policy.preference for id in session.workspace.ids()}
    assert policies == {"a.md": "opus", "b.md": "opus", "c.md": "sonnet", "d.md": "haiku"}
    conflict = session.workspace.conflict("b.md")
    assert conflict is not None
    assert [policy.preference for policy in (conflict.base, conflict.disk, conflict.mine)] == [
        "haiku", "sonnet", "opus",
    ]  # fmt: skip
    disk.save_all()
    assert session.workspace.changed() == ("b.md",)  # nobody decided about it
    assert (directory / "b.md").read_text() == scalar("b", "sonnet")
    session.workspace.conflicts.pop("b.md")
    disk.save_all()
    assert not session.workspace.changed_count
    assert "color: red" in (directory / "a.md").read_text()
    assert "model: opus" in (directory / "a.md").read_text()
    disk.look()
    assert len(told["taken"]) == 1  # our own writing is no news


def test_undo_takes_back_the_edit_and_not_what_others_wrote(session: Session, disk: Disk, directory: Path) -> None:
    session.open(directory)
    session.edit(["a.md"], "preference", "opus")
    (directory / "a.md").write_text(scalar("a", extra="effort: high\n"))
    disk.look()
    session.undo_stack.undo()
    assert not session.workspace.changed_count
    assert session.workspace.agent("a.md").policy.effort == "high"
    session.undo_stack.redo()
    policy = session.workspace.agent("a.md").policy
    assert (policy.preference, policy.effort) == ("opus", "high")


def test_only_a_deletion_uses_the_trash(session: Session, directory: Path, tmp_path: Path) -> None:
    thrown: list[Path] = []
    disk = Disk(session, InlineRunner(), Places(tmp_path / "own"), remove=thrown.append)
    session.open(directory)
    content = (directory / "a.md").read_bytes()
    assert disk.do(FileWork("rename", agent_files.renamed("a.md", content, "z", "z.md"), {"a.md": "z.md"}))
    session.undo_stack.undo()
    assert not thrown
    assert set(texts(directory)) == {"a.md", "b.md", "c.md"}
    disk.do(FileWork("delete", (Change("a.md", content, None),), to_trash=True))
    assert thrown == [directory / "a.md"]


def test_news_waits_for_what_is_being_typed(qtbot: QtBot, session: Session, disk: Disk, directory: Path) -> None:
    session.open(directory)
    typing = [True]
    disk.may_take = lambda: not typing[0]
    (directory / "a.md").write_text(scalar("a", "sonnet"))
    disk.look()
    assert session.workspace.agent("a.md").policy.preference == "haiku"
    typing[0] = False
    qtbot.waitUntil(lambda: session.workspace.agent("a.md").policy.preference == "sonnet")


def test_a_second_window_leaves_the_drafts_of_the_first_alone(
    session: Session, disk: Disk, directory: Path, tmp_path: Path, shipped_data: Shipped, told: dict[str, list[Any]]
) -> None:
    session.open(directory)
    session.edit(["a.md"], "preference", "opus")
    disk.drafts.keep()
    second = Session(shipped_data, InlineRunner(), TODAY)
    other, said = Disk(second, InlineRunner(), Places(tmp_path / "state"), remove=os.unlink), list[str]()
    other.drafts.found.connect(lambda _: said.append("found"))
    other.drafts.unkept.connect(lambda: said.append("unkept"))
    second.open(directory)
    assert said == ["unkept"]
    other.drafts.keep()
    other.drafts.forget()
    second.close()
    session.open(directory)
    assert [draft.id for draft in told["draft"][0].drafts] == ["a.md"]


def test_a_file_that_is_gone_stays_while_it_has_an_edit(session: Session, disk: Disk, directory: Path) -> None:
    session.open(directory)
    session.edit(["a.md"], "preference", "opus")
    (directory / "a.md").unlink()
    (directory / "b.md").unlink()
    disk.look()
    assert session.workspace.ids() == ("a.md", "c.md")
    assert [issue.code for issue in session.workspace.agent("a.md").problems] == ["file-gone"]
    session.revert(["a.md"])
    disk.look()
    assert session.workspace.ids() == ("c.md",)


def test_edits_survive_the_end_of_the_program(
    session: Session, disk: Disk, directory: Path, told: dict[str, list[Any]]
) -> None:
    session.open(directory)
    session.edit(["a.md", "b.md"], "preference", "opus")
    session.edit(["b.md"], "reasoning", "because: of\n“it”")
    disk.drafts.keep()
    (directory / "a.md").write_text(scalar("a", extra="effort: high\n"))
    session.open(directory)  # as after a crash
    kept: Kept = told["draft"][0]
    assert [draft.id for draft in kept.drafts] == ["a.md", "b.md"]
    session.edit(["c.md"], "preference", "sonnet")
    disk.drafts.keep()  # before anybody decided: nothing may be lost
    disk.drafts.decide(restore=True)
    assert session.workspace.changed() == ("a.md", "b.md", "c.md")
    agent = session.workspace.agent("a.md")
    assert (agent.policy.preference, agent.policy.effort) == ("opus", "high")
    assert session.workspace.agent("b.md").policy.reasoning == "because: of\n“it”"
    session.undo_stack.undo()
    assert session.workspace.changed() == ("c.md",)
    disk.drafts.forget()
    session.open(directory)
    assert len(told["draft"]) == 1


def test_saved_edits_are_no_drafts(
    qtbot: QtBot, session: Session, disk: Disk, directory: Path, tmp_path: Path, told: dict[str, list[Any]]
) -> None:
    session.open(directory)
    session.edit(["a.md"], "preference", "opus")
    qtbot.waitUntil(lambda: any((tmp_path / "state" / "drafts").glob("*.json")))
    disk.save_all()
    qtbot.waitUntil(lambda: not any((tmp_path / "state" / "drafts").glob("*.json")))
    session.open(directory)
    assert not told["draft"]


@pytest.mark.parametrize("undo", [False, True])
def test_an_interrupted_save_is_finished_or_undone(
    session: Session, disk: Disk, directory: Path, told: dict[str, list[Any]], undo: bool
) -> None:
    before = texts(directory)
    changes = [Change(id, content, content.replace(b"haiku", b"opus")) for id, content in before.items()]
    disk.journal.begin(directory, "save of 3 agents", changes, datetime.datetime.now(datetime.UTC))
    (directory / "a.md").write_bytes(changes[0].after or b"")
    session.open(directory)
    disk.settle(told["interrupted"][0][0], undo=undo)
    assert texts(directory) == (before if undo else {change.id: change.after for change in changes})
    models = {session.workspace.agent(id).policy.preference for id in session.workspace.ids()}
    assert models == {"haiku" if undo else "opus"}
    session.open(directory)
    assert len(told["interrupted"]) == 1


def test_restore_refuses_what_changed_since(
    session: Session, disk: Disk, directory: Path, told: dict[str, list[Any]]
) -> None:
    session.open(directory)
    before = texts(directory)
    session.edit(["a.md", "b.md"], "preference", "opus")
    disk.save_all()
    (directory / "b.md").write_text(scalar("b", "fable"))
    past = disk.journal.batches()[0]
    disk.restore(past, past.ids)
    assert texts(directory) == {**before, "b.md": scalar("b", "fable").encode()}
    assert "b.md: it changed on disk" in told["refused"][0][1]
    session.undo_stack.undo()
    assert b"model: opus" in texts(directory)["a.md"]


@posix_only
def test_hard_links_are_written_when_the_user_says_so(
    session: Session, disk: Disk, directory: Path, tmp_path: Path, told: dict[str, list[Any]]
) -> None:
    os.link(directory / "a.md", tmp_path / "other.md")
    session.open(directory)
    session.edit(["a.md"], "preference", "opus")
    disk.save_all()
    assert "hard links" in told["saved"][0].files[0].message
    disk.save(["a.md"], in_place=["a.md"])
    assert (tmp_path / "other.md").read_text() == (directory / "a.md").read_text() == scalar("a", "opus")


def test_a_journal_that_cannot_be_written_stops_the_save(
    session: Session, disk: Disk, directory: Path, tmp_path: Path, told: dict[str, list[Any]]
) -> None:
    session.open(directory)
    before = texts(directory)
    session.edit(["a.md"], "preference", "opus")
    shutil.rmtree(tmp_path / "state")
    (tmp_path / "state").write_text("a file where a folder has to be")
    disk.save_all()
    assert told["refused"][-1][0] == "Nothing was saved"
    assert texts(directory) == before
    assert session.workspace.changed() == ("a.md",)


def test_changes_are_noticed_while_the_window_is_open(
    qtbot: QtBot, shipped_data: Shipped, directory: Path, tmp_path: Path
) -> None:
    runner = ThreadRunner()
    session = Session(shipped_data, runner, TODAY)
    ready = threading.Event()

    def watching(path: Path, cancelled: Callable[[], bool]) -> Iterator[None]:
        changes = watch.watch(path, cancelled)
        ready.set()
        yield from changes

    disk = Disk(session, runner, Places(tmp_path / "state"), remove=os.unlink, watch=watching)
    with qtbot.waitSignal(session.loading_finished):
        session.open(directory)
    try:
        assert ready.wait(20)
        number = 0

        def noticed() -> bool:
            nonlocal number
            number += 1  # again and again: nobody tells when the system has begun to watch
            (directory / "d.md").write_text(scalar("d", extra=f"turn: {number}\n"))
            return "d.md" in session.workspace

        qtbot.waitUntil(noticed, timeout=20_000)
    finally:
        session.close()
    assert disk.journal.batches() == []
