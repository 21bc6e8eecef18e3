"""Kernel: tokens to terms, acronyms and topics, listing by listing.

Equal to reference.py on every text. A term is a slice of the *arena*, the forms of all tokens in
order with a space behind each, so that no string is made for it.
"""

from __future__ import annotations

import numpy as np

from trends.analysis.acronyms import LONG_MAX_TOKENS, SHORT_MAX_CHARS, SHORT_MIN_CHARS
from trends.analysis.arrays import Bytes, Ints, Longs, Words
from trends.analysis.hashing import SPACE, extend1, extend2
from trends.analysis.lexicon import FORM_BYTES, FORM_START, KEY1, KEY2, KIND
from trends.analysis.native import native
from trends.analysis.scan import BEGINS_PART, IN_PARENTHESES
from trends.analysis.terms import TERM_MAX_TOKENS
from trends.analysis.words import AFTER_WORD, ALONE, ENDS, INSIDE, LINK, PREFIX, STARTS

_ALONE = np.uint64(ALONE)
_STARTS = np.uint64(STARTS)
_ENDS = np.uint64(ENDS)
_INSIDE = np.uint64(INSIDE)
_AFTER_WORD = np.uint64(AFTER_WORD)
_LINK = np.uint64(LINK)
_PREFIX = np.uint64(PREFIX)
_A = np.uint8(ord("a"))
_Z = np.uint8(ord("z"))


@native
def write_arena(numbers: Ints, rows: Words, forms: Bytes, arena: Bytes, offsets: Longs) -> None:
    """Copies the form of every token, and a space, into ``arena``."""
    at = np.int64(0)
    for token in range(len(numbers)):
        row = rows[numbers[token]]
        offsets[token] = at
        start = np.int64(row[FORM_START])
        for place in range(np.int64(row[FORM_BYTES])):
            arena[at] = forms[start + place]
            at += 1
        arena[at] = SPACE
        at += 1
    offsets[len(numbers)] = at


@native
def arena_bytes(numbers: Ints, rows: Words) -> int:
    """How many bytes `write_arena` will write."""
    total = len(numbers)
    for token in range(len(numbers)):
        total += int(rows[numbers[token], FORM_BYTES])
    return total


@native
def _by_initials(
    short: int, numbers: Ints, rows: Words, arena: Bytes, offsets: Longs, window: int
) -> int:
    """As in acronyms.py, of the tokens from ``window`` up to ``short``; -1 for none."""
    begin = offsets[short]
    place = offsets[short + 1] - 2 - begin
    for token in range(short - 1, window - 1, -1):
        if arena[offsets[token]] == arena[begin + place]:
            if place == 0:
                return token
            place -= 1
        elif rows[numbers[token], KIND] != _LINK:
            return -1
    return -1


@native
def _by_letters(short: int, arena: Bytes, offsets: Longs, window: int) -> int:
    """As in acronyms.py, of the tokens from ``window`` up to ``short``; -1 for none."""
    begin = offsets[short]
    length = offsets[short + 1] - 1 - begin
    at = offsets[short] - 2
    for place in range(length - 1, -1, -1):
        letter = arena[begin + place]
        while at >= offsets[window] and not (
            arena[at] == letter and (place > 0 or at == offsets[window] or arena[at - 1] == SPACE)
        ):
            at -= 1
        if at < offsets[window]:
            return -1
        at -= 1
    start = window
    while offsets[start + 1] <= at + 1:
        start += 1
    return start


@native
def _long_start(
    short: int, numbers: Ints, flags: Bytes, rows: Words, arena: Bytes, offsets: Longs, first: int
) -> int:
    """Where the long form in front of the token ``short`` begins, as `long_form` says; -1: none."""
    begin = offsets[short]
    length = offsets[short + 1] - 1 - begin
    if not (SHORT_MIN_CHARS <= length <= SHORT_MAX_CHARS and _A <= arena[begin] <= _Z):
        return -1
    for at in range(begin, begin + length):
        if arena[at] >= 128:
            return -1
    limit = min(2 * length, LONG_MAX_TOKENS)
    window = short
    while (
        window > first
        and short - window < limit
        and rows[numbers[window - 1], KIND] & _INSIDE
        and not (window < short and flags[window] & BEGINS_PART)
    ):
        window -= 1
    start = _by_initials(short, numbers, rows, arena, offsets, window)
    if start < 0:
        start = _by_letters(short, arena, offsets, window)
    if start < 0:
        return -1
    while (
        start > window
        and rows[numbers[start - 1], KIND] == _PREFIX
        and arena[offsets[start - 1]] == arena[begin]
    ):
        start -= 1
    if short - start < 2:
        return -1
    if not (rows[numbers[start], KIND] & _STARTS and rows[numbers[short - 1], KIND] & _ENDS):
        return -1
    own = rows[numbers[short]]
    for token in range(start, short):
        row = rows[numbers[token]]
        if row[KEY1] == own[KEY1] and row[KEY2] == own[KEY2]:
            return -1
        if token > start and row[KIND] & _AFTER_WORD and not rows[numbers[token - 1], KIND] & _ENDS:
            return -1
    return start


