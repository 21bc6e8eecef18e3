"""A taxonomy is checked when it is read; errors name file, topic and phrase."""

from __future__ import annotations

import pytest

from trends.analysis.taxonomy import Topic, default_taxonomy, parse_taxonomy
from trends.analysis.terms import is_term
from trends.errors import ConfigError


def test_phrases_are_kept_as_terms_stand_in_the_counts() -> None:
    taxonomy = parse_taxonomy("Audio: [Text-to-Speech, '  Music   GENERATION ']", "my.yaml")
    assert taxonomy.topics == (Topic("Audio", ("text-to-speech", "music generation")),)


def test_a_phrase_given_twice_counts_once() -> None:
    assert parse_taxonomy("RL: [rl, RL]", "my.yaml").topics[0].phrases == ("rl",)


def test_a_phrase_may_stand_for_several_topics() -> None:
    taxonomy = parse_taxonomy("A: [x1, y1]\nB: [y1]", "my.yaml")
    assert taxonomy.topics_by_phrase() == {"x1": ("A",), "y1": ("A", "B")}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: [b", "my.yaml is not YAML"),
        ("", "my.yaml must map topic names to lists of phrases"),
        ("- a", "my.yaml must map topic names to lists of phrases"),
        ("A: b", "my.yaml, topic 'A': needs a list of phrases"),
        ("A: []", "my.yaml, topic 'A': needs a list of phrases"),
        ("A:", "my.yaml, topic 'A': needs a list of phrases"),
        ("A: ['one two three four']", "phrase 'one two three four' can never match"),
        ("A: ['U.S.']", "phrase 'U.S.' can never match"),
        ("A: ['...']", "phrase '...' can never match"),
        ("A: ['']", "phrase '' can never match"),
        ("A: ['" + "x" * 65 + "']", "can never match"),
    ],
)
def test_a_taxonomy_that_cannot_work_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_taxonomy(text, "my.yaml")
    assert complaint in str(caught.value)
    assert "my.yaml" in str(caught.value)


@pytest.mark.parametrize("phrase", ["of experts", "mixture of", "r", "2024", "the"])
def test_a_phrase_that_is_no_term_is_refused(phrase: str) -> None:
    with pytest.raises(ConfigError, match="can never match"):
        parse_taxonomy(f"A: ['{phrase}']", "my.yaml")


@pytest.mark.parametrize("text", ["A: [x1]\nA: [y1]", "1: [x1]\n'1': [y1]"])
def test_a_topic_named_twice_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_taxonomy(text, "my.yaml")


@pytest.mark.parametrize("phrase", ["yes", "null", "[x1]"])
def test_a_phrase_that_is_no_text_is_refused(phrase: str) -> None:
    with pytest.raises(ConfigError):
        parse_taxonomy(f"A: [x1, {phrase}]", "my.yaml")


def test_the_built_in_taxonomy_names_each_topic_once() -> None:
    topics = default_taxonomy().topics
    assert len({topic.name for topic in topics}) == len(topics) > 20


def test_every_phrase_of_the_built_in_taxonomy_can_match() -> None:
    topics = default_taxonomy().topics
    phrases = [phrase for topic in topics for phrase in topic.phrases]
    assert [phrase for phrase in phrases if not is_term(phrase.split())] == []
