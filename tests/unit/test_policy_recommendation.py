"""Recommendations: all 1,024 combinations of characteristics against the rules said once more in plain words."""

from __future__ import annotations

import itertools
import time

import pytest

from ctxstudio.policy import recommendation
from ctxstudio.policy.matrix import Matrix
from ctxstudio.policy.outcome import Standing
from ctxstudio.policy.values import Assessment, Policy, Switch, Trait, TraitSource, Verdict
from tests.unit.policy_resources import catalogue, matrix, raw

# row, Haiku, Sonnet (model-optimization.md, "Decision Matrix")
WEIGHTS = {
    "well_defined_spec": (2, 0),
    "novel_problem": (0, 2),
    "pattern_application": (2, 0),
    "complex_reasoning": (0, 2),
    "security_critical": (-1, 2),
    "code_generation": (2, 0),
    "architecture_design": (0, 2),
    "batch_processing": (2, 0),
    "creative_synthesis": (0, 2),
    "documentation": (1, 1),
}
COMBINATIONS = tuple(
    frozenset(rows) for size in range(len(WEIGHTS) + 1) for rows in itertools.combinations(WEIGHTS, size)
)
FLOORS = {"security_critical", "legal_or_compliance", "user_facing_analysis"}


def traits(*on: str, words: tuple[str, ...] = ()) -> tuple[Trait, ...]:
    return tuple(Trait(row, row in on, words=words if row in on else ()) for row in WEIGHTS)


def assess(*on: str, preference: str | None = None, criteria: tuple[str, ...] = ()) -> Assessment:
    hits = tuple(Trait(name, True, words=("word",)) for name in criteria)
    return recommendation.assess(traits(*on), Policy(preference), matrix(), catalogue(), hits)


def expected(on: frozenset[str], present: str, criteria: frozenset[str]) -> tuple[str, str | None, str | None] | None:
    """Preference, escalation and fast path by DESIGN 5, said as plainly as possible."""
    if not on:
        return None
    haiku = sum(WEIGHTS[row][0] for row in on)
    sonnet = sum(WEIGHTS[row][1] for row in on)
    floor = bool(FLOORS & (on | criteria))
    tie = haiku == sonnet
    both_strong = haiku > 3 and sonnet > 3
    close = both_strong and abs(haiku - sonnet) <= 1
    if floor:
        # Never below Sonnet; what stands higher already may stay where nothing speaks against it.
        return ("opus" if tie and present == "opus" and not close else "sonnet"), None, None
    if "batch_processing" in on:
        return "haiku", None, None
    if close:
        return "haiku", "sonnet", None
    if tie:
        return (present if present in ("haiku", "sonnet", "opus") else "sonnet"), None, None
    if sonnet > haiku:
        return "sonnet", None, "haiku" if both_strong else None
    return "haiku", None, None


@pytest.mark.parametrize(
    "criteria",
    [
        (),
        ("legal_or_compliance",),
        ("user_facing_analysis",),
        ("legal_or_compliance", "user_facing_analysis"),
        ("business_critical",),
    ],
)
@pytest.mark.parametrize("preference", [None, "inherit", "haiku", "claude-sonnet-4-5-20250929", "opus", "gpt-4"])
def test_all_combinations(preference: str | None, criteria: tuple[str, ...]) -> None:
    assert len(COMBINATIONS) == 1024
    present = {"claude-sonnet-4-5-20250929": "sonnet", "haiku": "haiku", "opus": "opus"}.get(preference or "", "none")
    for on in COMBINATIONS:
        advice = assess(*on, preference=preference, criteria=criteria).recommendation
        found = advice and (
            advice.preference,
            advice.escalation.to if advice.escalation else None,
            advice.fast_path.to if advice.fast_path else None,
        )
        assert found == expected(on, present, frozenset(criteria)), sorted(on)


def test_the_combinations_have_ties_strong_pairs_and_floors() -> None:
    kinds = {expected(on, "none", frozenset()) for on in COMBINATIONS}
    assert kinds == {
        None,
        ("haiku", None, None),
        ("sonnet", None, None),
        ("haiku", "sonnet", None),
        ("sonnet", None, "haiku"),
    }
    scores = [assess(*on).scores for on in COMBINATIONS]
    assert sum(bool(found) and found["haiku"] == found["sonnet"] for found in scores) > 100


def test_scores_of_all_combinations_are_the_documents_sums() -> None:
    for on in COMBINATIONS[1:]:
        assert assess(*on).scores == {
            "haiku": sum(WEIGHTS[row][0] for row in on),
            "sonnet": sum(WEIGHTS[row][1] for row in on),
        }


def test_strength_margin_and_reason_of_all_combinations() -> None:
    for on in COMBINATIONS[1:]:
        result = assess(*on)
        advice = result.recommendation
        assert advice is not None
        assert advice.margin == abs(result.scores["haiku"] - result.scores["sonnet"])
        ruled = bool(on & {"security_critical", "batch_processing"})
        by_margin = "strong" if advice.margin > 3 else "moderate" if advice.margin >= 1 else "weak"
        assert advice.strength == ("strong" if ruled else by_margin)
        assert advice.reason.endswith(".")
        assert advice.reason[0].isupper()
        assert any(matrix().rows[row].label.lower() in advice.reason for row in on)
        for switch in (advice.escalation, advice.fast_path):
            assert switch is None or switch.when


