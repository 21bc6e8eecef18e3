"""Which runs of tokens are terms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from trends.analysis.stop_words import STOP_WORDS

TERM_MAX_TOKENS: Final = 3


def is_term(run: Sequence[str]) -> bool:
    """Whether a run of tokens is a term.

    Function words stand only inside ("mixture of experts"); a single token is at least two
    characters long and not a number.
    """
    if not 1 <= len(run) <= TERM_MAX_TOKENS or run[0] in STOP_WORDS or run[-1] in STOP_WORDS:
        return False
    return len(run) > 1 or (len(run[0]) > 1 and not run[0].isdecimal())
