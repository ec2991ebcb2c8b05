"""What a filter can go on with, at every place in it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxstudio.policy import fields, query, query_completion, query_words
from ctxstudio.policy.fields import Field
from ctxstudio.policy.values import Agent, Assessment, Dialect, Policy, Switch, Verdict


def agent(name: str, policy: Policy, category: str = "", sonnet: float = 0) -> Agent:
    scores = Assessment((), {"sonnet": sonnet}, Verdict.STRONG, None)
    return Agent(f"{name}.md", name, category, Dialect.MAPPING, policy, policy, assessment=scores)


FLEET = (
    agent(
        "reviewer", Policy("sonnet", ("haiku",), Switch("opus", ("security review", "API\n  design"))), "Quality", 10
    ),
    agent("writer", Policy("haiku", ("sonnet", "haiku")), "quality", 9),
    agent("helper", Policy("haiku", fast_path=Switch("haiku", ("security review", 'say "no"'))), "data science", 2),
    agent("plain", Policy(reasoning="x" * 200), "data science", 10),
    agent("odd \x07 name", Policy("sonnet-next", effort="high"), "quality"),
)


def values(field: Field) -> Mapping[str, int]:
    return query_completion.distinct(field, FLEET)


def complete(text: str) -> query_completion.Completion:
    """At the place of the `|`."""
    before, _, after = text.partition("|")
    return query_completion.complete(before + after, len(before), values)


def texts(text: str) -> list[str]:
    return [suggestion.text for suggestion in complete(text).suggestions]


def picked(text: str, number: int = 0) -> str:
    """The filter after a suggestion was picked."""
    found, whole = complete(text), text.replace("|", "")
    return whole[: found.start] + found.suggestions[number].text + whole[found.end :]


@pytest.mark.parametrize(
    ("field", "counts"),
    [
        ("preference", {"haiku": 2, "sonnet": 1, "inherit": 1, "sonnet-next": 1}),
        ("fallbacks", {"haiku": 2, "sonnet": 1}),
        ("category", {"quality": 3, "data science": 2}),
        ("escalation", {"opus": 1}),
        ("escalation.when", {"security review": 1, "API design": 1}),
        ("score.sonnet", {"10": 2, "9": 1, "2": 1, "0": 1}),
        ("effort", {"high": 1}),
    ],
)
def test_values_are_counted_as_a_filter_tells_them_apart(field: str, counts: Mapping[str, int]) -> None:
    assert query_completion.distinct(fields.BY_ID[field], FLEET) == counts


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mod|", ["model:"]),
        ("MOD|", ["model:"]),
        ("-mod|", ["model:"]),
        ("(mod|", ["model:"]),
        ("writer or -(cat|", ["category:"]),
        ("h|", ["has:", "score.haiku>"]),
        ("is|", ["is:"]),
        ("son|", ["score.sonnet>"]),
        ("mod|:haiku", ["model"]),
        ("zebra|", []),
        ('"mod|', []),
        ("mod|el:haiku", []),
        # values
        ("model:|", ["haiku", "inherit", "sonnet", "sonnet-next"]),
        ("model=|", ["haiku", "inherit", "sonnet", "sonnet-next"]),
        ("Model:S|", ["sonnet", "sonnet-next"]),
        ("-(a or preference:next|", ["sonnet-next"]),
        ("category:|", ["quality", '"data science"']),
        ("category:sci|", ['"data science"']),
        ('category:"data s|', ['"data science"']),
        ('category:"data science"|', []),
        ("model:haiku|", []),
        ("model:|haiku", ["inherit", "sonnet", "sonnet-next"]),
        ("trigger:sec|", ['"security review"']),
        ("trigger:api|", ['"API design"']),
        ("trigger:say|", ['"say \\"no\\""']),
        ("score.sonnet>|", ["0", "2", "9", "10"]),
        ("score.sonnet>1|", ["10"]),
        ("reasoning:|", []),
        ("bogus:|", []),
        ("name:|", ["helper", "plain", "reviewer", "writer"]),
        # words of the language
        ("is:|", list(query_words.STATES)),
        ("is:con|", ["context-dependent"]),
        ("is:dep|", ["context-dependent"]),
        ("is:changed|", []),
        ("has:rea|", ["reasoning"]),
        ("-has:esc|", ["escalation", "escalation.to", "escalation.when"]),
        ("has:pat|", ["fast_path", "fast_path.to", "fast_path.when"]),
    ],
)
def test_what_is_suggested(text: str, found: list[str]) -> None:
    assert texts(text) == found


@pytest.mark.parametrize("text", ["|", "writer |", "(|", "-|", "writer or |", "(|)", "| writer"])
def test_where_nothing_is_typed_every_name_is_suggested(text: str) -> None:
    found = texts(text)
    assert {"has:", "is:", "model:", "score.haiku>"} <= set(found)
    assert len(found) == len(query_words.NAMES) + 2


@pytest.mark.parametrize("text", ["|writer", "|(a)", 'a |"b"'])
def test_directly_before_a_term_nothing_is_suggested(text: str) -> None:
    assert texts(text) == []


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("mod|", "model:"),
        ("writer mod| fast", "writer model: fast"),
        ("-mod|:haiku", "-model:haiku"),
        ("a category:sci| b", 'a category:"data science" b'),
        ("category:qu|ali", "category:quality"),
        ('category:"da| model:haiku', 'category:"data science" model:haiku'),
        ('category:"da|" model:haiku', 'category:"data science" model:haiku'),
        ("(is:cont|)", "(is:context-dependent)"),
    ],
)
def test_what_is_picked_takes_the_place_of_its_part_only(text: str, result: str) -> None:
    assert picked(text) == result


def test_suggestions_say_what_they_are() -> None:
    model = complete("model|").suggestions[0]
    assert (model.title, model.count, model.goes_on) == ("model:", None, True)
    assert model.help == fields.BY_ID["preference"].help
    haiku = complete("model:h|").suggestions[0]
    assert (haiku.title, haiku.count, haiku.goes_on) == ("haiku", 2, False)
    changed = complete("is:ch|").suggestions[0]
    assert (changed.title, changed.count, changed.goes_on) == ("changed", None, False)
    assert "unsaved" in changed.help
    assert all(item.help for item in complete("|").suggestions)


def test_only_the_fields_in_question_are_counted() -> None:
    asked: list[str] = []

    def counted(field: Field) -> Mapping[str, int]:
        asked.append(field.id)
        return {}

    for text in ("", "mod", "is:", "has:m", "category:x", "trigger:"):
        query_completion.complete(text, len(text), counted)
    assert asked == ["category", "escalation.when", "fast_path.when"]


def test_many_values_are_cut_short() -> None:
    many = {f"name {number}": 1 for number in range(10_000)}
    found = query_completion.complete("name:", 5, lambda _: many)
    assert len(found.suggestions) == 50


def test_a_state_of_the_caller_is_suggested() -> None:
    states = {"odd": query_words.StateWord("Odd agents.", lambda agent: agent.changed)}
    assert [item.text for item in query_completion.complete("is:", 3, values, states).suggestions] == ["odd"]


@given(st.text(alphabet='amodel:=<>-". ()\\', max_size=20) | st.text(max_size=20), st.data())
def test_whatever_is_picked_anywhere_can_be_read(text: str, data: st.DataObject) -> None:
    cursor = data.draw(st.integers(0, len(text)))
    found = query_completion.complete(text, cursor, values)
    assert 0 <= found.start <= cursor <= found.end <= len(text)
    for item in found.suggestions:
        whole = text[: found.start] + item.text
        *_, last = query.parts(whole)
        assert last.end == len(whole)
        assert not last.open


@pytest.mark.parametrize("field", [field for field in fields.FIELDS if field.id != "state"], ids=lambda field: field.id)
def test_a_suggested_value_finds_at_least_the_agents_it_counts(field: Field) -> None:
    text = f"{field.id}:"
    for item in query_completion.complete(text, len(text), values).suggestions:
        for relation in ":=":
            wanted = query.parse(f"{field.id}{relation}{item.text}")
            found = sum(wanted.matches(agent, query.searchable(agent)) for agent in FLEET)
            assert found == item.count if relation == "=" else found >= (item.count or 0)
