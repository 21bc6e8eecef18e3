"""A check says everything that is wrong with a taxonomy file, each thing once, with the remedy."""

from __future__ import annotations

import pytest

from trends.analysis.taxonomy_check import check_taxonomy
from trends.analysis.taxonomy_finding import Finding, Severity


def found(text: str, severity: Severity) -> list[Finding]:
    return [finding for finding in check_taxonomy(text, "o") if finding.severity is severity]


def only(text: str) -> tuple[str, int, str, str, str, str]:
    """The one finding of a file."""
    (finding,) = check_taxonomy(text, "my.yaml")
    assert finding.origin == "my.yaml"
    return (
        finding.severity.value,
        finding.line,
        finding.topic,
        finding.field,
        finding.value,
        finding.message,
    )


def test_a_taxonomy_with_nothing_wrong() -> None:
    text = """
Energy: []
Grids:
  parent: Energy
  phrases: [power grid, transformer]
  exclude: [vision transformer]
  aliases: [Power]
Language models: [LLM]
"""
    assert check_taxonomy(text, "my.yaml") == []


@pytest.mark.parametrize(
    ("text", "line", "complaint"),
    [
        ("A: [b", 1, "is not YAML"),
        ("A: [x]\nB: [y\nC: z]", 3, "is not YAML"),
        ("A: [x]\n---\nB: [y]", 2, "is not YAML"),
        ("A: x\0", 1, "is not YAML"),
        ("A: [x, *nothing]", 1, "is not YAML"),
        ("A: " + "[" * 5_000, 1, "nested too deeply"),
        ("", 1, "must map topic names to lists of phrases"),
        ("# nothing", 1, "must map topic names to lists of phrases"),
        ("\n- a", 2, "must map topic names to lists of phrases"),
        ("just text", 1, "must map topic names to lists of phrases"),
    ],
)
def test_a_file_that_is_no_taxonomy(text: str, line: int, complaint: str) -> None:
    severity, at, topic, field, value, message = only(text)
    assert (severity, at, topic, field, value) == ("error", line, "", "", "")
    assert complaint in message


@pytest.mark.parametrize(
    ("key", "value"),
    [("~", "~"), ("''", ""), ("'  '", "  "), ("? [a]\n", "a list"), ("? {a: b}\n", "a mapping")],
)
def test_a_name_that_is_none(key: str, value: str) -> None:
    severity, _, topic, _, shown, message = only(f"A: [x]\n{key}: [y]")
    assert (severity, topic, shown) == ("error", "", value)
    assert "a topic's name must be text" in message


def test_merge_keys_are_no_topics() -> None:
    (finding,) = found("A: &a {phrases: [x]}\n<<: *a", Severity.ERROR)
    assert finding.value == "<<"


@pytest.mark.parametrize(
    ("value", "field", "shown", "complaint"),
    [
        ("b", "", "b", "needs a list of phrases, or a mapping with parent, phrases"),
        ("", "", "", "[] for a topic that has its counts from its children"),
        ("3", "", "3", "needs a list of phrases"),
        ("{phrases: x}", "phrases", "x", "must be a list; put it in brackets"),
        ("{phrases: [x], exclude: }", "exclude", "", "must be a list"),
        ("{phrases: [x], aliases: {a: b}}", "aliases", "a mapping", "must be a list"),
        ("{phrases: [x], parent: [B]}", "parent", "a list", "must be the name of one topic"),
        ("{phrases: [x], parent: }", "parent", "", "leave it out if there is none"),
        ("{phrases: [x], parent: ''}", "parent", "", "leave it out if there is none"),
        ("{phrases: [x], phrases: [y]}", "phrases", "phrases", "stands there twice; join them"),
        ("{phrases: [x], excludes: [y]}", "excludes", "excludes", "did you mean 'exclude'?"),
        ("{phrases: [x], colour: red}", "colour", "colour", "known: parent, phrases, exclude"),
        ("{phrases: [x], 1: y}", "1", "1", "is no field of a topic"),
        ("[x, yes]", "phrases", "yes", "is not text; put it in quotes"),
        ("[x, 2024]", "phrases", "2024", "is not text; put it in quotes"),
        ("[x, null]", "phrases", "null", "is not text; put it in quotes"),
        ("[x, [y]]", "phrases", "a list", "is not text"),
        ("[x, y: z]", "phrases", "a mapping", "is not text"),
        ("[x, '']", "phrases", "", "is empty; remove it"),
        ("[x, ...]", "phrases", "...", "can never match"),
        ("[x, U.S. law]", "phrases", "U.S. law", "can never match"),
        ("[x, 'and, or']", "phrases", "and, or", "can never match"),
        ("[x, vision - language]", "phrases", "vision - language", "can never match"),
        ("{phrases: [x], exclude: [x (y)]}", "exclude", "x (y)", "can never match"),
        ("{phrases: [x], aliases: [7]}", "aliases", "7", "is not text"),
    ],
)
def test_a_topic_that_is_not_built_as_one(
    value: str, field: str, shown: str, complaint: str
) -> None:
    (error,) = found(f"\nA: {value}", Severity.ERROR)
    assert (error.line, error.topic, error.field, error.value) == (2, "A", field, shown)
    assert complaint in error.message


