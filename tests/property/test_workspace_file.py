"""The workspace file read back is what was set, and what the program does not know is still there."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ctxstudio.frontmatter import Document
from ctxstudio.policy.learning import Correction
from ctxstudio.storage import settings as shape_of
from ctxstudio.storage import workspace_file
from ctxstudio.storage.settings import Settings, Shape
from tests.unit.agent_files import shipped_data
from tests.unit.test_policy_matrix_edits import edited

SHAPE = Shape(shipped_data().matrix, shipped_data().catalogue.families)
ROWS = (*SHAPE.matrix.rows, "legal_or_compliance")
BOUNDED = settings(max_examples=100, deadline=None)

# Any text that a file may have as its name, but for what no YAML can hold.
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
paths = st.sampled_from(["a.md", "b.md", "x/c.md", "on.md"]) | names.map(lambda name: name + ".md")
days = st.dates(datetime.date(1, 1, 1))
families = st.sampled_from(["haiku", "sonnet", "opus"])
corrections = st.builds(
    Correction,
    path=paths,
    name=names.filter(lambda name: bool(name.strip())),
    on=st.frozensets(st.sampled_from(ROWS), max_size=4),
    recommended=families,
    chosen=families,
    date=days,
    floor=st.sampled_from(["", "legal_or_compliance"]),
)
values = st.builds(
    Settings,
    matrix=st.just(SHAPE.matrix) | edited(),
    traits=st.dictionaries(
        paths, st.dictionaries(st.sampled_from(ROWS[1:]), st.booleans(), min_size=1, max_size=3), max_size=4
    ),
    corrections=st.lists(corrections, max_size=4, unique_by=lambda correction: correction.path).map(tuple),
    reviews=st.dictionaries(paths, days, max_size=4),
)
STRANGER = b"""\
# first
version: 1   # of the file

budgets: {daily: 20}   # dollars
traits:
  # above a.md
  a.md: {documentation: on}
reviews: {b.md: 2026-01-02}
scenarios:
  - name: "mine"   # and theirs
# last
"""


def known(found: Settings) -> bool:
    """Whether all traits are of rows that the matrix has; what is set for other rows cannot be read again."""
    rows = {*found.matrix.rows, *SHAPE.matrix.rows, "legal_or_compliance"}
    return all(choices.keys() <= rows for choices in found.traits.values())


@BOUNDED
@given(values.filter(known), values.filter(known))
def test_settings_are_read_back_and_change_into_any_others(first: Settings, second: Settings) -> None:
    data = workspace_file.written(first, SHAPE.nothing(), b"", SHAPE)
    assert shape_of.read(data, SHAPE) == first
    changed = workspace_file.written(second, first, data, SHAPE)
    assert shape_of.read(changed, SHAPE) == second
    assert workspace_file.written(second, second, changed, SHAPE) == changed


@BOUNDED
@given(values.filter(known))
def test_what_others_wrote_is_still_there(wanted: Settings) -> None:
    before = shape_of.read(STRANGER, SHAPE)
    data = workspace_file.written(wanted, before, STRANGER, SHAPE)
    assert shape_of.read(data, SHAPE) == wanted
    assert Document.from_yaml(data).get("budgets") == {"daily": 20}
    assert Document.from_yaml(data).get("scenarios") == [{"name": "mine"}]
    for comment in (b"# first", b"# of the file", b"# dollars", b"# and theirs", b"# last"):
        assert comment in data


@BOUNDED
@given(st.binary(max_size=200) | st.lists(st.sampled_from(re.split(rb"(?<=[\s:{},])", STRANGER))).map(b"".join))
def test_any_file_is_read_or_refused(data: bytes) -> None:
    file = workspace_file.WorkspaceFile(Path("."), SHAPE)
    file.take(data)
    assert file.error is None or str(file.error).startswith(shape_of.NAME)
