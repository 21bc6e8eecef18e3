"""The plain definition of terms and topics: slow, short, and the judge of the kernel.

`trends verify` and the tests count with this; the pipeline counts with the kernel, which must agree
on every text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from trends.analysis.acronyms import acronyms_of
from trends.analysis.interface import Analysis
from trends.analysis.prepare import prepare
from trends.analysis.segment import Segmenter
from trends.analysis.taxonomy import Taxonomy
from trends.analysis.terms import name_of, terms_of
from trends.analysis.tokens import Token, tokens_by_part

Part = Sequence[Token]


class ReferenceAnalyser:
    """Asks of every run of tokens whether it is a term, and of every topic whether it is there."""

    def __init__(self, taxonomy: Taxonomy, segmenter: Segmenter) -> None:
        self._taxonomy = taxonomy
        self._segmenter = segmenter
        self._by_first: dict[str, list[tuple[int, tuple[str, ...], bool]]] = {}
        for number, topic in enumerate(taxonomy.topics):
            for phrase in topic.phrases:
                self._by_first.setdefault(phrase[0], []).append((number, phrase, True))
            for phrase in topic.exclusions:
                self._by_first.setdefault(phrase[0], []).append((number, phrase, False))

    def analyse(self, texts: Sequence[tuple[str, str]]) -> list[Analysis]:
        return [self._analyse_one(title, text) for title, text in texts]

    def _analyse_one(self, title: str, text: str) -> Analysis:
        in_title = tokens_by_part(prepare(title, self._segmenter))
        in_text = tokens_by_part(prepare(text, self._segmenter))
        # Each for itself: a title does not introduce an acronym that stands first in the text.
        acronyms = {**acronyms_of(in_text), **acronyms_of(in_title)}
        terms = Counter(_names(in_title, acronyms))
        title_terms = len(terms)
        terms.update(_names(in_text, acronyms))
        topics: Counter[str] = Counter()
        for part in (*in_title, *in_text):
            topics.update(self._topics(part))
        return Analysis(dict(terms), title_terms, dict(topics), acronyms)

    def _topics(self, part: Part) -> Iterator[str]:
        """Topics mentioned in a sentence part, once for each place where a mention ends."""
        forms = tuple(token.form for token in part)
        found: list[tuple[int, int, int]] = []
        excluded: list[tuple[int, int, int]] = []
        for start, form in enumerate(forms):
            for number, phrase, counts in self._by_first.get(form, ()):
                end = start + len(phrase)
                if forms[start:end] == phrase:
                    (found if counts else excluded).append((number, start, end))
        mentions = {
            (name, end)
            for number, start, end in found
            if not any(n == number and s <= start and end <= e for n, s, e in excluded)
            for topic in [self._taxonomy.topics[number].name]
            for name in (topic, *self._taxonomy.ancestors(topic))
        }
        for name, _ in mentions:
            yield name


def _names(parts: Sequence[Part], acronyms: dict[str, str]) -> Iterator[str]:
    for part in parts:
        for run in terms_of(part):
            name = name_of(run)
            yield acronyms.get(name, name)
