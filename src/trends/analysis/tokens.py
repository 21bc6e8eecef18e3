"""Text to sentence parts, each a run of tokens that a term may span."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

TOKEN_MAX_CHARS: Final = 64

# A token: letters and digits, joined inside by a hyphen or an apostrophe ("state-of-the-art").
TOKEN: Final = r"[^\W_]+(?:['’\-][^\W_]+)*"
# Whatever is neither a word character nor white space ends the sentence part.
PART_END: Final = r"[^\w\s]|_"

_TOKEN_OR_END: Final = re.compile(f"({TOKEN})|{PART_END}")


def normalise(text: str) -> str:
    """NFKC, then case folding: one spelling for forms that a reader takes as the same."""
    return unicodedata.normalize("NFKC", text).casefold()


def tokens_and_ends(text: str) -> list[str]:
    """Tokens of normalised ``text`` in order; an empty string marks the end of a sentence part."""
    return _TOKEN_OR_END.findall(text)


def sentence_parts(text: str) -> list[list[str]]:
    """Tokens of ``text``, split at punctuation; a token over the length limit splits too."""
    parts: list[list[str]] = [[]]
    for token in tokens_and_ends(normalise(text)):
        if token and len(token) <= TOKEN_MAX_CHARS:
            parts[-1].append(token)
        else:
            parts.append([])
    return [part for part in parts if part]
