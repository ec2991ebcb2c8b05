"""The explicit change of a file's dialect: which words go where, what is refused, and the way back."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ctxstudio.errors import CtxStudioError, EditError
from ctxstudio.frontmatter import Document, Place
from ctxstudio.policy.values import Dialect, Policy
from ctxstudio.storage import patch
from ctxstudio.storage.dialect_change import Extras, to_mapping, to_scalar
from tests.property.frontmatter_texts import blocks, reference
from tests.property.test_frontmatter_edits import ordered
from tests.unit.agent_files import ROOT, scalar, schema_v2
from tests.unit.test_storage_record import POLICIES, TEXT_FILES

FULL = """\
name: x
# about the model
model: # header
  # why haiku
  preference: "haiku" # cheap
  # never opus
  fallbacks: ['sonnet', inherit] # in this order

  escalation: # when it is hard
    to: sonnet
    when:
    - "a: b" # first
    # second
    - c
  effort: high # not max
  temperature: 0.30
  since: 2026-01-01
  ? odd key
  : 1

# about the tools
tools:
  catalog: [Read]
"""
FLAT = """\
name: x
# about the model
# why haiku
model: "haiku" # cheap
effort: high # not max
modelPolicy: # header
  # never opus
  fallbacks: ['sonnet', inherit] # in this order

  escalation: # when it is hard
    to: sonnet
    when:
    - "a: b" # first
    # second
    - c
  temperature: 0.30
  since: 2026-01-01
  ? odd key
  : 1

# about the tools
tools:
  catalog: [Read]
