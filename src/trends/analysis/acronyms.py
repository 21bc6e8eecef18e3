"""Acronyms that a listing introduces: "large language models (LLMs)"."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

from trends.analysis.terms import is_phrase, name_of
from trends.analysis.tokens import Token
from trends.analysis.words import ALONE, INSIDE, LINK, PREFIX

SHORT_MIN_CHARS: Final = 2
SHORT_MAX_CHARS: Final = 10
LONG_MAX_TOKENS: Final = 8


def acronyms_of(parts: Sequence[Sequence[Token]]) -> dict[str, str]:
    """Short form to long form, where a token stands alone in parentheses behind its long form.

    The first introduction of a short form counts.
    """
    found: dict[str, str] = {}
    for before, part in itertools.pairwise(parts):
        if not part or not part[0].in_parentheses or not before:
            continue
        short = part[0]
        if short.kind & ALONE and short.form not in found:
            long = long_form(short.form, before)
            if long is not None:
                found[short.form] = name_of(long)
    return found


def long_form(short: str, before: Sequence[Token]) -> Sequence[Token] | None:
    """The run at the end of ``before`` that ``short`` abbreviates.

    Where the tokens' first letters spell the short form, those tokens; else the shortest run that
    Schwartz and Hearst's algorithm finds. A bound piece in front that begins with the same letter
    belongs to it ("multi-modal large language models (MLLMs)").
    """
    if not SHORT_MIN_CHARS <= len(short) <= SHORT_MAX_CHARS:
        return None
    if not short.isascii() or not short[0].isalpha():
        return None
    limit = min(2 * len(short), LONG_MAX_TOKENS)
    first = len(before)
    while first and len(before) - first < limit and before[first - 1].kind & INSIDE:
        first -= 1
    window = before[first:]
    start = _by_initials(short, window)
    if start is None:
        start = _by_letters(short, window)
    if start is None:
        return None
    while start and window[start - 1].kind == PREFIX and window[start - 1].form[0] == short[0]:
        start -= 1
    long = window[start:]
    if len(long) < 2 or not is_phrase(long) or any(token.form == short for token in long):
        return None
    return long


def _by_initials(short: str, window: Sequence[Token]) -> int | None:
    """Where the run begins whose initials spell ``short``; function words may be passed over."""
    place = len(short) - 1
    for index in range(len(window) - 1, -1, -1):
        if window[index].form[0] == short[place]:
            if not place:
                return index
            place -= 1
        elif window[index].kind != LINK:
            return None
    return None


def _by_letters(short: str, window: Sequence[Token]) -> int | None:
    """Where the run begins in which every letter of ``short`` is found, from right to left.

    The first letter must be found where a token begins (Schwartz and Hearst 2003, "A simple
    algorithm for identifying abbreviation definitions in biomedical text").
    """
    joined = name_of(window)
    at = len(joined) - 1
    for place in range(len(short) - 1, -1, -1):
        while at >= 0 and not (
            joined[at] == short[place] and (place > 0 or at == 0 or joined[at - 1] == " ")
        ):
            at -= 1
        if at < 0:
            return None
        at -= 1
    return joined[: at + 1].count(" ")
