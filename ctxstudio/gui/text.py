"""Text from files, made safe to show: no markup is rendered, no control character reaches the screen."""

from __future__ import annotations

import html
import re

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def shown(text: str) -> str:
    """A text for a label or a cell: control and direction-changing characters become visible replacements."""
    return _CONTROL.sub("\ufffd", text)


def one_line(text: str) -> str:
    """A text on one line."""
    return shown(" ".join(text.split()))


def tooltip(text: str) -> str:
    """A text for a tooltip. Qt guesses whether a tooltip is markup; this one certainly is, and all in it is escaped."""
    if not text:
        return ""
    return f"<p style='white-space: pre-wrap'>{html.escape(shown(text))}</p>"
