"""The kernel's own machinery: growth, forgetting, keys. What it finds is held elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.analysis.analysers import TAXONOMY
from trends.analysis.batch import Batch
from trends.analysis.kernel import FOUND_FIRST, KernelAnalyser
from trends.analysis.lexicon import TOKENS_MAX
from trends.analysis.names import Names, pack, unpacked
from trends.analysis.reference import ReferenceAnalyser
from trends.analysis.segment import Bigrams

REFERENCE = ReferenceAnalyser(TAXONOMY, Bigrams())


@pytest.fixture
def kernel() -> KernelAnalyser:
    return KernelAnalyser(TAXONOMY, Bigrams())


def test_the_lexicon_grows_with_what_it_meets(kernel: KernelAnalyser) -> None:
    # More tokens, more characters and more bytes than it begins with.
    tokens = [f"é{'x' * 50}{number}" for number in range(40_000)]
    texts = [(" ".join(tokens[at : at + 500]), "") for at in range(0, len(tokens), 500)]
    for _ in range(2):
        for start in range(0, len(texts), 20):
            batch = texts[start : start + 20]
            assert list(kernel.analyse(batch)) == REFERENCE.analyse(batch)
    # Each was learned once.
    assert kernel._lexicon.count == len(tokens)


def test_a_full_lexicon_forgets_between_batches(
    kernel: KernelAnalyser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trends.analysis.lexicon.TOKENS_MAX", 3)
    texts = [("alpha beta moe gamma", "delta epsilon mixture of experts")]
    for _ in range(3):
        assert list(kernel.analyse(texts)) == REFERENCE.analyse(texts)
        assert kernel._lexicon.count == 9
    kernel.batch([])
    assert kernel._lexicon.count == 0
    assert TOKENS_MAX > 500_000


def test_a_text_may_mention_topics_any_number_of_times(kernel: KernelAnalyser) -> None:
    mentions = 3 * FOUND_FIRST
    for _ in range(2):
        (analysis,) = kernel.analyse([("", "moe " * mentions)])
        assert analysis.topics == {"Experts": mentions, "Models": mentions}


def test_the_longest_listing_decides_over_no_other(kernel: KernelAnalyser) -> None:
    texts = [("alpha beta", ""), (" ".join(f"w{i}" for i in range(5_000)), ""), ("beta", "alpha")]
    assert list(kernel.analyse(texts)) == REFERENCE.analyse(texts)


def test_surrogates_are_no_letters(kernel: KernelAnalyser) -> None:
    texts = [("a\ud800b deep", "\udfff")]
    assert list(kernel.analyse(texts)) == REFERENCE.analyse(texts)


def test_a_batch_is_a_sequence_of_what_its_listings_mention(kernel: KernelAnalyser) -> None:
    texts = [("moe act", ""), ("", ""), ("two", "moe moe")]
    batch = kernel.batch(texts)
    assert len(batch) == 3
    assert list(batch) == [batch[0], batch[1], batch[2]] == REFERENCE.analyse(texts)
    assert batch.terms.span(1) == (3, 3)
    assert [batch.topics.of(listing) for listing in range(3)] == [
        *({"Experts": 1, "Models": 1}, {}, {"Experts": 2, "Models": 2})
    ]


def keys(batch: Batch, listing: int) -> dict[str, tuple[int, int]]:
    rows = slice(*batch.terms.span(listing))
    pairs = zip(batch.terms.key1[rows].tolist(), batch.terms.key2[rows].tolist(), strict=True)
    return dict(zip(batch.terms.of(listing), pairs, strict=True))


def test_the_key_of_a_phrase_is_that_of_its_name(kernel: KernelAnalyser) -> None:
    texts = [("large language models (LLMs)", "深度 naïve c++"), ("an llm", "language")]
    batch = kernel.batch(texts)
    for listing in range(2):
        found = keys(batch, listing)
        names = Names.of(list(found))
        expected = zip(names.key1.tolist(), names.key2.tolist(), strict=True)
        assert list(found.values()) == list(expected)
    # The acronym's key is that of the long form, wherever it stands.
    alone = kernel.batch([("large language model", "")])
    assert keys(batch, 0)["large language model"] == keys(alone, 0)["large language model"]


def test_names_that_differ_have_keys_that_differ() -> None:
    words = [f"{a}{b}" for a in "abcdefgh" for b in "xyz学é"]
    names = words + [f"{a} {b}" for a in words for b in words] + ["a b c", "c b a", "b a c", "abc"]
    packed = Names.of(names)
    for half in (packed.key1, packed.key2):
        assert len(np.unique(half)) == len(names)
    assert Names.of(["b a"]).key1 != Names.of(["a b"]).key1


def test_names_come_back_as_they_were_packed() -> None:
    names = ["", "alpha", "深度 学习", "Topic, with 'quotes'", "🙂"]
    packed = Names.of(names)
    assert unpacked(packed.arena, packed.starts, packed.sizes) == names
    chosen = np.array([4, 1])
    arena, offsets = pack(packed.arena, packed.starts[chosen], packed.sizes[chosen])
    assert unpacked(arena, offsets[:-1], np.diff(offsets).astype(np.int32)) == ["🙂", "alpha"]
    assert len(Names.of([]).starts) == 0
