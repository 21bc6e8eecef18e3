"""Which runs of tokens are terms."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Final

from trends.analysis.tokens import Token
from trends.analysis.words import AFTER_WORD, ALONE, ENDS, INSIDE, STARTS

TERM_MAX_TOKENS: Final = 4


def is_term(run: Sequence[Token]) -> bool:
    """Whether a run of tokens of one sentence part is a term, by what their kinds allow.

    Candidate phrases end at words that name no subject, as in RAKE (Rose, Engel, Cramer and
    Cowley 2010); function words may stand inside ("mixture of experts").
    """
    if len(run) == 1:
        return bool(run[0].kind & ALONE)
    if not 2 <= len(run) <= TERM_MAX_TOKENS:
        return False
    return is_phrase(run)


def is_phrase(run: Sequence[Token]) -> bool:
    """Whether a run, however long, could name one thing."""
    return bool(
        run[0].kind & STARTS
        and run[-1].kind & ENDS
        and all(token.kind & INSIDE for token in run)
        and all(
            before.kind & ENDS
            for before, token in itertools.pairwise(run)
            if token.kind & AFTER_WORD
        )
    )


def name_of(run: Sequence[Token]) -> str:
    """A term as it stands in the counts."""
    return " ".join(token.form for token in run)


def terms_of(part: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Every run of a sentence part that is a term."""
    for start, token in enumerate(part):
        for end in range(start + 1, min(start + TERM_MAX_TOKENS, len(part)) + 1):
            run = part[start:end]
            if is_term(run):
                yield run
            if not token.kind & STARTS or not run[-1].kind & INSIDE:
                break
