"""Trying a task: what kind of work its words show, which model it would go to, and the agents that fit it best.

The characteristics of a task are found by the rules that find those of agents. How well an agent fits is BM25F
(Robertson & Zaragoza, *The Probabilistic Relevance Framework: BM25 and Beyond*, 2009): stems that the task and the
agent have in common, rare ones in the fleet counting more, a stem in the name more than one in the description. The
kinds of work of both (criteria) count like stems, so that "why does it crash" finds a debugger. The score is given as a
share of what an agent would have that says every known word of the task again and again.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ctxstudio.policy import stems, traits
from ctxstudio.policy.recommendation import Assessor
from ctxstudio.policy.traits import Detection, Detector, Mark
from ctxstudio.policy.values import Agent, AgentText, Assessment, Policy

_FIELDS: Final = (("name", 3.0), ("triggers", 2.0), ("tags", 1.5), ("description", 1.0))
"""What a stem in each field counts."""
_KIND: Final = 2.0
"""What a kind of work counts."""
_SATURATION: Final = 1.2
"""k1: how soon a stem that comes again counts no more."""
_LENGTH: Final = 0.5
"""b: how much long texts are held against an agent."""
_LONGEST_TEXT: Final = 2000
"""Characters of a field that are read."""
_MOST_STEMS: Final = 40
"""Different stems of a task that are looked for: the rarest ones."""
_MOST_WORDS: Final = 5
_MARKS: Final = ".,;:!?()[]{}\"'`“”‘’"
_KIND_MARK: Final = "#"
"""Begins what stands for a kind of work among the stems; no stem begins so."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What of an agent is searched.

    Attributes:
        id, name, description: of the agent.
        tags: its tags and category.
        triggers: texts of its escalation and fast path.
        kinds: ids of the criteria that are on.
    """

    id: str
    name: str
    description: str = ""
    tags: str = ""
    triggers: str = ""
    kinds: tuple[str, ...] = ()

    @classmethod
    def of(cls, agent: Agent, text: AgentText, found: Detection) -> Entry:
        """The entry of an agent under its current policy, with what was detected in its text."""
        switches = (agent.policy.escalation, agent.policy.fast_path)
        triggers = "\n".join(when for switch in switches if switch for when in switch.when)
        tags = " ".join((*text.tags, text.category))
        description = text.description.partition(traits.EXAMPLES)[0]
        kinds = tuple(criterion.id for criterion in found.criteria)
        return cls(agent.id, agent.name, description, tags, triggers, kinds)


@dataclass(frozen=True, slots=True)
class Fit:
    """How well an agent fits a task.

    Attributes:
        id: of the agent.
        score: from 0, nothing in common, towards 1.
        words: the task's words that the agent has too, the most telling first.
        kinds: ids of the criteria that both show.
    """

    id: str
    score: float
    words: tuple[str, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """What a task comes to.

    Attributes:
        detection: its characteristics and criteria with the words that show them.
        marks: where these words stand in the task.
        assessment: scores and recommendation; the recommendation is None where no word shows a kind of work.
        fits: the agents that fit best, the best first.
    """

    detection: Detection
    marks: tuple[Mark, ...]
    assessment: Assessment
    fits: tuple[Fit, ...]


class Index:
    """Finds the agents of a fleet that fit a text. It is made once; a fleet that changed needs another.

    Building takes some hundredths of a millisecond for each agent, so a worker does it.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._ids: list[str] = []
        frequencies: list[Mapping[str, float]] = []
        lengths: list[float] = []
        for entry in entries:
            self._ids.append(entry.id)
            counts: defaultdict[str, float] = defaultdict(float)
            for field, weight in _FIELDS:
                for stem in stems.stems(getattr(entry, field)[:_LONGEST_TEXT]):
                    counts[stem] += weight
            lengths.append(sum(counts.values()))
            for kind in entry.kinds:
                counts[_as_stem(kind)] = _KIND
            frequencies.append(counts)
        mean = sum(lengths) / len(lengths) if lengths else 1.0
        self._weights: dict[str, dict[int, float]] = {}
        for number, (found_in, length) in enumerate(zip(frequencies, lengths, strict=True)):
            norm = _SATURATION * (1 - _LENGTH + _LENGTH * length / mean) if mean else _SATURATION
            for stem, count in found_in.items():
                self._weights.setdefault(stem, {})[number] = count / (count + norm)
        # The form of the inverse document frequency that is never negative.
        total = len(self._ids)
        self._rarity = {
            stem: math.log(1 + (total - len(found) + 0.5) / (len(found) + 0.5)) for stem, found in self._weights.items()
        }
        self._highest = {stem: self._rarity[stem] * max(found.values()) for stem, found in self._weights.items()}

    def __len__(self) -> int:
        return len(self._ids)

    def find(self, task: str, kinds: Iterable[str] = (), most: int = 10) -> tuple[Fit, ...]:
        """The agents that have most in common with a task; equal ones in the order of the fleet.

        Args:
            task: its text.
            kinds: ids of its criteria.
            most: how many agents at most.
        """
        words: dict[str, str] = {}
        for word in task[: traits.LONGEST_TASK].split():
            for stem in stems.stems(word):
                words.setdefault(stem, word.strip(_MARKS))
        asked = dict.fromkeys((*words, *map(_as_stem, kinds)))
        known = sorted((stem for stem in asked if stem in self._weights), key=lambda stem: -self._rarity[stem])
        known = known[:_MOST_STEMS]
        found = self._scores(sorted(known, key=lambda stem: -self._highest[stem]), most)
        best = heapq.nsmallest(most, found.items(), key=lambda item: (-item[1], item[0]))
        ideal = sum(self._rarity[stem] for stem in known)
        return tuple(self._fit(number, score / ideal, known, words) for number, score in best)

    def _fit(self, number: int, score: float, known: Iterable[str], words: Mapping[str, str]) -> Fit:
        shared = [stem for stem in known if number in self._weights[stem]]
        shared.sort(key=lambda stem: -self._rarity[stem] * self._weights[stem][number])
        return Fit(
            self._ids[number],
            score,
            tuple(words[stem] for stem in shared if stem in words)[:_MOST_WORDS],
            tuple(stem.removeprefix(_KIND_MARK) for stem in shared if stem not in words),
        )

    def _scores(self, known: Iterable[str], most: int) -> Mapping[int, float]:
        """Agent -> score, of all that can be among the best.

        Where what the remaining stems can add is no more than what parts an agent from the best, only agents that are
        in reach are looked at (MaxScore: Turtle & Flood, *Information Processing & Management* 31, 1995).
        """
        stems_left = list(known)
        left = sum(self._highest[stem] for stem in stems_left)
        found: dict[int, float] = {}
        for position, stem in enumerate(stems_left):
            if len(found) >= most and position:
                least = heapq.nlargest(most, found.values())[-1]
                if left < least:
                    return self._finished(stems_left[position:], found, left, least)
            rarity = self._rarity[stem]
            for number, weight in self._weights[stem].items():
                found[number] = found.get(number, 0.0) + rarity * weight
            left -= self._highest[stem]
        return found

    def _finished(
        self, known: Iterable[str], found: Mapping[int, float], left: float, least: float
    ) -> dict[int, float]:
        """The scores of those that can still be among the best, with what the remaining stems add."""
        near = {number: score for number, score in found.items() if score + left >= least}
        for stem in known:
            rarity, weights = self._rarity[stem], self._weights[stem]
            if len(weights) < len(near):
                for number in weights.keys() & near.keys():
                    near[number] += rarity * weights[number]
            else:
                for number in near:
                    near[number] += rarity * weights.get(number, 0.0)
        return near


def route(task: str, detector: Detector, assessor: Assessor, index: Index | None = None, most: int = 10) -> Route:
    """Everything that is known about a task.

    Args:
        task: its text; only the beginning is read.
        detector: finds its characteristics.
        assessor: scores them; with no model set, a tie goes to the strongest.
        index: of the open fleet; None while it is not made.
        most: agents to name at most.
    """
    found = traits.settled(detector.examine_task(task), {}, assessor.matrix)
    return Route(
        detection=found,
        marks=detector.marks_of_task(task),
        assessment=assessor.assess(found.traits, Policy(), found.criteria),
        fits=index.find(task, [kind.id for kind in found.criteria], most) if index is not None else (),
    )


def _as_stem(kind: str) -> str:
    return _KIND_MARK + kind
