"""Frontmatter in every style YAML knows, generated, and the mischief that editors and people do to it."""

from __future__ import annotations

import random
import re
from typing import Any

import yaml
from hypothesis import strategies as st

KEYS = ("name", "description", "model", "tools", "effort", "a", "b", "a b", "a-b", "a.b", "_x")
ODD_KEYS = (
    "yes", "null", "1", '"q"', "'q'", "<<", "=", "?", "-", "é", "a/b", "model ", "~", "[a]", "{a}", "&k a", "*a",
    "!!str a", "a#b", "---", "...", "%x",
)  # fmt: skip
WORDS = (
    "x", "x y", "x y z", "true", "No", "on", "null", "~", "1", "-3", "007", "0x1F", "0o7", "0b1", "1_000", "1:30",
    "2.0", "1.0.0", "1e3", "1.e+3", ".inf", ".5", "2001-01-01", "2001-01-01 10:00:00 +1", "é “x” 🙂", "http://x",
    "it's", "a, b", "x #y", "x # y", "x: y", "a:", "a::b", "-", "- x", "? x", "<<", "=", "@a", "%a", "`a`", "C:\\x",
    "a\tb", "[", "}", ",", "*a", "&a x", "!x y", "|", ">",
)  # fmt: skip
INLINE = (
    '"x"', "'x'", '"x: # y"', "'it''s'", '"a\\nb\\x41\\u00e9"', '"x" # c', "'x' #", '"a" b', '"q\\w"', '"open',
    "'open", "[a, b]", "[a,b,]", "[ ]", "[a, 'b', \"c, d\"]", "[a: b, ? c : d]", "[a, [b, {c: d}]]", "[open",
    "[a] # c", '[x"y, "z]', "{a: b}", "{a: , b}", '{"a":1}', "{}", "{a", "&a x", "*a", "!!str 1", '!!int "3"',
    "!!float x", "!!set {a, b}", "!!omap [a: b]", "!!binary aGk=", "!!timestamp x", "!!python/object:os x", "!x y", "",
)  # fmt: skip
BELOW = (
    "|\n  x\n", "|-\n  x: y\n\n  # no comment\n", "|+\n  x\n\n\n", ">\n  x\n  y\n\n  z\n", ">-\n\n  x\n",
    "|2\n    x\n   y\n", "|\n x\n", "x\n  y\n", "x\n\n  y # c\n", '"x\n  y"\n', '"x\ny"\n', "'x\n\n  y'\n",
    '"a\\\n  b"\n', "[x,\n  y]\n", "[x, # c\n  y,\n]\n", "[x,\ny]\n", "{a: b,\n  c: d}\n", "{a:\n1}\n",
    "&a\n  - x\n", "\n  x\n", "\n  x: y\n", '\n  "x\nmodel: y"\n',
)  # fmt: skip
COMMENTS = ("", "", "", " # c", "  # model: x", ' # "')
BETWEEN = ("", "", "", "", "\n", "# c\n", "  # deeper\n", "  \n", "\t\n", '# "open\n', "junk\n", "- x\n")
PIECES: tuple[str, ...] = (
    *" \t\n:-#\"'[]{},&*!|>?%@`~=<.01ab\\", "\r", "\r\n", "\x00", "\x07", "\x7f", "\x85", "\xa0", "\u2028", "\u2029",
    "\ufeff", "\ufffe", "é", "🙂", "\udc80", "- ", ": ", " #", "\n  ", "\n- ", "\n---\n", "\n...\n", "*a", "&a ",
    "!!str ", "<<: ", "|+", ">-", "{", "}", "yes", "null", "2001-99-99", "1:2", '"\nmodel: x', "[\n",
)  # fmt: skip
PREFIXES = (" ", "  ", "\t", "- ", "# ", "? ", '"', "'", "[", "{", "|", "&a ", "!x ")
SUFFIXES = (" # c", ":", " ", "\t", '"', "'", "]", "}", " |", " >", ' "x', " [x", ' - "y')

