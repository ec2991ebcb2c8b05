"""Unsaved edits kept on disk: the same again, one file a directory, and nothing lost to a file without sense."""

from __future__ import annotations

import datetime
import json
import os
import stat
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctxstudio.errors import CtxStudioError, DataError, RefusedError
from ctxstudio.policy.values import Policy, Switch
from ctxstudio.storage.drafts import Draft, Drafts, Kept
from tests.unit.agent_files import posix_only

NOW = datetime.datetime(2026, 11, 24, 12, 30, tzinfo=datetime.UTC)
DRAFT = Draft("sub/a.md", Policy("haiku"), Policy("opus", ("haiku",), Switch("opus", ("x: y",)), None, "r", "high"))


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    return Drafts(tmp_path / "state" / "drafts")


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "state" / "drafts").iterdir())


def test_edits_come_back(drafts: Drafts, tmp_path: Path) -> None:
    assert drafts.load(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
    other = Draft("b.md", Policy(), Policy(effort="low"))
    drafts.keep(tmp_path, [DRAFT, other], NOW)
    assert Drafts(tmp_path / "state" / "drafts").load(tmp_path) == Kept(NOW, (DRAFT, other))


def test_new_edits_take_the_place_of_old_ones_and_none_leave_nothing(drafts: Drafts, tmp_path: Path) -> None:
    drafts.keep(tmp_path, [DRAFT], NOW)
    later = NOW + datetime.timedelta(hours=1)
    drafts.keep(tmp_path, [Draft("b.md", Policy(), Policy("opus"))], later)
    kept = drafts.load(tmp_path)
    assert kept is not None
    assert (kept.time, [draft.id for draft in kept.drafts]) == (later, ["b.md"])
    for _ in range(2):
        drafts.keep(tmp_path, [], NOW)
        assert drafts.load(tmp_path) is None
    assert files(tmp_path) == []


def test_directories_have_their_own(drafts: Drafts, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    drafts.keep(one, [DRAFT], NOW)
    drafts.keep(two, [Draft("b.md", Policy(), Policy("opus"))], NOW)
    drafts.keep(two, [], NOW)
    assert drafts.load(one) == Kept(NOW, (DRAFT,))
    assert drafts.load(two) is None


@posix_only
def test_a_directory_is_the_same_under_all_its_names(drafts: Drafts, tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"odd \xff")
    odd.mkdir()
    (tmp_path / "link").symlink_to(odd)
    drafts.keep(tmp_path / "link", [DRAFT], NOW)
    assert drafts.load(odd) == Kept(NOW, (DRAFT,))


@posix_only
def test_they_are_for_their_owner_alone(drafts: Drafts, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        drafts.keep(tmp_path, [DRAFT], NOW)
        drafts.keep(tmp_path, [DRAFT], NOW)
    finally:
        os.umask(before)
    (path,) = files(tmp_path)
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)


# Halves of surrogate pairs stand in file names and in frontmatters that are no UTF-8.
TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=6)
NAME = TEXT.filter(str.strip)
SWITCH = st.none() | st.builds(Switch, st.none() | TEXT, st.lists(TEXT, max_size=2).map(tuple))
POLICY = st.builds(
    Policy, st.none() | TEXT, st.lists(TEXT, max_size=2).map(tuple), SWITCH, SWITCH, st.none() | TEXT, st.none() | TEXT
)


@given(st.lists(st.builds(Draft, NAME, POLICY, POLICY), min_size=1, max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
def test_whatever_a_policy_says_comes_back(tmp_path: Path, kept: list[Draft]) -> None:
    drafts = Drafts(tmp_path / "drafts")
    drafts.keep(tmp_path, kept, NOW)
    assert drafts.load(tmp_path) == Kept(NOW, tuple(kept))


def agents(**values: Any) -> dict[str, Any]:
    return {"version": 1, "time": NOW.isoformat(), "agents": [{"path": "a.md", "base": {}, "policy": {}, **values}]}


SENSELESS = {
    "garbage": (b"\xff\0garbage", "is no file of unsaved edits"),
    "empty": (b"", "is no file of unsaved edits"),
    "cut": (json.dumps(agents()).encode()[:-9], "is no file of unsaved edits"),
    "deep": (b"[" * 100_000, "is no file of unsaved edits"),
    "list": (b"[]", "must be a mapping"),
    "newer": (json.dumps({"version": 2}).encode(), "version: another version wrote it"),
    "no agents": (json.dumps({"version": 1, "agents": {}}).encode(), "agents: must be a list"),
    "no path": (json.dumps(agents(path=7)).encode(), "agents.0.path: must be text"),
    "odd policy": (json.dumps(agents(policy={"fallbacks": "x"})).encode(), "agents.0.policy.fallbacks: must be"),
    "odd base": (json.dumps(agents(base=None)).encode(), "agents.0.base: must be a mapping"),
    "odd time": (json.dumps({**agents(), "time": "yesterday"}).encode(), "is no file of unsaved edits"),
    "no time": (json.dumps({**agents(), "time": None}).encode(), "time: must be text"),
}


@pytest.mark.parametrize(("content", "message"), SENSELESS.values(), ids=SENSELESS)
def test_a_file_without_sense_is_put_aside_and_told(
    drafts: Drafts, tmp_path: Path, content: bytes, message: str
) -> None:
    drafts.keep(tmp_path, [DRAFT], NOW)
    (path,) = files(tmp_path)
    for number in (1, 2):
        path.write_bytes(content)
        aside = path.with_suffix(f".unread-{number}")
        with pytest.raises(DataError) as caught:
            drafts.load(tmp_path)
        assert message in str(caught.value)
        assert f"it is kept as {aside}" in str(caught.value)
        assert aside.read_bytes() == content
    assert drafts.load(tmp_path) is None
    drafts.keep(tmp_path, [DRAFT], NOW)
    assert drafts.load(tmp_path) == Kept(NOW, (DRAFT,))
    assert len(files(tmp_path)) == 3


def test_a_file_that_cannot_be_put_aside_is_told_too(
    drafts: Drafts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts.keep(tmp_path, [DRAFT], NOW)
    (path,) = files(tmp_path)
    path.write_bytes(b"garbage")
    monkeypatch.setattr(os, "rename", fail)
    with pytest.raises(DataError, match="is no file of unsaved edits"):
        drafts.load(tmp_path)


def fail(*_: Any) -> NoReturn:
    raise OSError(28, "x")


@pytest.mark.parametrize("call", ["fsync", "replace", "write"])
def test_a_full_disk_leaves_the_edits_kept_before(
    drafts: Drafts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    drafts.keep(tmp_path, [DRAFT], NOW)
    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail)
        with pytest.raises(RefusedError, match=r"unsaved edits cannot be kept in .*: No space left on device"):
            drafts.keep(tmp_path, [Draft("b.md", Policy(), Policy("opus"))], NOW)
    assert drafts.load(tmp_path) == Kept(NOW, (DRAFT,))
    assert len(files(tmp_path)) == 1


def test_a_file_that_cannot_be_read_stays(drafts: Drafts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drafts.keep(tmp_path, [DRAFT], NOW)
    (path,) = files(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "read", fail)
        with pytest.raises(RefusedError, match="cannot be read: No space left"):
            drafts.load(tmp_path)
    assert files(tmp_path) == [path]
    path.unlink()
    path.mkdir()
    with pytest.raises(CtxStudioError, match="is not a regular file"):
        drafts.load(tmp_path)
    with pytest.raises(CtxStudioError, match="is not a regular file"):
        drafts.keep(tmp_path, [DRAFT], NOW)
