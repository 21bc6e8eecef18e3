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

# Columns of a slot of the lexicon: the halves of a token's hash, its number plus 1; 0 is empty.
HASH1, HASH2, NUMBER = range(3)

_PRIME1 = np.uint64(0x9E3779B97F4A7C15)
_PRIME2 = np.uint64(0xC2B2AE3D27D4EB4F)
_S29 = np.uint64(29)
_S32 = np.uint64(32)
_ONE = np.uint64(1)
_EMPTY = np.uint64(0)


@native
def mixed(hashed: np.uint64, prime: np.uint64, point: np.uint32) -> np.uint64:
    """Half of a token's hash with one more character."""
    return (hashed ^ np.uint64(point)) * prime


@native
def find(slots: Words, first: np.uint64, second: np.uint64) -> np.uint64:
    """The slot of a token, or the empty one where it belongs."""
    mask = np.uint64(len(slots) - 1)
    slot = first & mask
    while slots[slot, NUMBER] != _EMPTY and (
        slots[slot, HASH1] != first or slots[slot, HASH2] != second
    ):
        slot = (slot + _ONE) & mask
    return slot


@native
def learn(points: Points, starts: Longs, stops: Longs, number: int, slots: Words) -> None:
    """Gives the tokens ``points[start:stop]`` numbers from ``number`` on, in a table with room."""
    for row in range(len(starts)):
        first, second = _PRIME1, _PRIME2
        for at in range(starts[row], stops[row]):
            first = mixed(first, _PRIME1, points[at])
            second = mixed(second, _PRIME2, points[at])
        first, second = first ^ (first >> _S32), second ^ (second >> _S29)
        slot = find(slots, first, second)
        slots[slot, HASH1], slots[slot, HASH2] = first, second
        slots[slot, NUMBER] = np.uint64(number + row + 1)


@native
def move(old: Words, new: Words) -> None:
    """Fills a larger table from a smaller one."""
    for row in range(len(old)):
        if old[row, NUMBER]:
            new[find(new, old[row, HASH1], old[row, HASH2])] = old[row]


@native
def scan(
    points: Points,
    ends: Longs,
    classes: Bytes,
    slots: Words,
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
        slots: the lexicon's hash table.
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
            first, second = mixed(_PRIME1, _PRIME1, point), mixed(_PRIME2, _PRIME2, point)
            at += 1
            if kind == LETTER and at < end and classes[points[at]] == HASH:
                first = mixed(first, _PRIME1, points[at])
                second = mixed(second, _PRIME2, points[at])
                at += 1
            else:
                here = kind
                while at < end:
                    point = points[at]
                    before, here = here, classes[point]
                    if here <= MARK:
                        first = mixed(first, _PRIME1, point)
                        second = mixed(second, _PRIME2, point)
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
                    first = mixed(mixed(first, _PRIME1, point), _PRIME1, points[at + 1])
                    second = mixed(mixed(second, _PRIME2, point), _PRIME2, points[at + 1])
                    here = after
                    at += 2
                if at + 1 < end and classes[points[at]] == PLUS and classes[points[at + 1]] == PLUS:
                    first = mixed(mixed(first, _PRIME1, points[at]), _PRIME1, points[at + 1])
                    second = mixed(mixed(second, _PRIME2, points[at]), _PRIME2, points[at + 1])
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
                slot = find(slots, first ^ (first >> _S32), second ^ (second >> _S29))
                number = np.int64(slots[slot, NUMBER]) - 1
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