"""


def document_of(text: str) -> Document:
    return Document.from_bytes(f"---\n{text}---\nBody.\n".encode())


def flat(text: str, extras: Extras = Extras.KEEP) -> str:
    return to_scalar(document_of(text), extras).block.text


def nested(text: str) -> str:
    return to_mapping(document_of(text)).block.text


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_words_of_a_mapping_move_with_their_comments(newline: str) -> None:
    text, expected = FULL.replace("\n", newline), FLAT.replace("\n", newline)
    document = document_of(text)
    changed = to_scalar(document)
    assert changed.block.text == expected
    before, after = patch.policy_of(document), patch.policy_of(changed)
    assert before.policy == after.policy
    assert (before.dialect, after.dialect) == (Dialect.MAPPING, Dialect.SCALAR)
    assert changed.body == document.body


@pytest.mark.parametrize(
    ("mapping", "scalar"),
    [
        ("model:\n  preference: haiku\nx: 1\n", "model: haiku\nx: 1\n"),
        ("model:\n    preference: 'haiku'   # c\n\n# d\nx: 1\n", "model: 'haiku'   # c\n\n# d\nx: 1\n"),
        ("model: # a\n\n  # b\n  preference: haiku # c\n  # d\n# e\n", "# a\n# b\nmodel: haiku # c\n  # d\n# e\n"),
        ("model:\n  effort: 3\n", "effort: 3\n"),
        ("model:\n  preference: haiku\n  effort: low\n", "model: haiku\neffort: low\n"),
        ("model:\n  effort: low\n  preference: haiku\n", "model: haiku\neffort: low\n"),
        ("model:\n  fallbacks: [a]\n", "modelPolicy:\n  fallbacks: [a]\n"),
        ("model: {preference: 'haiku', effort: low} # c\n", "model: haiku\n# c\neffort: low\n"),
        ("model: {preference: haiku, fallbacks: [a]} # c\n", "model: haiku\nmodelPolicy: {fallbacks: [a]} # c\n"),
        ('"model":\n  preference: haiku\n  x: 1\n', "model: haiku\nmodelPolicy:\n  x: 1\n"),
        ("{name: x, model: {preference: haiku, x: 1}}\n", "{name: x, model: haiku, modelPolicy: {x: 1}}\n"),
        ("model:\n  preference: null\n  x: 1\n", "modelPolicy:\n  x: 1\n"),
        ("model: {}\nx: 1\n", "x: 1\n"),
        ("effort: max\nmodel:\n  preference: a\n  effort: low\n", "effort: max\nmodel: a\n"),
        ("effort:\nmodel:\n  preference: a\n  effort: low\n", "model: a\neffort: low\n"),
        ("model:\n  preference: >-\n    haiku\n  x: 1\n", "model: >-\n  haiku\nmodelPolicy:\n  x: 1\n"),
        ("model:\n  preference: a\n  x:\n  - '# a'\n  - b # c\n",
         "model: a\nmodelPolicy:\n  x:\n  - '# a'\n  - b # c\n"),
        ("d: a: b\nmodel:\n  preference: haiku\n  x: y\n", "d: a: b\nmodel: haiku\nmodelPolicy:\n  x: y\n"),
        ("model:\n  preference: haiku\n  x: &a 1\ny: *a\n", "model: haiku\nmodelPolicy:\n  x: &a 1\ny: *a\n"),
    ],
)  # fmt: skip
def test_a_mapping_becomes_a_name(mapping: str, scalar: str) -> None:
    assert flat(mapping) == scalar


def test_extras_go_only_where_that_is_asked_for() -> None:
    assert flat(FULL, Extras.DROP) == (
        'name: x\n# about the model\n# why haiku\nmodel: "haiku" # cheap\neffort: high # not max\n\n'
        "# about the tools\ntools:\n  catalog: [Read]\n"
    )
    said = patch.policy_of(to_scalar(document_of(FULL), Extras.DROP)).policy
    assert said == Policy("haiku", effort="high")
    assert flat("model: a\nmodelPolicy:\n  reasoning: r\nx: 1\n", Extras.DROP) == "model: a\nx: 1\n"
    assert flat("model: a\nmodelPolicy: text\n", Extras.DROP) == "model: a\n"
    assert flat("modelPolicy:\n  fallbacks: [a]\nx: 1\n", Extras.DROP) == "x: 1\n"


@pytest.mark.parametrize(
    ("scalar", "mapping"),
    [
        ("name: x\nmodel: haiku\nx: 1\n", "name: x\nmodel:\n  preference: haiku\nx: 1\n"),
        ('model:   "haiku"   # c\n\n# d\nx: 1\n', 'model:\n  preference:   "haiku"   # c\n\n# d\nx: 1\n'),
        ("model: haiku\r\nx: 1\r\n", "model:\r\n  preference: haiku\r\nx: 1\r\n"),
        ("model: haiku\ntools:\n    a: 1\n", "model:\n    preference: haiku\ntools:\n    a: 1\n"),
        ("model: >-\n  haiku\nx: 1\n", "model:\n  preference: >-\n    haiku\nx: 1\n"),
        ("effort: low # c\nmodel: a\n", "model:\n  preference: a\n  effort: low # c\n"),
        ("effort: 3\nx: 1\n", "model:\n  effort: 3\nx: 1\n"),
        ("effort:\nmodel: a\n", "effort:\nmodel:\n  preference: a\n"),
        ("modelPolicy:\n  fallbacks: [a]\n", "model:\n  fallbacks: [a]\n"),
        ("model: a # b\nmodelPolicy: # c\n  # d\n  x: 1\n", "model: # c\n  preference: a # b\n  # d\n  x: 1\n"),
        ("model: 'a' # b\nmodelPolicy: {x: 1}\n", "# b\nmodel: {preference: a, x: 1}\n"),
        ("model: a\nmodelPolicy: {}\n", "model:\n  preference: a\n"),
        ("model: a\nmodelPolicy:\n", "model:\n  preference: a\n"),
        ("{model: 'a', effort: low}\n", "{model: {preference: a, effort: low}}\n"),
        ("d: a: b\nmodel: haiku\n", "d: a: b\nmodel:\n  preference: haiku\n"),
    ],
)
def test_a_name_becomes_a_mapping(scalar: str, mapping: str) -> None:
    assert nested(scalar) == mapping


@pytest.mark.parametrize(
    ("text", "change", "why"),
    [
        ("model: {preference: a}\nmodelPolicy: {x: 1}\n", to_scalar, "a `modelPolicy` beside the mapping"),
        ("model:\n  preference: [a]\n", to_scalar, "`model.preference` is not a name"),
        ("model:\n  preference: 3\n", to_scalar, "would read otherwise"),
        ("model:\n  effort: &a low\nx: *a\n", to_scalar, None),
        ("x: &a {preference: b}\nmodel: *a\n", to_scalar, None),
        ("x: &a {preference: b, y: 1}\nmodel: *a\n", to_scalar, "no such key"),
        ("x: &a {preference: b}\nmodel:\n  <<: *a\n  y: 1\n", to_scalar, "preference"),
        ("model:\n  preference: a\n  x: 1\nmodel:\n  preference: b\n  x: 1\n", to_scalar, "`model` cannot be renamed"),
        ("model: [a]\n", to_mapping, "neither a name nor a mapping"),
        ("model: null\n", to_mapping, "neither a name nor a mapping"),
        ("model: a\nmodelPolicy: text\n", to_mapping, "`modelPolicy` is not a mapping"),
        ("model: a\nmodelPolicy:\n  preference: b\n", to_mapping, "cannot become `modelPolicy.preference`"),
        ("modelPolicy:\n  preference: b\n", to_mapping, "would read otherwise"),
        ("model: a\nmodelPolicy:\n  effort: low\n", to_mapping, "would read otherwise"),
        ("effort: low\nmodelPolicy:\n  effort: max\n", to_mapping, "cannot become `modelPolicy.effort`"),
        ("model: a\nmodelPolicy: {x: y\n", to_mapping, "line 3"),
        ("model: {a: b\n", to_scalar, "line 2"),
    ],
)  # fmt: skip
def test_what_is_not_certain_is_refused(text: str, change: object, why: str | None) -> None:
    assert callable(change)
    document = document_of(text)
    if why is None:
        assert patch.policy_of(change(document)).policy == patch.policy_of(document).policy
        return
    with pytest.raises(CtxStudioError, match=re.escape(why)):
        change(document)


@pytest.mark.parametrize("text", [scalar(), scalar(model=None), scalar(model="42"), scalar(extra="modelPolicy: x\n")])
def test_what_is_a_name_already_stays_to_the_byte(text: str) -> None:
    assert to_scalar(Document.from_bytes(text.encode())).to_bytes() == text.encode()


@pytest.mark.parametrize("text", [schema_v2(), scalar(model=None), scalar(model=None, extra="effort: null\n")])
def test_what_is_a_mapping_already_or_says_nothing_stays_to_the_byte(text: str) -> None:
    assert to_mapping(Document.from_bytes(text.encode())).to_bytes() == text.encode()


def test_the_way_back_gives_the_first_bytes_as_long_as_they_are_remembered() -> None:
    document = document_of(FULL)
    assert to_mapping(to_scalar(document)).to_bytes() == document.to_bytes()
    document = document_of(FLAT)
    assert to_scalar(to_mapping(document)).to_bytes() == document.to_bytes()


@pytest.mark.parametrize(
    "text",
    [
        "name: x\nmodel: 'haiku' # c\nx: 1\n",
        "model: haiku\neffort: low # c\nx: 1\n",
        "# a\nmodel: haiku # b\neffort: 3\nmodelPolicy: # c\n  # d\n  fallbacks: [a] # e\n\n  x: 2026-01-01\n",
        "model: haiku\r\nmodelPolicy:\r\n    reasoning: |\r\n      a\r\n      b\r\n",
    ],
)
def test_the_way_back_from_disk_gives_the_first_bytes_where_the_name_comes_first(text: str) -> None:
    there = Document.from_bytes(to_mapping(document_of(text)).to_bytes())
    assert to_scalar(there).block.text == text


@pytest.mark.parametrize(
    "text",
    [
        schema_v2(),
        schema_v2(model="  preference: haiku # c\n  # d\n  fallbacks:\n  - a # e\n  effort: low\n  x: 1\n"),
        schema_v2(model="  preference: haiku\n"),
        *(path.read_text() for path in sorted((ROOT / "agents").glob("*.md"))[::10]),
    ],
)
def test_the_way_there_and_back_from_disk_gives_the_first_bytes(text: str) -> None:
    there = Document.from_bytes(to_scalar(Document.from_bytes(text.encode())).to_bytes())
    assert to_mapping(there).to_bytes() == text.encode()


@given(st.sampled_from(TEXT_FILES), POLICIES)
@settings(deadline=None)
def test_any_policy_survives_both_ways(text: str, policy: Policy) -> None:
    document = Document.from_bytes(text.encode())
    document = patch.apply(document, patch.policy_of(document).policy, policy)
    document = Document.from_bytes(document.to_bytes())
    others = {
        name: value for name, value in document.mapping().items() if name not in ("model", "modelPolicy", "effort")
    }
    for change in (to_scalar, to_mapping, to_scalar):
        document = Document.from_bytes(change(document).to_bytes())
        reading = patch.policy_of(document)
        assert reading.policy == policy
        assert (reading.dialect is Dialect.MAPPING) == (change is to_mapping and policy != Policy())
        assert {name: value for name, value in document.mapping().items() if name in others} == others
    assert "modelPolicy" not in to_scalar(document, Extras.DROP).block.names()


def test_a_converted_file_is_edited_in_its_new_dialect() -> None:
    flattened = to_scalar(Document.from_bytes(schema_v2(model="  fallbacks: [haiku]\n").encode()))
    policy = patch.policy_of(flattened).policy
    edited = patch.apply(flattened, policy, replace(policy, preference="opus", reasoning="r"))
    assert edited.get("model") == "opus"
    assert edited.get("modelPolicy") == {"fallbacks": ["haiku"], "reasoning": "r"}


def test_a_file_of_schema_v2_without_a_model_loses_its_effort() -> None:
    document = document_of("name: x\ntier:\n  id: core\neffort: low\n")
    assert patch.apply(document, Policy(effort="low"), Policy()).block.text == "name: x\ntier:\n  id: core\n"


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.rename("none", "x"),
        lambda document: document.rename("a", "b"),
        lambda document: document.lift(("a", "x"), "c"),
        lambda document: document.lift(("b", "none"), "c"),
        lambda document: document.lift(("b", "x"), "a"),
        lambda document: document.sink("none", ("b", "y"), Place()),
        lambda document: document.sink("a", ("b", "x"), Place()),
        lambda document: document.sink("b", ("a", "x"), Place()),
    ],
)
def test_a_move_from_or_to_where_it_cannot_be_is_refused(change: object) -> None:
    assert callable(change)
    with pytest.raises(EditError):
        change(document_of("a: 1\nb:\n  x: 2\n"))


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(blocks(), st.data())
def test_a_move_changes_two_keys_and_nothing_else(text: str, data: st.DataObject) -> None:
    document = document_of(text.removesuffix("\n") + "\n")
    said = reference(document.block.text)
    assume(isinstance(said, dict) and isinstance(document.block.parsed(), dict))
    names = [name for name in said if isinstance(name, str)]
    assume(names)
    outer, key = data.draw(st.sampled_from(names)), data.draw(st.sampled_from([*names, "new"]))
    mapping = said[outer] if isinstance(said[outer], dict) else {}
    inner = data.draw(st.sampled_from([*(name for name in mapping if isinstance(name, str)), "new"]))
    place = data.draw(st.sampled_from([Place(), Place(first=True), Place(("a", "b"), first=True)]))
    expected = dict(said)
    try:
        match data.draw(st.sampled_from(["rename", "lift", "sink"])):
            case "rename":
                moved = document.rename(outer, key)
                expected[key] = expected.pop(outer)
            case "lift":
                moved = document.lift((outer, inner), key)
                expected[outer] = {name: value for name, value in mapping.items() if name != inner}
                expected[key] = mapping[inner]
                if not expected[outer]:
                    del expected[outer]
            case _:
                moved = document.sink(key, (outer, inner), place)
                value = expected.pop(key)
                expected[outer] = {inner: value} if key == outer else {**mapping, inner: value}
    except EditError:
        return
    after = reference(moved.block.text)
    assert {repr(key): repr(ordered(value)) for key, value in after.items()} == {
        repr(key): repr(ordered(value)) for key, value in expected.items()
    }
    assert moved.to_bytes().endswith(b"---\nBody.\n")
    hashes = re.compile(r"(?:^|\s)# ?[a-z]+", re.MULTILINE)
    assert len(hashes.findall(moved.block.text)) >= len(hashes.findall(document.block.text))
