"""`.ctxstudio.yaml`: read with errors that name key and line, refused as a whole, changed by the smallest splice."""

from __future__ import annotations

import datetime
import os
from dataclasses import replace
from pathlib import Path

import pytest

from ctxstudio.errors import DataError, RefusedError
from ctxstudio.policy import matrix_edits
from ctxstudio.policy.learning import Correction
from ctxstudio.policy.matrix import Row
from ctxstudio.storage import scan, settings, workspace_file
from ctxstudio.storage.settings import NAME, Settings, Shape
from ctxstudio.storage.workspace_file import WorkspaceFile
from tests.conftest import Folder, Open
from tests.unit.agent_files import shipped_data

DAY = datetime.date(2026, 11, 24)
SHAPE = Shape(shipped_data().matrix, shipped_data().catalogue.families)
NOTHING = SHAPE.nothing()
CORRECTION = Correction("a.md", "a", frozenset({"code_generation", "documentation"}), "haiku", "sonnet", DAY)

BY_HAND = b"""\
# mine
version: 1

traits:
  lang/python-pro.md: {novel_problem: off}   # it never is
  debugger.md:
    legal_or_compliance: no
    # about this one we argued
    documentation: on
matrix:
  rows:
    documentation: {weights: {haiku: 2}, note: more}
  note: from last year
corrections:
- path: a.md
  name: a
  traits: [documentation, code_generation]
  recommended: haiku
  chosen: sonnet
  date: 2026-11-24
  why: it failed twice
- {path: b.md, name: b, traits: [documentation], recommended: haiku, chosen: sonnet, date: 2026-11-23}
reviews:
  debugger.md: 2026-10-01   # with Ann
budgets:
  daily: 20   # dollars
"""


def read(text: str | bytes) -> Settings:
    return settings.read(text.encode() if isinstance(text, str) else text, SHAPE)


def written(new: Settings, present: bytes = b"", old: Settings | None = None) -> bytes:
    return workspace_file.written(new, read(present) if old is None else old, present, SHAPE)


# ---- reading


def test_what_a_person_writes_is_read() -> None:
    found = read(BY_HAND)
    assert found.traits == {
        "lang/python-pro.md": {"novel_problem": False},
        "debugger.md": {"legal_or_compliance": False, "documentation": True},
    }
    assert found.matrix.rows["documentation"].weights == {"haiku": 2, "sonnet": 1, "opus": 0}
    assert found.corrections[0] == CORRECTION
    assert found.reviews == {"debugger.md": datetime.date(2026, 10, 1)}


@pytest.mark.parametrize("text", ["", " \n", "version: 1\n", "version: 1\ntraits:\nmatrix:\ncorrections:\nreviews:\n"])
def test_nothing_is_set(text: str) -> None:
    assert read(text) == NOTHING


