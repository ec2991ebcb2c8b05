"""Text from files, made safe to show: no markup is rendered, no control character reaches the screen."""

from __future__ import annotations

import html
import re

_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069"
    "\ud800-\udfff\ufdd0\ufdd1\ufeff\ufff9-\ufffc\U000e0000-\U000e007f]"
)
"""Control characters, what changes the direction, what is not seen, and what Qt takes for the end of a paragraph."""


def shown(text: str) -> str:
    """A text for a label or a cell: what cannot be seen, or steers, becomes a visible replacement."""
    return _CONTROL.sub("\ufffd", text)


def one_line(text: str) -> str:
    """A text on one line."""
    return shown(" ".join(text.split()))


def tooltip(text: str) -> str:
    """A text for a tooltip. Qt guesses whether a tooltip is markup; this one certainly is, and all in it is escaped."""
    if not text:
        return ""
    return f"<p style='white-space: pre-wrap'>{html.escape(shown(text))}</p>"
