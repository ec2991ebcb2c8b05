"""Detection of an agent's characteristics from what its file says about its work.

The rules are data (`resources/criteria.yaml`). A rule is a kind of work with the phrases that speak for it. A phrase
counts once, with the weight of the most telling field it stands in; a rule is on if its phrases add up to the threshold
and to a fair share of what the strongest rule has, so that a kind of work mentioned in passing does not count. A
characteristic (row of the decision matrix) is on by its own rule or by a criterion that implies it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from ctxstudio.errors import DataError
from ctxstudio.policy import checked, trait_rules
from ctxstudio.policy.matrix import Matrix
from ctxstudio.policy.phrases import Vocabulary
from ctxstudio.policy.trait_rules import Rule
from ctxstudio.policy.values import AgentText, Trait, TraitSource

FIELDS = ("name", "description", "category", "tags", "opening")
"""The fields of an agent's text that the rules read, in this order: the most telling come first."""

_CLAUSE_END = re.compile(r"[.;:!?)\n]")
_LONGEST_CLAUSE = 80
"""Characters after which a negation no longer reaches."""
EXAMPLES: Final = "<example"
"""Some descriptions go on with whole dialogues, which say little about the work."""
_MOST_WORDS = 4
LONGEST_TASK: Final = 4000
"""Characters of a task that are read."""


@dataclass(frozen=True, slots=True)
class Detection:
    """What the rules found in one agent's text.

    Attributes:
        traits: all rows of the matrix in its order.
        criteria: the criteria that are on, in the order of the file.
    """

    traits: tuple[Trait, ...]
    criteria: tuple[Trait, ...]


class Mark(NamedTuple):
    """A word of a text that speaks for characteristics that are on.

    Attributes:
        field: of the agent's text: one of `FIELDS`.
        start, end: where it stands there; of tags in `"; ".join(tags)`.
        rows: the characteristics, in the order of the matrix.
        criteria: the criteria that are on by it.
    """

    field: str
    start: int
    end: int
    rows: tuple[str, ...]
    criteria: tuple[str, ...]


class _Found(NamedTuple):
    """A phrase that no negation governs."""

    reader: _Reader
    phrase: str
    start: int
    end: int
    word: str


@dataclass(frozen=True, slots=True)
class _Reader:
    """How one field is read.

    Attributes:
        field: attribute of `AgentText`.
        limit: characters read, so that no text takes long.
        weight: what a full phrase is worth here.
        vocabulary: what may stand here.
    """

    field: str
    limit: int
    weight: float
    vocabulary: Vocabulary


class _Evidence:
    """What was found for one rule so far.

    Attributes:
        total: sum of strengths times weights.
        full: whether a full phrase was found; hints alone never put a rule on.
        words: minus what a word is worth, and the word as it stands in the text.
    """

    __slots__ = ("full", "total", "words")

    def __init__(self) -> None:
        self.total = 0.0
        self.full = False
        self.words: list[tuple[float, str]] = []

    def add(self, strength: float, weight: float, word: str) -> None:
        self.total += strength * weight
        if strength > 0:
            self.words.append((-strength * weight, word))
            self.full = self.full or strength >= trait_rules.FULL


