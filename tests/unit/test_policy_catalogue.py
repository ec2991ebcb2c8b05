"""The catalogue of models: the shipped table against FACTS E, and what it answers about names."""

from __future__ import annotations

from datetime import date

import pytest

from ctxstudio.errors import DataError
from ctxstudio.policy.catalogue import Catalogue, ModelStatus
from tests.unit.policy_resources import Spoil, catalogue, raw, spoilt

TODAY = date(2026, 11, 23)

# id, family, released, status, last day, context in thousands of tokens, other ids (FACTS E)
TABLE = (
    ("claude-haiku-5-5", "haiku", "2026-10-07", "current", None, 1000, ()),
    ("claude-haiku-4-5-20251001", "haiku", "2025-10-15", "legacy", None, 200, ("claude-haiku-4-5",)),
    ("claude-3-5-haiku-20241022", "haiku", "2024-10-22", "retired", "2026-02-19", 200, ()),
    ("claude-3-haiku-20240307", "haiku", "2024-03-07", "retired", "2026-04-20", 200, ()),
    ("claude-sonnet-5-5", "sonnet", "2026-09-28", "current", None, 1000, ()),
    ("claude-sonnet-5", "sonnet", "2026-06-30", "legacy", None, 1000, ()),
    ("claude-sonnet-4-6", "sonnet", "2026-02-17", "legacy", None, 1000, ()),
    ("claude-sonnet-4-5-20250929", "sonnet", "2025-09-29", "deprecated", "2026-11-30", 200, ("claude-sonnet-4-5",)),
    ("claude-sonnet-4-20250514", "sonnet", "2025-05-22", "retired", "2026-06-15", 200, ("claude-sonnet-4-0",)),
    ("claude-opus-5-5", "opus", "2026-09-22", "current", None, 1000, ()),
    ("claude-opus-5", "opus", "2026-07-24", "legacy", None, 1000, ()),
    ("claude-opus-4-8", "opus", "2026-05-28", "legacy", None, 1000, ()),
    ("claude-opus-4-7", "opus", "2026-04-16", "legacy", None, 1000, ()),
    ("claude-opus-4-6", "opus", "2026-02-05", "legacy", None, 1000, ()),
    ("claude-opus-4-5-20251101", "opus", "2025-11-24", "legacy", None, 200, ("claude-opus-4-5",)),
    ("claude-opus-4-1-20250805", "opus", "2025-08-05", "retired", "2026-08-05", 200, ("claude-opus-4-1",)),
    ("claude-opus-4-20250514", "opus", "2025-05-22", "retired", "2026-06-15", 200, ()),
    ("claude-fable-5-2", "fable", "2026-11-09", "current", None, 1000, ()),
    ("claude-fable-5-1", "fable", "2026-09-01", "legacy", None, 1000, ()),
    ("claude-fable-5", "fable", "2026-06-09", "legacy", None, 1000, ()),
    ("claude-mythos-5-2", "mythos", None, "current", None, 1000, ()),
    ("claude-mythos-5-1", "mythos", None, "legacy", None, 1000, ()),
    ("claude-mythos-5", "mythos", None, "legacy", None, 1000, ()),
)


def test_shipped_table() -> None:
    found = tuple(
        (
            model.id,
            model.family,
            model.released.isoformat() if model.released else None,
            model.status.value,
            model.retires.isoformat() if model.retires else None,
            model.context // 1000,
            model.ids,
        )
        for model in catalogue().models.values()
    )
    assert found == TABLE


def test_families_from_weak_to_strong() -> None:
    assert catalogue().families == ("haiku", "sonnet", "opus", "fable", "mythos")
    assert [catalogue().strength(name) for name in catalogue().families] == [0, 1, 2, 3, 4]
    assert [catalogue().strength(name) for name in ("inherit", "unknown", "")] == [-1, -1, -1]


