"""Detection of an agent's characteristics from what its file says about its work.

The rules are data (`resources/criteria.yaml`). A rule is a kind of work with the phrases that speak for it. A phrase
counts once, with the weight of the most telling field it stands in; a rule is on if its phrases add up to the threshold
and to a fair share of what the strongest rule has, so that a kind of work mentioned in passing does not count. A
characteristic (row of the decision matrix) is on by its own rule or by a criterion that implies it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ctxstudio.errors import DataError
from ctxstudio.policy import checked
from ctxstudio.policy.matrix import Matrix
from ctxstudio.policy.phrases import Vocabulary
from ctxstudio.policy.values import AgentText, Trait, TraitSource

FIELDS = ("name", "description", "category", "tags", "opening")
"""The fields of an agent's text that the rules read, in this order: the most telling come first."""

_FULL = 1.0
_STRENGTHS = {"phrases": _FULL, "hints": 0.5, "ignore": 0.0, "against": -1.0}
"""Key of a rule -> what a phrase listed there is worth, times the weight of its field."""
_CLAUSE_END = re.compile(r"[.;:!?)\n]")
_LONGEST_CLAUSE = 80
"""Characters after which a negation no longer reaches."""
_EXAMPLES = "<example"
"""Some descriptions go on with whole dialogues, which say little about the work."""
_MOST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of work.

    Attributes:
        id: criterion id, or the row's.
        label: name for people; empty for a row, whose label stands in the matrix.
        rows: rows of the matrix that it puts on.
        phrases: phrase -> strength, for every field.
        in_name: phrase -> strength, for the name only.
    """

    id: str
    label: str
    rows: tuple[str, ...]
    phrases: Mapping[str, float]
    in_name: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Detection:
    """What the rules found in one agent's text.

    Attributes:
        traits: all rows of the matrix in its order.
        criteria: the criteria that are on, in the order of the file.
    """

    traits: tuple[Trait, ...]
    criteria: tuple[Trait, ...]


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
            self.full = self.full or strength >= _FULL


class Detector:
    """Detects criteria and characteristics.

    Attributes:
        rules: all rules: the criteria, the parts of criteria that floors name, the characteristics.
    """

    __slots__ = ("_criteria", "_negations", "_readers", "_rows", "_share", "_threshold", "rules")

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
        self._threshold = _positive(settings, "threshold")
        self._share = _positive(settings, "share")
        self._negations = frozenset(checked.texts(settings.get("negations"), "negations"))
        weights = checked.mapping(checked.required(settings, "weights"), "weights")
        limits = checked.mapping(checked.required(settings, "limits"), "limits")
        in_name = Vocabulary([{**rule.phrases, **rule.in_name} for rule in self.rules], self._negations)
        in_prose = Vocabulary([rule.phrases for rule in self.rules], self._negations)
        self._readers = tuple(
            _Reader(
                field=name,
                limit=int(_positive(limits, name, "limits")),
                weight=_positive(weights, name, "weights"),
                vocabulary=in_name if name == "name" else in_prose,
            )
            for name in FIELDS
        )

    @classmethod
    def from_mapping(cls, data: Mapping[str, object], matrix: Matrix) -> Detector:
        """Check the parsed `criteria.yaml` against the matrix. Unknown keys are ignored.

        Raises:
            DataError: with the dotted key that is wrong.
        """
        parts = _rules(data, "parts", {})
        criteria = _rules(data, "criteria", parts)
        characteristics = _rules(data, "characteristics", {})
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
        found = self._evidence(text)
        needed = max(self._threshold, self._share * max((evidence.total for evidence in found), default=0.0))
        on = [evidence.full and evidence.total >= needed for evidence in found]
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

    def _evidence(self, text: AgentText) -> list[_Evidence]:
        """What speaks for and against each rule."""
        found = [_Evidence() for _ in self.rules]
        counted: set[tuple[int, str]] = set()
        for reader in self._readers:
            part = _part(text, reader)
            muted = 0
            for phrase, start, end in reader.vocabulary.find(part):
                if phrase in self._negations:
                    clause = _CLAUSE_END.search(part, end, end + _LONGEST_CLAUSE)
                    muted = clause.start() if clause else end + _LONGEST_CLAUSE
                if start < muted:
                    continue
                for rule, own, strength in reader.vocabulary.meanings[phrase]:
                    if (rule, own) not in counted:
                        counted.add((rule, own))
                        found[rule].add(strength, reader.weight, part[start:end])
        return found


def overridden(traits: Iterable[Trait], choices: Mapping[str, bool]) -> tuple[Trait, ...]:
    """The traits with those that the user set: row id -> on. Ids of no trait are ignored."""
    return tuple(
        Trait(trait.id, choices[trait.id], TraitSource.USER) if trait.id in choices else trait for trait in traits
    )


def _part(text: AgentText, reader: _Reader) -> str:
    value: str | tuple[str, ...] = getattr(text, reader.field)
    part = value if isinstance(value, str) else "; ".join(value)
    return part[: reader.limit].partition(_EXAMPLES)[0]


def _words(found: Iterable[_Evidence]) -> tuple[str, ...]:
    """The most telling different words, each on one line."""
    ranked = sorted((item for evidence in found for item in evidence.words), key=lambda item: item[0])
    return tuple(dict.fromkeys(" ".join(word.split()) for _, word in ranked))[:_MOST_WORDS]


def _positive(data: Mapping[str, object], name: str, parent: str = "") -> float:
    key = checked.join(parent, name)
    value = checked.number(checked.required(data, name, parent), key)
    if value <= 0:
        raise DataError("must be above zero", key=key)
    return value


def _rules(data: Mapping[str, object], section: str, parts: Mapping[str, Rule]) -> dict[str, Rule]:
    """Key of the rule in the file -> rule."""
    rows = checked.mapping(checked.required(data, section), section)
    return {f"{section}.{name}": _rule(name, section, row, parts) for name, row in rows.items()}


def _rule(name: str, section: str, value: object, parts: Mapping[str, Rule]) -> Rule:
    key = f"{section}.{name}"
    data = checked.mapping(value, key)
    phrases: dict[str, float] = {}
    for part in checked.texts(data.get("includes"), f"{key}.includes"):
        if f"parts.{part}" not in parts:
            raise DataError(f"{part} is not one of the parts", key=f"{key}.includes")
        phrases.update(parts[f"parts.{part}"].phrases)
    for kind, strength in _STRENGTHS.items():
        phrases.update(dict.fromkeys(_phrases(data, kind, key), strength))
    own_row = section == "characteristics"
    return Rule(
        id=name,
        label="" if own_row else checked.text(checked.required(data, "label", key), f"{key}.label"),
        rows=(name,) if own_row else checked.texts(data.get("rows"), f"{key}.rows"),
        phrases=phrases,
        in_name=dict.fromkeys(_phrases(data, "name", key), _FULL),
    )


def _phrases(data: Mapping[str, object], kind: str, key: str) -> tuple[str, ...]:
    """The phrases of one list of a rule, in lower case."""
    phrases = tuple(phrase.lower() for phrase in checked.texts(data.get(kind), f"{key}.{kind}"))
    for position, phrase in enumerate(phrases):
        if not phrase[0].isalnum():
            raise DataError("must begin with a letter or digit", key=f"{key}.{kind}.{position}")
    return phrases
