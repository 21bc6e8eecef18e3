"""The lines under a listing: who it is by, when it was published, how many upvotes it has.

Comes in: the lines of a page's body. Goes out: the same lines, each byline folded into one value.
Never does: resolve a date without a year (that needs the page's date).

A byline is ``• 9 authors`` or an organisation's handle and name, then ``·``, then a date with an
optional count; on lines of their own, or on one. Where the page was cut, its end can be missing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from trends.sources.page_dates import PartialDate, parse_date_line
from trends.sources.page_lines import PageLine

_DOT = "·"
_AUTHORS = re.compile(r"(?P<bullet>• *)?(?P<count>[0-9][0-9,]*) +authors?", re.IGNORECASE)
# "• 3 au" at the end of a cut page: the number counts only if something stands behind it.
_AUTHORS_CUT = re.compile(r"• *(?:[0-9][0-9,]*(?P<complete> +[a-z]*)?)?", re.IGNORECASE)
_DATE_UNREAD = re.compile(
    r"(?:about )?(?:an?|[0-9]+) \w+ ago|yesterday|today|just now"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? [0-9].{0,20}",
    re.IGNORECASE,
)
_DATE_CUT_MAX_CHARS = 20
_HANDLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
_ORGANIZATION_MAX_CHARS = 120
_SENTENCE_ENDS = (".", "!", "?", ":", ";", ",")


@dataclass(frozen=True, slots=True)
class Byline:
    """What a page says under one listing; None or empty where it says nothing.

    Attributes:
        unread: the byline as it stands, where a part of it could not be read.
    """

    lines: Sequence[PageLine]
    author_count: int | None = None
    organization: str = ""
    organization_handle: str = ""
    date: PartialDate | None = None
    upvotes: int | None = None
    unread: str = ""


def fold_bylines(lines: Sequence[PageLine]) -> list[PageLine | Byline]:
    """The lines in order, with the lines of each byline folded into one `Byline`."""
    folded: list[PageLine | Byline] = []
    index = 0
    while index < len(lines):
        byline = _byline_at(lines, index)
        folded.append(lines[index] if byline is None else byline)
        index += 1 if byline is None else len(byline.lines)
    return folded


def _byline_at(lines: Sequence[PageLine], start: int) -> Byline | None:
    """The byline whose first line is ``lines[start]``, if one begins there."""
    first = lines[start].text
    head, dot, tail = (part.strip() for part in first.rpartition(_DOT))
    if dot and head and _is_head(head) and (_is_authors(head) or parse_date_line(tail)):
        return _byline(lines[start : start + 1], head, tail)
    for head_lines in (0, 1, 2):
        at = start + head_lines
        if at < len(lines) and lines[at].text.startswith(_DOT):
            if head_lines == 2 and not _is_handle_and_name(lines[start], lines[start + 1]):
                return None
            head = " ".join(line.text for line in lines[start:at])
            return _byline_around(lines, start, at, head)
    found = _AUTHORS.fullmatch(first)
    if found is not None and found["bullet"]:
        return _byline(lines[start : start + 1], first, "")
    if start + 1 == len(lines) and _AUTHORS_CUT.fullmatch(first):
        return _byline(lines[start:], first, "")
    return None


def _byline_around(lines: Sequence[PageLine], start: int, dot: int, head: str) -> Byline | None:
    """The byline with its dot at ``lines[dot]``, unless what surrounds the dot is none."""
    if head and not _is_head(head):
        return None
    stop = dot + 1
    tail = lines[dot].text.removeprefix(_DOT).strip()
    if not tail and stop < len(lines) and _is_tail(lines, stop):
        tail = lines[stop].text
        stop += 1
    is_cut = stop == len(lines) and bool(head)
    if parse_date_line(tail) is None and not _is_authors(head) and not is_cut:
        return None
    return _byline(lines[start:stop], head, tail)


def _is_tail(lines: Sequence[PageLine], index: int) -> bool:
    text = lines[index].text
    if parse_date_line(text) is not None or _DATE_UNREAD.fullmatch(text):
        return True
    is_last = index + 1 == len(lines)
    return is_last and not lines[index].gap_before and len(text) <= _DATE_CUT_MAX_CHARS


def _is_authors(head: str) -> bool:
    return _AUTHORS.fullmatch(head) is not None


def _is_head(head: str) -> bool:
    return _is_authors(head) or (
        len(head) <= _ORGANIZATION_MAX_CHARS and not head.endswith(_SENTENCE_ENDS)
    )


def _is_handle_and_name(handle: PageLine, name: PageLine) -> bool:
    is_block = handle.gap_before and not name.gap_before
    return is_block and _HANDLE.fullmatch(handle.text) is not None


def _byline(lines: Sequence[PageLine], head: str, tail: str) -> Byline:
    organization, author_count, head_read = _read_head(head)
    handle, name = _handle_and_name(organization)
    dated = parse_date_line(tail)
    is_read = head_read and (dated is not None or not tail)
    return Byline(
        lines=lines,
        author_count=author_count,
        organization=name,
        organization_handle=handle,
        date=dated.date if dated else None,
        upvotes=dated.upvotes if dated else None,
        unread="" if is_read else " ".join(line.text for line in lines),
    )


def _read_head(head: str) -> tuple[str, int | None, bool]:
    """Organisation, number of authors, and whether that is all that ``head`` says."""
    if _is_authors(head):
        return "", _number(head), True
    organization, bullet, counted = (part.strip() for part in head.rpartition("•"))
    if bullet and _is_authors(counted):
        return organization, _number(counted), True
    cut = _AUTHORS_CUT.fullmatch(head)
    if bullet and cut:
        return "", _number(counted) if cut["complete"] else None, False
    return head, None, True


def _handle_and_name(text: str) -> tuple[str, str]:
    """An organisation as ``handle name``; a name alone may be its own handle."""
    first, _, rest = text.partition(" ")
    if not _HANDLE.fullmatch(first):
        return "", text
    return first, rest.strip() or first


def _number(text: str) -> int:
    return int(re.sub(r"[^0-9]", "", text))
