"""A record that calls itself plain takes any policy: edits of it are planned without a trial, so none may fail."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from ctxstudio.frontmatter import Document
from ctxstudio.policy.values import Policy, Switch
from ctxstudio.storage import patch, save
from ctxstudio.storage.record import Fingerprint, Record, from_document

FILES = 400
WORDS = ("haiku", "sonnet", "claude-opus-4-8[1m]", "plain words", "a, b", "go!", "R&D", "see [1]", "x*y", "it's", "C#")
QUOTED = ('"a: b"', "'# c'", '"x"', "'it''s'", '"é🙂"', '"[a]"', '"- b"', '"a\\nb"')
COMMENTS = ("", "", " # c", "  # model: x", " # 'q' \"", "   ")
BETWEEN = ("", "", "", "\n", "# c\n", "  # two\n", "    # four\n", "      # six\n", "  \n")
NAMES = ("fallbacks", "escalation", "fast_path", "reasoning", "other")
TEXTS = (
    "haiku", "a: b", "# x", "- y", "'", '"q', "null", "42", "yes", "{a}", "[b", "*c", "é🙂", "two\nlines\n", "---",
    "x" * 300, "\x85", " lead", "a\tb", "%d", "key:", "go [1]", "a, b",
)  # fmt: skip


class Writer:
    """Writes frontmatter of every plain shape: lists in brackets and lines, comments and blank lines everywhere."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def one(self, texts: Sequence[str]) -> str:
        return self.chance.choice(texts)

    def often(self, share: float) -> bool:
        return self.chance.random() < share

    def word(self) -> str:
        return self.one(WORDS + QUOTED) + self.one(COMMENTS)

    def items(self, column: int) -> str:
        if self.often(0.4):
            items = self.chance.choices(("haiku", "opus", '"a: b"', "'x'", "sonnet 4 (b)"), k=self.chance.randrange(4))
            return f" [{', '.join(items)}]{self.one(COMMENTS)}\n"
        dash = " " * self.chance.choice((column, column + 2)) + "- "
        lines = (self.one(BETWEEN) + dash + self.word() + "\n" for _ in range(self.chance.randint(1, 3)))
        return f"{self.one(COMMENTS)}\n{''.join(lines)}"

    def value(self, name: str) -> str:
        """What stands behind the colon of a key in the third column."""
        if name == "fallbacks":
            return self.items(2)
        if name in ("escalation", "fast_path"):
            column = self.chance.choice((4, 6))
            blanks = " " * column
            pairs = [f"{blanks}to: {self.word()}\n", f"{blanks}when:{self.items(column)}"]
            pairs += [f"{blanks}extra: {self.word()}\n"] * self.often(0.3)
            self.chance.shuffle(pairs)
            return f"{self.one(COMMENTS)}\n{self.one(BETWEEN)}{''.join(pairs[self.often(0.2) :])}"
        if name == "effort":
            return f" {self.one(('low', '3'))}{self.one(COMMENTS)}\n"
        if name == "reasoning" and self.often(0.3):
            return f" |{self.one(('', '-'))}\n    a\n    b c\n"
        return f" {self.word()}\n"

    def mapping(self, names: Sequence[str]) -> str:
        chosen = [name for name in names if self.often(0.5)]
        self.chance.shuffle(chosen)
        pairs = "".join(f"{self.one(BETWEEN)}  {name}:{self.value(name)}" for name in chosen)
        return f"{self.one(COMMENTS)}\n{pairs}"

    def block(self) -> str:
        parts = ["name: x\n", f"description: {self.one(('a: b', 'c', *QUOTED))}{self.one(COMMENTS)}\n"]
        if self.often(0.4):
            parts.append("model:" + self.mapping(("preference", *NAMES, "effort")))
        elif self.often(0.8):
            parts.append(f"model: {self.one(('42', '[x]', 'null', *WORDS, *QUOTED))}{self.one(COMMENTS)}\n")
        parts += ["modelPolicy:" + self.mapping(NAMES)] * self.often(0.4)
        parts += [f"effort:{self.value('effort')}"] * self.often(0.3)
        parts += ["tier:\n  id: core\n"] * self.often(0.3) + ["tools: Read\n"] * self.often(0.5)
        self.chance.shuffle(parts)
        text = "".join(part + self.one(BETWEEN) for part in parts)
        return text.replace("\n", "\r\n") if self.often(0.2) else text

    def policy(self) -> Policy:
        def texts() -> tuple[str, ...]:
            return tuple(self.chance.choices(TEXTS, k=self.chance.randrange(4)))

        switches = (None, Switch(self.one(TEXTS), texts()), Switch(None, (self.one(TEXTS),)))
        first, second = self.chance.choices(switches, k=2)
        preference, reasoning = self.chance.choices((None, *TEXTS), k=2)
        return Policy(preference, texts(), first, second, reasoning, self.chance.choice((None, "low", "7")))


def record_of(data: bytes) -> Record | None:
    found = from_document("a.md", Document.from_bytes(data), Fingerprint(0, 0, 0, 0))
    return found if isinstance(found, Record) and not found.locked else None


@pytest.mark.parametrize("seed", range(2))
def test_what_is_plain_takes_any_policy_in_any_order(seed: int) -> None:
    writer = Writer(random.Random(seed))  # noqa: S311  # the same files each time
    plain = 0
    for _ in range(FILES):
        first = record_of(f"---\n{writer.block()}---\n".encode())
        found = first
        for _ in range(4):
            if first is None or found is None or not found.plain:
                break
            plain += 1
            policy = writer.policy()
            if writer.often(0.6):
                field = writer.one(("preference", "fallbacks", "escalation", "fast_path", "reasoning", "effort"))
                policy = replace(found.reading.policy, **{field: getattr(policy, field)})
            edited = save.edited(found.document, policy, first.document).to_bytes()
            assert patch.policy_of(Document.from_bytes(edited)).policy == policy
            found = record_of(edited)
    assert plain > 2 * FILES