def test_a_word_that_is_too_long_is_not_left_out_of_the_phrase() -> None:
    (error,) = found(f"A: [x, deep {'y' * 65}]", Severity.ERROR)
    assert "each of at most 64 characters" in error.message
    assert found(f"A: [x, deep {'y' * 64}]", Severity.ERROR) == []


@pytest.mark.parametrize("phrase", ["of experts", "r", "2D", "C++", "the art of it all", "Q&A"])
def test_a_phrase_need_be_no_term(phrase: str) -> None:
    assert check_taxonomy(f"A: ['{phrase}']", "my.yaml") == []


@pytest.mark.parametrize(
    ("text", "topic", "complaint"),
    [
        ("A: [x]\nA: [y]", "A", "is already the topic of line 1"),
        ("Big data: [x]\n'big  DATA': [y]", "big DATA", "is already the topic of line 1"),
        ("1: [x]\n'1': [y]", "1", "is already the topic of line 1"),
    ],
)
def test_a_name_given_twice(text: str, topic: str, complaint: str) -> None:
    severity, line, name, *_, message = only(text)
    assert (severity, line, name) == ("error", 2, topic)
    assert complaint in message


@pytest.mark.parametrize(
    ("severity", "text", "complaint"),
    [
        ("error", "A: [x]\nB: {phrases: [y], aliases: [a]}", "is the name of the topic of line 1"),
        ("error", "A: {phrases: [x], aliases: [b]}\nB: [y]", "is the name of the topic of line 2"),
        (
            "error",
            "A: {phrases: [x], aliases: [C]}\nB: {phrases: [y], aliases: [c]}",
            "is an alias of 'A' too",
        ),
        ("warning", "A: {phrases: [x], aliases: [a]}", "is the topic's own name"),
        ("warning", "A: {phrases: [x], aliases: [b, B]}", "stands there twice"),
    ],
)
def test_an_alias_that_means_something_else_already(
    severity: str, text: str, complaint: str
) -> None:
    told, _, _, field, _, message = only(text)
    assert (told, field) == (severity, "aliases")
    assert complaint in message


@pytest.mark.parametrize(
    ("parent", "complaint"), [("b", "did you mean 'B'?"), ("Zoology", "add it, or name another")]
)
def test_a_parent_that_is_no_topic(parent: str, complaint: str) -> None:
    severity, line, topic, field, value, message = only(
        f"B: [y]\nA:\n  parent: {parent}\n  phrases: [x]"
    )
    assert (severity, line, topic, field, value) == ("error", 3, "A", "parent", parent)
    assert complaint in message


@pytest.mark.parametrize(
    ("parents", "ring"),
    [
        ({"A": "A"}, "A -> A"),
        ({"A": "B", "B": "A"}, "A -> B -> A"),
        ({"A": "B", "B": "C", "C": "B"}, "B -> C -> B"),
        ({"A": "C", "B": "A", "C": "B"}, "A -> C -> B -> A"),
    ],
)
def test_parents_that_go_round_are_told_once(parents: dict[str, str], ring: str) -> None:
    text = "\n".join(
        f"{name}: {{parent: {parent}, phrases: [p{name}]}}" for name, parent in parents.items()
    )
    (error,) = found(text, Severity.ERROR)
    assert f"goes round in a circle: {ring};" in error.message


