"""How far the detection agrees with the strategy, on our agents and on those of others.

`python -m tests.bench.agreement` prints the table.

An agent agrees if the recommendation for a file without a model is the model that the strategy starts its name on; of
context-dependent agents that is their default model. The public collections beside the checkout are halved by a hash of
the name: the rules may be tuned with the even half in view, and are judged by the odd half.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ctxstudio.policy.learning import Agreement
from ctxstudio.policy.recommendation import Assessor
from ctxstudio.policy.values import AgentText, Policy
from ctxstudio.storage import record, shipped
from ctxstudio.storage.record import Record
from ctxstudio.storage.shipped import Shipped

CORPUS: Final = Path(__file__).resolve().parents[3] / "shared" / "corpus"
TRADES: Final = {
    "python-expert": "python-pro",
    "typescript-expert": "typescript-pro",
    "javascript-expert": "javascript-pro",
    "go-expert": "golang-pro",
    "rust-expert": "rust-pro",
    "react-expert": "react-specialist",
    "fastapi-expert": "fastapi-pro",
    "django-expert": "django-pro",
    "terraform-expert": "terraform-specialist",
    "kubernetes-expert": "kubernetes-architect",
    "ansible-expert": "ansible-specialist",
    "openapi-expert": "api-documenter",
    "sql-expert": "sql-pro",
    "electron-expert": "electron-pro",
    "websocket-expert": "websocket-engineer",
    "graphql-expert": "graphql-specialist",
}
"""Names in the collections that we take for other names of the strategy's; all of them are Haiku's."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Files with the model that the strategy gives to each.

    Attributes:
        title: which they are.
        texts: text -> family.
    """

    title: str
    texts: tuple[tuple[AgentText, str], ...]


def is_tuned_on(name: str) -> bool:
    """Whether a name belongs to the half that the rules may be tuned with."""
    return hashlib.sha256(name.encode()).digest()[-1] % 2 == 0


def samples(data: Shipped) -> Iterator[Sample]:
    """Our agents, and both halves of the collections where these are there."""
    models = {name: assignment.model for name, assignment in data.groups.assignments.items()}
    yield _sample("ours", _records(shipped.sample_agents()), models, lambda _: True)
    if CORPUS.is_dir():
        others = tuple(_records(CORPUS))
        trades = {name: models[known] for name, known in TRADES.items()}
        for title, known in (("others, same names", models), ("others, other names", trades)):
            yield _sample(f"{title}, tuned with", others, known, is_tuned_on)
            yield _sample(f"{title}, held out", others, known, lambda name: not is_tuned_on(name))


def agreement(sample: Sample, data: Shipped, read: Callable[[AgentText], AgentText] = lambda text: text) -> Agreement:
    """In how many files the recommendation is the strategy's.

    Args:
        sample: the files.
        data: the rules and the matrix.
        read: what of a text is looked at.
    """
    assessor, hits = Assessor(data.matrix, data.catalogue), 0
    for text, family in sample.texts:
        found = data.detector.examine(read(text))
        advice = assessor.assess(found.traits, Policy(), found.criteria).recommendation
        hits += advice is not None and advice.preference == family
    return Agreement(hits, len(sample.texts))


def _sample(title: str, records: Iterable[Record], models: dict[str, str], wanted: Callable[[str], bool]) -> Sample:
    found = [(read.text(), models[read.name]) for read in records if read.name in models and wanted(read.name)]
    return Sample(title, tuple(found))


def _records(folder: Path) -> Iterator[Record]:
    for path in sorted(folder.rglob("*.md")):
        read = record.read(str(path), path.name)
        if isinstance(read, Record):
            yield read


def main() -> None:
    """Print the table."""
    data = Shipped.load()
    views: dict[str, Callable[[AgentText], AgentText]] = {
        "whole": lambda text: text,
        "without its name": lambda text: replace(text, name=""),
    }
    print("| files | read | agree | share | 95 % interval (Wilson) |\n|---|---|---|---|---|")  # noqa: T201  # its output
    for sample in samples(data):
        for view, read in views.items():
            found = agreement(sample, data, read)
            low, high = found.interval()
            line = (
                f"| {sample.title} | {view} | {found.hits} of {found.n} | {found.share:.1%} | {low:.1%} to {high:.1%} |"
            )
            print(line)  # noqa: T201  # its output


if __name__ == "__main__":
    main()