def test_nothing_ticked_is_not_scored() -> None:
    result = assess(preference="opus", criteria=("legal_or_compliance",))
    assert (result.scores, result.verdict, result.recommendation) == ({}, Verdict.NOT_SCORED, None)
    assert len(result.traits) == 10


@pytest.mark.parametrize(
    ("preference", "verdict"),
    [
        ("haiku", Verdict.CONSIDER_ALTERNATIVE),
        ("sonnet", Verdict.STRONG),
        ("claude-sonnet-5[1m]", Verdict.STRONG),
        ("opus", Verdict.NO_COLUMN),
        ("inherit", Verdict.NO_COLUMN),
        (None, Verdict.NO_COLUMN),
        ("Claude Sonnet 4.5 (copilot)", Verdict.NO_COLUMN),
    ],
)
def test_verdict_on_the_assigned_model(preference: str | None, verdict: Verdict) -> None:
    assert assess("novel_problem", "complex_reasoning", preference=preference).verdict is verdict


def reason(*on: Trait, preference: str | None = None, criteria: tuple[Trait, ...] = ()) -> str:
    advice = recommendation.assess(on, Policy(preference), matrix(), catalogue(), criteria).recommendation
    assert advice is not None
    return advice.reason


def trait(row: str, *words: str) -> Trait:
    return Trait(row, True, words=words)


def test_reason_of_the_higher_score() -> None:
    found = reason(
        trait("complex_reasoning", "root cause", "a", "b"), trait("code_generation", "builds"), trait("novel_problem")
    )
    assert found == "Sonnet scores 4 against 2: complex reasoning (“root cause”, “a”), novel problem."


def test_reason_of_a_tie() -> None:
    on = trait("documentation", "docs")
    assert reason(on, preference="haiku") == "Haiku and sonnet score 1 each, so haiku stays: documentation (“docs”)."
    assert reason(on) == (
        "Haiku and sonnet score 1 each and no model of theirs is set, so sonnet, the strongest: documentation (“docs”)."
    )


def test_reason_and_triggers_of_an_escalation() -> None:
    rows = ("well_defined_spec", "code_generation", "complex_reasoning", "architecture_design", "documentation")
    advice = assess(*rows).recommendation
    assert advice is not None
    assert advice.escalation == Switch(
        "sonnet", ("several factors to weigh against each other", "architectural redesign")
    )
    assert advice.reason.startswith("Haiku scores 5 and sonnet 5, both strong and close, so haiku with escalation to")
    assert (advice.strength, advice.margin) == ("weak", 0)


def test_reason_of_a_floor() -> None:
    found = reason(
        trait("security_critical", "exploits"), trait("code_generation", "scripts"), trait("well_defined_spec")
    )
    assert found == (
        "Security-critical work (“exploits”) never goes below sonnet; "
        "haiku scores 3 against 2: code generation (“scripts”), well-defined spec."
    )
    legal = (trait("legal_or_compliance", "contracts"),)
    assert reason(trait("code_generation"), criteria=legal).startswith("Legal or compliance work (“contracts”) never")


def test_reason_of_batch_work_and_of_traits_set_by_hand() -> None:
    found = reason(
        Trait("batch_processing", True, TraitSource.USER), trait("novel_problem"), trait("complex_reasoning")
    )
    assert found == (
        "Batch work (set by hand) goes to haiku; sonnet scores 4 against 2: novel problem, complex reasoning."
    )


def test_reason_of_two_floors_and_of_overruled_scores() -> None:
    legal = (trait("legal_or_compliance", "contracts"),)
    found = reason(trait("security_critical", "exploits"), trait("complex_reasoning"), criteria=legal)
    assert found == (
        "Security-critical work (“exploits”) and legal or compliance work (“contracts”) never go below sonnet; "
        "sonnet scores 4 against -1: security critical (“exploits”), complex reasoning."
    )
    batch = reason(
        *(trait(row) for row in ("batch_processing", "code_generation", "novel_problem", "security_critical"))
    )
    assert batch.startswith("Security-critical work never goes below sonnet; sonnet scores 4 against 3")
    rows = ("batch_processing", "code_generation", "novel_problem", "complex_reasoning", "architecture_design")
    assert reason(*map(trait, rows)) == (
        "Batch work goes to haiku; sonnet scores 6 and haiku 4, both strong, so sonnet with a fast path to haiku: "
        "code generation, novel problem, complex reasoning, architecture design."
    )


def test_fast_path_and_its_triggers() -> None:
    rows = ("code_generation", "well_defined_spec", "novel_problem", "complex_reasoning", "architecture_design")
    advice = assess(*rows).recommendation
    assert advice is not None
    when = ("a complete specification to follow", "routine code generation")
    assert (advice.preference, advice.fast_path, advice.escalation) == ("sonnet", Switch("haiku", when), None)
    assert (advice.strength, advice.margin) == ("moderate", 2)
    assert advice.reason.startswith("Sonnet scores 6 and haiku 4, both strong, so sonnet with a fast path to haiku: ")


