"""How unlikely it is that a line of a saved page is a title, or a part of an abstract.

Comes in: a line's text. Goes out: a price; 0 for what is usual, more for what is not. Never does:
look at the lines around it (`page_segments` does).

One unit is about a factor of e in how often it is met. The prices are judgement, not a fit: titles
are short and do not end like a sentence, abstracts are long and do.
"""

from __future__ import annotations

import re
from enum import Enum

from trends.sources.page_dates import parse_date_line


class RunEnd(Enum):
    """What stands behind a listing without text."""

    LISTING = "the next listing"
    BYLINE = "its byline"
    PAGE = "the page's end"


WITHOUT_TEXT = {RunEnd.LISTING: 6.0, RunEnd.BYLINE: 3.0, RunEnd.PAGE: 1.0}
"""A title without an abstract: rare, but where the page was cut."""

STRAY = 7.0
STRAY_MORE = 4.0
"""A line that belongs to no listing, and another one behind it."""

TITLE_IN_BLOCK = 8.0
MORE_IN_BLOCK = 0.2
"""Where blank lines divide a page, a line without one above goes on with what is above."""

MORE_AGAIN_REBATE = 1.0
"""An abstract with two paragraphs may well have three."""

STRAY_TITLE_MIN = 5.0
"""From this price on, a title that has neither text nor byline is taken for no title."""

_TITLE_MAX_CHARS = 200
_TITLE_LONGEST_CHARS = 300
_NO_TITLE_ENDS = (",", ";", ":", "，", "；", "：")
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？", ")", '"', "'", "”", "’")
_ITEM = re.compile(r"[-*•–—] |\(?(?:[ivx]{1,4}|[0-9]{1,2})[.)] ")
_URL = re.compile(r"https?://|www\.")
_NEXT_SENTENCE = re.compile(r"[a-z0-9)][.!] +[A-Z]|[。！？].")


def title(text: str, *, at_end: bool = False) -> float:
    """The price of ``text`` as a title; at a page's end it may be cut, and so end anyhow."""
    length = len(text)
    price = 0.0
    if length > _TITLE_LONGEST_CHARS:
        price += 8.0
    elif length > _TITLE_MAX_CHARS:
        price += 2.0
    if text.endswith((".", "。")) and not text.endswith("..."):
        price += 4.0 if length <= 60 else 9.0
    elif text.endswith(_NO_TITLE_ENDS) and not at_end:
        price += 8.0
    if parse_date_line(text) is not None:
        price += 10.0
    if _ITEM.match(text):
        price += 8.0
    if _URL.search(text):
        price += 6.0
    if length > 120 and _NEXT_SENTENCE.search(text):
        price += 1.5
    if re.match(r"[a-z]+ ", text):
        price += 0.5
    return price


def abstract(text: str, *, at_end: bool) -> float:
    """The price of ``text`` as the first line of an abstract; at a page's end it may be cut."""
    length = len(text)
    price = 4.0 if length < 40 else 3.0 if length < 80 else 1.5 if length < 150 else 0.0
    if at_end:
        return price / 2
    return price if text.endswith(_SENTENCE_ENDS) else price + 1.0


def more(text: str) -> float:
    """The price of ``text`` as a further paragraph of an abstract."""
    looks_like_title = len(text) < 150 and title(text) < 1.0
    return 4.5 if looks_like_title else 3.0
