"""ClickHouse SQL to tokens, lazily, over bytes.

In: SQL, possibly followed by data in any format. Out: tokens, as far as they are asked for.
Never parses: it finds where an INSERT's data begins and which FORMAT a query names. Access rules
are not built on it; those use the engine's own parser (see `guard`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    rb"""
    (?P<space>   [\s\x00-\x20]+ )
  | (?P<comment> --[^\n]* | \#[!\ ][^\n]* | /\*.*?(?:\*/|\Z) )
  | (?P<string>  '(?:[^'\\]++|\\.|'')*+' )
  | (?P<quoted>  `(?:[^`\\]++|\\.|``)*+` | "(?:[^"\\]++|\\.|"")*+" )
  | (?P<heredoc> \$(?P<tag>\w*)\$.*?\$(?P=tag)\$ )
  | (?P<word>    [A-Za-z_][\w$]* )
  | (?P<number>  \d[\w.]* )
  | (?P<sign>    . )
    """,
    re.VERBOSE | re.DOTALL,
)
_SKIPPED = frozenset({"space", "comment"})


@dataclass(frozen=True, slots=True)
class Token:
    """One token.

    Attributes:
        kind: ``string``, ``quoted`` (an identifier), ``heredoc``, ``word``, ``number``, ``sign``.
        text: the token as written; see `word` for comparing keywords.
        start: offset of its first byte.
        end: offset after its last byte.
        depth: how many round brackets are open around it.
    """

    kind: str
    text: bytes
    start: int
    end: int
    depth: int

    @property
    def word(self) -> str:
        """The keyword in upper case, or an empty string if this is no bare word."""
        return self.text.decode("ascii", "replace").upper() if self.kind == "word" else ""


def tokens(sql: bytes | memoryview) -> Iterator[Token]:
    """The tokens of ``sql`` without white space and comments."""
    position = depth = 0
    while position < len(sql):
        match = _TOKEN.match(sql, position)
        if match is None:  # pragma: no cover - the last alternative takes any byte
            return
        kind = match.lastgroup or "sign"
        if kind == "tag":
            kind = "heredoc"
        if kind not in _SKIPPED:
            text = bytes(match.group())
            if text == b")":
                depth = max(0, depth - 1)
            yield Token(kind, text, match.start(), match.end(), depth)
            if text == b"(":
                depth += 1
        position = match.end()
