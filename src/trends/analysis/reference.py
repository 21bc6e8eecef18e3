"""The plain definition of terms and topics: slow, short, and the judge of every faster one.

`trends verify` and the tests count with this; the pipeline counts with another implementation that
must agree on every text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from trends.analysis.interface import Analysis
from trends.analysis.stop_words import STOP_WORDS
from trends.analysis.taxonomy import Taxonomy
from trends.analysis.tokens import sentence_parts

TERM_MAX_TOKENS: Final = 3


class ReferenceAnalyser:
    """Enumerates every run of one to three tokens and asks whether it is a term."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy

    def analyse(self, texts: Sequence[tuple[str, str]]) -> list[Analysis]:
        return [self._analyse_one(title, text) for title, text in texts]

    def _analyse_one(self, title: str, text: str) -> Analysis:
        terms: Counter[str] = Counter()
        for part in sentence_parts(title) + sentence_parts(text):
            for size in range(1, TERM_MAX_TOKENS + 1):
                for start in range(len(part) - size + 1):
                    run = part[start : start + size]
                    if is_term(run):
                        terms[" ".join(run)] += 1
        topics: Counter[str] = Counter()
        for topic in self._taxonomy.topics:
            mentions = sum(terms[phrase] for phrase in topic.phrases)
            if mentions:
                topics[topic.name] = mentions
        return Analysis(dict(terms), dict(topics))


def is_term(run: Sequence[str]) -> bool:
    """Whether a run of tokens is a term.

    Function words stand only inside ("mixture of experts"); a single token is at least two
    characters long and not a number.
    """
    if run[0] in STOP_WORDS or run[-1] in STOP_WORDS:
        return False
    return len(run) > 1 or (len(run[0]) > 1 and not run[0].isdecimal())
