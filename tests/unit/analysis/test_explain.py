"""`explain` tells the very decisions that the reference takes, and names the rule behind each."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given

from tests.property import analysis_texts
from tests.unit.analysis.analysers import BIGRAMS
from trends.analysis.explain import Explanation, RunReason, explain
from trends.analysis.reference import ReferenceAnalyser
from trends.analysis.taxonomy import parse_taxonomy

TAXONOMY = parse_taxonomy(
    "Models: []\n"
    "Transformers: {parent: Models, phrases: [transformer], exclude: [power transformer]}",
    "test",
)
REFERENCE = ReferenceAnalyser(TAXONOMY, BIGRAMS)


def told(text: str) -> Explanation:
    (analysis,) = REFERENCE.analyse([("", text)])
    return explain(text, analysis.acronyms, TAXONOMY, BIGRAMS)


def why(text: str, name: str) -> str:
    (reason,) = {run.reason for run in told(text).runs if run.name == name and not run.is_term}
    return reason


@given(analysis_texts.listing)
def test_the_runs_that_are_terms_are_the_terms_of_the_reference(listing: tuple[str, str]) -> None:
    (analysis,) = REFERENCE.analyse([listing])
    runs: list[RunReason] = []
    topics: set[str] = set()
    acronyms: dict[str, str] = {}
    for part in reversed(listing):
        explanation = explain(part, analysis.acronyms, TAXONOMY, BIGRAMS)
        runs += explanation.runs
        topics |= {topic.topic for topic in explanation.topics if topic.counts}
        acronyms |= {each.short: each.long for each in explanation.acronyms if each.long}
    assert Counter(run.name for run in runs if run.is_term) == analysis.terms
    assert all(run.reason for run in runs if not run.is_term)
    assert topics == analysis.topics.keys() - {"Models"}
    assert acronyms == analysis.acronyms


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        ("the model", "the", "'the' is no term by itself (link)"),
        ("the model", "the model", "begins with 'the' (link)"),
        ("model of", "model of", "ends with 'of' (link)"),
        ("deep multi", "deep multi", "ends with 'multi' (prefix)"),
        ("model that learns", "model that learn", "spans 'that' (break)"),
        ("model of 7 experts", "model of 7", "holds a number that no word precedes"),
    ],
)
def test_why_a_run_is_no_term(text: str, name: str, reason: str) -> None:
    assert why(text, name) == reason


@pytest.mark.parametrize(
    ("text", "form", "reason"),
    [
        ("models", "model", "plural counts as singular"),
        ("model's", "model", "possessive dropped"),
        ("naïve", "naive", "accents folded"),
    ],
)
def test_why_a_token_has_its_form(text: str, form: str, reason: str) -> None:
    (token,) = told(text).tokens
    assert (token.form, token.reason) == (form, reason)


def test_why_a_topic_counts_or_not() -> None:
    reasons = [(topic.counts, topic.reason) for topic in told("Power transformers").topics]
    assert reasons == [(False, "inside the exclusion 'power transformer'")]
    reasons = [(topic.counts, topic.reason) for topic in told("A transformer").topics]
    assert reasons == [(True, "counts for Models too")]


def test_why_an_acronym_is_one_or_not() -> None:
    text = (
        "large language models (LLMs); language models (xyz). Large language models (LLMs) as (the)"
    )
    assert [(each.short, each.long, each.reason) for each in told(text).acronyms] == [
        ("llm", "large language model", "introduced here"),
        ("xyz", "", "its letters are not in the words before it"),
        ("llm", "large language model", "introduced before"),
        ("the", "", "is no term by itself"),
    ]
