"""Conversion to the other dialect for exports: shape of `model`, of `tools`, place of `effort`; nothing is guessed."""

from __future__ import annotations

import pytest

from ctxstudio.errors import CtxStudioError, EditError
from ctxstudio.frontmatter import Document
from ctxstudio.policy.values import Dialect, Target
from ctxstudio.storage import convert, patch
from ctxstudio.storage.dialect_change import Extras
from ctxstudio.storage.shipped import Shipped
from tests.unit.agent_files import ROOT, scalar, schema_v2

FULL = schema_v2(
    model=(
        "  preference: haiku\n  fallbacks: [sonnet, opus]\n  escalation:\n    to: sonnet\n    when:\n      - 'a: b'\n"
        "  fast_path:\n    to: haiku\n    when: [c]\n  effort: high\n  reasoning: cheap\n  temperature: 0.3\n"
    )
)


def converted(text: str, target: Target, shipped: Shipped) -> Document:
    return convert.convert(Document.from_bytes(text.encode()), target, shipped.tools[target])


def for_claude_code(text: str, shipped: Shipped) -> dict[str, object]:
    return converted(text, Target.CLAUDE_CODE, shipped).mapping()


def for_claude_ctx(text: str, shipped: Shipped) -> dict[str, object]:
    return converted(text, Target.CLAUDE_CTX, shipped).mapping()


def test_a_mapping_becomes_a_name_and_its_extras_are_kept(shipped: Shipped) -> None:
    document = converted(FULL, Target.CLAUDE_CODE, shipped)
    assert document.get("model") == "haiku"
    assert document.get("effort") == "high"
    assert document.get("tools") == "Read, Bash"
    assert document.get("modelPolicy") == {
        "fallbacks": ["sonnet", "opus"],
        "escalation": {"to": "sonnet", "when": ["a: b"]},
        "fast_path": {"to": "haiku", "when": ["c"]},
        "reasoning": "cheap",
        "temperature": 0.3,
    }
    assert document.block.names() == (
        "version", "name", "description", "category", "tier", "model", "effort", "modelPolicy", "tools",
    )  # fmt: skip
    assert document.body == b"\nYou help.\n"


def test_a_mapping_with_a_preference_alone_leaves_no_extras(shipped: Shipped) -> None:
    values = for_claude_code(schema_v2(model="  preference: claude-haiku-4-5-20251001\n"), shipped)
    assert values["model"] == "claude-haiku-4-5-20251001"
    assert "modelPolicy" not in values
    assert "effort" not in values


def test_extras_can_be_dropped(shipped: Shipped) -> None:
    document = Document.from_bytes(FULL.encode())
    document = convert.convert(document, Target.CLAUDE_CODE, shipped.tools[Target.CLAUDE_CODE], Extras.DROP)
    assert (document.get("model"), document.get("effort"), document.get("tools")) == ("haiku", "high", "Read, Bash")
    assert "modelPolicy" not in document.block.names()


def test_a_mapping_without_a_preference_inherits(shipped: Shipped) -> None:
    values = for_claude_code(schema_v2(model="  fallbacks: [haiku]\n"), shipped)
    assert "model" not in values
    assert values["modelPolicy"] == {"fallbacks": ["haiku"]}


def test_an_effort_at_the_top_stays(shipped: Shipped) -> None:
    text = schema_v2(model="  preference: haiku\n  effort: low\n").replace("tier:", "effort: max\ntier:")
    values = for_claude_code(text, shipped)
    assert values["effort"] == "max"
    assert "modelPolicy" not in values


@pytest.mark.parametrize(
    "text", [scalar(), scalar(model=None), scalar(model="42"), scalar(extra="tools: Read, Exec\n")]
)
def test_a_file_for_claude_code_stays_to_the_byte(text: str, shipped: Shipped) -> None:
    assert converted(text, Target.CLAUDE_CODE, shipped).to_bytes() == text.encode()


def test_a_file_of_schema_v2_stays_to_the_byte(shipped: Shipped) -> None:
    assert converted(FULL, Target.CLAUDE_CTX, shipped).to_bytes() == FULL.encode()