class Detector:
    """Detects criteria and characteristics.

    Attributes:
        rules: all rules: the criteria, the parts of criteria that floors name, the characteristics.
    """

    __slots__ = ("_criteria", "_negations", "_readers", "_rows", "_share", "_task_reader", "_threshold", "rules")

    def __init__(
        self,
        criteria: tuple[Rule, ...],
        characteristics: tuple[Rule, ...],
        rows: Iterable[str],
        settings: Mapping[str, object],
    ) -> None:
        self.rules = criteria + characteristics
        self._criteria = criteria
        self._rows = {
            row: tuple(position for position, rule in enumerate(self.rules) if row in rule.rows) for row in rows
        }
        self._threshold = trait_rules.positive(settings, "threshold")
        self._share = trait_rules.positive(settings, "share")
        self._negations = frozenset(checked.texts(settings.get("negations"), "negations"))
        weights = checked.mapping(checked.required(settings, "weights"), "weights")
        limits = checked.mapping(checked.required(settings, "limits"), "limits")
        in_name = Vocabulary([{**rule.phrases, **rule.in_name} for rule in self.rules], self._negations)
        in_prose = Vocabulary([rule.phrases for rule in self.rules], self._negations)
        self._readers = tuple(
            _Reader(
                field=name,
                limit=int(trait_rules.positive(limits, name, "limits")),
                weight=trait_rules.positive(weights, name, "weights"),
                vocabulary=in_name if name == "name" else in_prose,
            )
            for name in FIELDS
        )
        self._task_reader: _Reader | None = None

    @classmethod
    def from_mapping(cls, data: Mapping[str, object], matrix: Matrix) -> Detector:
        """Check the parsed `criteria.yaml` against the matrix. Unknown keys are ignored.

        Raises:
            DataError: with the dotted key that is wrong.
        """
        parts = trait_rules.rules_of(data, "parts", {})
        criteria = trait_rules.rules_of(data, "criteria", parts)
        characteristics = trait_rules.rules_of(data, "characteristics", {})
        for key, rule in (*criteria.items(), *characteristics.items()):
            for row in rule.rows:
                if row not in matrix.rows:
                    raise DataError(f"{row} is not a row of the decision matrix", key=key)
        known = {*matrix.rows, *(rule.id for rule in (*criteria.values(), *parts.values()))}
        for floor in matrix.floors:
            if floor.on not in known:
                raise DataError(f"has no rule for {floor.on}, for which the matrix has a floor", key="criteria")
        return cls((*criteria.values(), *parts.values()), tuple(characteristics.values()), matrix.rows, data)

    def examine(self, text: AgentText) -> Detection:
        """Characteristics and criteria of one agent, in one pass over its text (cut at the data's `limits`)."""
        return self._judged(self._evidence(self._found(text)))

    def examine_task(self, task: str) -> Detection:
        """Characteristics and criteria of a task, of which the first `LONGEST_TASK` characters are read."""
        return self._judged(self._evidence(self._found_in_task(task)))

    def marks(self, text: AgentText) -> tuple[Mark, ...]:
        """All words of an agent's text that speak for what is on, field by field in their order."""
        return self._marked(list(self._found(text)))

    def marks_of_task(self, task: str) -> tuple[Mark, ...]:
        """All words of a task that speak for what is on, in their order; the field is `description`."""
        return self._marked(list(self._found_in_task(task)))

    def _marked(self, hits: Sequence[_Found]) -> tuple[Mark, ...]:
        on = self._on(self._evidence(hits))
        criteria = {rule.id for rule in self._criteria}
        marks = []
        for reader, phrase, start, end, _ in hits:
            rules = {rule for rule, _, strength in reader.vocabulary.meanings[phrase] if strength > 0 and on[rule]}
            if rules:
                rows = tuple(row for row, positions in self._rows.items() if rules.intersection(positions))
                ids = tuple(self.rules[rule].id for rule in sorted(rules) if self.rules[rule].id in criteria)
                marks.append(Mark(reader.field, start, end, rows, ids))
        return tuple(marks)

    def _on(self, found: Sequence[_Evidence]) -> list[bool]:
        needed = max(self._threshold, self._share * max((evidence.total for evidence in found), default=0.0))
        return [evidence.full and evidence.total >= needed for evidence in found]

    def _judged(self, found: Sequence[_Evidence]) -> Detection:
        on = self._on(found)
        traits = []
        for row, rules in self._rows.items():
            active = [found[position] for position in rules if on[position]]
            traits.append(Trait(row, bool(active), TraitSource.AUTO, _words(active)))
        criteria = (
            Trait(rule.id, True, TraitSource.AUTO, _words([found[position]]))
            for position, rule in enumerate(self._criteria)
            if on[position]
        )
        return Detection(tuple(traits), tuple(criteria))

    def detect(self, text: AgentText) -> tuple[Trait, ...]:
        """All characteristics of one agent, on or off, in the order of the matrix."""
        return self.examine(text).traits

    def criteria(self, text: AgentText) -> tuple[Trait, ...]:
        """The criteria of one agent that are on, parts of criteria that floors name included."""
        return self.examine(text).criteria

    def _evidence(self, hits: Iterable[_Found]) -> list[_Evidence]:
        """What speaks for and against each rule."""
        found = [_Evidence() for _ in self.rules]
        counted: set[tuple[int, str]] = set()
        for reader, phrase, _, _, word in hits:
            for rule, own, strength in reader.vocabulary.meanings[phrase]:
                if (rule, own) not in counted:
                    counted.add((rule, own))
                    found[rule].add(strength, reader.weight, word)
        return found

    def _found(self, text: AgentText) -> Iterator[_Found]:
        for reader in self._readers:
            yield from self._read(_part(text, reader), reader)

    def _found_in_task(self, task: str) -> Iterator[_Found]:
        return self._read(task[:LONGEST_TASK], self._reader_of_tasks())

    def _reader_of_tasks(self) -> _Reader:
        """Made on first use: compiling its phrases takes some hundredths of a second."""
        if self._task_reader is None:
            described = next(reader for reader in self._readers if reader.field == "description")
            vocabulary = Vocabulary([{**rule.phrases, **rule.in_task} for rule in self.rules], self._negations)
            self._task_reader = _Reader("description", LONGEST_TASK, described.weight, vocabulary)
        return self._task_reader

    def _read(self, part: str, reader: _Reader) -> Iterator[_Found]:
        muted = 0
        for phrase, start, end in reader.vocabulary.find(part):
            if phrase in self._negations:
                clause = _CLAUSE_END.search(part, end, end + _LONGEST_CLAUSE)
                muted = clause.start() if clause else end + _LONGEST_CLAUSE
            if start >= muted:
                yield _Found(reader, phrase, start, end, part[start:end])


