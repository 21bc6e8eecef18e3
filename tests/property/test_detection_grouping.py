"""However names share listings: each is in one group, and who leads it is not explained."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from trends.detection.grouping import Risen, grouped

LISTINGS = st.frozensets(st.integers(0, 40), max_size=25)


@st.composite
def risen(draw: st.DrawFn) -> Risen:
    known = draw(LISTINGS)
    return Risen(
        docs=max(len(known), 1) + draw(st.integers(0, 5)),
        expected=draw(st.floats(1e-3, 30)),
        size=draw(st.floats(0.1, 1_000)),
        listings=known,
        leads=draw(st.booleans()),
    )


@given(st.lists(risen(), max_size=12), st.integers(1, 8))
def test_each_name_is_in_one_group_behind_a_stronger_one(many: list[Risen], least: int) -> None:
    groups = grouped(many, least)
    assert sorted(place for group in groups for place in group) == list(range(len(many)))
    order = sorted(range(len(many)), key=lambda place: (not many[place].leads, place))
    rank = {place: number for number, place in enumerate(order)}
    for lead, *others in groups:
        for other in others:
            assert rank[lead] < rank[other]
            assert many[lead].listings & many[other].listings
    leaders = [rank[group[0]] for group in groups]
    assert leaders == sorted(leaders)
    assert grouped(many, least) == groups


@given(st.lists(risen(), max_size=10), st.integers(1, 8))
def test_a_word_leads_nothing_that_a_name_explains(many: list[Risen], least: int) -> None:
    for lead, *others in grouped(many, least):
        if not many[lead].leads:
            assert not any(many[other].leads for other in others)


@given(st.lists(risen(), max_size=8), LISTINGS)
def test_who_joins_changes_no_other_group(many: list[Risen], known: frozenset[int]) -> None:
    """The weakest of all that has nothing of its own takes its place, and nobody else's."""
    last = Risen(max(len(known), 1), 1e9, 1e9, known, leads=False)
    groups = grouped([*many, last], 5)
    without = [[place for place in group if place < len(many)] for group in groups]
    assert [group for group in without if group] == grouped(many, 5)