@pytest.mark.parametrize(
    ("alias", "at_158", "at_250", "at_330"),
    [
        ("haiku", "claude-haiku-4-5-20251001", "claude-haiku-4-5-20251001", "claude-haiku-5-5"),
        ("sonnet", "claude-sonnet-4-6", "claude-sonnet-5", "claude-sonnet-5-5"),
        ("opus", "claude-opus-4-8", "claude-opus-5", "claude-opus-5-5"),
        ("fable", None, "claude-fable-5", "claude-fable-5-2"),
        ("best", "claude-opus-4-8", "claude-opus-5", "claude-opus-5-5"),
        ("opusplan", "claude-sonnet-4-6", "claude-sonnet-5", "claude-sonnet-5-5"),
    ],
)
def test_alias_by_date(alias: str, at_158: str | None, at_250: str, at_330: str) -> None:
    days = (date(2026, 6, 1), date(2026, 8, 31), TODAY)
    assert tuple(catalogue().resolve(alias, day) for day in days) == (at_158, at_250, at_330)


def test_alias_changes_on_the_day() -> None:
    assert catalogue().resolve("haiku", date(2026, 10, 6)) == "claude-haiku-4-5-20251001"
    assert catalogue().resolve("haiku", date(2026, 10, 7)) == "claude-haiku-5-5"
    assert catalogue().resolve("haiku", date(2020, 1, 1)) is None


@pytest.mark.parametrize(
    ("name", "family"),
    [
        (None, "inherit"),
        ("", "inherit"),
        ("  ", "inherit"),
        ("inherit", "inherit"),
        ("Inherit", "inherit"),
        ("haiku", "haiku"),
        ("HAIKU", "haiku"),
        (" haiku ", "haiku"),
        ("haiku[1m]", "haiku"),
        (" Sonnet[1M] ", "sonnet"),
        ("opus", "opus"),
        ("fable", "fable"),
        ("best", "opus"),
        ("opusplan", "sonnet"),
        ("claude-haiku-4-5", "haiku"),
        ("claude-opus-5[1m]", "opus"),
        ("claude-mythos-5-2", "mythos"),
        ("claude-sonnet-9", "sonnet"),
        ("claude-haiku-6-1-20270101", "haiku"),
        ("claude-3-5-sonnet-20241022", "sonnet"),
        ("claude-3-opus-20240229", "opus"),
        ("claude-3-7-sonnet-latest", "sonnet"),
        ("Claude Sonnet 4.5 (copilot)", "unknown"),
        ("Claude-Haiku-4-5", "unknown"),
        ("claude-sonnet", "unknown"),
        ("claude-3-5-sonnet", "unknown"),
        ("mythos", "unknown"),
        ("default", "unknown"),
        ("gpt-4", "unknown"),
    ],
)
def test_family(name: str | None, family: str) -> None:
    assert catalogue().family(name) == family


def test_ids_resolve_to_the_canonical_one() -> None:
    assert catalogue().resolve("claude-sonnet-4-5", TODAY) == "claude-sonnet-4-5-20250929"
    assert catalogue().resolve(" claude-opus-5[1m]", TODAY) == "claude-opus-5"
    for name in ("inherit", "", "default", "gpt-4", "claude-sonnet-9"):
        assert catalogue().resolve(name, TODAY) is None


def test_model_and_knows() -> None:
    model = catalogue().model("Sonnet")
    assert model is not None
    assert model.id == "claude-sonnet-5-5"
    assert catalogue().model("claude-sonnet-9") is None
    assert catalogue().model("inherit") is None
    assert all(catalogue().knows(name) for name in ("inherit", "", "OPUS", "claude-haiku-4-5", "haiku[1m]"))
    assert not any(catalogue().knows(name) for name in ("default", "claude-sonnet-9", "Claude Sonnet 4.5 (copilot)"))
    assert catalogue().invalid(" Default ")
    assert not catalogue().invalid("haiku")


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("sonet", "sonnet"),
        ("Haikuu", "haiku"),
        ("inherited", "inherit"),
        ("claude-sonnet-4.5", "claude-sonnet-4-5"),
        ("claude-haiku-4-5-20251002", "claude-haiku-4-5-20251001"),
        ("claude-3-5-sonnet-20241022", "claude-sonnet-4-5-20250929"),
        ("gpt-4", None),
        ("bogus", None),
        ("x" * 10_000, None),
    ],
)
def test_suggest(name: str, suggestion: str | None) -> None:
    assert catalogue().suggest(name) == suggestion


