"""When two names are one word or phrase, spelt differently."""

from __future__ import annotations

from typing import Final

WORD_PREFIX_MIN_CHARS: Final = 3
WORD_MIN_CHARS: Final = 5


def joined(name: str) -> str:
    """Without spaces: names that differ only there are one entry ("data set", "dataset")."""
    return name.replace(" ", "")


def same_words(one: str, other: str) -> bool:
    """Whether two long forms *of the same short form* are one.

    They are if they differ in spaces only, or in one word that begins or ends alike: "vision" and
    "visual language model", "multimodal" and "modal large language model".
    """
    if joined(one) == joined(other):
        return True
    words, others = one.split(), other.split()
    if len(words) != len(others):
        return joined(one).endswith(joined(other)) or joined(other).endswith(joined(one))
    differ = [(a, b) for a, b in zip(words, others, strict=True) if a != b]
    return len(differ) == 1 and _same_word(*differ[0])


def _same_word(one: str, other: str) -> bool:
    if min(len(one), len(other)) < WORD_MIN_CHARS:
        return False
    same = one[:WORD_PREFIX_MIN_CHARS] == other[:WORD_PREFIX_MIN_CHARS]
    return same or one.endswith(other) or other.endswith(one)
