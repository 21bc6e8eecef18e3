"""SQL read as the data source's plugin reads it: comments, literals, arguments of macros. Pure.

A literal ends at a quote that is not doubled. A backslash before a quote means nothing here, though
it does to ClickHouse: the plugin's parser is that simple, and what it gets wrong must show.
"""

from __future__ import annotations

import re
from typing import Final

from trends.errors import ConfigError

# A literal, a comment to the end of the line, or one between marks.
_TOKEN: Final = re.compile(
    r"""(?P<literal>'(?:[^']|'')*(?:'|\Z)|"(?:[^"]|"")*(?:"|\Z))"""
    r"""|(?P<comment>--[^\r\n]*|/\*.*?(?:\*/|\Z))""",
    re.DOTALL,
)


def without_comments(sql: str) -> str:
    """``sql`` with spaces in place of its comments, so that positions stay what they are."""
    return _TOKEN.sub(lambda found: found["literal"] or " " * len(found[0]), sql)


def without_literals(sql: str) -> str:
    """``sql`` with spaces in place of what stands in quotes, and of the quotes."""
    return _TOKEN.sub(lambda found: " " * len(found[0]), sql)


def literals(sql: str) -> list[str]:
    """What stands in single quotes, with its quotes."""
    found = (match["literal"] or "" for match in _TOKEN.finditer(sql))
    return [text for text in found if text.startswith("'")]


def closing_parenthesis(sql: str, opening: int) -> int:
    """Position of the parenthesis that closes the one at ``opening``.

    Raises:
        ConfigError: if none does.
    """
    depth = 0
    blank = sql[:opening] + without_literals(sql[opening:])
    for position in range(opening, len(blank)):
        if blank[position] == "(":
            depth += 1
        elif blank[position] == ")":
            depth -= 1
            if depth == 0:
                return position
    raise ConfigError(f"no parenthesis closes {sql[opening : opening + 40]!r}")


def split_arguments(text: str) -> list[str]:
    """What commas outside of parentheses and quotes separate; nothing has no arguments."""
    if not text.strip():
        return []
    blank = without_literals(text)
    arguments: list[str] = []
    depth = start = 0
    for position, char in enumerate(blank):
        if char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
        elif char == "," and depth == 0:
            arguments.append(text[start:position].strip())
            start = position + 1
    return [*arguments, text[start:].strip()]
