"""The implementation the pipeline counts with: one pass over the tokens of each listing.

Equal to `trends.analysis.reference` on every text, several times as fast.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from trends.analysis.interface import Analysis
from trends.analysis.stop_words import STOP_WORDS
from trends.analysis.taxonomy import Taxonomy
from trends.analysis.tokens import TOKEN_MAX_CHARS, normalise, tokens_and_ends


class PlainAnalyser:
    """Slides over the tokens once, extending at most two open runs."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._topics_by_phrase = taxonomy.topics_by_phrase()
        self._phrases = self._topics_by_phrase.keys()

    def analyse(self, texts: Sequence[tuple[str, str]]) -> list[Analysis]:
        return [self._analyse_one(title, text) for title, text in texts]

    def _analyse_one(self, title: str, text: str) -> Analysis:
        # The full stop keeps runs from spanning title and text; each is normalised for itself
        # because NFKC may compose characters across a seam.
        terms = Counter(terms_of(f"{normalise(title)}.{normalise(text)}"))
        topics: dict[str, int] = {}
        for phrase in self._phrases & terms.keys():
            for topic in self._topics_by_phrase[phrase]:
                topics[topic] = topics.get(topic, 0) + terms[phrase]
        return Analysis(dict(terms), topics)


def terms_of(normalised: str) -> list[str]:
    """Every occurrence of every term in a normalised text."""
    found: list[str] = []
    add = found.append
    stops = STOP_WORDS
    # The runs of one and two tokens that end at the previous token and do not begin with a
    # function word; "" where there is none.
    one_before = two_before = ""
    for token in tokens_and_ends(normalised):
        if not token or len(token) > TOKEN_MAX_CHARS:
            one_before = two_before = ""
            continue
        pair = f"{one_before} {token}" if one_before else ""
        if token in stops:
            one_before = ""
        else:
            if len(token) > 1 and not token.isdecimal():
                add(token)
            if pair:
                add(pair)
            if two_before:
                add(f"{two_before} {token}")
            one_before = token
        two_before = pair
    return found
