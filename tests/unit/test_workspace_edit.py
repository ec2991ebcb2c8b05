"""Edits: what is planned, refused and left out, and what the file says after them."""

from __future__ import annotations

from typing import Any

import pytest

from ctxstudio.errors import RefusedError, UnusableInputError
from ctxstudio.policy.values import Policy, Switch
from ctxstudio.storage import patch
from ctxstudio.workspace import Workspace
from tests.conftest import Folder, Open
from tests.unit.agent_files import save_now, scalar, schema_v2

EXACT = "claude-sonnet-4-5-20250929"


def edit(workspace: Workspace, field_id: str, value: Any, *ids: str, replace_invalid: bool = False) -> dict[str, str]:
    """Set a field of some agents (else all) and save; agent id -> why it was refused."""
    plan = workspace.plan_edit(ids or workspace.ids(), field_id, value, replace_invalid=replace_invalid)
    workspace.replace_policies(plan.changes)
    report = save_now(workspace.directory, workspace.save_jobs(workspace.ids()))
    assert not report.refused, report.text()
    workspace.saved(report)
    return dict(plan.refused)


@pytest.fixture
def edited(folder: Folder, open_directory: Open) -> Any:
    """Sets fields of one file, one after the other, each saved; the file's text."""

    def make(text: str, *edits: tuple[str, Any], replace_invalid: bool = False) -> str:
        directory = folder({"a.md": text})
        workspace = open_directory(directory)
        for field_id, value in edits:
            assert edit(workspace, field_id, value, replace_invalid=replace_invalid) == {}
        again = open_directory(directory).agent("a.md")
        assert (again.policy, again.dialect) == (workspace.agent("a.md").policy, workspace.agent("a.md").dialect)
        return (directory / "a.md").read_bytes().decode()

    return make


def front(*lines: str) -> str:
    return "---\nname: helper\ndescription: Helps with helper.\n" + "".join(f"{line}\n" for line in lines) + "---\n"


def test_a_scalar_keeps_its_form(edited: Any) -> None:
    assert edited(scalar(), ("preference", EXACT)) == scalar(model=EXACT)
    assert edited(scalar(model="'haiku'  # quick"), ("preference", "opus")) == scalar(model="'opus'  # quick")


def test_what_a_scalar_cannot_hold_goes_below_it(edited: Any) -> None:
    text = edited(
        scalar(extra="color: red\n"),
        ("fallbacks", ("opus", "sonnet")),
        ("escalation", Switch("opus", ("a: b", "c"))),
        ("reasoning", "quick"),
        ("fast_path.to", "haiku"),
    )
    assert text.startswith(front(
        "model: haiku", "modelPolicy:", "  fallbacks:", "    - opus", "    - sonnet", "  escalation:", "    to: opus",
        "    when:", '      - "a: b"', "      - c", "  fast_path:", "    to: haiku", "  reasoning: quick", "color: red",
    ))  # fmt: skip


@pytest.mark.parametrize("field_id", ["fallbacks", "escalation", "fast_path", "reasoning"])
def test_the_mapping_beside_a_scalar_goes_with_its_last_entry(edited: Any, field_id: str) -> None:
    value: Any = {"fallbacks": ("opus",), "reasoning": "r"}.get(field_id, Switch("opus", ("x",)))
    empty: Any = () if field_id == "fallbacks" else None
    assert edited(scalar(), (field_id, value), (field_id, empty)) == scalar()


def test_unknown_entries_of_the_mapping_stay(edited: Any) -> None:
    text = scalar(extra="modelPolicy:\n  mine: 1\n  reasoning: r\n")
    assert edited(text, ("reasoning", None)) == scalar(extra="modelPolicy:\n  mine: 1\n")


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        (["tools: Read", "color: red"], 1),
        (["color: red", "tools: [Read]"], 2),
        (["color: red"], 0),
    ],
)
def test_an_absent_model_comes_behind_tools_or_description(edited: Any, lines: list[str], place: int) -> None:
    expected = [*lines[:place], "model: opus", *lines[place:]]
    assert edited(front(*lines), ("preference", "opus")) == front(*expected)


def test_an_absent_model_without_either_comes_behind_the_name(edited: Any) -> None:
    assert edited("---\nname: a\ncolor: red\n---\n", ("preference", "opus")) == (
        "---\nname: a\nmodel: opus\ncolor: red\n---\n"
    )
    assert edited("---\nmodel: a\n# end\n---\n", ("preference", "opus")) == "---\nmodel: opus\n# end\n---\n"


