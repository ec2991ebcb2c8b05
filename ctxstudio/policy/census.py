"""How many agents of a fleet stand alike, so that another matrix is tried on thousands of them within a frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from ctxstudio.policy.outcome import Outcome, Standing
from ctxstudio.policy.recommendation import Assessor
from ctxstudio.policy.values import Verdict

NOT_SCORED = "not scored"


@dataclass(frozen=True, slots=True)
class Effect:
    """What another matrix would change in a fleet.

    Attributes:
        agents: how many there are.
        verdicts: how many get another verdict.
        recommendations: how many get another model, escalation or fast path recommended.
        moves: recommendation before and after, as `Outcome.short` -> how many agents, the most first.
        standings: those with another recommendation; `Census.ids` gives the agents.
    """

    agents: int
    verdicts: int
    recommendations: int
    moves: Mapping[tuple[str, str], int]
    standings: frozenset[Standing]

    def __bool__(self) -> bool:
        return bool(self.verdicts or self.recommendations)


class Census:
    """The standings of a fleet's agents, kept up with each change of one.

    An agent's standing changes with its characteristics and its model, not with the matrix.
    """

    def __init__(self) -> None:
        self._of: dict[str, Standing] = {}
        self._counts: Counter[Standing] = Counter()

    def __len__(self) -> int:
        return len(self._of)

    def put(self, id: str, standing: Standing) -> None:
        """Note how an agent stands, new or changed."""
        if self._of.get(id) != standing:
            self.remove(id)
            self._of[id] = standing
            self._counts[standing] += 1

    def remove(self, id: str) -> None:
        """Forget an agent, if it is known."""
        old = self._of.pop(id, None)
        if old is not None:
            self._counts[old] -= 1
            if not self._counts[old]:
                del self._counts[old]

    def effect(self, old: Assessor, new: Assessor) -> Effect:
        """What the new matrix would change. Takes a microsecond or two for each standing, not for each agent."""
        verdicts = 0
        moves: Counter[tuple[str, str]] = Counter()
        standings = set()
        for standing, count in self._counts.items():
            before, after = old.outcome(standing), new.outcome(standing)
            if _verdict(before) is not _verdict(after):
                verdicts += count
            move = _short(before), _short(after)
            if move[0] != move[1]:
                moves[move] += count
                standings.add(standing)
        return Effect(len(self._of), verdicts, moves.total(), dict(moves.most_common()), frozenset(standings))

    def ids(self, standings: Collection[Standing]) -> Iterator[str]:
        """The agents that stand so."""
        return (id for id, standing in self._of.items() if standing in standings)

    def following(self, assessor: Assessor) -> dict[frozenset[str], int]:
        """The rows that are on in agents whose model is the one that the scores recommend -> how many."""
        found: Counter[frozenset[str]] = Counter()
        for standing, count in self._counts.items():
            outcome = assessor.outcome(standing)
            if outcome is not None and not outcome.floors and outcome.preference == standing.present:
                found[standing.on] += count
        return dict(found)


def _short(outcome: Outcome | None) -> str:
    return NOT_SCORED if outcome is None else outcome.short


def _verdict(outcome: Outcome | None) -> Verdict:
    return Verdict.NOT_SCORED if outcome is None else outcome.verdict
