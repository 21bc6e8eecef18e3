"""How entries are written."""

from __future__ import annotations

import pytest

from trends.ranking.display import is_proper, written
from trends.ranking.surfaces import votes_of


def shown(names: list[str], *texts: str, titles: tuple[str, ...] = ()) -> str:
    listings = [("", text) for text in texts] + [(title, "") for title in titles]
    return written(names, votes_of(names, listings))


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("gpt 4o", "We ask GPT-4o to answer", "GPT-4o"),
        ("vision language model", "We train vision-language models", "vision-language models"),
        ("fine tuning", "We use fine-tuning", "fine-tuning"),
        ("mixture of expert", "Of a mixture of experts", "mixture of experts"),
        ("c++", "Written in C++ by hand", "C++"),
        ("naive baye", "It is naïve Bayes", "naive baye"),
    ],
)
def test_as_it_stands_in_texts(name: str, text: str, expected: str) -> None:
    assert shown([name], text) == expected


def test_the_most_frequent_form_wins_and_each_listing_has_one_vote() -> None:
    often = "LLM and LLM and LLM and LLM and LLM"
    assert shown(["llm"], "Of LLMs", "For LLMs", often) == "LLMs"


def test_a_short_form_that_more_listings_use_is_shown() -> None:
    names = ["large language model", "llm"]
    assert shown(names, "The LLMs", "All LLMs", "These large language models") == "LLMs"
    assert shown(names, "The LLMs", *["These large language models"] * 2) == "large language models"


def test_text_decides_before_titles() -> None:
    assert shown(
        ["diffusion model"], "With diffusion models", titles=("Diffusion Models",) * 5
    ) == ("diffusion models")
    assert shown(["diffusion model"], titles=("Diffusion Models",)) == "Diffusion Models"


def test_the_capital_of_a_sentence_is_none_of_the_name() -> None:
    assert shown(["retrieval"], "Here. Retrieval is old. Retrieval. Yes: retrieval") == "retrieval"


def test_capitals_in_front_of_a_short_form_are_a_habit() -> None:
    texts = ["Our Vision Language Models (VLMs)"] * 6 + ["Our vision language models"] * 3
    assert shown(["vision language model"], *texts) == "vision language models"
    assert shown(["imagenet"], *["On ImageNet"] * 9, "On imagenet") == "ImageNet"


def test_a_word_that_a_hyphen_always_joins_to_it_is_shown() -> None:
    assert shown(["context learning"], *["With in-context learning"] * 3) == "in-context learning"
    mixed = ["With in-context learning", "With context learning", "By context learning"]
    assert shown(["context learning"], *mixed) == "context learning"


def test_without_any_listing_the_name_stands_for_itself() -> None:
    assert shown(["large language model"]) == "large language model"


def test_other_words_between_are_another_name() -> None:
    assert shown(["mixture model"], "A mixture of models. A mixture, models") == "mixture model"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("gpt 4o", "We ask GPT-4o and others", True),
        ("imagenet", "We test on ImageNet and others", True),
        ("f1 score", "We report the F1 score and others", False),
        ("7b", "We train a 7B model", False),
        ("insight", "It gives insights and others. Insights", False),
    ],
)
def test_proper_names(name: str, text: str, expected: bool) -> None:
    votes = votes_of([name], [("", text)] * 2)
    assert is_proper([name], votes) is expected


def test_one_listing_makes_no_proper_name() -> None:
    assert not is_proper(["imagenet"], votes_of(["imagenet"], [("", "We test on ImageNet")]))


@pytest.mark.parametrize(
    ("name", "titles", "expected"),
    [
        ("谷爱", ["谷爱凌夺冠", "恭喜谷爱凌", "谷爱凌和她的妈妈"], "谷爱凌"),
        ("爱凌", ["谷爱凌夺冠", "恭喜谷爱凌", "谷爱凌和她的妈妈"], "谷爱凌"),
        ("中国", ["中国队", "看中国", "在中国的人"], "中国"),
        ("北京 冬奥会", ["北京冬奥会开幕"], "北京冬奥会"),
        ("ai 模型", ["AI 模型来了"], "ai 模型"),
    ],
)
def test_scripts_without_spaces(name: str, titles: list[str], expected: str) -> None:
    assert shown([name], titles=tuple(titles)) == expected