def test_a_name_becomes_a_mapping(shipped: Shipped) -> None:
    text = scalar(
        extra="tools: Read, Bash, mcp__git__log, Glob, Grep\neffort: 7\nmodelPolicy:\n  mine: 1\n  reasoning: r\n"
    )
    values = for_claude_ctx(text, shipped)
    assert values["model"] == {"preference": "haiku", "effort": 7, "reasoning": "r", "mine": 1}
    assert list(values["model"]) == ["preference", "effort", "mine", "reasoning"]
    assert values["tools"] == {"catalog": ["Read", "Exec", "mcp__git__log", "Search"]}
    assert not {"effort", "modelPolicy"} & values.keys()


def test_no_model_stays_no_model(shipped: Shipped) -> None:
    assert "model" not in for_claude_ctx(scalar(model=None), shipped)
    assert for_claude_ctx(scalar(model=None, extra="effort: low\n"), shipped)["model"] == {"effort": "low"}


def test_tools_of_all_tiers_are_named_once(shipped: Shipped) -> None:
    text = schema_v2(tools="Read, MultiEdit").replace(
        "  catalog", "  tiers:\n    core: [Read]\n    enhanced: [Edit, Search, WebFetch]\n  catalog"
    )
    assert for_claude_code(text, shipped)["tools"] == "Read, Edit, Grep, Glob, WebFetch"


@pytest.mark.parametrize(
    ("tools", "why"),
    [
        ("{catalog: [Read, Telepathy]}", "the tool 'Telepathy' has no known name"),
        ("{catalog: []}", "name no tool"),
        ("{}", "name no tool"),
        ("{catalog: [Read, 5]}", "not a list of names"),
        ("{catalog: {Read: true}}", "not a list of names"),
        ("{catalog: [Read], tiers: [Exec]}", "`tools.tiers` is not a mapping"),
    ],
)
def test_tools_that_are_not_certain_are_refused_for_claude_code(tools: str, why: str, shipped: Shipped) -> None:
    with pytest.raises(EditError, match=why):
        for_claude_code(scalar(extra=f"tools: {tools}\n"), shipped)


@pytest.mark.parametrize(
    ("tools", "why"),
    [("Read, Bash(git log)", "no known name"), ("'*'", "all tools"), ("7", "not a list of names")],
)
def test_tools_that_are_not_certain_are_refused_for_claude_ctx(tools: str, why: str, shipped: Shipped) -> None:
    with pytest.raises(EditError, match=why):
        for_claude_ctx(scalar(extra=f"tools: {tools}\n"), shipped)


@pytest.mark.parametrize(
    ("target", "text"),
    [
        (Target.CLAUDE_CODE, schema_v2(model="  preference: [haiku]\n")),
        (Target.CLAUDE_CODE, schema_v2().replace("tier:", "modelPolicy: text\ntier:")),
        (Target.CLAUDE_CODE, schema_v2().replace("tier:", "modelPolicy: {reasoning: other}\ntier:")),
        (Target.CLAUDE_CTX, scalar(extra="modelPolicy: text\n")),
        (Target.CLAUDE_CTX, scalar(model="[haiku]")),
        (Target.CLAUDE_CTX, scalar(model="null")),
        (Target.CLAUDE_CTX, scalar(extra="modelPolicy: {a: b\n")),
        (Target.CLAUDE_CODE, schema_v2(tools="Read").replace("[Read]", "[Read")),
    ],
)
def test_what_cannot_be_said_in_the_other_dialect_is_refused(target: Target, text: str, shipped: Shipped) -> None:
    with pytest.raises(CtxStudioError):
        converted(text, target, shipped)


@pytest.mark.parametrize("path", sorted((ROOT / "agents").glob("*.md")), ids=lambda path: path.stem)
def test_the_policy_survives_the_way_there_and_back(path: str, shipped: Shipped) -> None:
    original = Document.from_bytes((ROOT / "agents" / path).read_bytes())
    there = convert.convert(original, Target.CLAUDE_CODE, shipped.tools[Target.CLAUDE_CODE])
    back = convert.convert(there, Target.CLAUDE_CTX, shipped.tools[Target.CLAUDE_CTX])
    policies = [patch.policy_of(document) for document in (original, there, back)]
    assert policies[0].policy == policies[1].policy == policies[2].policy
    assert [reading.dialect for reading in policies] == [Dialect.MAPPING, Dialect.SCALAR, Dialect.MAPPING]
    assert isinstance(there.get("tools"), str)
    assert there.body == original.body