words = st.one_of(
    st.sampled_from(WORDS), st.text(st.sampled_from("ab :#-'\"[]{},&*!|>%@`?\\\té🙂\u2028\x85=."), max_size=8)
)
inlines = st.sampled_from(INLINE)
comments = st.sampled_from(COMMENTS)


@st.composite
def entries(draw: st.DrawFn, column: int = 0) -> str:
    """One key with its value, in some style, valid or not."""
    pad = " " * column
    key: str = draw(st.sampled_from(KEYS * 4 + ODD_KEYS))
    colon: str = draw(st.sampled_from([":"] * 9 + [" :"])) + draw(st.sampled_from([" "] * 8 + ["", "  ", "\t"]))
    kind: str = draw(st.sampled_from(["word", "word", "inline", "inline", "below", "list", "mapping", "nothing"]))
    if kind == "below":
        below: str = draw(st.sampled_from(BELOW))
        return pad + key + colon + below.replace("\n", "\n" + pad).removesuffix(pad)
    if kind == "list":
        dash = pad + draw(st.sampled_from(["", "  ", "  ", "    "])) + "-" + draw(st.sampled_from([" ", " ", "   "]))
        item = st.one_of(words, inlines, st.just(f"k: v\n{pad}      l: w"))
        items = draw(st.lists(item, min_size=1, max_size=4))
        return f"{pad}{key}:\n" + "".join(f"{dash}{item}{draw(comments)}\n" for item in items)
    if kind == "mapping" and column < 6:
        inner = draw(st.lists(entries(column + draw(st.sampled_from([2, 2, 4]))), min_size=1, max_size=3))
        return f"{pad}{key}:{draw(comments)}\n" + "".join(inner)
    value: str = draw(words if kind == "word" else inlines) if kind != "nothing" else ""
    return f"{pad}{key}{colon}{value}{draw(comments)}\n"


@st.composite
def blocks(draw: st.DrawFn) -> str:
    """A whole block; some are one mapping in brackets, some lack the last line break, some have CRLF."""
    parts = draw(st.lists(st.tuples(st.sampled_from(BETWEEN), entries()), min_size=1, max_size=4))
    text: str = "".join(between + entry for between, entry in parts) + draw(st.sampled_from(BETWEEN))
    if draw(st.integers(0, 11)) == 0:
        text = "{name: x, model: {a: b}, tools: [c, d]}\n"
    if draw(st.integers(0, 9)) == 0:
        text = text.replace("\n", "\r\n")
    return text.removesuffix("\n") if draw(st.integers(0, 9)) == 0 else text


def mutant(chance: random.Random, text: str) -> str:
    """A text with one to three small accidents: characters and lines inserted, deleted, doubled, swapped."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        text = chance.choice((_character, _character, _line))(chance, text)
    return text


def _character(chance: random.Random, text: str) -> str:
    at = chance.randrange(len(text) + 1)
    kind = chance.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + chance.choice(PIECES) + text[at:]
    if kind == 2:
        return text[:at] + text[at : at + chance.randrange(1, 12)] + text[at:]
    return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]


def _line(chance: random.Random, text: str) -> str:
    lines = text.split("\n")
    at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    kind = chance.randrange(6)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(at, lines[other])
    elif kind == 2:
        lines[at], lines[other] = lines[other], lines[at]
    elif kind == 3:
        lines[at] = chance.choice(PREFIXES) + lines[at]
    elif kind == 4:
        lines[at] += chance.choice(SUFFIXES)
    else:
        lines[at] = f"{chance.choice(KEYS + ODD_KEYS)}: {chance.choice(WORDS + INLINE)}"
    return "\n".join(lines)


def reference(text: str) -> Any:
    """What PyYAML's own loader makes of a block, an exception if it makes nothing of it."""
    try:
        value = yaml.load(re.sub("[\ud800-\udfff]", "\ufffd", text), yaml.CSafeLoader)
    except (
        yaml.YAMLError,
        ArithmeticError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        return error
    return {} if value is None else value
