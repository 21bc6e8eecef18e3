"""The outermost level of a statement: what stands in brackets or quotes is blanked out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_HIDDEN: Final = re.compile(
    r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|`[^`]*`|--[^\n]*""", re.DOTALL
)


def shape(sql: str) -> str:
    """``sql`` at the same length, with spaces for what is within brackets, quotes and comments."""
    return "".join(_outermost(_HIDDEN.sub(_blank, sql)))


def quoted(name: str) -> str:
    """A name that has no backtick, as an identifier."""
    return f"`{name}`"


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _outermost(flat: str) -> Iterator[str]:
    depth = 0
    for char in flat:
        if char == ")":
            depth -= 1
        yield char if depth == 0 else " "
        if char == "(":
            depth += 1
