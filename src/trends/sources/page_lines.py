"""A saved page as the lines that can be seen.

Comes in: the page's bytes. Goes out: its lines that are not blank, with their place in the file.
Never does: interpret them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from trends.sources.lines import UTF8_BOM

_LINE_END = re.compile(rb"\r\n|\r|\n")
# Non-breaking and other typographic spaces, and characters that are there but cannot be seen.
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2007\u2009\u202f\u3000\t\v\f"), " ") | (
    dict.fromkeys(map(ord, "\u200b\u2060\ufeff"), "")
)


@dataclass(frozen=True, slots=True)
class PageLine:
    """One line that is not blank.

    Attributes:
        number: in the file, from 1.
        text: without surrounding white space; every space in it is a plain one.
        raw: the bytes in the file.
        gap_before: whether a blank line stands before it (or nothing at all).
        bad_utf8: whether ``text`` has replacement characters for bytes that are not UTF-8.
    """

    number: int
    text: str
    raw: bytes
    gap_before: bool = True
    bad_utf8: bool = False


def page_lines(data: bytes) -> list[PageLine]:
    """The lines of ``data`` that are not blank, in order.

    A character that is cut at the very end is left out: there the page was cut, and it is no error.
    """
    lines: list[PageLine] = []
    gap = True
    pieces = _LINE_END.split(_without_cut_character(data.removeprefix(UTF8_BOM)))
    for number, raw in enumerate(pieces, start=1):
        try:
            text, bad = raw.decode("utf-8"), False
        except UnicodeDecodeError:
            text, bad = raw.decode("utf-8", "replace"), True
        text = text.translate(_SPACES).strip()
        if text:
            lines.append(PageLine(number, text, raw, gap, bad))
        gap = not text
    return lines


def _without_cut_character(data: bytes) -> bytes:
    for length in range(1, 4):
        lead = data[-length] if len(data) >= length else 0
        if lead >= 0xC0:
            needed = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
            return data[:-length] if length < needed else data
        if lead < 0x80:
            break
    return data
