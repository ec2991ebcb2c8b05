"""Whatever a frontmatter says: its values are PyYAML's own, or there is an error of ours, and its bytes stay."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctxstudio.errors import FrontmatterError
from ctxstudio.frontmatter import MISSING, Block, Document
from ctxstudio.storage import shipped
from tests.property.frontmatter_texts import BELOW, COMMENTS, INLINE, WORDS, blocks, mutant, reference

BOUNDED = settings(max_examples=1000, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
SMALL = (
    'name: a\ndescription: "b: c"\ntools: [Read, Grep]\nmodel: haiku # why\n',
    "name: a\nmodel:\n  preference: sonnet # c\n  fallbacks: [haiku, 'opus']\n  escalation:\n    to: opus\n    when:\n"
    '    - "a: b"\n    - it\'s\n# c\ntools:\n- Read\n-   Grep\n- \n\nx: {a: 1, b: [c, {d: e}]}\n',
    "a: &x {k: v}\nb: *x\nc:\n  <<: *x\n  m: 1\n",
    'a: >-\n  folded\n  text\n\n  more\nb: |2\n    x\n   y\nc: |+\n  z\n\n\nd: ""\n',
    'a: [x, # c\n  y]\nb: "multi\n  line"\nc: d\n  e\n',
)


def real_blocks() -> list[str]:
    """The frontmatter of real files: the shipped ones, and public ones beside the checkout where they are there."""
    found = []
    for folder in (shipped.sample_agents(), CORPUS):
        for path in sorted(folder.rglob("*.md")):
            try:
                found.append(Document.from_bytes(path.read_bytes()).block.text)
            except FrontmatterError:
                continue
    return found


def check(text: str) -> bool:
    """Compare all that a block answers with PyYAML; whether PyYAML reads it."""
    block, expected = Block(text, 2), reference(text)
    faults = block.faults()
    if isinstance(expected, dict) and not isinstance(block.parsed(), FrontmatterError):
        names = [key for key in expected if isinstance(key, str)]
        assert repr(block.parsed()) == repr(expected)
        assert list(block.names()) == names
        # Each read first, so that none profits from another.
        assert {name: repr(Block(text, 2).top(name)) for name in names} == {
            name: repr(expected[name]) for name in names
        }
        assert repr(block.readable(names)) == repr({name: expected[name] for name in names})
        assert block.top("not there") is MISSING
        assert faults == ()
        return True
    if isinstance(expected, dict):
        assert "an alias contains itself" in str(block.parsed())  # the one valid thing that is refused
    assert isinstance(block.parsed(), FrontmatterError)
    assert faults
    last = text.count("\n") + 3
    assert all(fault.line is None or 2 <= fault.line <= last for fault in faults)
    for name in (*block.names(), "not there"):
        block.readable((name,))
        assert (block.line_of((name, "x")) is not None) == (name in block.names())
    return False


@BOUNDED
@given(blocks())
def test_generated_frontmatter_is_read_as_pyyaml_does(text: str) -> None:
    check(text)


@pytest.mark.parametrize("seed", range(8))
def test_mutants_of_real_files_are_read_as_pyyaml_does(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # the same in each run
    sources = [*real_blocks(), *SMALL * 20]
    read = sum(check(mutant(chance, chance.choice(sources))) for _ in range(1500))
    assert 400 < read < 1490  # both kinds are there


@pytest.mark.parametrize("value", [*WORDS, *INLINE, *(below.removesuffix("\n") for below in BELOW)])
def test_each_style_of_value_is_read_as_pyyaml_does(value: str) -> None:
    indented = value.replace("\n", "\n  ")
    for comment in COMMENTS:
        for form in (
            f"k: {value}{comment}\nmodel: y\n",
            f"k:   {value}{comment}\n\n# c\nmodel: y\n",
            f"k:{value}\n",
            f"k:\n- {value}{comment}\n- b\nmodel: y\n",
            f"k:\n  - a\n  - {indented}{comment}\nmodel: y\n",
            f"k:\n  a: {indented}{comment}\n  b:\n    c: 1\nmodel: y\n",
            f"a: 1\r\nk: {value}{comment}\r\nmodel: y\r\n",
            f"k: [{value}]\nmodel: y\n",
            f"k: {{a: {value}}}\nmodel: y\n",
            f"{value}: x\nmodel: y\n",
            f"k: {value}{comment}",
        ):
            check(form)


@BOUNDED
@given(st.text(st.sampled_from("\"'[]{},:#-?|>&*!\\ \n\tab"), max_size=14))
def test_no_token_reaches_over_a_key_unseen(noise: str) -> None:
    for text in (
        f"k: {noise}\nmodel: x\n",
        f"k:\n  {noise}\nmodel: x\n",
        f'k:\n- {noise}\nmodel: x"\n',
        f"k: {noise}\nm: ']\n",
    ):
        check(text)


@settings(BOUNDED, max_examples=500)
@given(
    blocks(),
    st.binary(max_size=30),
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    st.sampled_from([b"\n", b"\r\n", b" \t\n"]),
)
def test_bytes_stay_as_they_are(text: str, noise: bytes, mark: bytes, end: bytes) -> None:
    block = text.encode("utf-8", "surrogateescape").replace(b"---", b"+++") + noise.replace(b"---", b"+++")
    data = mark + b"---" + end + block + (b"" if block.endswith(b"\n") else b"\n") + b"---" + end + noise
    assert Document.from_bytes(data).to_bytes() == data
    assert Document.from_yaml(data).to_bytes() == data
    assert Document.from_bytes(data).body == noise
