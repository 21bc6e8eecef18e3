"""Saved listing pages (Daily Papers and its search), in any of the forms a browser saves as text.

Comes in: the page's bytes. Goes out: a record per listing. Never does: invent a date, or drop a
line: what belongs to no listing becomes a record with an error.

The forms: title, abstract and sometimes a byline, divided by blank lines, below a banner with the
page's date; or titles and abstracts line by line, below a banner without a date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from trends.clock import Clock
from trends.errors import ConfigError
from trends.sources.page_byline import Byline, fold_bylines
from trends.sources.page_costs import STRAY_TITLE_MIN
from trends.sources.page_costs import title as title_price
from trends.sources.page_header import Header, split_header
from trends.sources.page_lines import PageLine, page_lines
from trends.sources.page_segments import Segment, segment
from trends.sources.record import SourceRecord
from trends.sources.rejects import reject

PAGE_SOURCE = "daily-papers"
PAGE_MAX_BYTES = 64 * 1024 * 1024
"""Pages alone are read as a whole; a bigger file is none."""

_FOOTER = re.compile(
    r"previous|next|load more|company|tos|privacy|about|careers|jobs|website|models|datasets"
    r"|spaces|pricing|docs|system theme|(?:© )?hugging face",
    re.IGNORECASE,
)


def read_page(
    chunks: Iterable[bytes], name: str, *, as_of: date | None, clock: Clock, source: str
) -> Iterator[SourceRecord]:
    """The listings of one saved page, in its order.

    Args:
        chunks: the page, decompressed.
        name: of the file, for origins.
        as_of: the day on which the page was saved, or any day not long after: dates without a
            year are the latest such dates not after it.
        clock: tells today's date, used for ``as_of`` where the page has a date.
        source: the listings' source.

    Raises:
        ConfigError: the page has no date and ``as_of`` is not given; its date lies after
            ``as_of``; it has no listings; it is too large.
    """
    lines = page_lines(_whole(chunks, name))
    header = split_header(lines)
    listed_on, bound = _page_date(header, name, as_of, clock)
    for line in header.unknown:
        yield _stray([line], name)
    count = 0
    parts = segment(fold_bylines(_without_footer(header.body)))
    for part in parts:
        if part.title is None or _is_stray(part, at_end=part is parts[-1]):
            yield _stray(part.lines, name)
        elif any(line.bad_utf8 for line in part.lines):
            count += 1
            yield _bad_utf8(part.lines, name)
        else:
            count += 1
            fields = _fields(part.title, part, listed_on, bound)
            yield SourceRecord(f"{name}:{part.title.number}", fields | {"source": source})
    if not count:
        raise ConfigError(f"{name}: no listing was found on this page; was it saved completely?")


def _whole(chunks: Iterable[bytes], name: str) -> bytes:
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > PAGE_MAX_BYTES:
            raise ConfigError(f"{name}: longer than {PAGE_MAX_BYTES:,} bytes: not a saved page")
    return bytes(data)


def _page_date(header: Header, name: str, as_of: date | None, clock: Clock) -> tuple[date, date]:
    """The day that the page lists, and the day that no date on it can lie after."""
    if header.date is None:
        if as_of is None:
            raise ConfigError(
                f"{name}: the page shows no date; say on which day it was saved, "
                "e.g. --as-of 2025-08-05"
            )
        return as_of, as_of
    bound = as_of or clock.now().date()
    resolved = header.date.resolve(bound)
    if resolved is None:
        raise ConfigError(
            f"{name}: the page's own date lies after {bound}; give the day on which it was "
            "saved with --as-of"
        )
    return resolved, bound


def _without_footer(lines: Sequence[PageLine]) -> Sequence[PageLine]:
    """``lines`` without the site's menu at the end, which is part of no listing."""
    stop = len(lines)
    while stop and _FOOTER.fullmatch(lines[stop - 1].text):
        stop -= 1
    return lines[:stop]


def _is_stray(part: Segment, *, at_end: bool) -> bool:
    """Whether this is no listing: it lacks a title, or has nothing but an unlikely one."""
    if part.title is None:
        return True
    is_alone = not part.text and part.byline is None
    return is_alone and title_price(part.title.text, at_end=at_end) >= STRAY_TITLE_MIN


def _fields(title: PageLine, part: Segment, listed_on: date, bound: date) -> dict[str, object]:
    fields: dict[str, object] = {
        "title": " ".join(title.text.split()),
        "listed_at": listed_on.isoformat(),
    }
    if part.text:
        fields["text"] = _joined(part.text)
    if part.byline is not None:
        fields |= _byline_fields(part.byline, listed_on, bound)
    return fields


def _joined(lines: Sequence[PageLine]) -> str:
    """An abstract's lines as on the page, a blank line between its paragraphs."""
    first, *rest = lines
    return first.text + "".join(("\n\n" if x.gap_before else "\n") + x.text for x in rest)


def _byline_fields(byline: Byline, listed_on: date, bound: date) -> dict[str, object]:
    written = byline.date
    # A year on the page is a fact even behind the page's date; without one, the page's date rules.
    limit = bound if written is not None and written.year is not None else listed_on
    published_on = written.resolve(limit) if written is not None else None
    unread = byline.unread
    if written is not None and published_on is None:
        unread = " ".join(line.text for line in byline.lines)
    fields: dict[str, object] = {
        "author_count": byline.author_count,
        "organization": byline.organization or None,
        "organization_handle": byline.organization_handle or None,
        "published_at": published_on.isoformat() if published_on is not None else None,
        "upvotes": byline.upvotes,
        "byline": unread or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _stray(lines: Sequence[PageLine], name: str) -> SourceRecord:
    return reject(
        "unreadable_text",
        "the text belongs to no listing on the page",
        origin=f"{name}:{lines[0].number}",
        raw=b"\n".join(line.raw for line in lines),
    )


def _bad_utf8(lines: Sequence[PageLine], name: str) -> SourceRecord:
    return reject(
        "bad_utf8",
        "the listing is not UTF-8",
        origin=f"{name}:{lines[0].number}",
        raw=b"\n".join(line.raw for line in lines),
        remedy="convert the page, e.g. with iconv -t UTF-8",
    )
