"""Trying a task: its characteristics, where its words stand, the model, and the agents that fit."""

from __future__ import annotations

import random

import pytest

from ctxstudio.policy import routing
from ctxstudio.policy.recommendation import Assessor
from ctxstudio.policy.routing import Entry, Index
from ctxstudio.policy.stems import STOP_WORDS, stems
from ctxstudio.policy.traits import LONGEST_TASK, Detection
from ctxstudio.policy.values import Agent, AgentText, Dialect, Policy, Switch, Trait
from tests.unit.policy_resources import catalogue, detector, matrix
from tests.unit.test_policy_traits import strategy_agents


def route(task: str, index: Index | None = None) -> routing.Route:
    return routing.route(task, detector(), Assessor(matrix(), catalogue()), index)


def sample() -> Index:
    """The shipped agents, indexed."""
    return Index(
        Entry(
            text.name,
            text.name,
            text.description,
            " ".join((*text.tags, text.category)),
            kinds=tuple(criterion.id for criterion in detector().criteria(text)),
        )
        for text in strategy_agents()
    )


# ---- stems


@pytest.mark.parametrize(
    "family",
    [
        "debug debugs debugging debugger debugged",
        "test tests testing tester",
        "optimize optimise optimizer optimization optimisations",
        "architect architects architecture architectural",
        "migrate migrations migrating",
        "query queries",
        "class classes",
        "Deploy deployment DEPLOYS",
    ],
)
def test_words_of_a_family_have_one_stem(family: str) -> None:
    assert len(set(stems(family))) == 1


def test_words_of_other_families_and_scripts_stay_apart() -> None:
    assert stems("C++ C# c, node.js; état 日本語") == ["c++", "c#", "c", "nod", "js", "état", "日本語"]
    assert stems("bus business test text") == ["bus", "business", "test", "text"]
    assert stems("x" * 1000) == ["x" * 40]
    assert stems(" ".join(STOP_WORDS)) == []


# ---- the model


@pytest.mark.parametrize(
    ("task", "preference", "word"),
    [
        ("Write unit tests for parser.py", "haiku", "unit tests"),
        ("Implement the /users endpoint according to the spec", "haiku", "Implement"),
        ("Add docstrings to all public functions", "haiku", "docstrings"),
        ("Rename getUser to fetchUser across the repository", "haiku", "across the repository"),
        ("Create a Dockerfile for the web app", "haiku", "Dockerfile"),
        ("Design the architecture of a billing service", "sonnet", "architecture"),
        ("Find out why memory grows until the process is killed", "sonnet", "Find out why"),
        ("Production is down, users get 502 errors", "sonnet", "is down"),
        ("Review this pull request for vulnerabilities", "sonnet", "vulnerabilities"),
        ("Check whether our form is GDPR compliant", "sonnet", "GDPR"),
        ("Explain to a beginner how the cache works", "sonnet", "Explain"),
        ("Compare Postgres and DynamoDB and recommend one", "sonnet", "Compare"),
    ],
)
def test_the_model_for_a_task(task: str, preference: str, word: str) -> None:
    found = route(task)
    assert found.assessment.recommendation is not None
    assert found.assessment.recommendation.preference == preference
    assert word in {task[mark.start : mark.end] for mark in found.marks}


def test_floors_are_named() -> None:
    found = route("Write a script that checks our GDPR compliance").assessment.recommendation
    assert found is not None
    assert found.reason.startswith("Legal or compliance work (“GDPR”, “compliance”) never goes below sonnet; ")


@pytest.mark.parametrize("task", ["", "   ", "Hello", "日本語", "\x00\x1b[31m"])
def test_a_task_that_says_nothing_is_not_scored(task: str) -> None:
    found = route(task, sample())
    assert (found.marks, found.assessment.recommendation) == ((), None)


def test_words_of_tasks_only_are_not_read_in_agents() -> None:
    assert route("It fails").assessment.recommendation is not None
    assert not any(trait.on for trait in detector().detect(AgentText("x", "It fails")))


def test_a_task_is_read_to_a_limit() -> None:
    assert route("x " * LONGEST_TASK + " debug").assessment.recommendation is None