def test_an_absent_model_leaves_as_it_came(edited: Any) -> None:
    text = front("tools: Read", "", "# note", "color: red")
    assert edited(text, ("preference", "opus"), ("preference", None)) == text


@pytest.mark.parametrize("mark", ["version: 2.0", "tier:\n  id: core", "version: '2'"])
def test_an_absent_model_of_schema_v2_becomes_a_mapping(edited: Any, mark: str) -> None:
    text = front(mark, "color: red")
    assert edited(text, ("preference", "opus")).startswith(front("model:", "  preference: opus", mark, "color: red"))
    assert edited(text, ("fallbacks", ("opus",))).startswith(front("model:", "  fallbacks:", "    - opus", mark)[:-4])


def test_a_mapping_is_edited_in_place(edited: Any) -> None:
    text = schema_v2(model="  temperature: 0.3  # cool\n  preference: haiku # cheap\n  fallbacks: [sonnet]\n")
    changed = edited(text, ("preference", EXACT), ("fallbacks", ("opus", "sonnet")), ("reasoning", "x: y"))
    assert changed == text.replace("preference: haiku", f"preference: {EXACT}").replace(
        "[sonnet]\n", '[opus, sonnet]\n  reasoning: "x: y"\n'
    )


def test_triggers_replace_the_list_and_the_target_alone_keeps_it(edited: Any) -> None:
    text = schema_v2(model="  preference: haiku\n  escalation:\n    to: sonnet\n    when:\n      - a\n      - b\n")
    assert edited(text, ("escalation.when", ("c",))) == text.replace("      - a\n      - b\n", "      - c\n")
    assert edited(text, ("escalation.to", "opus")) == text.replace("to: sonnet", "to: opus")
    assert edited(text, ("escalation.when", ())) == text.replace("    when:\n      - a\n      - b\n", "")
    assert edited(text, ("escalation.to", None)) == text.replace("    to: sonnet\n", "")
    without = schema_v2(model="  preference: haiku\n")
    assert edited(text, ("escalation", None)) == without
    assert edited(text, ("escalation.when", ()), ("escalation.to", None)) == without


def test_effort_stands_where_its_reader_looks(edited: Any) -> None:
    assert edited(scalar(), ("effort", "high")) == scalar(extra="effort: high\n")
    assert edited(scalar(model=None), ("effort", "7")) == front("effort: 7") + "\nYou help.\n"
    v2 = schema_v2(model="  preference: haiku\n")
    assert edited(v2, ("effort", "high")) == schema_v2(model="  preference: haiku\n  effort: high\n")
    both = v2.replace("tools:", "effort: low\ntools:")
    assert edited(both, ("effort", "max")) == both.replace("effort: low", "effort: max")
    assert edited(both, ("effort", None)) == v2


@pytest.mark.parametrize(
    "edits",
    [
        [("effort", "low")],
        [("fallbacks", ("haiku",)), ("fallbacks", ())],
        [("escalation.to", "opus"), ("escalation.when", ("x",))],
        [("reasoning", "why"), ("fast_path.to", "haiku")],
    ],
)
@pytest.mark.parametrize("text", [scalar(model=EXACT), schema_v2(model=f"  preference: {EXACT}\n")])
def test_other_fields_never_touch_an_exact_model(edited: Any, text: str, edits: list[tuple[str, Any]]) -> None:
    assert EXACT in edited(text, *edits)


def test_several_agents_are_planned_together(folder: Folder, open_directory: Open) -> None:
    files = {"a.md": scalar("a"), "b.md": schema_v2("b"), "c.md": scalar("c", "[haiku"), "d.md": scalar("d", "opus")}
    workspace = open_directory(folder(files))
    plan = workspace.plan_edit(workspace.ids(), "preference", "opus")
    assert plan.changes == {"a.md": Policy("opus"), "b.md": Policy("opus", ("haiku",))}
    assert plan.refused == {"c.md": "its `model` is not valid YAML"}
    assert workspace.changed() == ()
    workspace.replace_policies(plan.changes)
    assert workspace.changed() == ("a.md", "b.md")
    assert workspace.plan_edit(["a.md", "b.md", "d.md"], "preference", "opus").changes == {}