def test_two_rings_are_two_errors() -> None:
    text = "A: {parent: A, phrases: [x]}\nB: {parent: B, phrases: [y]}"
    assert [error.topic for error in found(text, Severity.ERROR)] == ["A", "B"]


def test_a_third_level_is_allowed_but_not_unseen() -> None:
    text = "A: [x]\nB: {parent: A, phrases: [y]}\nC: {parent: B, phrases: [z]}"
    severity, _, topic, field, value, message = only(text)
    assert (severity, topic, field, value) == ("warning", "C", "parent", "B")
    assert "is 3 levels deep, below B and A" in message


def test_a_topic_that_never_counts() -> None:
    severity, line, topic, *_, message = only("A: [x]\nB: {}")
    assert (severity, line, topic) == ("warning", 2, "B")
    assert "neither phrases nor children" in message


@pytest.mark.parametrize(
    ("text", "line", "field", "value", "complaint"),
    [
        ("A: [LLM,\n LLMs]", 2, "phrases", "LLMs", "is the same as 'LLM' in line 1"),
        ("A: [pre training, pre-training]", 1, "phrases", "pre-training", "is the same as"),
        ("A: {phrases: [x], exclude: [x y, X y]}", 1, "exclude", "X y", "is the same as 'x y'"),
        ("A: {phrases: [x], exclude: [y z]}", 1, "exclude", "y z", "has no effect"),
        ("A: {phrases: [x y], exclude: [x z y]}", 1, "exclude", "x z y", "has no effect"),
        ("A: {phrases: [x y], exclude: [x]}", 1, "exclude", "x", "has no effect"),
        ("A: {phrases: [x, apples], exclude: [Apple]}", 1, "phrases", "apples", "never counts"),
        ("A: [language model, large language model]", 1, "phrases", "large language model",
         "finds nothing more: contains 'language model' of line 1"),
        ("A: ['.NET']", 1, "phrases", ".NET", "is read as 'net'"),
        ("A: ['how?']", 1, "phrases", "how?", "is read as 'how'"),
        ("A: [x]\nB: [X]", 2, "phrases", "X", "is a phrase of 'A' in line 1 too"),
        ("A: [x]\nB: {parent: A, phrases: [x]}", 1, "phrases", "x",
         "is a phrase of its child 'B' already"),
    ],
)  # fmt: skip
def test_what_has_no_effect_or_a_doubtful_one(
    text: str, line: int, field: str, value: str, complaint: str
) -> None:
    severity, at, _, where, shown, message = only(text)
    assert (severity, at, where, shown) == ("warning", line, field, value)
    assert complaint in message


def test_a_longer_phrase_puts_back_what_an_exclusion_takes_out() -> None:
    text = "A: {phrases: [transformer, big power transformer], exclude: [power transformer]}"
    assert check_taxonomy(text, "my.yaml") == []


def test_a_phrase_that_three_topics_share_is_told_of_the_second_and_the_third() -> None:
    warnings = found("A: [x]\nB: [x]\nC: [x]", Severity.WARNING)
    assert [(w.topic, w.message.partition(" in line")[0]) for w in warnings] == [
        ("B", "is a phrase of 'A'"),
        ("C", "is a phrase of 'A'"),
        ("C", "is a phrase of 'B'"),
    ]


def test_a_phrase_shared_with_a_grandchild_is_the_grandchilds() -> None:
    text = "A: [x]\nB: {parent: A, phrases: [y]}\nC: {parent: B, phrases: [x]}"
    messages = [w.message for w in found(text, Severity.WARNING) if w.field == "phrases"]
    assert messages == ["is a phrase of its child 'C' already; remove it here"]


def test_everything_is_told_at_once_in_the_order_of_the_file() -> None:
    text = """
A: {parent: Nobody, phrases: [x, X, a.b], colour: red}
B: []
a: 7
"""
    findings = check_taxonomy(text, "my.yaml")
    assert [(f.line, f.field) for f in findings] == [
        (2, "colour"),
        (2, "phrases"),
        (2, "parent"),
        (2, "phrases"),
        (3, ""),
        (4, ""),
        (4, ""),
    ]
