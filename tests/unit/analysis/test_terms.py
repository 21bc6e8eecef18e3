"""Which runs of tokens are terms, how often, and which of them stand in the title."""

from __future__ import annotations

import pytest

from tests.unit.analysis.analysers import ANALYSERS, analysed, in_title, phrases, terms
from trends.analysis.interface import Analyser
from trends.analysis.terms import TERM_MAX_TOKENS


def test_every_run_of_up_to_four_words_is_a_term() -> None:
    words = "alpha beta gamma delta epsilon zeta".split()
    assert set(terms(" ".join(words))) == {
        " ".join(words[start:end])
        for start in range(6)
        for end in range(start + 1, min(start + TERM_MAX_TOKENS, 6) + 1)
    }
    assert TERM_MAX_TOKENS == 4


def test_a_function_word_between_makes_a_phrase_and_is_no_term() -> None:
    assert set(terms("the mixture of experts of")) == {"mixture", "expert", "mixture of expert"}
    assert phrases("mixture of the experts") == {"mixture of the expert"}
    assert phrases("mixture of all experts") == set()


def test_a_break_parts_its_neighbours() -> None:
    assert set(terms("attention is agents")) == {"attention", "agent"}
    assert set(terms("attention isn't agents")) == {"attention", "agent"}


def test_a_lone_word_is_a_term_in_no_phrase() -> None:
    assert set(terms("agents propose plans")) == {"agent", "propose", "plan"}


def test_a_prefix_is_a_term_with_what_follows_alone() -> None:
    assert set(terms("open multi agent")) == {"agent", "multi agent", "open multi agent"}
    assert set(terms("agents open")) == {"agent"}


def test_a_letter_is_a_term_in_phrases_alone() -> None:
    assert set(terms("vitamin c")) == {"vitamin", "vitamin c"}
    assert set(terms("k cluster")) == {"cluster", "k cluster"}
    assert phrases("vitamin c plan") == {"vitamin c", "c plan", "vitamin c plan"}
    assert set(terms("c, d")) == set()


def test_a_number_is_a_term_behind_a_word_alone() -> None:
    assert set(terms("llama 3")) == {"llama", "llama 3"}
    assert set(terms("3 llamas")) == {"llama"}
    assert set(terms("3 3")) == set()
    assert phrases("llama 3 model") == {"llama 3", "llama 3 model"}
    assert phrases("top of 3 models") == set()
    assert phrases("multi 3 models") == set()
    assert phrases("vitamin c 3") == {"vitamin c", "c 3", "vitamin c 3"}
    # A number ends a phrase, so another may follow it.
    assert phrases("llama 3 7") == {"llama 3", "llama 3 7"}


def test_no_term_spans_punctuation_or_title_and_text() -> None:
    assert set(terms("fast, cheap")) == {"fast", "cheap"}
    assert set(terms("fast", "cheap")) == {"fast", "cheap"}


def test_a_mark_at_the_start_of_the_text_does_not_change_the_title() -> None:
    assert terms("cafe", "\u0301 bar") == {"cafe": 1, "bar": 1}


def test_mentions_are_counted_over_title_and_text() -> None:
    assert terms("agents", "Agents plan. agents act") == {
        **{"agent": 3, "plan": 1, "act": 1},
        **{"agent plan": 1, "agent act": 1},
    }


def test_a_run_that_overlaps_itself_is_counted_at_each_place() -> None:
    assert terms("aa aa aa aa aa") == {"aa": 5, "aa aa": 4, "aa aa aa": 3, "aa aa aa aa": 2}


def test_terms_of_the_title_come_first() -> None:
    analysis = analysed("robots act", "plans act")
    assert in_title(analysis) == {"robot", "act", "robot act"}
    assert analysis.title_terms == 3
    assert set(analysis.terms) == {"robot", "act", "robot act", "plan", "plan act"}
    assert analysed("", "robots").title_terms == 0


def test_an_empty_listing_has_no_terms() -> None:
    analysis = analysed("", "")
    assert (analysis.terms, analysis.title_terms) == ({}, 0)
    assert (analysis.topics, analysis.acronyms) == ({}, {})


def test_no_phrase_is_made_of_pairs_of_characters() -> None:
    assert set(terms("深度学习 agents")) == {"深度", "度学", "学习", "agent"}
    assert set(terms("学 习")) == {"学", "习"}


@pytest.mark.parametrize("analyser", ANALYSERS, ids=lambda analyser: type(analyser).__name__)
def test_each_listing_is_analysed_for_itself_and_in_order(analyser: Analyser) -> None:
    texts = [("moe one", ""), ("two", "three"), ("", ""), ("moe one", ""), ("an ai (ai)", "x")]
    together = list(analyser.analyse(texts))
    assert together == [analysis for text in texts for analysis in analyser.analyse([text])]
    assert list(analyser.analyse([])) == []