@native
def find_terms(
    numbers: Ints,
    flags: Bytes,
    token_ends: Longs,
    rows: Words,
    arena: Bytes,
    offsets: Longs,
    key1: Words,
    key2: Words,
    name_starts: Longs,
    name_bytes: Ints,
    mentions: Ints,
    term_ends: Longs,
    title_terms: Ints,
    acronyms: Longs,
    acronym_ends: Longs,
    slot_listings: Ints,
    slot_terms: Ints,
) -> None:
    """Finds the terms of every listing.

    Args:
        numbers, flags: lexicon number and flags of every token.
        token_ends: tokens up to the end of each text; title and text of each listing in turn.
        rows: the lexicon's rows.
        arena, offsets: see `write_arena`.
        key1, key2, name_starts, name_bytes, mentions: out, per term of a listing.
        term_ends, title_terms: out, per listing.
        acronyms: out, rows (short's token, long's first token), as many as `IN_PARENTHESES` flags.
        acronym_ends: out, per listing.
        slot_listings, slot_terms: a hash table, zeros; a power of two above twice the terms of
            the longest listing.
    """
    mask = np.uint64(len(slot_listings) - 1)
    count = 0
    introduced = 0
    first = 0
    for listing in range(len(term_ends)):
        first_acronym = introduced
        for part in range(2):
            start = first if part == 0 else token_ends[2 * listing]
            for token in range(start, token_ends[2 * listing + part]):
                if not (flags[token] & IN_PARENTHESES and rows[numbers[token], KIND] & _ALONE):
                    continue
                row = rows[numbers[token]]
                known = False
                for each in range(first_acronym, introduced):
                    other = rows[numbers[acronyms[each, 0]]]
                    if other[KEY1] == row[KEY1] and other[KEY2] == row[KEY2]:
                        known = True
                        break
                if not known:
                    begin = _long_start(token, numbers, flags, rows, arena, offsets, start)
                    if begin >= 0:
                        acronyms[introduced, 0] = token
                        acronyms[introduced, 1] = begin
                        introduced += 1
        acronym_ends[listing] = introduced

        first_term = count
        for part in range(2):
            start = first if part == 0 else token_ends[2 * listing]
            end = token_ends[2 * listing + part]
            for token in range(start, end):
                row = rows[numbers[token]]
                kind = row[KIND]
                half1, half2 = row[KEY1], row[KEY2]
                last = token
                while True:
                    # The run from `token` to `last`, whose key the halves are.
                    begin, stop = token, last + 1
                    if last == token:
                        counts = kind & _ALONE
                        if counts:
                            for each in range(first_acronym, introduced):
                                short = rows[numbers[acronyms[each, 0]]]
                                if short[KEY1] == half1 and short[KEY2] == half2:
                                    begin, stop = acronyms[each, 1], acronyms[each, 0]
                                    break
                    else:
                        counts = kind & _ENDS
                    if counts:
                        first_half, second_half = half1, half2
                        if begin != token:
                            first_half = rows[numbers[begin], KEY1]
                            second_half = rows[numbers[begin], KEY2]
                            for each in range(begin + 1, stop):
                                long = rows[numbers[each]]
                                first_half = extend1(first_half, long[KEY1])
                                second_half = extend2(second_half, long[KEY2])
                        slot = np.int64((first_half ^ (second_half >> np.uint64(7))) & mask)
                        while True:
                            if slot_listings[slot] != listing + 1:
                                slot_listings[slot] = listing + 1
                                slot_terms[slot] = count
                                key1[count] = first_half
                                key2[count] = second_half
                                name_starts[count] = offsets[begin]
                                name_bytes[count] = offsets[stop] - 1 - offsets[begin]
                                mentions[count] = 1
                                count += 1
                                break
                            term = slot_terms[slot]
                            if key1[term] == first_half and key2[term] == second_half:
                                mentions[term] += 1
                                break
                            slot = (slot + 1) & np.int64(mask)
                    last += 1
                    if (
                        last >= end
                        or last - token >= TERM_MAX_TOKENS
                        or not rows[numbers[token], KIND] & _STARTS
                        or flags[last] & BEGINS_PART
                    ):
                        break
                    row = rows[numbers[last]]
                    if not row[KIND] & _INSIDE or (row[KIND] & _AFTER_WORD and not kind & _ENDS):
                        break
                    kind = row[KIND]
                    half1 = extend1(half1, row[KEY1])
                    half2 = extend2(half2, row[KEY2])
            if part == 0:
                title_terms[listing] = count - first_term
        term_ends[listing] = count
        first = token_ends[2 * listing + 1]
