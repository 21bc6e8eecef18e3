"""Raw text to the text that is tokenised: no links, no LaTeX, one spelling per character.

"See https://x.org: the ﬁrst $\\beta$-VAE"  ->  "see  . : the first β-vae"
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from trends.analysis.characters import DENSE
from trends.analysis.latex import without_latex
from trends.analysis.links import without_links
from trends.analysis.segment import Segmenter

_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u2060\ufe0e\ufe0f\ufeff]")
_DENSE_RUN: Final = re.compile(f"[{DENSE}]+")


def clean(text: str, segmenter: Segmenter) -> str:
    """``text`` without links, LaTeX and invisible characters, with its case: what people read."""
    plain = without_latex(text)
    plain = without_links(plain).replace("_", "-")
    if plain.isascii():
        return plain
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", plain)).replace("_", "-")
    return _DENSE_RUN.sub(lambda run: segmenter.cut(run[0]), plain)


def fold(cleaned: str) -> str:
    """Without case. What folding leaves apart or together, NFKC settles ("ΐ")."""
    if cleaned.isascii():
        return cleaned.lower()
    return unicodedata.normalize("NFKC", cleaned.casefold())


def prepare(text: str, segmenter: Segmenter) -> str:
    """The text to tokenise."""
    return fold(clean(text, segmenter))
