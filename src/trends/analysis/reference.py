"""The plain definition of terms and topics: slow, short, and the judge of every faster one.

`trends verify` and the tests count with this; the pipeline counts with another implementation that
must agree on every text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from trends.analysis.interface import Analysis
from trends.analysis.taxonomy import Taxonomy
from trends.analysis.terms import TERM_MAX_TOKENS, is_term
from trends.analysis.tokens import sentence_parts


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
