"""128-bit keys of terms, in two halves: of a token from its bytes, of a phrase from its tokens.

Keys stand for names in memory only. With 128 bits, two of a billion different names share a key
with a probability below 1e-20.
"""

from __future__ import annotations

import numpy as np

from trends.analysis.arrays import Bytes, Longs, Words
from trends.analysis.native import native

_M1 = np.uint64(0x9E3779B97F4A7C15)
_M2 = np.uint64(0xC2B2AE3D27D4EB4F)
_SEED1 = np.uint64(0x243F6A8885A308D3)
_SEED2 = np.uint64(0x13198A2E03707344)
_S29 = np.uint64(29)
_S32 = np.uint64(32)
SPACE = np.uint8(32)


@native
def extend1(key: np.uint64, half: np.uint64) -> np.uint64:
    """The first half of a phrase's key with one more token."""
    return (key ^ (key >> _S29)) * _M1 + half


@native
def extend2(key: np.uint64, half: np.uint64) -> np.uint64:
    """The second half of a phrase's key with one more token."""
    return (key ^ (key >> _S32)) * _M2 + half


@native
def token_key(text: Bytes, start: int, end: int) -> tuple[np.uint64, np.uint64]:
    """The key of the token in ``text[start:end]``."""
    first, second = _SEED1, _SEED2
    for at in range(start, end):
        byte = np.uint64(text[at])
        first = (first ^ byte) * _M1
        first ^= first >> _S32
        second = (second ^ byte) * _M2
        second ^= second >> _S29
    return first, second


@native
def name_keys(text: Bytes, offsets: Longs, first: Words, second: Words) -> None:
    """The keys of the names in ``text[offsets[i]:offsets[i + 1]]``, whose tokens a space parts."""
    for row in range(len(first)):
        start, stop = offsets[row], offsets[row + 1]
        key1, key2 = np.uint64(0), np.uint64(0)
        begun = False
        at = start
        while at <= stop:
            if at == stop or text[at] == SPACE:
                half1, half2 = token_key(text, start, at)
                key1 = extend1(key1, half1) if begun else half1
                key2 = extend2(key2, half2) if begun else half2
                begun = True
                start = at + 1
            at += 1
        first[row], second[row] = key1, key2
