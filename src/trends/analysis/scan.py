"""Kernel: code points to tokens, looked up in the lexicon. The grammar is that of tokens.py."""

from __future__ import annotations

import numpy as np

from trends.analysis.arrays import Bytes, Ints, Longs, Points, Words
from trends.analysis.characters import (
    CLOSE,
    DIGIT,
    HASH,
    IN_NUMBER,
    IN_WORD,
    JOIN,
    LETTER,
    MARK,
    OPEN,
    PLUS,
    SPACE,
    TOKEN_MAX_CHARS,
)
from trends.analysis.native import native

# Flags of a token.
BEGINS_PART = 1
IN_PARENTHESES = 2
ABSENT = -1

# A span in one number: where the token's characters begin, and how many there are.
SPAN_BITS = 8

_PRIME = np.uint64(0x9E3779B97F4A7C15)
_S32 = np.uint64(32)
_HIGH = np.uint64(0xFFFFFFFF00000000)
_LOW = np.uint64(0x00000000FFFFFFFF)
_EMPTY = np.uint64(0)


@native
def mixed(hashed: np.uint64, point: np.uint32) -> np.uint64:
    """A token's hash with one more character."""
    return (hashed ^ np.uint64(point)) * _PRIME


@native
def point_hash(points: Points, start: int, end: int) -> np.uint64:
    """A hash of the characters of a token."""
    result = _PRIME
    for at in range(start, end):
        result = mixed(result, points[at])
    return result ^ (result >> _S32)


@native
def look_up(
    points: Points,
    start: int,
    end: int,
    hashed: np.uint64,
    slots: Words,
    spans: Longs,
    known: Points,
) -> int:
    """The lexicon's number of the token ``points[start:end]``, or `ABSENT`.

    A slot holds half of a token's hash and the token's number plus 1; 0 is empty.
    """
    mask = np.uint64(len(slots) - 1)
    slot = hashed & mask
    length = end - start
    while slots[slot] != _EMPTY:
        if (slots[slot] ^ hashed) & _HIGH == _EMPTY:
            number = np.int64(slots[slot] & _LOW) - 1
            begin = spans[number] >> SPAN_BITS
            if spans[number] == (begin << SPAN_BITS) + length:
                same = True
                for at in range(length):
                    if known[begin + at] != points[start + at]:
                        same = False
                        break
                if same:
                    return int(number)
        slot = (slot + np.uint64(1)) & mask
    return ABSENT


@native
def scan(
    points: Points,
    ends: Longs,
    classes: Bytes,
    slots: Words,
    spans: Longs,
    known: Points,
    numbers: Ints,
    starts: Longs,
    stops: Longs,
    flags: Bytes,
    token_ends: Longs,
) -> int:
    """Finds the tokens of consecutive texts.

    Args:
        points: the code points of all texts, one behind the other.
        ends: where each text ends.
        classes: class of every code point (`characters.character_classes`).
        slots, spans, known: the lexicon's hash table.
        numbers, starts, stops, flags: out, per token: lexicon number or `ABSENT`, span, flags.
        token_ends: out, per text: the number of tokens up to its end.

    Returns:
        How many tokens are unknown to the lexicon.
    """
    count = 0
    missing = 0
    start_of_text = 0
    for text in range(len(ends)):
        end = ends[text]
        at = start_of_text
        begins = True
        previous = False  # whether a token of normal length stands directly before
        others = 0  # characters of the gap that are no white space
        length = 0
        last = 0  # the class of the last of them
        while at < end:
            point = points[at]
            kind = classes[point]
            if kind > LETTER:
                length += 1
                if kind != SPACE:
                    others += 1
                    last = kind
                at += 1
                continue
            start = at
            hashed = mixed(_PRIME, point)
            at += 1
            if kind == LETTER and at < end and classes[points[at]] == HASH:
                hashed = mixed(hashed, points[at])
                at += 1
            else:
                here = kind
                while at < end:
                    point = points[at]
                    before, here = here, classes[point]
                    if here <= MARK:
                        hashed = mixed(hashed, point)
                        at += 1
                        continue
                    if (here != IN_WORD and here != IN_NUMBER) or at + 1 >= end:
                        break
                    after = classes[points[at + 1]]
                    if not (
                        (here == IN_WORD and after <= LETTER)
                        or (here == IN_NUMBER and after == DIGIT and before == DIGIT)
                    ):
                        break
                    hashed = mixed(mixed(hashed, point), points[at + 1])
                    here = after
                    at += 2
                if at + 1 < end and classes[points[at]] == PLUS and classes[points[at + 1]] == PLUS:
                    hashed = mixed(mixed(hashed, points[at]), points[at + 1])
                    at += 2
            if others and not (others == 1 and length == 1 and last == JOIN):
                begins = True
            if at - start > TOKEN_MAX_CHARS:
                begins = True
                previous = False
            else:
                flag = BEGINS_PART if begins else 0
                if others == 1 and last == OPEN and previous:
                    ahead = at
                    while ahead < end and classes[points[ahead]] == SPACE:
                        ahead += 1
                    if ahead < end and classes[points[ahead]] == CLOSE:
                        flag |= IN_PARENTHESES
                hashed ^= hashed >> _S32
                number = look_up(points, start, at, hashed, slots, spans, known)
                if number == ABSENT:
                    missing += 1
                numbers[count] = number
                starts[count] = start
                stops[count] = at
                flags[count] = flag
                count += 1
                begins = False
                previous = True
            others = 0
            length = 0
        token_ends[text] = count
        start_of_text = end
    return missing
