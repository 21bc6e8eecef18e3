"""A taxonomy: what it says of its topics, what makes it another one, and what it refuses."""

from __future__ import annotations

import pytest

from trends.analysis.segment import Bigrams
from trends.analysis.taxonomy import Topic, parse_taxonomy
from trends.errors import ConfigError

TREE = """
Science:
  aliases: [Natural science]
Physics:
  parent: Science
  phrases: [physics, power grid]
  exclude: [physics engine]
  aliases: [Phys]
Optics: {parent: Physics, phrases: [laser]}
"""


def test_phrases_and_exclusions_are_kept_as_tokens_stand_in_texts() -> None:
    text = "Nets: {phrases: ['Graph  Neural-Networks', naïve Bayes], exclude: [NAIVE Bayes-nets]}"
    (topic,) = parse_taxonomy(text, "my.yaml").topics
    assert topic.phrases == (("graph", "neural", "network"), ("naive", "bayes"))
    assert topic.exclusions == (("naive", "bayes", "net"),)


def test_a_list_is_short_for_phrases() -> None:
    assert parse_taxonomy("A: [x, y z]", "my.yaml").topics == (
        Topic("A", phrases=(("x",), ("y", "z"))),
    )


def test_a_phrase_given_twice_counts_once() -> None:
    assert parse_taxonomy("A: [LLM, LLMs, llm]", "my.yaml").topics[0].phrases == (("llm",),)


@pytest.mark.parametrize("value", ["[]", "{}"])
def test_a_parent_needs_no_phrases_of_its_own(value: str) -> None:
    taxonomy = parse_taxonomy(f"A: {value}\nB: {{parent: A, phrases: [x]}}", "my.yaml")
    assert taxonomy.ancestors("B") == ("A",)


def test_a_name_that_yaml_takes_for_something_else_is_meant_as_it_is_written() -> None:
    names = [topic.name for topic in parse_taxonomy("3: [x]\nNo: [y]\n'  A  b': [z]", "o").topics]
    assert names == ["3", "No", "A b"]


def test_ancestors_stand_nearest_first() -> None:
    taxonomy = parse_taxonomy(TREE, "my.yaml")
    assert taxonomy.ancestors("Optics") == ("Physics", "Science")
    assert taxonomy.ancestors("Science") == ()
    with pytest.raises(KeyError):
        taxonomy.ancestors("Chemistry")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Physics", "Physics"),
        ("  pHYSICS ", "Physics"),
        ("phys", "Physics"),
        ("natural\nSCIENCE", "Science"),
        ("laser", None),
        ("", None),
    ],
)
def test_a_person_may_ask_by_name_or_alias_in_any_case(asked: str, found: str | None) -> None:
    assert parse_taxonomy(TREE, "my.yaml").resolve(asked) == found


SAME_COUNTS = """
# another comment, order and aliases, and the same counts
Optics:
  phrases: [lasers]
  parent: Physics
Physics: {parent: Science, phrases: [power grids, Physics], exclude: [physics engines]}
Science: []
"""


def test_the_fingerprint_is_that_of_the_counts() -> None:
    fingerprint = parse_taxonomy(TREE, "my.yaml").fingerprint()
    assert fingerprint == parse_taxonomy(SAME_COUNTS, "other.yaml").fingerprint()
    # Stored with the counts: another value for the same content would ask for a recount.
    assert fingerprint == "8a9a6ab207c9"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Optics:", "Opticks:"),
        ("parent: Physics", "parent: Science"),
        ("[laser]", "[laser, maser]"),
        ("[laser]", "[maser]"),
        ("power grid", "powergrid"),
        ("[physics engine]", "[]"),
        ("exclude: [physics engine]", "exclude: [physics machine]"),
    ],
)
def test_whatever_decides_counts_changes_the_fingerprint(old: str, new: str) -> None:
    assert old in TREE
    changed = parse_taxonomy(TREE.replace(old, new), "my.yaml")
    assert changed.fingerprint() != parse_taxonomy(TREE, "my.yaml").fingerprint()


def test_an_exclusion_is_not_a_phrase_to_the_fingerprint() -> None:
    one = parse_taxonomy("A: {phrases: [x], exclude: [x y]}", "o").fingerprint()
    assert one != parse_taxonomy("A: {phrases: [x, x y]}", "o").fingerprint()


def test_a_single_error_is_one_line_that_says_where_what_and_what_to_do() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_taxonomy("A: [x]\nB:\n  phrases: [ok, 'U.S. law']", "my.yaml")
    assert str(caught.value) == (
        "my.yaml, line 3, topic 'B', phrases 'U.S. law': can never match: write words without "
        "punctuation between them, each of at most 64 characters"
    )


def test_all_errors_are_told_at_once_and_warnings_are_not() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_taxonomy("A: [x, X, 7]\nB: {parent: Q, phrases: [a/b]}\na: [y]", "my.yaml")
    head, *lines = str(caught.value).splitlines()
    assert head == "my.yaml has 4 errors:"
    assert [line.split(":")[0] for line in lines] == [
        "  my.yaml, line 1, topic 'A', phrases '7'",
        "  my.yaml, line 2, topic 'B', phrases 'a/b'",
        "  my.yaml, line 2, topic 'B', parent 'Q'",
        "  my.yaml, line 3, topic 'a'",
    ]


def test_a_phrase_without_spaces_between_words_is_cut_as_the_texts_are() -> None:
    class Words(Bigrams):
        def cut(self, run: str) -> str:
            return f" {run[:2]} {run[2:]} "

    taxonomy = parse_taxonomy("A: [深度学习]", "my.yaml", Words())
    assert taxonomy.topics[0].phrases == (("深度", "学习"),)
    with pytest.raises(ConfigError, match="can never match"):
        parse_taxonomy("A: [深度学习]", "my.yaml")
    assert parse_taxonomy("A: [学习]", "my.yaml").topics[0].phrases == (("学习",),)
