"""Text without web addresses and e-mail addresses: each becomes the end of a sentence part."""

from __future__ import annotations

import re
from typing import Final

_LINK: Final = re.compile(
    r"(?:https?://|ftp://|www\.)[^\s<>\"')\]}]+"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|\b(?:[\w-]+\.)+(?:com|org|net|io|ai|edu|gov|dev|app|co|cn|me|html)\b(?:/[^\s<>\"')\]}]*)?",
    re.IGNORECASE,
)
# Every link holds one of these two; they are much cheaper to look for.
_DOTTED: Final = re.compile(r"\.[^\W\d_]{2}")
_SIGN: Final = re.compile(r"://|\.[^\W\d_]{2}")


def without_links(text: str) -> str:
    """``text`` with every link replaced by a full stop."""
    if "://" not in text and not _DOTTED.search(text):
        return text
    pieces: list[str] = []
    at = 0
    for sign in _SIGN.finditer(text):
        if sign.start() >= at:
            start = max(text.rfind(" ", at, sign.start()) + 1, at)
            end = text.find(" ", sign.end())
            end = len(text) if end < 0 else end
            pieces += (text[at:start], _LINK.sub(" . ", text[start:end]))
            at = end
    return "".join([*pieces, text[at:]])
