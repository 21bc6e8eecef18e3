"""Terms are runs of one to three tokens; both analysers find the same ones."""

from __future__ import annotations

import pytest

from trends.analysis.interface import Analyser
from trends.analysis.plain import PlainAnalyser
from trends.analysis.reference import ReferenceAnalyser
from trends.analysis.taxonomy import parse_taxonomy

TAXONOMY = parse_taxonomy("Experts: [mixture of experts, moe]\nModels: [moe]", "test")
ANALYSERS = [PlainAnalyser(TAXONOMY), ReferenceAnalyser(TAXONOMY)]


@pytest.fixture(params=ANALYSERS, ids=lambda analyser: type(analyser).__name__)
def analyser(request: pytest.FixtureRequest) -> Analyser:
    chosen: Analyser = request.param
    return chosen


def terms(analyser: Analyser, title: str, text: str = "") -> dict[str, int]:
    (analysis,) = analyser.analyse([(title, text)])
    return analysis.terms


def test_every_run_of_up_to_three_tokens_is_a_term(analyser: Analyser) -> None:
    assert set(terms(analyser, "large language model training")) == {
        *("large", "language", "model", "training"),
        *("large language", "language model", "model training"),
        *("large language model", "language model training"),
    }


def test_no_term_begins_or_ends_with_a_function_word(analyser: Analyser) -> None:
    assert set(terms(analyser, "the mixture of experts is")) == {
        *("mixture", "experts", "mixture of experts"),
    }


def test_two_function_words_part_their_neighbours(analyser: Analyser) -> None:
    assert set(terms(analyser, "attention is all agents need")) == {
        *("attention", "agents", "need", "agents need"),
    }


def test_a_single_character_or_number_is_no_term_but_may_stand_in_one(analyser: Analyser) -> None:
    assert set(terms(analyser, "vitamin c 2025 report")) == {
        *("vitamin", "report", "vitamin c", "c 2025", "2025 report"),
        *("vitamin c 2025", "c 2025 report"),
    }


def test_no_term_spans_punctuation(analyser: Analyser) -> None:
    assert set(terms(analyser, "fast, cheap")) == {"fast", "cheap"}


def test_no_term_spans_title_and_text(analyser: Analyser) -> None:
    assert set(terms(analyser, "fast", "cheap")) == {"fast", "cheap"}


def test_a_mark_at_the_start_of_the_text_does_not_change_the_title(analyser: Analyser) -> None:
    assert terms(analyser, "cafe", "\u0301 bar") == {"cafe": 1, "bar": 1}


def test_mentions_are_counted_over_title_and_text(analyser: Analyser) -> None:
    assert terms(analyser, "agents", "Agents plan. agents act") == {
        **{"agents": 3, "plan": 1, "act": 1},
        **{"agents plan": 1, "agents act": 1},
    }


def test_a_run_that_overlaps_itself_is_counted_at_each_place(analyser: Analyser) -> None:
    assert terms(analyser, "aa aa aa aa") == {"aa": 4, "aa aa": 3, "aa aa aa": 2}


def test_an_empty_listing_has_no_terms(analyser: Analyser) -> None:
    (analysis,) = analyser.analyse([("", "")])
    assert (analysis.terms, analysis.topics) == ({}, {})


def test_a_topic_is_mentioned_as_often_as_its_phrases(analyser: Analyser) -> None:
    (analysis,) = analyser.analyse([("Mixture-of-Experts", "A mixture of experts. MoE, moe!")])
    assert analysis.topics == {"Experts": 3, "Models": 2}


def test_a_phrase_matches_whole_words_only(analyser: Analyser) -> None:
    (analysis,) = analyser.analyse([("moet moe-based", "smoe")])
    assert analysis.topics == {}


def test_each_listing_is_analysed_for_itself_and_in_order(analyser: Analyser) -> None:
    texts = [("moe one", ""), ("two", "three"), ("moe one", "")]
    together = analyser.analyse(texts)
    assert together == [analysis for text in texts for analysis in analyser.analyse([text])]
    assert analyser.analyse([]) == []
