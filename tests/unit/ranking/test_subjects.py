"""Which entries are subjects: the limits, one by one."""

from __future__ import annotations

import pytest

from trends.ranking.counted import Counted
from trends.ranking.entry import Entry, Reason
from trends.ranking.focus import Focus
from trends.ranking.subjects import judge


def entry(name: str) -> Entry:
    words = tuple(name.split())
    return Entry("".join(words), words, (name,), 10, 5, (Counted(name, 10, 5, 20),))


def reason(
    name: str,
    value: float | None,
    *,
    breadth: float = 0.01,
    followed: float = 0.3,
    is_declared: bool = False,
) -> Reason | None:
    found = judge(entry(name), Focus(value, breadth, followed), is_declared=is_declared).entry
    return found.left_out.reason if found.left_out is not None else None


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("object detection", 3.7, None),
        ("experimental result", 0.02, Reason.GENRE),
        ("experimental data", 0.43, Reason.GENRE),
        ("segmentation", 5.7, None),
        ("insight", 0.4, Reason.GENRE),
        ("enhancing", 1.3, Reason.GENRE),
    ],
)
def test_focus_decides_and_a_word_needs_more_than_a_phrase(
    name: str, value: float, expected: Reason | None
) -> None:
    assert reason(name, value) is expected


def test_what_the_taxonomy_declares_needs_less() -> None:
    assert reason("robot", 2.9) is Reason.GENRE
    assert reason("robot", 2.9, is_declared=True) is None
    assert reason("insight", 0.4, is_declared=True) is Reason.GENRE


def test_a_broad_word_needs_more() -> None:
    assert reason("image", 4.7, breadth=0.3) is Reason.BROAD
    assert reason("image", 4.7, breadth=0.05) is None
    assert reason("reasoning", 6.0, breadth=0.21) is None
    assert reason("large language model", 4.7, breadth=0.5) is None


def test_what_is_nearly_always_followed_says_what_kind() -> None:
    assert reason("fine grained", 1.5, followed=0.95) is Reason.MODIFIER
    assert reason("fine tuning", 1.5, followed=0.5) is None
    assert reason("multi agent", 4.9, followed=0.95) is None


def test_a_word_that_is_only_the_front_of_names_is_none() -> None:
    assert reason("contrastive", 12.0, followed=0.9) is Reason.MODIFIER
    assert reason("contrastive", 12.0, followed=0.8) is None
    assert reason("multimodal", 12.0, followed=0.9, is_declared=True) is None


def test_general_words_are_left_out_whatever_the_figures() -> None:
    assert reason("model", 20.0) is Reason.GENERIC
    assert reason("state of the art", 20.0) is Reason.GENERIC


def test_common_words_are_left_out_where_no_text_shows_it() -> None:
    assert reason("using", None) is Reason.GENERIC
    assert reason("rust", None) is None
    assert reason("voice", 5.0) is None


def test_a_single_character_is_no_word_where_no_text_shows_it() -> None:
    assert reason("人", None) is Reason.GENERIC
    assert reason("冬奥", None) is None


def test_pairs_of_characters_are_judged_like_phrases() -> None:
    assert reason("冬奥", 1.2) is None


@pytest.mark.parametrize(
    ("name", "value", "followed", "may"),
    [
        ("gpt 4o", 0.35, 0.2, True),
        ("gpt 4o", 0.1, 0.2, False),
        ("imagenet", 1.2, 0.2, True),
        ("english", 0.5, 0.2, False),
        ("gpt", 1.2, 0.97, False),  # only how other names begin
    ],
)
def test_a_proper_name_may_be_let_in(name: str, value: float, followed: float, may: bool) -> None:
    found = judge(entry(name), Focus(value, 0.01, followed), is_declared=False)
    assert found.entry.left_out is not None
    assert found.if_proper is may
    assert found.as_proper().entry.left_out is None