def test_status_on_a_day() -> None:
    sonnet = catalogue().models["claude-sonnet-4-5-20250929"]
    assert sonnet.status_on(date(2026, 11, 29)) is ModelStatus.DEPRECATED
    assert sonnet.status_on(date(2026, 11, 30)) is ModelStatus.RETIRED
    assert catalogue().models["claude-opus-5"].status_on(TODAY) is ModelStatus.LEGACY


def test_choices() -> None:
    choices = catalogue().choices()
    names = [choice.name for choice in choices]
    assert names[:7] == ["inherit", "haiku", "sonnet", "opus", "fable", "best", "opusplan"]
    current = [
        "claude-haiku-5-5",
        "claude-sonnet-5-5",
        "claude-opus-5-5",
        "claude-fable-5-2",
        "claude-mythos-5-2",
    ]
    assert names[7:12] == current
    assert names[-1] == "claude-sonnet-4-5-20250929"
    assert len(set(names)) == len(names)
    assert all(choice.family == catalogue().family(choice.name) and choice.title for choice in choices)
    retired = {model.id for model in catalogue().models.values() if model.status is ModelStatus.RETIRED}
    assert not retired & set(names)


def test_dates_may_be_texts() -> None:
    data = raw("models.yaml")
    data["models"]["claude-haiku-5-5"]["released"] = "2026-10-07"
    assert Catalogue.from_mapping(data).models["claude-haiku-5-5"].released == date(2026, 10, 7)


def test_unknown_keys_are_ignored() -> None:
    data = raw("models.yaml")
    data["note"] = 1
    data["models"]["claude-haiku-5-5"]["note"] = ["x"]
    assert tuple(Catalogue.from_mapping(data).models) == tuple(catalogue().models)


@pytest.mark.parametrize(
    ("spoil", "key"),
    [
        (spoilt("models"), "models"),
        (spoilt("families", value={}), "families"),
        (spoilt("families", value=[]), "families"),
        (spoilt("models", value=[]), "models"),
        (spoilt("models", 5, value={}), "models"),
        (spoilt("models", "claude-opus-5", "family", value="opera"), "models.claude-opus-5.family"),
        (spoilt("models", "claude-opus-5", "title", value=" "), "models.claude-opus-5.title"),
        (spoilt("models", "claude-opus-5", "status", value="old"), "models.claude-opus-5.status"),
        (spoilt("models", "claude-opus-5", "status", value="retired"), "models.claude-opus-5.retires"),
        (spoilt("models", "claude-opus-5", "retires", value="2027-01-01"), "models.claude-opus-5.retires"),
        (spoilt("models", "claude-opus-5", "context", value=True), "models.claude-opus-5.context"),
        (spoilt("models", "claude-opus-5", "context", value=0.5), "models.claude-opus-5.context"),
        (spoilt("models", "claude-opus-5", "context", value=10**400), "models.claude-opus-5.context"),
        (spoilt("models", "claude-opus-5", "released", value="soon"), "models.claude-opus-5.released"),
        (spoilt("models", "claude-opus-5", "ids", value="x"), "models.claude-opus-5.ids"),
        (spoilt("models", "claude-opus-5", "ids", value=["claude-opus-4-5"]), "models.claude-opus-4-5-20251101"),
        (spoilt("models", "claude-opus-5", "becomes", value="x"), "models.claude-opus-5.becomes"),
        (spoilt("models", "claude-opus-5", "efforts", value=["huge"]), "models.claude-opus-5.efforts"),
        (spoilt("aliases", "best", "same_as", value="worst"), "aliases.best.same_as"),
        (spoilt("aliases", "fable", "meanings", value=[]), "aliases.fable.meanings"),
        (spoilt("aliases", "fable", "meanings", 0, "id", value="x"), "aliases.fable.meanings.0.id"),
        (
            spoilt("aliases", "fable", "meanings", 1, "effective_from", value=date(2026, 6, 9)),
            "aliases.fable.meanings.1.effective_from",
        ),
        (spoilt("inherit", value="x"), "inherit"),
        (spoilt("invalid", value=[1]), "invalid.0"),
    ],
)
def test_wrong_data_names_its_key(spoil: Spoil, key: str) -> None:
    data = raw("models.yaml")
    spoil(data)
    with pytest.raises(DataError) as caught:
        Catalogue.from_mapping(data)
    assert caught.value.key == key
