"""What rises, by more than chance."""

from __future__ import annotations

import pytest

from trends.ranking.counted import Counted, Totals
from trends.ranking.entry import Entry, Reason
from trends.ranking.rising import expected, judge_rise, lift, score, without_explained

TOTALS = Totals(1_000, 2_000, 9, 9)


def entry(name: str, docs: int, docs_before: int) -> Entry:
    words = tuple(name.split())
    counted = (Counted(name, docs, docs_before, docs),)
    return Entry("".join(words), words, (name,), docs, docs_before, counted)


def test_shares_are_compared_not_counts() -> None:
    assert expected(19.5, TOTALS) == 10
    assert lift(10, 20, TOTALS) == 1.0
    assert lift(10, 0, TOTALS) is None
    assert score(10, 20, TOTALS) < 0 < score(20, 20, TOTALS)


@pytest.mark.parametrize(
    ("docs", "docs_before", "reason"),
    [
        (30, 20, None),
        (10, 20, Reason.STEADY),
        (14, 20, Reason.STEADY),  # by chance
        (1_000, 1_700, Reason.STEADY),  # hardly more, however certain
        (3, 1, Reason.FEW),
        (4, 0, Reason.FEW),
        (5, 0, None),
    ],
)
def test_what_rises(docs: int, docs_before: int, reason: Reason | None) -> None:
    left_out = judge_rise(entry("x", docs, docs_before), TOTALS).left_out
    assert (left_out.reason if left_out is not None else None) is reason


def test_nothing_rises_where_there_was_nothing_before() -> None:
    assert judge_rise(entry("x", 50, 0), Totals(100, 0, 9, 9)).left_out is not None


def test_what_is_left_out_stays_left_out() -> None:
    given = entry("x", 30, 0).without(Reason.GENERIC, 0.0, 0.0)
    assert judge_rise(given, TOTALS) is given


def test_a_part_rises_with_the_whole() -> None:
    part = entry("policy optimization", 80, 60)
    whole = entry("relative policy optimization", 45, 0)
    found = without_explained([part, whole], TOTALS)
    assert found[1].left_out is None
    left_out = found[0].left_out
    assert left_out is not None
    assert (left_out.reason, left_out.name) == (Reason.EXPLAINED, "relative policy optimization")


def test_a_part_that_rises_more_than_the_whole_stays() -> None:
    found = without_explained(
        [entry("policy", 80, 60), entry("policy optimization", 20, 0)], TOTALS
    )
    assert [one.left_out for one in found] == [None, None]


def test_a_longer_name_that_rises_only_with_its_part_is_left_out() -> None:
    found = without_explained(
        [entry("tidal attention", 284, 7), entry("tidal attention lack", 41, 0)], TOTALS
    )
    assert found[0].left_out is None
    left_out = found[1].left_out
    assert left_out is not None
    assert (left_out.reason, left_out.name) == (Reason.EXPLAINED, "tidal attention")


def test_a_longer_name_that_rises_faster_than_its_part_stays() -> None:
    found = without_explained(
        [entry("chain of thought", 252, 108), entry("long chain of thought", 48, 7)], TOTALS
    )
    assert [one.left_out for one in found] == [None, None]


def test_only_whole_words_are_parts() -> None:
    found = without_explained([entry("art", 30, 0), entry("cart model", 30, 0)], TOTALS)
    assert found[0].left_out is None
