"""The part of a saved page above its first listing.

Comes in: the page's lines. Goes out: the page's date if it has one, and the lines below. Never
does: skip a line that it does not know without reporting it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from trends.sources.page_dates import PartialDate, parse_date_line
from trends.sources.page_lines import PageLine

# What every such page says about itself ...
_BANNER = re.compile(
    r"get trending papers in your email inbox.{0,40}|subscribe|daily papers|trending papers"
    r"|by ?\S+ and the research community",
    re.IGNORECASE,
)
# ... and words of its menus, which are a title like any other unless the banner goes on below.
_MENU = re.compile(
    r"new|papers|daily|weekly|monthly|hugging face|models|datasets|spaces|docs|community"
    r"|enterprise|pricing|log ?in|sign ?up",
    re.IGNORECASE,
)
_GLUED = re.compile(r"(Subscribe) ?(?=\S)")
_LOOK_AHEAD_LINES = 3
_MENU_MAX_CHARS = 80
_DETECTION_LINES = 30


@dataclass(frozen=True, slots=True)
class Header:
    """A page, divided.

    Attributes:
        date: the page's own date, if it shows one.
        body: the lines below the header.
        unknown: lines of the header that are neither banner nor date.
    """

    date: PartialDate | None
    body: Sequence[PageLine]
    unknown: Sequence[PageLine]


def is_banner(text: str) -> bool:
    """Whether ``text`` is a line with which a listing page introduces itself."""
    return _BANNER.fullmatch(text) is not None


def looks_like_page(lines: Sequence[PageLine]) -> bool:
    """Whether the first lines of a file are those of a saved listing page."""
    head = [line.text for line in lines[:_DETECTION_LINES]]
    return bool(head) and (
        any(map(is_banner, head))
        or parse_date_line(head[0]) is not None
        or any(a == "·" and parse_date_line(b) for a, b in pairwise(head))
    )


def split_header(lines: Sequence[PageLine]) -> Header:
    """Divide a page into its header and the lines of its listings."""
    unknown: list[PageLine] = []
    subscribe_seen = banner_seen = False
    for index, line in enumerate(lines):
        glued = _GLUED.match(line.text)
        dated = parse_date_line(line.text)
        if is_banner(line.text):
            banner_seen = True
            subscribe_seen = subscribe_seen or line.text.lower() == "subscribe"
        elif dated is not None and dated.upvotes is None:
            return Header(dated.date, lines[index + 1 :], unknown)
        elif glued and banner_seen and not subscribe_seen:
            # Saved without its layout, the button and the first title became one line.
            rest = replace(line, text=line.text[glued.end() :], gap_before=True)
            return _after_glued(rest, lines[index + 1 :], unknown)
        elif not _header_goes_on(lines[index : index + 1 + _LOOK_AHEAD_LINES]):
            return Header(None, lines[index:], unknown)
        elif not _MENU.fullmatch(line.text):
            unknown.append(line)
    return Header(None, (), unknown)


def _after_glued(rest: PageLine, below: Sequence[PageLine], unknown: Sequence[PageLine]) -> Header:
    dated = parse_date_line(rest.text)
    if dated is not None and dated.upvotes is None:
        return Header(dated.date, below, unknown)
    return Header(None, (rest, *below), unknown)


def _header_goes_on(lines: Sequence[PageLine]) -> bool:
    """Whether a banner or the page's date still follows, behind short lines only."""
    for line in lines:
        if is_banner(line.text) or parse_date_line(line.text) is not None:
            return True
        if len(line.text) > _MENU_MAX_CHARS:
            return False
    return False