def test_sections_of_later_versions_are_kept_unread() -> None:
    assert read("version: 1\nprices: {x: [1, 2]}\nscenarios: 3\nbudgets: yes\nelse: ''\n") == NOTHING


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("traits: {}\n", r"^\.ctxstudio\.yaml: version: is missing"),
        ("version: 2\n", r"^\.ctxstudio\.yaml:1: version: must be 1"),
        ("version: true\n", r":1: version: must be 1"),
        ("version: 1\n[\n", r"^\.ctxstudio\.yaml:"),
        ("- a\n", r":1: the file is not a mapping"),
        ("version: 1\n2: x\n", r"has the key 2, which is not text"),
        ("version: 1\ntraits: {}\ntraits: {}\n", r":2: traits: stands there more than once"),
        ("version: 1\ntraits: [a]\n", r":2: traits: must be a mapping"),
        ("version: 1\ntraits:\n  5: {}\n", r":2: traits: has the key 5"),
        ("version: 1\ntraits:\n  a.b/c.md:\n    documentation: maybe\n", r":4: traits\.a\.b/c\.md\.documentation: "),
        ("version: 1\ntraits:\n  a.md:\n    novel_problm: on\n", r":4: .*; did you mean novel_problem\?"),
        ("version: 1\ntraits:\n  a.md: {documentation: 1}\n", r":3: .*documentation: must be true or false"),
        ("version: 1\nmatrix: 3\n", r":2: matrix: must be a mapping"),
        ("version: 1\nmatrix:\n  rows:\n    documentation:\n      weights: {haiku: .inf}\n",
         r":5: matrix\.rows\.documentation\.weights\.haiku: must be a finite number"),
        ("version: 1\nmatrix:\n  rows:\n    documentation:\n      weights: {haiku: 1e400}\n", r":5: .*haiku: must be"),
        ("version: 1\nmatrix:\n  rows: {docs: {weights: {haiku: 1}}}\n", r":3: matrix\.rows\.docs: is not a row"),
        ("version: 1\nmatrix:\n  columns: {haiku: {}}\n", r":3: matrix\.columns\.haiku\.enabled: is missing"),
        ("version: 1\nmatrix:\n  thresholds: {strong_over: 0}\n", r":3: matrix\.thresholds\.strong_over: must not"),
        ("version: 1\nreviews: {a.md: soon}\n", r":2: reviews\.a\.md: must be a date"),
        ("version: 1\nreviews: {a.md: 2026-01-01 10:00:00}\n", r":2: reviews\.a\.md: must be a date"),
        ("version: 1\ncorrections: {}\n", r":2: corrections: must be a list"),
        ("version: 1\ncorrections:\n- path: a.md\n", r":3: corrections\.0\.name: is missing"),
        ("version: 1\ncorrections:\n- {path: a.md, name: '" + "x" * 5000 + "'}\n", r"corrections\.0\.name: is longer"),
        ("version: 1\na: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
            f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}, *{chr(97 + n)}, *{chr(97 + n)},"
            f" *{chr(97 + n)}, *{chr(97 + n)}, *{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(10)),
         "its aliases stand for more than"),
        ("version: 1\na: " + "[" * 200 + "]" * 200 + "\n", "nested deeper than"),
        ("version: 1\n# " + "x" * (1 << 20) + "\n", "is longer than 1,048,576 characters"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_line_and_key(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read(text)
    assert caught.value.file == NAME


# ---- which settings are in force


def test_an_unusable_file_leaves_the_last_good_settings_in_force(tmp_path: Path) -> None:
    file = WorkspaceFile(tmp_path, SHAPE)
    assert (file.load(), file.settings, file.error) == (False, NOTHING, None)
    file.path.write_bytes(BY_HAND)
    assert file.load()
    assert not file.load()
    good = file.settings
    file.path.write_bytes(BY_HAND + b"reviews: [\n")
    assert file.load()
    assert not file.load()
    assert file.settings == good
    assert file.error is not None
    with pytest.raises(RefusedError, match="nothing is written into it until that is mended"):
        file.written(NOTHING, file.path.read_bytes())
    file.path.write_bytes(BY_HAND)
    assert file.load()
    assert file.settings == good
    assert file.error is None


def test_a_file_that_is_gone_sets_nothing(tmp_path: Path) -> None:
    file = WorkspaceFile(tmp_path, SHAPE)
    file.take(BY_HAND)
    assert file.load()
    assert file.settings == NOTHING


def test_what_is_no_readable_file_is_refused(tmp_path: Path) -> None:
    file = WorkspaceFile(tmp_path, SHAPE)
    file.path.mkdir()
    assert file.load()
    assert str(file.error) == ".ctxstudio.yaml: is not a regular file"
    file.path.rmdir()
    os.mkfifo(file.path)
    assert not file.load()
    file.path.unlink()
    file.path.write_bytes(b"#" * (workspace_file.MOST_BYTES + 1))
    file.load()
    assert "bytes" in str(file.error)


# ---- writing


def test_a_new_file_says_what_it_is() -> None:
    new = replace(NOTHING, traits={"a.md": {"documentation": True}}, reviews={"b.md": DAY})
    data = written(new)
    assert data == (
        b"# What ctxstudio keeps about the agents of this folder. Other keys and comments stay as they are.\n"
        b"version: 1\n"
        b"traits:\n  a.md:\n    documentation: true\n"
        b'reviews:\n  b.md: "2026-11-24"\n'
    )
    assert read(data) == new


def test_nothing_changed_nothing_written() -> None:
    assert written(NOTHING) == b""
    assert written(read(BY_HAND), BY_HAND) == BY_HAND


def changed_lines(before: bytes, after: bytes) -> tuple[list[bytes], list[bytes]]:
    """The lines that went, and those that came."""
    old, new = before.splitlines(), after.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


def test_only_what_was_changed_is_touched() -> None:
    good = read(BY_HAND)
    data = written(replace(good, traits={**good.traits, "lang/python-pro.md": {"novel_problem": True}}), BY_HAND)
    assert changed_lines(BY_HAND, data) == (
        [b"  lang/python-pro.md: {novel_problem: off}   # it never is"],
        [b"  lang/python-pro.md: {novel_problem: true}   # it never is"],
    )
    data = written(replace(good, reviews={"debugger.md": DAY, "z.md": DAY}), BY_HAND)
    assert changed_lines(BY_HAND, data) == (
        [b"  debugger.md: 2026-10-01   # with Ann"],
        [b"  debugger.md: '2026-11-24'   # with Ann", b'  z.md: "2026-11-24"'],
    )
    weighed = matrix_edits.with_weight(good.matrix, "documentation", "haiku", 0.5)
    data = written(replace(good, matrix=weighed), BY_HAND)
    assert changed_lines(BY_HAND, data) == (
        [b"    documentation: {weights: {haiku: 2}, note: more}"],
        [b"    documentation: {weights: {haiku: 0.5}, note: more}"],
    )


def test_what_goes_goes_alone() -> None:
    good = read(BY_HAND)
    data = written(replace(good, traits={"debugger.md": {"documentation": True}}), BY_HAND)
    assert changed_lines(BY_HAND, data) == (
        [b"  lang/python-pro.md: {novel_problem: off}   # it never is", b"    legal_or_compliance: no"],
        [],
    )
    data = written(NOTHING, BY_HAND)
    assert read(data) == NOTHING
    for line in (b"# mine", b"budgets:", b"  daily: 20   # dollars", b"  note: from last year", b"more"):
        assert line in data


def test_corrections_come_and_go_with_what_else_they_say() -> None:
    good = read(BY_HAND)
    more = replace(CORRECTION, path="c.md", floor="legal_or_compliance")
    data = written(replace(good, corrections=(good.corrections[0], more)), BY_HAND)
    assert b"why: it failed twice" in data
    assert b"path: b.md" not in data
    assert read(data).corrections == (CORRECTION, more)
    both = written(replace(good, corrections=(*good.corrections, more)), BY_HAND)
    assert changed_lines(BY_HAND, both)[0] == []
    three = read(both)
    ends = written(replace(three, corrections=(three.corrections[1],)), both)
    assert read(ends).corrections == (three.corrections[1],)


def test_what_somebody_else_changed_meanwhile_stays() -> None:
    good = read(BY_HAND)
    theirs = BY_HAND.replace(b"documentation: on", b"documentation: off").replace(b"2026-10-01", b"2026-10-02")
    data = written(replace(good, reviews={**good.reviews, "z.md": DAY}), theirs, good)
    found = read(data)
    assert found.traits["debugger.md"]["documentation"] is False
    assert found.reviews == {"debugger.md": datetime.date(2026, 10, 2), "z.md": DAY}


def test_a_row_that_was_switched_off_comes_back() -> None:
    present = b"version: 1\nmatrix:\n  rows:\n    documentation: {enabled: off, weights: {haiku: 9}}\n"
    assert "documentation" not in read(present).matrix.rows
    assert read(written(NOTHING, present)) == NOTHING


def test_a_row_of_the_users_own_and_its_traits() -> None:
    more = matrix_edits.with_row(SHAPE.matrix, Row("travel", "Travel: far", {"haiku": 1}, ("a: b",)))
    new = Settings(more, {"a.md": {"travel": True, "documentation": False}})
    data = written(new)
    assert read(data) == new
    assert settings.with_matrix(new, SHAPE.matrix, SHAPE) == Settings(SHAPE.matrix, {"a.md": {"documentation": False}})
    without = replace(new, matrix=SHAPE.matrix)
    with pytest.raises(RefusedError, match=r"travel: is not a row of the decision matrix"):
        written(without, data)


def test_three_states_of_a_characteristic() -> None:
    on = settings.with_choice(NOTHING, ["a.md", "b.md"], "documentation", True)
    both = settings.with_choice(on, ["a.md"], "novel_problem", False)
    assert both.traits == {"a.md": {"documentation": True, "novel_problem": False}, "b.md": {"documentation": True}}
    auto = settings.with_choice(both, ["a.md", "b.md", "c.md"], "documentation", None)
    assert auto.traits == {"a.md": {"novel_problem": False}}
    assert settings.with_choice(auto, ["a.md"], "novel_problem", None) == NOTHING


def test_reviews_are_dated() -> None:
    first = settings.with_review(NOTHING, ["a.md", "b.md"], DAY)
    assert settings.with_review(first, ["a.md"], datetime.date(2027, 1, 1)).reviews == {
        "a.md": datetime.date(2027, 1, 1),
        "b.md": DAY,
    }


def test_what_yaml_cannot_hold_is_refused() -> None:
    with pytest.raises(RefusedError, match="cannot be written"):
        written(replace(NOTHING, reviews={"\udcff.md": DAY}))
    many = {f"{'x' * 200}-{number}.md": DAY for number in range(6000)}
    with pytest.raises(RefusedError, match="cannot be written"):
        written(replace(NOTHING, reviews=many))


def test_line_ends_and_flow_style_stay() -> None:
    present = b"\xef\xbb\xbfversion: 1\r\nreviews: {a.md: 2026-01-01, b.md: 2026-01-02}\r\n"
    data = written(replace(read(present), reviews={"b.md": datetime.date(2026, 1, 2), "c.md": DAY}), present)
    assert data == b'\xef\xbb\xbfversion: 1\r\nreviews: {b.md: 2026-01-02, c.md: "2026-11-24"}\r\n'


def test_a_merge_by_aliases_is_not_torn() -> None:
    present = b"version: 1\ntraits:\n  a.md: &x {documentation: on}\n  b.md: *x\n"
    found = read(present)
    with pytest.raises(RefusedError, match="alias"):
        written(replace(found, traits={**found.traits, "b.md": {"documentation": False}}), present)


# ---- no agent


def test_it_is_not_taken_for_an_agent(folder: Folder, open_directory: Open) -> None:
    directory = folder({"a.md": "---\nname: a\nmodel: haiku\n---\n", NAME: "---\nname: b\nmodel: sonnet\n---\nx\n"})
    files, passed = scan.find(str(directory))
    assert ([id for _, id in files], passed) == (["a.md"], [])
    workspace = open_directory(directory)
    assert workspace.ids() == ("a.md",)
    assert workspace.not_loaded == []
