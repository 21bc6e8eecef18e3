"""The analyser that counts and the analyser that defines agree on every text."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trends.analysis.interface import Analyser
from trends.analysis.plain import PlainAnalyser
from trends.analysis.reference import ReferenceAnalyser
from trends.analysis.taxonomy import default_taxonomy

REFERENCE = ReferenceAnalyser(default_taxonomy())
FASTER: list[Analyser] = [PlainAnalyser(default_taxonomy())]

ABSTRACTS = (
    "We introduce MoE-Lite, a mixture-of-experts (MoE) language model with 1.5B parameters. "
    "It's trained on 2T tokens; the results, measured on GSM8K and MMLU, are state-of-the-art.",
    "Existing robots can't see: vision-language-action models (VLAs) don't generalise. We propose "
    "chain-of-thought ‘planning’ — a retrieval-augmented approach — that is 3.2× faster.",
    "Größere Modelle für naïve Aufgaben: 深度学习在机器人中的应用，以及强化学习。 Модели мира.",
)

# Pieces that are hard on tokens: joiners, long tokens, marks, ligatures, width, digits, functions.
_pieces = st.sampled_from(
    [
        *("the", "of", "and", "agents", "llm", "mixture of experts", "state-of-the-art", "a", "7"),
        *("x" * 64, "x" * 65, "-", "'", "’", "_", ".", ",", " ", "  ", "\n", "\u00a0", "\u200b"),
        *("ﬁ", "ß", "İ", "ſ", "²", "½", "①", "Ⅷ", "٣", "\u0301", "\u0345", "\u1e9e", "ﷺ", "㎏"),
        *(
            "한국어",
            "\u1100\u1161",
            "हिन्दी",
            "深度学习",
            "ＡＩ",
            "🙂",
            "👩\u200d🔬",
            "\u00ad",
            "\x1c",
            "\x85",
        ),
    ]
)
_odd = st.lists(_pieces, max_size=30).map("".join) | st.lists(_pieces, max_size=30).map(" ".join)
_any = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
_texts = st.lists(st.tuples(_odd | _any, _odd | _any), max_size=3)


@pytest.mark.parametrize("analyser", FASTER, ids=lambda analyser: type(analyser).__name__)
@settings(max_examples=settings().max_examples * 10)
@given(texts=_texts)
@example(texts=[("A title", abstract) for abstract in ABSTRACTS])
def test_every_analyser_equals_the_reference(
    analyser: Analyser, texts: list[tuple[str, str]]
) -> None:
    assert analyser.analyse(texts) == REFERENCE.analyse(texts)


@given(texts=_texts)
def test_every_count_is_at_least_one_and_every_topic_rests_on_a_term(
    texts: list[tuple[str, str]],
) -> None:
    phrases = {topic.name: topic.phrases for topic in default_taxonomy().topics}
    for analysis in REFERENCE.analyse(texts):
        assert all(mentions >= 1 for mentions in analysis.terms.values())
        for topic, mentions in analysis.topics.items():
            assert mentions == sum(analysis.terms.get(phrase, 0) for phrase in phrases[topic])
