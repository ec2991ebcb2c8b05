"""Finding phrases: what a phrase is, which one wins, and linear time on any text."""

from __future__ import annotations

import time

import pytest

from ctxstudio.policy.phrases import PhraseFinder, Vocabulary
from tests.unit.policy_resources import detector


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("audit*", "Auditors audit", ["Auditors", "audit"]),
        ("audit", "auditor pre-audit", ["audit"]),
        ("root cause*", "root  causes, root-cause, rootcause", ["root  causes", "root-cause"]),
        ("root cause", "root\ncause", ["root\ncause"]),
        ("generat* code", "generates code, generate more code", ["generates code"]),
        ("ci/cd", "CI/CD", ["CI/CD"]),
        ("end to end", "end-to-end", ["end-to-end"]),
        ("don't", "Don't", ["Don't"]),
        ("c", "c++ abc c9 c", ["c", "c"]),
    ],
)
def test_phrases(phrase: str, text: str, found: list[str]) -> None:
    assert [text[hit.start : hit.end] for hit in PhraseFinder([phrase]).find(text)] == found


def test_longest_phrase_at_each_word() -> None:
    finder = PhraseFinder(["test*", "test plan*", "plan*"])
    assert [hit.phrase for hit in finder.find("a test plan")] == ["test plan*", "plan*"]
    assert finder.at_start("tests") == "test*"
    assert finder.at_start("a test") is None
    assert list(PhraseFinder([]).find("anything")) == []


def test_vocabulary_gives_every_rule_its_own_longest_phrase() -> None:
    meanings = Vocabulary([{"error*": 1.0}, {"error handling": 0.5, "error*": 1.0}], ["not"]).meanings
    assert [(m.rule, m.phrase, m.strength) for m in meanings["error handling"]] == [
        (0, "error*", 1.0),
        (1, "error handling", 0.5),
    ]
    assert meanings["not"] == ()


@pytest.mark.parametrize("piece", ["generat-", "error ", "a", " ", "-", "code-review ", "known pattern", "test\n"])
def test_linear_time(piece: str) -> None:
    vocabulary = Vocabulary([rule.phrases for rule in detector().rules])

    def seconds(size: int) -> float:
        text = (piece * size)[:size]
        start = time.perf_counter()
        for _ in vocabulary.find(text):
            pass
        return time.perf_counter() - start

    short, long = min(seconds(20_000) for _ in range(3)), min(seconds(200_000) for _ in range(3))
    assert long < 40 * short + 0.01
