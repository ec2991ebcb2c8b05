"""No operation on a frontmatter takes more than linear time: four times the text, at most about four times the work.

Work is counted in executed lines of the engine, not in seconds, so the machine does not matter.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import ctxstudio.frontmatter
from ctxstudio.errors import CtxStudioError
from ctxstudio.frontmatter import Document

_HOME = str(Path(ctxstudio.frontmatter.__file__).parent)

SHAPES: dict[str, Callable[[int], str]] = {
    "keys": lambda n: "".join(f"k{i}: v\n" for i in range(n)),
    "duplicates": lambda n: "k: v\n" * n,
    "items": lambda n: "tools:\n" + "  - a\n" * n,
    "flow items": lambda n: "tools: [" + "a, " * n + "b]\n",
    "comments": lambda n: "name: x\n" + "# c\n" * n,
    "blank lines": lambda n: "name: x\n" + "\n" * n,
    "nested keys": lambda n: "model:\n" + "".join(f"  k{i}: v\n" for i in range(n)),
    "one long line": lambda n: f"name: {'x y ' * n}\n",
    "broken entries": lambda n: "".join(f"k{i}: a: b\n" for i in range(n)),
    "open quotes": lambda n: 'k: "a\n' * n,
    "literal lines": lambda n: "name: |\n" + "  x: y\n" * n,
}

OPERATIONS: dict[str, Callable[[Document], Any]] = {
    "read": lambda document: (document.mapping(), document.block.faults()),
    "set": lambda document: document.set(("model",), "haiku"),
    "set nested": lambda document: document.set(("model", "k7"), "haiku"),
    "set a list": lambda document: document.set(("tools",), ["a", "z"]),
    "delete": lambda document: document.delete(("model",)),
    "set and back": lambda document: document.set(("zz",), "x").delete(("zz",)),
}


def work(text: str, operation: Callable[[Document], Any]) -> int:
    """Lines of the engine that an operation executes."""
    lines = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal lines
        if not frame.f_code.co_filename.startswith(_HOME):
            return None
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        operation(Document.from_bytes(f"---\n{text}---\n".encode()))
    except CtxStudioError:
        pass
    finally:
        sys.settrace(before)
    return lines


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_four_times_the_text_is_at_most_about_four_times_the_work(shape: str, operation: str) -> None:
    small, large = (work(SHAPES[shape](n), OPERATIONS[operation]) for n in (250, 1000))
    assert large < 5 * small + 2000
