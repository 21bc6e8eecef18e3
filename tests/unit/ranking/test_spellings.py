"""All names of a thing: aliases, also inside phrases, and spaces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.ranking.aliases import Alias
from trends.ranking.spelling import same_words
from trends.ranking.spellings import Spellings

ALIASES = {
    "llm": Alias("llm", "large language model", (), 9, 1.0),
    "mllm": Alias(
        "mllm", "multimodal large language model", ("modal large language model",), 9, 1.0
    ),
    "rl": Alias("rl", "reinforcement learning", (), 9, 1.0),
    "cot": Alias("cot", "chain of thought", (), 9, 1.0),
}
SPELLINGS = Spellings(ALIASES)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("llm", "large language model"),
        ("llm agent", "large language model agent"),
        ("multimodal llm", "mllm"),
        ("modal large language model", "mllm"),
        ("multi modal large language model", "mllm"),
        ("pretraining", "pre training"),
        ("data set", "dataset"),
        ("cot prompting", "chain of thought prompting"),
    ],
)
def test_names_of_one_thing_have_one_key(one: str, other: str) -> None:
    assert SPELLINGS.key(one) == SPELLINGS.key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("language model", "large language model"),
        ("learning reinforcement", "reinforcement learning"),
        ("world model", "word model"),
    ],
)
def test_other_things_have_other_keys(one: str, other: str) -> None:
    assert SPELLINGS.key(one) != SPELLINGS.key(other)


@pytest.mark.parametrize("name", ["llm", "large language model", "largelanguage model"])
def test_every_way_to_write_it_is_looked_up(name: str) -> None:
    assert {"llm", "large language model", "largelanguage model"} <= SPELLINGS.all_names(name)


def test_a_phrase_is_looked_up_with_its_short_forms() -> None:
    assert {"llm agent", "large language model agent"} <= SPELLINGS.all_names("llm agent")
    assert {"data set", "dataset"} <= SPELLINGS.all_names("dataset")
    assert {"mllm", "multimodal llm", "modal large language model"} <= SPELLINGS.all_names("mllm")


WORDS = st.lists(
    st.sampled_from(["llm", "mllm", "rl", "large", "language", "model", "agent", "data", "of"]),
    min_size=1,
    max_size=5,
)


@given(WORDS)
def test_whatever_is_looked_up_is_the_same_thing(words: list[str]) -> None:
    name = " ".join(words)
    names = SPELLINGS.all_names(name)
    assert name in names
    assert {SPELLINGS.key(one) for one in names} == {SPELLINGS.key(name)}


def test_aliases_that_name_each_other_come_to_an_end() -> None:
    circular = Spellings(
        {"aa": Alias("aa", "bb thing", (), 9, 1.0), "bb": Alias("bb", "aa thing", (), 9, 1.0)}
    )
    assert circular.key("aa")
    assert circular.all_names("aa bb")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("vision language model", "visual language model", True),
        ("multimodal large language model", "modal large language model", True),
        ("multi layer perceptron", "multilayer perceptron", True),
        ("computer aided design", "computer aided diagnosis", False),
        ("multimodal large language model", "multilingual small speech model", False),
        ("test time scaling", "text to speech", False),
    ],
)
def test_long_forms_of_one_short_form(one: str, other: str, same: bool) -> None:
    assert same_words(one, other) is same
