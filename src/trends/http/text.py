"""Texts of others made safe to show. Pure."""

from __future__ import annotations

from typing import Final

# Joiners of emoji and of scripts such as Persian: invisible, and harmless.
_JOINERS: Final = "\u200c\u200d"


def clean(text: str, max_chars: int = 200) -> str:
    """``text`` on one line of at most ``max_chars``, without what would steer its display."""
    # Cut first: a huge title must not be worked through to be shown in part.
    line = " ".join(text[: 4 * max_chars].split())
    safe = "".join(
        char
        if char.isprintable() or char in _JOINERS
        else char.encode("unicode_escape").decode("ascii")
        for char in line
    )
    return safe if len(safe) <= max_chars else safe[: max_chars - 3].rstrip() + "..."
