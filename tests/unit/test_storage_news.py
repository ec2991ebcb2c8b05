"""What differs on disk from what is known: files that came, went, were written, or are agents no more."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ctxstudio.errors import UnusableInputError
from ctxstudio.storage import record, scan
from ctxstudio.storage.record import Fingerprint, NotLoaded
from ctxstudio.storage.scan import News
from tests.conftest import Folder
from tests.unit.agent_files import not_as_root, posix_only, scalar


class Known:
    """A directory as it was read at some time."""

    def __init__(self, directory: Path) -> None:
        self.directory = str(directory)
        self.fingerprints: dict[str, Fingerprint] = {}
        self.not_loaded: list[NotLoaded] = []
        for batch in scan.scan(self.directory):
            self.fingerprints |= {found.id: found.fingerprint for found in batch.records}
            self.not_loaded += batch.not_loaded

    def news(self, **options: Any) -> News:
        return scan.news(self.directory, self.fingerprints, self.not_loaded, **options)


def rewrite(path: Path, text: str) -> None:
    """Write a file so that its date differs, however quick the test is."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text)
    os.utime(path, ns=(before + 1, before + 1))


def ids(news: News) -> list[str]:
    return [found.id for found in news.records]


def test_where_nothing_happened_there_is_no_news_and_nothing_is_read(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Known(folder({"b.md": scalar("b"), "a/c.md": scalar("c"), "x.txt": "", ".git/d.md": scalar("d")}))
    monkeypatch.setattr(record, "read", lambda *_: pytest.fail("it was read"))
    news = known.news()
    assert news == News()
    assert not news


def test_new_and_written_files_are_read(folder: Folder) -> None:
    directory = folder({"b.md": scalar("b"), "same.md": scalar("same")})
    known = Known(directory)
    rewrite(directory / "b.md", scalar("b", "opus"))
    folder({"a.md": scalar("a"), "deep/er/c.md": scalar("c")})
    news = known.news()
    assert news
    assert (ids(news), news.gone, news.not_loaded) == (["a.md", "b.md", "deep/er/c.md"], (), None)
    assert news.records[1].reading.policy.preference == "opus"
    assert news.records[1].fingerprint == Fingerprint.of(os.stat(directory / "b.md"))


def test_a_file_that_was_put_in_the_place_of_another_is_new_though_dates_and_size_agree(folder: Folder) -> None:
    directory = folder({"a.md": scalar("a", "haiku")})
    known, status = Known(directory), os.stat(directory / "a.md")
    other = folder({"other": scalar("a", "haiku").replace("haiku", "hiaku")}) / "other"
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    os.replace(other, directory / "a.md")
    assert ids(known.news()) == ["a.md"]


def test_files_that_went(folder: Folder) -> None:
    directory = folder({"a.md": scalar("a"), "sub/b.md": scalar("b"), "sub/c.md": scalar("c"), "README.md": "x"})
    known = Known(directory)
    (directory / "a.md").unlink()
    shutil.rmtree(directory / "sub")
    news = known.news()
    assert (ids(news), news.gone, news.not_loaded) == ([], ("a.md", "sub/b.md", "sub/c.md"), None)


def test_a_file_that_is_an_agent_no_more(folder: Folder) -> None:
    directory = folder({"a.md": scalar("a"), "b.md": scalar("b")})
    known = Known(directory)
    rewrite(directory / "a.md", "# text\n")
    news = known.news()
    assert (ids(news), news.gone) == ([], ("a.md",))
    assert news.not_loaded == (NotLoaded("a.md", "no frontmatter"),)


def test_a_file_that_becomes_an_agent(folder: Folder) -> None:
    directory = folder({"a.md": "# text\n", "b.md": "# text\n"})
    known = Known(directory)
    rewrite(directory / "a.md", scalar("a"))
    news = known.news()
    assert (ids(news), news.gone) == (["a.md"], ())
    assert news.not_loaded == (NotLoaded("b.md", "no frontmatter"),)


@posix_only
def test_what_is_not_loaded_and_why(folder: Folder) -> None:
    directory = folder({"a.md": scalar("a"), "z.md": "# text\n", "node_modules/x.md": scalar("x")})
    known = Known(directory)
    rewrite(directory / "z.md", "# another text\n")
    assert known.news() == News(), "the same reason is no news"
    rewrite(directory / "z.md", "")
    (directory / "link.md").symlink_to("nowhere")
    (directory / "folder.md").mkdir()
    assert known.news().not_loaded == (
        NotLoaded("folder.md", "a folder, not a file; what is in it was read"),
        NotLoaded("link.md", "a broken link"),
        NotLoaded("node_modules", "folders of this name are skipped"),
        NotLoaded("z.md", "the file is empty"),
    )
    for path in ("z.md", "link.md"):
        (directory / path).unlink()
    (directory / "folder.md").rmdir()
    assert known.news().not_loaded == (NotLoaded("node_modules", "folders of this name are skipped"),)


@posix_only
def test_the_target_of_a_link_is_what_counts(folder: Folder, tmp_path: Path) -> None:
    directory, target = folder({}), tmp_path / "target.md"
    target.write_text(scalar("a"))
    (directory / "a.md").symlink_to(target)
    known = Known(directory)
    assert not known.news()
    rewrite(target, scalar("a", "opus"))
    assert ids(known.news()) == ["a.md"]
    target.unlink()
    news = known.news()
    assert (news.gone, news.not_loaded) == (("a.md",), (NotLoaded("a.md", "a broken link"),))


@not_as_root
@posix_only
def test_a_folder_that_cannot_be_read_any_more(folder: Folder) -> None:
    directory = folder({"sub/a.md": scalar("a")})
    known = Known(directory)
    (directory / "sub").chmod(0)
    try:
        news = known.news()
    finally:
        (directory / "sub").chmod(0o700)
    assert news.gone == ("sub/a.md",)
    assert news.not_loaded == (NotLoaded("sub", "the folder cannot be read: Permission denied"),)


def test_a_directory_that_is_gone_is_an_error_and_not_the_end_of_all_agents(folder: Folder) -> None:
    directory = folder({"a.md": scalar("a")})
    known = Known(directory)
    shutil.rmtree(directory)
    with pytest.raises(UnusableInputError, match="cannot be read"):
        known.news()
    directory.write_text("a file now")
    with pytest.raises(UnusableInputError, match="cannot be read"):
        known.news()


@pytest.mark.parametrize("after", range(6))
def test_a_search_that_is_cancelled_has_no_news(folder: Folder, after: int) -> None:
    directory = folder({f"{number}.md": scalar(str(number)) for number in range(3)})
    known = Known(directory)
    shutil.rmtree(directory)
    folder({"new.md": scalar("new"), "other.md": scalar("other")})

    def answers() -> Iterator[bool]:
        yield from [False] * after
        while True:
            yield True

    asked = answers()
    news = known.news(cancelled=lambda: next(asked))
    assert news == News() or after >= 4
    if news:
        assert (len(news.records), len(news.gone)) == (2, 3), "all or nothing"


@posix_only
def test_file_names_that_are_no_text(folder: Folder) -> None:
    directory = folder({})
    known = Known(directory)
    name = os.fsdecode(b"caf\xe9.md")
    (directory / name).write_text(scalar("a"))
    assert ids(known.news()) == [name]


# Looking at some files


def test_files_are_looked_at_as_they_are_now(folder: Folder) -> None:
    directory = folder({"a.md": scalar("a", "opus"), "b.md": "# text\n", "c.md": scalar("c"), "d.md": "# text\n"})
    before = [NotLoaded("a.md", "no frontmatter"), NotLoaded("d.md", "the file is empty"), NotLoaded("gone.md", "x")]
    news = scan.look_at(str(directory), ["a.md", "b.md", "gone.md"], before)
    assert (ids(news), news.gone) == (["a.md"], ("b.md", "gone.md"))
    assert news.not_loaded == (NotLoaded("b.md", "no frontmatter"), NotLoaded("d.md", "the file is empty"))


def test_what_is_no_file_is_not_looked_at_for_long(folder: Folder) -> None:
    directory = folder({})
    (directory / "folder.md").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(directory / "pipe.md")
    else:
        (directory / "pipe.md").mkdir()
    news = scan.look_at(str(directory), ["folder.md", "pipe.md"], ())
    assert (news.records, news.gone) == ((), ("folder.md", "pipe.md"))
    assert news.not_loaded is not None
    assert [missed.path for missed in news.not_loaded] == ["folder.md", "pipe.md"]
