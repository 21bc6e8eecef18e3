"""What each Unicode character is to the tokeniser; one definition for reference and kernel."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import chain
from typing import Final

TOKEN_MAX_CHARS: Final = 64

# Scripts written without spaces between words: Han, kana, Thai, Lao, Burmese, Khmer.
DENSE: Final = (
    "々〆〇ぁ-ゖゝゞァ-ヺーヽヾㇰ-ㇿ"
    "㐀-䶿一-鿿\uf900-\ufaff\U00020000-\U0003fffd"
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0edf\u1000-\u109f\u1780-\u17d3"
)


_ALL_DENSE: Final = re.compile(f"[{DENSE}]+")


def is_dense(text: str) -> bool:
    """Whether all of ``text`` is of scripts without spaces."""
    return _ALL_DENSE.fullmatch(text) is not None


def _ranges(categories: frozenset[str], points: Iterable[int]) -> str:
    """A character class, as ranges, of those of ``points`` that are in these Unicode categories."""
    found: list[str] = []
    start = last = -2
    for point in points:
        if unicodedata.category(chr(point)) not in categories:
            continue
        if point != last + 1:
            if start >= 0:
                found.append(f"{chr(start)}-{chr(last)}")
            start = point
        last = point
    return "".join([*found, f"{chr(start)}-{chr(last)}"])


# Accents and vowel signs continue a token ("हिन्दी"); they never begin one. All of Unicode has them
# in these two blocks alone, and to ask of every code point takes a third of a second.
MARKS: Final = _ranges(
    frozenset({"Mn", "Mc", "Me"}), chain(range(0x300, 0x1F000), range(0xE0000, 0xE0200))
)

# Between two word characters these belong to the token ("don't", "Q&A", "pass@k") ...
INSIDE: Final = "'’&@"
# ... these do between two digits ("3.5", "1,000") ...
INSIDE_NUMBER: Final = ".,"
# ... and these split it without ending the sentence part ("vision-language", "scikit_learn").
JOINS: Final = "-‐‑–_"

# Classes of `character_classes`. Those up to LETTER begin a token, those up to MARK continue one.
DIGIT, LETTER, MARK, SPACE, IN_WORD, IN_NUMBER, JOIN, PLUS, HASH, OPEN, CLOSE, OTHER = range(12)


def character_classes() -> bytes:
    """The class of every code point, for the kernel; index = code point."""
    classes = bytearray([OTHER]) * 0x110000
    # No letter, digit or space has a higher code point.
    points = [*range(0xD800), *range(0xE000, 0x34000)]
    text = "".join(map(chr, points))
    for pattern, number in ((r"\s", SPACE), (r"[^\W_]", LETTER), (r"\d", DIGIT)):
        for match in re.finditer(f"{pattern}+", text):
            start, size = points[match.start()], len(match[0])
            classes[start : start + size] = bytes([number]) * size
    for ends in zip(MARKS[::3], MARKS[2::3], strict=True):
        start, end = map(ord, ends)
        classes[start : end + 1] = bytes([MARK]) * (end + 1 - start)
    for characters, number in (
        (INSIDE, IN_WORD),
        (INSIDE_NUMBER, IN_NUMBER),
        (JOINS, JOIN),
        ("+", PLUS),
        ("#", HASH),
        ("(", OPEN),
        (")", CLOSE),
    ):
        for character in characters:
            classes[ord(character)] = number
    return bytes(classes)
