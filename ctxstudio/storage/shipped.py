"""What ships with the program: the data of `resources/` and the sample agents, in a checkout and in a wheel."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import ctxstudio
from ctxstudio.costs.groups import Groups
from ctxstudio.costs.patterns import Pattern, patterns_from
from ctxstudio.costs.prices import PriceBook
from ctxstudio.costs.scenarios import Scenario
from ctxstudio.errors import DataError, FrontmatterError, UnusableInputError
from ctxstudio.frontmatter import Document
from ctxstudio.policy.catalogue import Catalogue
from ctxstudio.policy.matrix import Matrix
from ctxstudio.policy.traits import Detector
from ctxstudio.policy.values import Target
from ctxstudio.storage import atomic
from ctxstudio.storage.convert import ToolNames

T = TypeVar("T")

DEFAULT_SCENARIO = "strategy"
"""The scenario that is shown until the user chooses."""


def resource_directory() -> Path:
    """The folder of shipped data and pictures.

    Raises:
        UnusableInputError: the installation is incomplete.
    """
    return _shipped("resources")


def sample_agents() -> Path:
    """The folder of the 67 agents of the strategy.

    Raises:
        UnusableInputError: the installation is incomplete.
    """
    return _shipped("agents")


def _shipped(name: str) -> Path:
    package = Path(ctxstudio.__file__).resolve().parent
    for place in (package / "_data" / name, package.parent / name):
        if place.is_dir():
            return place
    raise UnusableInputError(f"the installation is incomplete: there is no folder {name}")


@dataclass(frozen=True)
class Shipped:
    """The shipped data, checked and ready.

    Attributes:
        catalogue: models, aliases, families.
        matrix: the decision matrix.
        prices: price rows.
        groups: who belongs to which group of a scenario.
        scenarios: by name, `strategy` first.
        patterns: the hybrid orchestration patterns.
        tools: target -> tool name of the other dialect -> its names there.
        folder: where it was read.
    """

    catalogue: Catalogue
    matrix: Matrix
    prices: PriceBook
    groups: Groups
    scenarios: Mapping[str, Scenario]
    patterns: tuple[Pattern, ...]
    tools: Mapping[Target, ToolNames]
    folder: Path

    @functools.cached_property
    def detector(self) -> Detector:
        """Rules that find an agent's characteristics. Compiling them takes a tenth of a second: on first use.

        Raises:
            DataError: the rules are broken.
        """
        return _built(self.folder / "criteria.yaml", lambda data: Detector.from_mapping(data, self.matrix))

    @classmethod
    def load(cls, directory: Path | None = None) -> Shipped:
        """Read and check all of it.

        Args:
            directory: a folder like `resources/`; None for the shipped one.

        Raises:
            DataError: a file is broken; it names file and key.
        """
        folder = directory or resource_directory()
        return cls(
            _built(folder / "models.yaml", Catalogue.from_mapping),
            _built(folder / "decision-matrix.yaml", Matrix.from_mapping),
            _built(folder / "prices.yaml", PriceBook.from_mapping),
            _built(folder / "strategy.yaml", Groups.from_mapping),
            _scenarios(folder / "scenarios"),
            _built(folder / "patterns.yaml", patterns_from),
            _built(folder / "tools.yaml", _tools),
            folder,
        )


def read_yaml(path: Path) -> dict[str, Any]:
    """A data file's mapping.

    Raises:
        DataError: it cannot be read or is not a mapping; with file and line.
    """
    try:
        parsed = Document.from_yaml(path.read_bytes()).block.parsed()
    except OSError as error:
        raise DataError(f"cannot be read: {atomic.reason(error)}", file=path.name) from error
    if isinstance(parsed, FrontmatterError):
        raise DataError(parsed.message, file=path.name, line=parsed.line)
    return parsed


def _built(path: Path, build: Callable[[Mapping[str, object]], T]) -> T:
    """A data file as the value it describes; errors get the file and the line of their key."""
    data = read_yaml(path)
    try:
        return build(data)
    except DataError as error:
        line = Document.from_yaml(path.read_bytes()).block.line_of(tuple(error.key.split("."))) if error.key else None
        raise DataError(error.message, file=path.name, key=error.key, line=line) from error


def _scenarios(folder: Path) -> dict[str, Scenario]:
    found: dict[str, Scenario] = {}
    for path in sorted(folder.glob("*.yaml")):
        scenario = _built(path, Scenario.from_mapping)
        if scenario.name in found:
            raise DataError(f"another file has the scenario {scenario.name} as well", file=path.name, key="name")
        found[scenario.name] = scenario
    if DEFAULT_SCENARIO not in found:
        raise DataError(f"there is no scenario {DEFAULT_SCENARIO}", file=folder.name)
    return dict(sorted(found.items(), key=lambda item: item[0] != DEFAULT_SCENARIO))


def _tools(data: Mapping[str, object]) -> Mapping[Target, ToolNames]:
    return {Target.CLAUDE_CODE: _tool_names(data, "claude_code"), Target.CLAUDE_CTX: _tool_names(data, "claude_ctx")}


def _tool_names(data: Mapping[str, object], key: str) -> ToolNames:
    rows = data.get(key)
    if not isinstance(rows, dict):
        raise DataError("must be a mapping of tool names", key=key)
    for name, tools in rows.items():
        if not isinstance(tools, list) or not tools or not all(isinstance(tool, str) for tool in tools):
            raise DataError("must be a list of tool names", key=f"{key}.{name}")
    return {str(name): tuple(tools) for name, tools in rows.items()}