def test_several_fields_are_one_plan(folder: Folder, open_directory: Open) -> None:
    workspace = open_directory(folder({"a.md": scalar("a"), "b.md": schema_v2("b")}))
    edits = [("fallbacks", ()), ("preference", "opus"), ("escalation.when", ("x",)), ("escalation.to", "fable")]
    plan = workspace.plan_edits(workspace.ids(), edits)
    wanted = Policy("opus", (), Switch("fable", ("x",)))
    assert plan.changes == {"a.md": wanted, "b.md": wanted}
    assert workspace.plan_edits(workspace.ids(), []).changes == {}
    assert workspace.plan_edits(workspace.ids(), [("effort", "low"), ("effort", None)]).changes == {}


def test_what_cannot_be_set_at_all_is_raised_before_anything_is_planned(folder: Folder, open_directory: Open) -> None:
    workspace = open_directory(folder({"a.md": scalar()}))
    with pytest.raises(RefusedError, match="computed"):
        workspace.plan_edit(["a.md"], "verdict", "strong")
    with pytest.raises(UnusableInputError, match="no field"):
        workspace.plan_edit(["a.md"], "modell", "opus")
    with pytest.raises(RefusedError, match="control characters"):
        workspace.plan_edits(["a.md"], [("preference", "opus"), ("reasoning", "\x1b")])
    assert workspace.changed() == ()


@pytest.mark.parametrize("model", ["", "null", "42", "[haiku, opus]", "1.5", "true", "2026-01-01"])
def test_a_model_of_another_kind_is_replaced_only_if_asked_for(
    folder: Folder, open_directory: Open, model: str
) -> None:
    directory = folder({"a.md": scalar(model=model)})
    first = (directory / "a.md").read_bytes()
    workspace = open_directory(directory)
    for field_id, value in (("preference", "opus"), ("effort", "low"), ("fallbacks", ("opus",))):
        plan = workspace.plan_edit(["a.md"], field_id, value)
        assert plan.changes == {}
        assert "neither a name nor a mapping" in plan.refused["a.md"]
    assert edit(workspace, "preference", "opus", replace_invalid=True) == {}
    assert (directory / "a.md").read_text().replace("opus \n", "opus\n") == scalar(model="opus")
    assert workspace.agent("a.md").problems == ()
    assert edit(workspace, "preference", None) == {}
    assert (directory / "a.md").read_bytes() == first


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("---\nname: a\nmodel: haiku\nmodel: sonnet\n---\n", ""),
        ("---\nname: a\nx: &m haiku\nmodel: *m\n---\n", "alias"),
        ("---\nname: a\nmodel: haiku\nmodelPolicy: [a]\n---\n", ""),
        ("---\nname: a\nmodel: {preference: haiku, fallbacks: *none}\n---\n", "not valid YAML"),
    ],
)
def test_a_file_that_cannot_be_edited_safely_says_so_or_is(
    folder: Folder, open_directory: Open, text: str, why: str
) -> None:
    directory = folder({"a.md": text})
    workspace = open_directory(directory)
    plan = workspace.plan_edit(["a.md"], "preference", "opus")
    if why:
        assert why in plan.refused["a.md"]
        return
    assert edit(workspace, "preference", "opus") == {}
    assert open_directory(directory).agent("a.md").policy.preference == "opus"


def test_going_back_to_the_saved_policy_is_never_refused(folder: Folder, open_directory: Open) -> None:
    workspace = open_directory(folder({"a.md": scalar("a", "null"), "b.md": scalar("b", "[x")}))
    saved = {id: workspace.agent(id).saved for id in workspace.ids()}
    workspace.replace_policies(dict.fromkeys(saved, Policy("opus")))
    plan = workspace.plan(saved)
    assert (plan.changes, plan.refused) == (saved, {})


def test_one_proof_for_each_file_that_needs_one(
    folder: Folder, open_directory: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"{number}.md": scalar(str(number)) for number in range(20)}
    workspace = open_directory(folder({**files, "odd.md": scalar("odd", "&a haiku")}))
    tried: list[str] = []
    real = patch.apply

    def apply(document: Any, *policies: Policy) -> Any:
        tried.append(document.get("name"))
        return real(document, *policies)

    monkeypatch.setattr(patch, "apply", apply)
    assert len(workspace.plan_edit(workspace.ids(), "preference", "opus").changes) == 21
    assert tried == ["odd"]