# ---- the agents


@pytest.mark.parametrize(
    ("task", "name"),
    [
        ("Fix the flaky integration test", "integration-tester"),
        ("Write Terraform modules for our VPC", "terraform-specialist"),
        ("Our Helm chart needs a new value", "helm-specialist"),
        ("optimise slow SQL queries", "sql-pro"),
        ("Explain closures to a beginner", "learning-guide"),
        ("GDPR audit of the sign-up form", "compliance-auditor"),
        ("Which architecture suits a multi cloud setup?", "hybrid-cloud-architect"),
        ("resolve a GraphQL schema conflict", "graphql-specialist"),
        ("draw a flowchart with mermaid", "mermaid-expert"),
    ],
)
def test_the_agent_that_fits_best(task: str, name: str) -> None:
    fits = route(task, sample()).fits
    assert fits[0].id == name
    assert all(0 < fit.score < 1 for fit in fits)
    assert [fit.score for fit in fits] == sorted((fit.score for fit in fits), reverse=True)
    assert fits[0].words or fits[0].kinds


def test_the_kind_of_work_finds_agents_without_a_common_word() -> None:
    fits = sample().find("Why does it crash?", ["novel_problem_solving"], 4)
    assert "debugger" in {fit.id for fit in fits}
    assert all("novel_problem_solving" in fit.kinds for fit in fits)


def test_words_that_fit_are_said_as_they_stand_in_the_task() -> None:
    index = Index([Entry("a", "sql-tuner", "Optimizes queries."), Entry("b", "painter", "Paints.")])
    (fit,) = index.find("Optimising (SQL) queries!")
    assert (fit.id, set(fit.words), fit.kinds) == ("a", {"Optimising", "SQL", "queries"}, ())


def test_a_name_counts_more_than_a_description_and_a_rare_word_more_than_a_common_one() -> None:
    index = Index(
        [
            Entry("name", "kafka"),
            Entry("description", "helper", "Knows kafka."),
            *(Entry(f"{n}", f"other-{n}", "Common things.") for n in range(5)),
        ]
    )
    assert [fit.id for fit in index.find("kafka common")][:2] == ["name", "description"]


def test_triggers_and_tags_are_searched() -> None:
    policy = Policy("haiku", escalation=Switch("sonnet", ("schema redesign",)), fast_path=Switch(None, ("typo",)))
    agent = Agent("a.md", "helper", "data", Dialect.MAPPING, policy, policy)
    text = AgentText("helper", "Helps. <example>unicorn</example>", "data", ("warehouse",))
    found = Detection((), (Trait("data_transformation", True),))
    index = Index([Entry.of(agent, text, found), Entry("b.md", "b")])
    for word in ("redesigning", "typos", "warehouses", "data", "helper"):
        assert [fit.id for fit in index.find(word)] == ["a.md"]
    assert index.find("unicorn") == ()
    assert [fit.kinds for fit in index.find("x", ["data_transformation"])] == [("data_transformation",)]


def test_nothing_in_common_and_nobody_there() -> None:
    assert Index([]).find("anything") == ()
    assert Index([Entry("a", ""), Entry("b", "")]).find("anything") == ()
    assert len(Index([])) == 0
    assert sample().find("zzz qqq") == ()
    assert len(sample().find("code review", (), 3)) == 3


def test_leaving_common_words_aside_changes_no_result() -> None:
    chance = random.Random(7)  # noqa: S311  # no secret
    words = [f"w{number}" for number in range(200)]
    ranks = [1 / (number + 1) for number in range(200)]
    entries = [Entry(str(number), "a", " ".join(chance.choices(words, ranks, k=20))) for number in range(400)]
    index = Index(entries)
    for _ in range(50):
        task = " ".join(chance.choices(words, k=8))
        few, all_of_them = index.find(task, (), 5), index.find(task, (), 400)
        assert [fit.id for fit in few] == [fit.id for fit in all_of_them[:5]]
        assert [fit.score for fit in few] == pytest.approx([fit.score for fit in all_of_them[:5]])
