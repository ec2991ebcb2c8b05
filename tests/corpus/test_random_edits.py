"""A thousand random edits of real agent files: only what was meant differs, and the inverse gives the first bytes."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from ctxstudio.errors import FrontmatterError
from ctxstudio.frontmatter import Document
from ctxstudio.policy import changes
from ctxstudio.policy.values import Dialect, Policy, Switch
from ctxstudio.storage import patch, save
from tests.corpus.test_public_files import SOURCES, files

EDITS = 1000
LONGEST_CHAIN = 4
FIELDS = ("preference", "fallbacks", "escalation", "fast_path", "reasoning", "effort")
MODELS = (
    "opus",
    "haiku",
    "sonnet",
    "inherit",
    "claude-sonnet-4-5-20250929",
    "claude-opus-4-8[1m]",
    "gpt 5 (x: y)",
    "null",
)
TEXTS = (
    "plain words", "it's", 'say "hi"', "a: b", "a #b", "# all", "- x", "two\nlines", "three\n\nlines\n", "é “x” 🙂",
    "'q'", "[x]", "{a: b}", "*x", "&x", "!x", "x: y # z 'q' \"d\" 🙂\nand: more", "@x", "`x`", "%d", "  lead", "trail ",
    "C:\\new", "1", "yes", "---", "word " * 80, "key:", "| x", "> x", "? x", "a\tb", "a, b",
)  # fmt: skip
EFFORTS = ("low", "HIGH", "max", "7")


@dataclass(frozen=True)
class Step:
    """One edit of one file, and the file before and after it."""

    name: str
    field: str
    before: Document
    after: Document
    old: Policy
    new: Policy

    @property
    def kind(self) -> str:
        """Whether it sets, changes or clears the field."""
        old, new = getattr(self.old, self.field), getattr(self.new, self.field)
        return "set" if old in (None, ()) else "clear" if new in (None, ()) else "change"


def value_of(chance: random.Random, field: str) -> Any:
    match field:
        case "preference":
            return chance.choice(MODELS)
        case "fallbacks":
            return tuple(chance.sample(MODELS, chance.randint(1, 3)))
        case "reasoning":
            return chance.choice(TEXTS)
        case "effort":
            return chance.choice(EFFORTS)
    return Switch(chance.choice(MODELS), tuple(chance.sample(TEXTS, chance.choice((0, 1, 3, 3, 3)))))


def steps(source: Path) -> Iterator[Step]:
    """Edits in short chains, so that what one set another changes and clears; each as the program saves it."""
    chance = random.Random(20261124)  # noqa: S311  # the same edits each time
    documents = []
    for path in sorted(files(source)):
        try:
            documents.append((path.name, Document.from_bytes(path.read_bytes())))
        except FrontmatterError:
            continue
    done = 0
    while done < EDITS:
        name, document = chance.choice(documents)
        if patch.policy_of(document).dialect is Dialect.OTHER:
            continue
        for _ in range(chance.randint(1, LONGEST_CHAIN)):
            old = patch.policy_of(document).policy
            field = chance.choice(FIELDS)
            clear: Any = () if field == "fallbacks" else None
            value = clear if chance.random() < 0.3 else value_of(chance, field)
            new = changes.assignment(field, value)(old)
            if new == old:
                continue
            after = Document.from_bytes(save.edited(document, new, document).to_bytes())
            yield Step(name, field, document, after, old, new)
            document = after
            done += 1


def said(document: Document) -> dict[str, Any]:
    """What PyYAML's own loader reads, without the entries that are broken in the original."""
    text = document.block.text
    for fault in reversed(document.block.faults()):
        assert fault.line is not None
        lines = text.split("\n")
        text = "\n".join(line for number, line in enumerate(lines, document.block.first_line) if number != fault.line)
    value = yaml.load(text, yaml.SafeLoader)
    assert isinstance(value, dict)
    return value


def leaves(value: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Path of keys -> what stands there, a mapping's parts apart."""
    if isinstance(value, dict) and value:
        return {key: leaf for name, item in value.items() for key, leaf in leaves(item, (*path, name)).items()}
    return {path: value}


def home(values: dict[str, Any], field: str) -> tuple[str, ...]:
    """Where a field stands in a file of which these are the values."""
    in_mapping = isinstance(values.get("model"), dict) or (
        "model" not in values and "modelPolicy" not in values and ("tier" in values or values.get("version") == 2.0)
    )
    if field == "effort" and "effort" in values:
        return ("effort",)
    if in_mapping:
        return ("model", field)
    return {"preference": ("model",), "effort": ("effort",)}.get(field, ("modelPolicy", field))


def written(policy: Policy, field: str) -> Any:
    """What stands there for a field, None for nothing."""
    value = getattr(policy, field)
    if isinstance(value, Switch):
        return {"to": value.to} | ({"when": list(value.when)} if value.when else {})
    if field == "effort" and value is not None and value.isdigit():
        return int(value)
    return list(value) or None if isinstance(value, tuple) else value


def at(values: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        values = values.get(key) if isinstance(values, dict) else None
    return values


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_only_what_was_meant_differs_and_the_inverse_gives_the_first_bytes(source: Path) -> None:
    kinds: Counter[tuple[str, str]] = Counter()
    values: dict[str, Any] = {}
    last: Document | None = None
    for step in steps(source):
        before = values if step.before is last else said(step.before)
        after = said(step.after)
        values, last = after, step.after
        where = home(before, step.field)
        old, new = leaves(before), leaves(after)
        differing = {path for path in old.keys() | new.keys() if repr(old.get(path)) != repr(new.get(path))}
        assert differing, step
        assert all(path[: len(where)] == where for path in differing), step
        assert at(after, where) == written(step.new, step.field), step
        assert step.after.body == step.before.body
        assert patch.policy_of(step.after) == replace(
            patch.policy_of(step.before), policy=step.new, dialect=patch.policy_of(step.after).dialect
        )

        first = step.before.to_bytes()
        assert save.edited(step.after, step.old, step.before).to_bytes() == first, step
        assert patch.apply(step.after.with_origin(step.before), step.new, step.old).to_bytes() == first, step
        # Where nothing is remembered, chosen quotes of what went are lost, but nothing else.
        back = save.edited(step.after, step.old, step.after)
        assert leaves(said(back)) == old
        if step.kind == "set":
            assert back.to_bytes() == first, step
        kinds[step.field, step.kind] += 1
    assert kinds.total() >= EDITS
    assert len(kinds) == 3 * len(FIELDS)