def test_a_row_that_is_off_goes_before_the_criterion_of_its_name() -> None:
    found = (trait("security_critical", "exploits"),)
    assert assess("code_generation", criteria=("security_critical",)).recommendation == (
        recommendation.assess(traits("code_generation"), Policy(), matrix(), catalogue()).recommendation
    )
    without = recommendation.assess([trait("code_generation")], Policy(), matrix(), catalogue(), found).recommendation
    assert without is not None
    assert without.preference == "sonnet"


def test_the_outcome_of_a_standing_is_that_of_its_agent() -> None:
    assessor = recommendation.Assessor(matrix(), catalogue())
    for on in COMBINATIONS:
        for criteria in ((), (trait("legal_or_compliance"),)):
            standing = assessor.standing(traits(*on), Policy("claude-opus-4-1"), criteria)
            outcome = assessor.outcome(standing)
            result = assessor.assess(traits(*on), Policy("claude-opus-4-1"), criteria)
            assert standing.present == "opus"
            if outcome is None:
                assert result.recommendation is None
                continue
            assert result.recommendation is not None
            assert (outcome.preference, outcome.verdict) == (result.recommendation.preference, result.verdict)
            assert outcome.scores == result.scores


@pytest.mark.parametrize(
    ("rows", "short"),
    [
        (("code_generation",), "haiku"),
        (("code_generation", "well_defined_spec", "novel_problem", "complex_reasoning"), "haiku > sonnet"),
        (
            ("code_generation", "well_defined_spec", "novel_problem", "complex_reasoning", "architecture_design"),
            "sonnet < haiku",
        ),
    ],
)
def test_an_outcome_in_short(rows: tuple[str, ...], short: str) -> None:
    outcome = recommendation.Assessor(matrix(), catalogue()).outcome(Standing(frozenset(rows), frozenset(), "haiku"))
    assert outcome is not None
    assert outcome.short == short


def test_criteria_that_are_off_do_not_count() -> None:
    off = (Trait("legal_or_compliance", False),)
    advice = recommendation.assess(traits("code_generation"), Policy(), matrix(), catalogue(), off).recommendation
    assert advice is not None
    assert advice.preference == "haiku"


def test_weights_and_columns_are_data() -> None:
    data = raw("decision-matrix.yaml")
    data["columns"]["opus"]["enabled"] = True
    data["rows"]["code_generation"]["weights"]["haiku"] = 0.1
    three = Matrix.from_mapping(data)
    on = traits("novel_problem", "complex_reasoning", "security_critical")
    result = recommendation.assess(on, Policy("opus"), three, catalogue())
    assert result.scores == {"haiku": -1, "sonnet": 6, "opus": 8}
    assert result.verdict is Verdict.STRONG
    assert result.recommendation is not None
    assert result.recommendation.preference == "opus"
    close = recommendation.assess(traits("novel_problem", "creative_synthesis"), Policy(), three, catalogue())
    assert close.recommendation is not None
    assert close.recommendation.preference == "sonnet"
    assert close.recommendation.escalation == Switch("opus", ("novel problem without a known pattern",))


def test_a_tie_of_two_columns_is_kept_only_by_one_of_them() -> None:
    data = raw("decision-matrix.yaml")
    data["columns"]["opus"]["enabled"] = True
    three = Matrix.from_mapping(data)
    advice = recommendation.assess(traits("documentation"), Policy("opus"), three, catalogue()).recommendation
    assert advice is not None
    assert advice.preference == "sonnet"


def test_a_floor_above_all_columns_and_a_single_column() -> None:
    data = raw("decision-matrix.yaml")
    data["columns"]["sonnet"]["enabled"] = False
    single = Matrix.from_mapping(data)
    floored = recommendation.assess(traits("security_critical"), Policy(), single, catalogue()).recommendation
    assert floored is not None
    assert floored.preference == "sonnet"
    alone = recommendation.assess(traits("code_generation"), Policy(), single, catalogue()).recommendation
    assert alone is not None
    assert (alone.preference, alone.margin, alone.reason) == ("haiku", 0, "Haiku scores 2: code generation.")


def test_sums_of_fractions_still_tie() -> None:
    data = raw("decision-matrix.yaml")
    data["rows"]["novel_problem"]["weights"]["sonnet"] = 0.1
    data["rows"]["creative_synthesis"]["weights"]["sonnet"] = 0.2
    data["rows"]["code_generation"]["weights"]["haiku"] = 0.3
    on = traits("novel_problem", "creative_synthesis", "code_generation")
    advice = recommendation.assess(on, Policy("haiku"), Matrix.from_mapping(data), catalogue()).recommendation
    assert advice is not None
    assert "so haiku stays" in advice.reason


def test_cheap_enough() -> None:
    start = time.perf_counter()
    for on in COMBINATIONS:
        assess(*on, preference="sonnet")
    # 20 us each on an idle core; the test leaves room for a busy machine.
    assert (time.perf_counter() - start) / len(COMBINATIONS) < 0.0005
