"""The kernel that counts and the reference that defines agree on every text.

On a million strings, in some minutes:
`PROPERTY_EXAMPLES=10000 pytest tests/property/test_analysis.py -k thousands --timeout 0`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.property.analysis_texts import Text, listings, made_listings, taxonomy
from trends.analysis.batch import Batch, Mentions
from trends.analysis.interface import Analysis
from trends.analysis.kernel import KernelAnalyser
from trends.analysis.names import Names
from trends.analysis.reference import ReferenceAnalyser
from trends.analysis.segment import segmenter

SEGMENTERS = ("bigrams", "words")
TAXONOMIES = 12
STRINGS_PER_EXAMPLE = 100

ABSTRACTS = (
    "We introduce MoE-Lite, a mixture-of-experts (MoE) language model with 1.5B parameters. "
    "It's trained on 2T tokens; the results, measured on GSM8K and MMLU, are state-of-the-art.",
    "Existing robots can't see: vision-language-action models (VLAs) don't generalise. We propose "
    "chain-of-thought ‘planning’ — a retrieval-augmented approach — that is 3.2× faster.",
    "Größere Modelle für naïve Aufgaben: 深度学习在机器人中的应用，以及强化学习。 Модели мира.",
)

_seeds = st.integers(0, TAXONOMIES - 1)


@cache
def kernel(seed: int, cutter: str) -> KernelAnalyser:
    return KernelAnalyser(taxonomy(seed), segmenter(cutter))


@cache
def reference(seed: int, cutter: str) -> ReferenceAnalyser:
    return ReferenceAnalyser(taxonomy(seed), segmenter(cutter))


def judged(analysis: Analysis) -> tuple[Analysis, set[str]]:
    """All that must agree: within the title and within the text, the order of terms is free."""
    return analysis, set(list(analysis.terms)[: analysis.title_terms])


def rows(mentions: Mentions, listing: int) -> int:
    first, end = mentions.span(listing)
    return end - first


def check_no_name_twice(batch: Batch) -> None:
    """A name has one row per listing; `Mentions.of` would show the last of two."""
    for listing, analysis in enumerate(batch):
        assert rows(batch.terms, listing) == len(analysis.terms)
        assert rows(batch.topics, listing) == len(analysis.topics)


def check_equal(texts: Sequence[Text], seed: int, cutter: str) -> None:
    batch = kernel(seed, cutter).batch(texts)
    assert len(batch) == len(texts)
    wanted = map(judged, reference(seed, cutter).analyse(texts))
    for text, found, right in zip(texts, map(judged, batch), wanted, strict=True):
        assert found == right, text
    check_no_name_twice(batch)


@pytest.mark.parametrize("cutter", SEGMENTERS)
@settings(max_examples=settings().max_examples * 2)
@given(texts=listings, seed=_seeds)
@example(texts=[("A title", abstract) for abstract in ABSTRACTS], seed=1)
@example(texts=[], seed=0)
def test_the_kernel_equals_the_reference(cutter: str, texts: Sequence[Text], seed: int) -> None:
    check_equal(texts, seed, cutter)


@given(seed=st.integers(0))
def test_the_kernel_equals_the_reference_on_thousands_of_strings(seed: int) -> None:
    texts = made_listings(seed, STRINGS_PER_EXAMPLE // 2)
    check_equal(texts, seed % TAXONOMIES, SEGMENTERS[seed // TAXONOMIES % 2])


@given(texts=listings, cuts=st.lists(st.integers(0, 16), max_size=4), seed=_seeds)
def test_no_result_depends_on_other_listings_or_on_what_was_met_before(
    texts: Sequence[Text], cuts: Sequence[int], seed: int
) -> None:
    analyser = kernel(seed, "bigrams")
    together = list(map(judged, analyser.batch(texts)))
    edges = [0, *sorted(min(cut, len(texts)) for cut in cuts), len(texts)]
    with patch("trends.analysis.lexicon.TOKENS_MAX", 2):
        apart = [
            judged(analysis)
            for start, end in pairwise(edges)
            for analysis in analyser.batch(texts[start:end])
        ]
    assert apart == together
    assert list(map(judged, analyser.batch(texts[::-1]))) == together[::-1]


@settings(max_examples=max(settings().max_examples // 10, 1))
@given(texts=listings, seed=_seeds)
def test_a_fresh_analyser_comes_to_the_same_result(texts: Sequence[Text], seed: int) -> None:
    fresh = KernelAnalyser(taxonomy(seed), segmenter("bigrams"))
    used = kernel(seed, "bigrams")
    assert list(map(judged, fresh.batch(texts))) == list(map(judged, used.batch(texts)))


@given(texts=listings, seed=_seeds)
def test_a_key_depends_on_the_name_alone(texts: Sequence[Text], seed: int) -> None:
    batch = kernel(seed, "bigrams").batch(texts)
    for mentions in (batch.terms, batch.topics):
        names = [name for listing in range(len(batch)) for name in mentions.of(listing)]
        again = Names.of(names)
        assert np.array_equal(mentions.key1, again.key1)
        assert np.array_equal(mentions.key2, again.key2)


@given(texts=listings, seed=_seeds)
def test_every_mention_counts_and_a_topic_within_a_topic_counts_for_both(
    texts: Sequence[Text], seed: int
) -> None:
    for analysis in reference(seed, "bigrams").analyse(texts):
        assert all(mentions >= 1 for mentions in analysis.terms.values())
        assert 0 <= analysis.title_terms <= len(analysis.terms)
        for topic, mentions in analysis.topics.items():
            for around in taxonomy(seed).ancestors(topic):
                assert analysis.topics[around] >= mentions >= 1
