"""Acronyms that a listing introduces count as what they stand for."""

from __future__ import annotations

import pytest

from tests.unit.analysis.analysers import ANALYSERS, analysed, in_title, terms
from trends.analysis.interface import Analyser


def acronyms(title: str, text: str = "") -> dict[str, str]:
    return analysed(title, text).acronyms


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("large language model (LLM)", "llm", "large language model"),
        ("large language models (LLMs)", "llm", "large language model"),
        ("of a large language model (LLM)", "llm", "large language model"),
        ("low-rank adaptation (LoRA)", "lora", "low rank adaptation"),
        ("chain-of-thought (CoT)", "cot", "chain of thought"),
        ("variational auto-encoders (VAEs)", "vae", "variational auto encoder"),
        ("optimal transport ( OT )", "ot", "optimal transport"),
        ("convolutional network 2D (CN2)", "cn2", "convolutional network 2d"),
        ("state of the art (SOTA)", "sota", "state of the art"),
        # Initials come before the shortest run: "supervised learning" has all letters, too.
        ("deep self-supervised learning (SSL)", "ssl", "self supervised learning"),
        ("proximal policy optimization (PPO)", "ppo", "proximal policy optimization"),
        ("test-time adaptation (TTA)", "tta", "test time adaptation"),
        ("multi-modal large language models (MLLMs)", "mllm", "multi modal large language model"),
        (
            "reinforcement learning with verifiable rewards (RLVR)",
            *("rlvr", "reinforcement learning with verifiable reward"),
        ),
        (
            "reinforcement learning from human feedback (RLHF)",
            *("rlhf", "reinforcement learning from human feedback"),
        ),
    ],
)
def test_a_short_form_is_found_in_what_stands_before_it(text: str, short: str, long: str) -> None:
    assert acronyms(text) == {short: long}


@pytest.mark.parametrize(
    "text",
    [
        "neural nets (fast)",  # its letters are not there
        "anthropic model (NM)",  # begins within a token
        "model large (LM)",  # in another order
        "networks (NW)",  # one token
        "networks (N)",  # one letter
        "convolutional network (CN2)",
        "2d convolution (2C)",  # begins with a digit
        "языковая модель (ЯМ)",
        "language model, (LM)",  # another part
        "language model. (LM)",
        "language model - (LM)",
        "(LM) language model",
        "language model (LM, x)",
        "language model (LM x)",
        "language model (the LM)",
        "language model [LM]",
        "language model ((LM))",
        "language model (LM",
        "language model LM)",
        "apt network design (and)",  # a function word is no acronym
        "of models (OM)",  # begins with one
        "the llm language model (LLM)",  # stands in itself
        "bend we cut (BC)",  # across a break
        "bend of 3 cuts (BC)",  # a number that is behind no word
        "large. language model (LLM)",  # across parts
        "a 3 models (AM)",
        "long enough text model (LT2345678ABM)",
        f"language model {'x' * 65} (LM)",  # behind a token that is dropped
        "learn мир (Lм)",
    ],
)
def test_what_introduces_no_acronym(text: str) -> None:
    assert acronyms(text) == {}


def test_the_longest_short_form_has_ten_characters() -> None:
    words = "alpha beta gamma delta epsilon zeta eta theta"
    assert acronyms(f"{words} (abgdezetha)") == {"abgdezetha": words}
    assert acronyms(f"{words} (abgdezethta)") == {}


@pytest.mark.parametrize(
    ("short", "tokens"), [("AB", 4), ("ABC", 6), ("ABCD", 8), ("ABCDE", 8), ("ABCDEFGHIJ", 8)]
)
def test_the_phrase_has_a_limit_by_the_length_of_the_short_form(short: str, tokens: int) -> None:
    # min(n + 5, 2 n, 8) tokens for n characters; all letters but the first stand in the last.
    for length, found in ((tokens, True), (tokens + 1, False)):
        phrase = " ".join(["ax", *["xx"] * (length - 2), short[1:].lower() + "x"])
        assert acronyms(f"{phrase} ({short})") == ({short.lower(): phrase} if found else {})


def test_the_shortest_phrase_is_taken() -> None:
    assert acronyms("linear model of large models (LM)") == {"lm": "large model"}


def test_an_acronym_counts_as_its_long_form_everywhere_in_the_listing() -> None:
    found = terms("LLM: large language models (LLMs)", "An LLM. LLMs plan.")
    assert found["large language model"] == 5
    assert "llm" not in found
    # Phrases keep it as it stands.
    assert found["llm plan"] == 1


def test_a_long_form_of_more_tokens_than_a_term_counts_too() -> None:
    found = terms("reinforcement learning from human feedback (RLHF)", "RLHF")
    assert found["reinforcement learning from human feedback"] == 2
    assert "rlhf" not in found


def test_what_a_title_introduces_holds_in_the_text_and_the_other_way_round() -> None:
    assert terms("large language model (LLM)", "llm")["large language model"] == 3
    assert terms("llm", "large language model (LLM)")["large language model"] == 3
    analysis = analysed("llm", "large language model (LLM)")
    assert in_title(analysis) == {"large language model"}


def test_the_first_introduction_counts_and_the_title_comes_first() -> None:
    deep, logic = "deep learning (DL)", "description logic (DL)"
    assert acronyms(f"{deep} or {logic}") == {"dl": "deep learning"}
    assert acronyms("", f"{deep} or {logic}") == {"dl": "deep learning"}
    assert acronyms(logic, deep) == {"dl": "description logic"}
    assert acronyms("large language models (dl)", deep) == {"dl": "deep learning"}


def test_a_title_does_not_introduce_what_begins_the_text() -> None:
    assert acronyms("language model", "(LM) is large") == {}


@pytest.mark.parametrize("analyser", ANALYSERS, ids=lambda analyser: type(analyser).__name__)
def test_an_acronym_means_nothing_to_other_listings(analyser: Analyser) -> None:
    texts = [("deep learning (DL)", ""), ("dl", ""), ("", "description logic (DL)"), ("", "dl")]
    found = list(analyser.analyse(texts))
    assert [each.acronyms for each in found] == [
        *({"dl": "deep learning"}, {}, {"dl": "description logic"}, {})
    ]
    assert found[1].terms == found[3].terms == {"dl": 1}
    assert found[2].terms["description logic"] == 2


def test_a_listing_may_introduce_several() -> None:
    text = "language models (LM) by deep learning (DL); world model (WMod)"
    assert acronyms(text) == {
        **{"lm": "language model", "dl": "deep learning", "wmod": "world model"}
    }
