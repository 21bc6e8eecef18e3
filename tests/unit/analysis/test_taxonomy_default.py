"""The taxonomy that comes with the project."""

from __future__ import annotations

from collections import Counter

import pytest

from trends.analysis.taxonomy import (
    DEFAULT_ORIGIN,
    Taxonomy,
    default_taxonomy,
    default_text,
)
from trends.analysis.taxonomy_check import check_taxonomy

LINE_MAX_CHARS = 100
# Words of nearly every abstract: a topic of one of them would be a topic of everything.
TOO_GENERAL = frozenset("model learning data training performance method approach task".split())


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return default_taxonomy()


def test_nothing_is_found_wrong_with_it() -> None:
    assert list(map(str, check_taxonomy(default_text(), DEFAULT_ORIGIN))) == []


def test_it_has_many_topics_in_two_levels(taxonomy: Taxonomy) -> None:
    levels = Counter(len(taxonomy.ancestors(topic.name)) for topic in taxonomy.topics)
    assert set(levels) == {0, 1}
    assert len(taxonomy.topics) >= 170
    assert levels[0] >= 20


def test_every_topic_of_the_first_level_has_children(taxonomy: Taxonomy) -> None:
    parents = {topic.parent for topic in taxonomy.topics}
    assert [t.name for t in taxonomy.topics if t.parent is None and t.name not in parents] == []


def test_children_stand_below_their_parent(taxonomy: Taxonomy) -> None:
    above = None
    for topic in taxonomy.topics:
        above = topic.name if topic.parent is None else above
        assert topic.parent in (None, above)


def test_no_phrase_stands_there_twice(taxonomy: Taxonomy) -> None:
    phrases = Counter(phrase for topic in taxonomy.topics for phrase in topic.phrases)
    assert [phrase for phrase, times in phrases.items() if times > 1] == []


def test_no_phrase_would_match_nearly_every_abstract(taxonomy: Taxonomy) -> None:
    single = {phrase[0] for topic in taxonomy.topics for phrase in topic.phrases if not phrase[1:]}
    assert single & TOO_GENERAL == set()


def test_it_is_readable() -> None:
    assert [line for line in default_text().splitlines() if len(line) > LINE_MAX_CHARS] == []


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("rag", "Retrieval-augmented generation"),
        ("MoE", "Mixture of experts"),
        ("llms", "Language models"),
        ("rlhf", "Preference learning"),
        ("Quantization", "Quantisation"),
    ],
)
def test_people_find_topics_by_the_names_they_use(
    taxonomy: Taxonomy, asked: str, name: str
) -> None:
    assert taxonomy.resolve(asked) == name


@pytest.mark.parametrize(
    ("name", "phrase", "exclusion"),
    [
        ("Transformers", "transformer", "power transformer"),
        ("Diffusion models", "diffusion", "heat diffusion"),
        ("Agents", "agent", "contrast agent"),
    ],
)
def test_words_of_two_meanings_have_exclusions(
    taxonomy: Taxonomy, name: str, phrase: str, exclusion: str
) -> None:
    (topic,) = (topic for topic in taxonomy.topics if topic.name == name)
    assert tuple(phrase.split()) in topic.phrases
    assert tuple(exclusion.split()) in topic.exclusions
