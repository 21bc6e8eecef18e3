"""Prepared text to tokens, and where sentence parts end between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from trends.analysis.characters import INSIDE, INSIDE_NUMBER, JOINS, MARKS, TOKEN_MAX_CHARS
from trends.analysis.forms import form_of
from trends.analysis.prepare import prepare
from trends.analysis.segment import Bigrams, Segmenter

_MORE: Final = rf"[\w{MARKS}]*"
# A prepared text has no underscore, so \w is a letter or a digit.
_TOKEN: Final = re.compile(
    r"[^\W\d]#"  # c#
    rf"|\w{_MORE}"
    rf"(?:(?:[{INSIDE}](?=\w)|(?<=\d)[{re.escape(INSIDE_NUMBER)}](?=\d)){_MORE})*"  # don't, 3.5
    r"(?:\+\+)?"  # c++
)
_CONTINUES: Final = re.compile(rf"\s*|[{re.escape(JOINS)}]")
_OPENS: Final = re.compile(r"\s*\(\s*")
_CLOSES: Final = re.compile(r"\s*\)")


class Token(NamedTuple):
    """A token: the form it is counted under, what it may do in a term, and where it stands."""

    form: str
    kind: int
    start: int
    end: int
    in_parentheses: bool
    """Whether it alone stands between "(" and ")"."""


def surface_tokens(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, gap before it) of each token of a prepared text."""
    at = 0
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        yield start, end, text[at:start]
        at = end


def tokens_by_part(prepared: str) -> list[list[Token]]:
    """The tokens of each sentence part.

    White space and a single hyphen continue a part; any other punctuation ends it, as does a token
    of more than `TOKEN_MAX_CHARS` characters.
    """
    parts: list[list[Token]] = [[]]
    for start, end, gap in surface_tokens(prepared):
        if end - start > TOKEN_MAX_CHARS:
            parts.append([])
            continue
        if gap != " " and not _CONTINUES.fullmatch(gap):
            parts.append([])
        form, kind = form_of(prepared[start:end])
        alone = "(" in gap and bool(_OPENS.fullmatch(gap) and _CLOSES.match(prepared, end))
        parts[-1].append(Token(form, kind, start, end, alone))
    return parts


def sentence_parts(text: str, segmenter: Segmenter | None = None) -> list[list[str]]:
    """The forms of the tokens of a raw text, by sentence part."""
    parts = tokens_by_part(prepare(text, segmenter or Bigrams()))
    return [[token.form for token in part] for part in parts if part]
