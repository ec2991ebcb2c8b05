"""Merging a policy that changed on disk with unsaved edits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxstudio.policy import merge
from ctxstudio.policy.merge import Merged, Origin
from ctxstudio.policy.values import Policy, Switch

BASE = Policy("haiku", ("sonnet",), Switch("sonnet", ("a",)), None, "why", "low")

names = st.sampled_from(["haiku", "sonnet", "opus"])
switches = st.none() | st.builds(Switch, names, st.lists(st.sampled_from("abc"), max_size=2).map(tuple))
policies = st.builds(
    Policy,
    st.none() | names,
    st.lists(names, max_size=2, unique=True).map(tuple),
    switches,
    switches,
    st.none() | st.sampled_from(["why", "because"]),
    st.none() | st.sampled_from(["low", "high"]),
)


def changed(**values: Any) -> Policy:
    return replace(BASE, **values)


def test_parts_are_all_fields_that_can_be_set() -> None:
    assert [part.id for part in merge.PARTS] == [
        "preference", "fallbacks", "effort", "reasoning",
        "escalation.to", "escalation.when", "fast_path.to", "fast_path.when",
    ]  # fmt: skip


def test_changes_of_different_fields_come_together() -> None:
    disk = changed(preference="opus", fast_path=Switch("haiku", ("quick",)))
    mine = changed(effort="high", fallbacks=())
    merged = merge.merge(BASE, disk, mine)
    both = changed(preference="opus", fast_path=Switch("haiku", ("quick",)), effort="high", fallbacks=())
    assert merged == Merged(both, ())


def test_model_and_triggers_of_a_switch_are_merged_each_by_itself() -> None:
    merged = merge.merge(
        BASE, changed(escalation=Switch("opus", ("a",))), changed(escalation=Switch("sonnet", ("a", "b")))
    )
    assert merged == Merged(changed(escalation=Switch("opus", ("a", "b"))), ())


def test_where_both_changed_mine_stays_and_the_clash_is_told() -> None:
    disk = changed(preference="opus", effort="max", reasoning=None)
    mine = changed(preference="sonnet", effort="max")
    assert merge.merge(BASE, disk, mine) == Merged(
        changed(preference="sonnet", effort="max", reasoning=None), ("preference",)
    )
    origins = merge.origins(BASE, disk, mine)
    assert (origins["preference"], origins["effort"], origins["reasoning"], origins["fallbacks"]) == (
        Origin.CLASH,
        Origin.BOTH,
        Origin.DISK,
        Origin.NOBODY,
    )


@pytest.mark.parametrize(
    ("disk", "mine"),
    [(None, Switch("sonnet", ("a", "b"))), (Switch("opus", ("a",)), None), (None, Switch("opus", ("a",)))],
)
def test_a_switch_that_one_side_took_away_and_the_other_changed_is_not_halved(
    disk: Switch | None, mine: Switch | None
) -> None:
    merged = merge.merge(BASE, changed(escalation=disk), changed(escalation=mine))
    assert merged == Merged(changed(escalation=mine), ("escalation.to", "escalation.when"))


def test_a_switch_that_one_side_took_away_and_the_other_left_goes() -> None:
    assert merge.merge(BASE, changed(escalation=None), changed(effort="high")) == Merged(
        changed(escalation=None, effort="high"), ()
    )
    assert merge.merge(BASE, changed(effort="high"), changed(escalation=None)) == Merged(
        changed(escalation=None, effort="high"), ()
    )


def test_two_new_switches_clash_where_they_differ() -> None:
    base = changed(escalation=None)
    merged = merge.merge(base, changed(escalation=Switch("opus", ("a",))), changed(escalation=Switch("opus", ("b",))))
    assert merged == Merged(changed(escalation=Switch("opus", ("b",))), ("escalation.when",))


def test_parts_are_taken_as_chosen() -> None:
    disk = changed(preference="opus", escalation=None, reasoning="theirs")
    mine = changed(preference="sonnet", reasoning="mine")
    every = [part.id for part in merge.PARTS]
    assert merge.combine(disk, mine, every) == disk
    assert merge.combine(disk, mine, ()) == mine
    assert merge.combine(disk, mine, ["escalation.to", "escalation.when"]) == replace(mine, escalation=None)
    assert merge.combine(disk, mine, ["reasoning"]) == replace(mine, reasoning="theirs")


@given(policies, policies, policies)
def test_a_merge_takes_nothing_from_nowhere(base: Policy, disk: Policy, mine: Policy) -> None:
    merged = merge.merge(base, disk, mine)
    for part in merge.PARTS:
        old, theirs, ours, new = (merge.value(part, policy) for policy in (base, disk, mine, merged.policy))
        assert new in (theirs, ours)
        if part.id in merged.clashes:
            assert new == ours != theirs
        elif ours == old:
            assert new == theirs
        else:
            assert new == ours
    assert merge.combine(disk, mine, [part.id for part in merge.PARTS]) == disk


@given(policies, policies)
def test_one_side_alone_wins(base: Policy, other: Policy) -> None:
    assert merge.merge(base, other, base) == Merged(other, ())
    assert merge.merge(base, base, other) == Merged(other, ())
    assert merge.merge(base, other, other) == Merged(other, ())
