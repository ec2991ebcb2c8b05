"""Profiles: named policies of a whole fleet, to compare with and to apply; data that can be saved and carried about."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ctxstudio.errors import DataError
from ctxstudio.policy import checked, portable
from ctxstudio.policy.values import Agent, Policy, Switch


@dataclass(frozen=True, slots=True)
class Profile:
    """A named set of policies.

    Attributes:
        name: what it is called.
        description: what it does, for people; may be empty.
        agents: name or relative path of an agent -> its policy. A path goes before a name; a name is meant for all
            agents that have it.
        others: policy of all other agents; None if it does not concern them.
        fields: the keys of a policy that it decides about, as in `portable.KEYS`; the others stay as they are.
    """

    name: str
    description: str = ""
    agents: Mapping[str, Policy] = field(default_factory=dict)
    others: Policy | None = None
    fields: tuple[str, ...] = portable.KEYS


class Status(enum.StrEnum):
    """How an agent stands to a profile."""

    MATCHES = "matches"
    DIFFERS = "differs"
    MISSING = "missing"
    """In the profile, not in the directory."""
    EXTRA = "extra"
    """In the directory, and the profile does not concern it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a comparison.

    Attributes:
        key: what names it in the profile; empty for an extra agent and one that is among the others.
        id: of the agent; empty if it is missing.
        name: of the agent; the key if it is missing.
        status: how it stands.
        now: its policy; None if it is missing.
        wanted: its policy under the profile; None if it is extra.
        differs: the fields that differ, by the ids of the field table.
    """

    key: str
    id: str
    name: str
    status: Status
    now: Policy | None = None
    wanted: Policy | None = None
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Captured:
    """A profile of what is there.

    Attributes:
        profile: the profile.
        left_out: id of an agent that no profile can hold -> why.
    """

    profile: Profile
    left_out: Mapping[str, str]


def capture(name: str, fleet: Iterable[Agent], ids: Collection[str] | None = None, description: str = "") -> Captured:
    """The current policies of a fleet as a profile.

    Agents stand there by their name; by their path where another agent of that name has another policy, or is not
    captured.

    Args:
        name: of the profile.
        fleet: all agents.
        ids: those to capture; None for all.
        description: of the profile.
    """
    agents = list(fleet)
    wanted = {agent.id for agent in agents} if ids is None else set(ids)
    paths = {agent.id for agent in agents}
    alike: dict[str, set[Policy | None]] = {}
    for agent in agents:
        alike.setdefault(agent.name, set()).add(agent.policy if agent.id in wanted else None)
    found: dict[str, Policy] = {}
    left_out: dict[str, str] = {}
    for agent in agents:
        if agent.id not in wanted:
            continue
        by_name = len(alike[agent.name]) == 1 and agent.name not in paths and not portable.name_fault(agent.name)
        try:
            key = agent.name if by_name else _path(agent.id)
            found[key] = portable.sound(agent.policy, "")
        except DataError as error:
            left_out[agent.id] = str(error)
    return Captured(Profile(name, description, found), left_out)


def _path(id: str) -> str:
    if not id.isprintable():
        raise DataError("its path cannot be written into a profile")
    return id


def compare(profile: Profile, fleet: Iterable[Agent]) -> tuple[Row, ...]:
    """How a fleet stands to a profile: its agents in their order, then what is missing in the profile's order."""
    rows = []
    left = dict.fromkeys(profile.agents)
    for agent in fleet:
        key = next((key for key in (agent.id, agent.name) if key in profile.agents), "")
        # A name that stands beside paths of all its agents is not missing.
        left.pop(agent.id, None)
        left.pop(agent.name, None)
        policy = profile.agents[key] if key else profile.others
        if policy is None:
            rows.append(Row("", agent.id, agent.name, Status.EXTRA, agent.policy))
            continue
        parts: dict[str, Any] = {part: getattr(policy, part) for part in profile.fields}
        wanted = replace(agent.policy, **parts)
        status = Status.MATCHES if wanted == agent.policy else Status.DIFFERS
        differs = differences(agent.policy, wanted)
        rows.append(Row(key, agent.id, agent.name, status, agent.policy, wanted, differs))
    rows += [Row(key, "", key, Status.MISSING, None, profile.agents[key]) for key in left]
    return tuple(rows)


def policies(profile: Profile, fleet: Iterable[Agent]) -> dict[str, Policy]:
    """The policies that agents would get by a profile, of those that differ; by id."""
    rows = compare(profile, fleet)
    return {row.id: row.wanted for row in rows if row.status is Status.DIFFERS and row.wanted is not None}


def differences(one: Policy, other: Policy) -> tuple[str, ...]:
    """The fields in which two policies differ: target and triggers apart where both have the switch."""
    found = []
    for key in portable.KEYS:
        here, there = getattr(one, key), getattr(other, key)
        if here == there:
            continue
        if isinstance(here, Switch) and isinstance(there, Switch):
            found += [f"{key}.{part}" for part in ("to", "when") if getattr(here, part) != getattr(there, part)]
        else:
            found.append(key)
    return tuple(found)


def plain(profile: Profile) -> dict[str, Any]:
    """A profile as the values of its file."""
    data: dict[str, Any] = {"version": portable.VERSION, "name": profile.name}
    if profile.description:
        data["description"] = profile.description
    if profile.fields != portable.KEYS:
        data["fields"] = list(profile.fields)
    data["agents"] = {key: portable.plain(policy) for key, policy in profile.agents.items()}
    if profile.others is not None:
        data["others"] = portable.plain(profile.others)
    return data


def profile_of(data: Mapping[str, object]) -> Profile:
    """The profile that a file's values say.

    Raises:
        DataError: an unknown key or a wrong value; with the dotted key.
    """
    portable.only(data, ("version", "name", "description", "fields", "agents", "others"), "")
    portable.see_version(data)
    description = data.get("description")
    rows = data.get("agents")
    fields = checked.texts(data.get("fields"), "fields") or portable.KEYS
    for position, name in enumerate(fields):
        if name not in portable.KEYS:
            raise DataError(f"{name[:40]!r} is none of {', '.join(portable.KEYS)}", key=f"fields.{position}")
    agents = {} if rows is None else checked.mapping(rows, "agents")
    others = data.get("others")
    if not agents and others is None:
        raise DataError("has neither agents nor others", key="agents")
    return Profile(
        portable.name_of(data),
        "" if description is None else checked.text(description, "description").strip(),
        {key: _policy(value, f"agents.{key}") for key, value in agents.items()},
        None if others is None else _policy(others, "others"),
        tuple(key for key in portable.KEYS if key in fields),
    )


def _policy(value: object, where: str) -> Policy:
    return portable.sound(portable.policy_of({} if value is None else value, where), where)
