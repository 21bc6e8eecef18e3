"""A token as it stands in the text to the form under which it is counted."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

from trends.analysis.characters import is_dense
from trends.analysis.singular import singular
from trends.analysis.words import BREAK, KINDS, LETTER, NUMBER, WORD

FORMS_CACHED: Final = 100_000

_CONTRACTED: Final = ("n't", "'re", "'ve", "'ll", "'d", "'m")


@lru_cache(maxsize=FORMS_CACHED)
def form_of(token: str) -> tuple[str, int]:
    """The form of a prepared token, and what it may do in a term.

    "models" and "model's" have the form "model", "naïve" has "naive". Function words keep theirs.
    """
    if not token.isascii():
        token = _without_accents(token.replace("’", "'"))
    kind = KINDS.get(token)
    if kind is not None:
        return token, kind
    if "'" in token:
        if token.endswith(_CONTRACTED):
            return token, BREAK
        token = token.removesuffix("'s")
    # "3.5x" is how many times, "3d" is a word.
    if token.replace(",", "").replace(".", "").removesuffix("x").isdecimal():
        return token, NUMBER
    form = singular(token)
    kind = KINDS.get(form)
    if kind is None:
        kind = LETTER if len(form) == 1 and not is_dense(form) else WORD
    return form, kind


def _without_accents(token: str) -> str:
    """Latin letters without their accents; other scripts keep their marks, which are letters."""
    kept: list[str] = []
    latin = False
    for character in unicodedata.normalize("NFD", token):
        if unicodedata.combining(character):
            if latin:
                continue
        else:
            latin = "a" <= character <= "z"
        kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))
