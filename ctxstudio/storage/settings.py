"""What the user set about the agents of a directory, as the values of its `.ctxstudio.yaml` (DESIGN 8).

    version: 1
    traits:       {path of an agent: {row of the matrix, or criterion with a floor: on or off}}
    matrix:       {columns, thresholds, close_margin, rows: as in `decision-matrix.yaml`, only what is changed}
    corrections:  [{path, name, traits: [rows that were on], recommended, chosen, date, floor}]
    reviews:      {path of an agent: date}

Other keys are not read. The file is untrusted: a path in it is only compared with those of agents.
"""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from ctxstudio.errors import DataError
from ctxstudio.frontmatter import Document, yamltext
from ctxstudio.policy import checked, matrix_edits
from ctxstudio.policy.learning import Correction
from ctxstudio.policy.matrix import Matrix
from ctxstudio.storage import library

NAME: Final = ".ctxstudio.yaml"
VERSION: Final = 1
SECTIONS: Final = ("traits", "matrix", "corrections", "reviews")
_LONGEST_TEXT = 4096


@dataclass(frozen=True, slots=True)
class Settings:
    """What the file says.

    Attributes:
        matrix: the decision matrix with the user's changes.
        traits: path of an agent -> id of a row, or of a criterion with a floor -> on. What is not there is detected.
        corrections: recommendations that the user overrode, the oldest first.
        reviews: path of an agent -> day of its last review.
    """

    matrix: Matrix
    traits: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()
    reviews: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the file is judged by.

    Attributes:
        matrix: the shipped decision matrix.
        families: names that a column may have.
    """

    matrix: Matrix
    families: tuple[str, ...]

    def nothing(self) -> Settings:
        """What holds where there is no file."""
        return Settings(self.matrix)


def with_choice(found: Settings, paths: Iterable[str], row: str, on: bool | None) -> Settings:
    """The settings with a characteristic of some agents on, off, or (None) detected again."""
    traits = dict(found.traits)
    for path in paths:
        choices = {name: choice for name, choice in traits.get(path, {}).items() if name != row}
        if on is not None:
            choices[row] = on
        traits[path] = choices
        if not choices:
            del traits[path]
    return replace(found, traits=traits)


def with_matrix(found: Settings, matrix: Matrix, shape: Shape) -> Settings:
    """The settings with another matrix; what was set for a row that nobody knows any more goes."""
    known = _known(matrix, shape)
    kept = {path: {row: on for row, on in choices.items() if row in known} for path, choices in found.traits.items()}
    return replace(found, matrix=matrix, traits={path: choices for path, choices in kept.items() if choices})


def with_review(found: Settings, paths: Iterable[str], day: date) -> Settings:
    """The settings with some agents reviewed on a day."""
    return replace(found, reviews={**found.reviews, **dict.fromkeys(paths, day)})


def read(data: bytes, shape: Shape) -> Settings:
    """What a workspace file says.

    Raises:
        DataError: it is no YAML, or says something wrong; with file, line and key.
    """
    if not data.strip():
        return shape.nothing()
    document = Document.from_yaml(data)
    if len(document.block.text) > yamltext.MAX_TEXT:
        raise DataError(f"is longer than {yamltext.MAX_TEXT:,} characters", file=NAME)
    repeated = document.block.repeated()
    try:
        return library.read(data, NAME, lambda values: _settings(values, repeated, shape))
    except DataError as error:
        message = error.message.replace("the frontmatter", "the file")
        raise DataError(message, file=NAME, key=error.key, line=error.line) from error


def plain(settings: Settings, shape: Shape) -> dict[str, Any]:
    """Settings as the values of the file, without empty sections."""
    found = {
        "traits": {path: dict(choices) for path, choices in settings.traits.items() if choices},
        "matrix": matrix_edits.overrides(shape.matrix, settings.matrix),
        "corrections": [plain_correction(known) for known in settings.corrections],
        "reviews": {path: day.isoformat() for path, day in settings.reviews.items()},
    }
    return {section: values for section, values in found.items() if values}


def _settings(values: Mapping[str, object], repeated: Collection[str], shape: Shape) -> Settings:
    for key in ("version", *SECTIONS):
        if key in repeated:
            raise DataError("stands there more than once", key=key)
    version = checked.required(values, "version")
    if isinstance(version, bool) or version != VERSION:
        raise DataError(f"must be {VERSION}, the only one that this program knows", key="version")
    matrix = shape.matrix
    if values.get("matrix") is not None:
        with _below("matrix"):
            matrix = matrix_edits.overridden(shape.matrix, checked.mapping(values["matrix"], ""), shape.families)
    known = _known(matrix, shape)
    return Settings(
        matrix,
        {
            path: choices
            for path, row in _section_of(values, "traits").items()
            if (choices := _choices(row, f"traits.{path}", known))
        },
        _corrections(values.get("corrections")),
        {path: checked.day(day, f"reviews.{path}") for path, day in _section_of(values, "reviews").items()},
    )


def _known(matrix: Matrix, shape: Shape) -> Collection[str]:
    """What can be set for an agent: rows, shipped ones that are switched off too, and criteria with a floor."""
    return dict.fromkeys((*matrix.rows, *shape.matrix.rows, *(floor.on for floor in matrix.floors)))


def _section_of(values: Mapping[str, object], section: str) -> Mapping[str, object]:
    value = values.get(section)
    return {} if value is None else checked.mapping(value, section)


def _choices(value: object, key: str, known: Collection[str]) -> dict[str, bool]:
    found = {}
    for row, on in ({} if value is None else checked.mapping(value, key)).items():
        if row not in known:
            near = difflib.get_close_matches(row[:100], known, 1)
            advice = f"; did you mean {near[0]}?" if near else ""
            raise DataError(f"is not a row of the decision matrix{advice}", key=f"{key}.{row}")
        found[row] = checked.flag(on, f"{key}.{row}")
    return found


def _corrections(value: object) -> tuple[Correction, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise DataError("must be a list of corrections", key="corrections")
    return tuple(correction(item, f"corrections.{number}") for number, item in enumerate(value))


def correction(value: object, key: str) -> Correction:
    """One correction from its values.

    Raises:
        DataError: with the dotted key that is wrong.
    """
    data = checked.mapping(value, key)

    def text(name: str) -> str:
        place = checked.join(key, name)
        found = checked.text(checked.required(data, name, key), place)
        if len(found) > _LONGEST_TEXT:
            raise DataError(f"is longer than {_LONGEST_TEXT:,} characters", key=place)
        return found

    return Correction(
        path=text("path"),
        name=text("name"),
        on=frozenset(checked.texts(checked.required(data, "traits", key), checked.join(key, "traits"))),
        recommended=text("recommended"),
        chosen=text("chosen"),
        date=checked.day(checked.required(data, "date", key), checked.join(key, "date")),
        floor=text("floor") if "floor" in data else "",
    )


def plain_correction(correction: Correction) -> dict[str, Any]:
    """One correction as the values of the file."""
    found = {
        "path": correction.path,
        "name": correction.name,
        "traits": sorted(correction.on),
        "recommended": correction.recommended,
        "chosen": correction.chosen,
        "date": correction.date.isoformat(),
    }
    return found | ({"floor": correction.floor} if correction.floor else {})


@contextlib.contextmanager
def _below(section: str) -> Iterator[None]:
    """Errors inside get the section in front of their key."""
    try:
        yield
    except DataError as error:
        raise DataError(error.message, key=checked.join(section, error.key) if error.key else section) from error
