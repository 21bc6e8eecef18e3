"""Words that do not name a subject, and what each kind of them may do in a term."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

import yaml

# What a token may do in a term, as bits. A phrase starts and ends where it may, and all of it may
# stand inside; what may not stand inside breaks it.
ALONE: Final = 1
STARTS: Final = 2
ENDS: Final = 4
INSIDE: Final = 8
AFTER_WORD: Final = 16  # only directly behind a token that may end a phrase

BREAK: Final = 0  # in no term: "that", "we", "is"
LONE: Final = ALONE  # by itself, in no phrase: verbs and adverbs of the genre, "propose"
LINK: Final = INSIDE  # between others: "mixture of experts"
PREFIX: Final = STARTS | INSIDE  # neither by itself nor last: "multi-agent"
LETTER: Final = STARTS | ENDS | INSIDE  # a single letter, not by itself: "k-means"
NUMBER: Final = ENDS | INSIDE | AFTER_WORD  # only behind a word: "Llama 3"
WORD: Final = ALONE | STARTS | ENDS | INSIDE


def _kinds() -> dict[str, int]:
    text = files("trends.analysis").joinpath("words.yaml").read_text(encoding="utf-8")
    kinds = {
        "break": BREAK,
        "break_chinese": BREAK,
        "link": LINK,
        "prefix": PREFIX,
        "lone": LONE,
    }
    return {
        word: kinds[section]
        for section, words in yaml.safe_load(text).items()
        for word in words.split()
    }


# Of the words in words.yaml, by the form they have in a text.
KINDS: Final = _kinds()