def overridden(traits: Iterable[Trait], choices: Mapping[str, bool]) -> tuple[Trait, ...]:
    """The traits with those that the user set: row id -> on. Ids of no trait are ignored."""
    return tuple(
        Trait(trait.id, choices[trait.id], TraitSource.USER) if trait.id in choices else trait for trait in traits
    )


def settled(found: Detection, choices: Mapping[str, bool], matrix: Matrix) -> Detection:
    """What was detected, with what the user set, for a matrix whose rows may be others than the detector's.

    Args:
        found: by the rules.
        choices: id of a row, or of a criterion that a floor names -> on; other ids are ignored.
        matrix: its rows are the traits, in its order; one that no rule knows is off unless the user set it.
    """
    detected = {trait.id: trait for trait in found.traits}
    traits = overridden((detected.get(row) or Trait(row, False) for row in matrix.rows), choices)
    known = {trait.id for trait in found.criteria}
    criteria = found.criteria + tuple(
        Trait(floor.on, False) for floor in matrix.floors if floor.on not in known and floor.on not in matrix.rows
    )
    return Detection(traits, tuple(trait for trait in overridden(criteria, choices) if trait.on))


def _part(text: AgentText, reader: _Reader) -> str:
    value: str | tuple[str, ...] = getattr(text, reader.field)
    part = value if isinstance(value, str) else "; ".join(value)
    return part[: reader.limit].partition(EXAMPLES)[0]


def _words(found: Iterable[_Evidence]) -> tuple[str, ...]:
    """The most telling different words, each on one line."""
    ranked = sorted((item for evidence in found for item in evidence.words), key=lambda item: item[0])
    return tuple(dict.fromkeys(" ".join(word.split()) for _, word in ranked))[:_MOST_WORDS]
