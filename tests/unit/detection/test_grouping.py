"""Names that rose in the same listings are one spike; what rose by itself is another."""

from __future__ import annotations

import numpy as np

from trends.detection.grouping import Risen, grouped

MIN_DOCS = 5


def risen(*listings: range, expected: float = 0.5, docs: int = 0, leads: bool = True) -> Risen:
    """All its listings are known unless ``docs`` says there are more."""
    known = frozenset[int]().union(*listings)
    return Risen(docs or len(known), expected, 20.0, known, leads)


def test_the_same_listings_are_one_spike_and_the_strongest_leads() -> None:
    assert grouped([risen(range(20)), risen(range(18)), risen(range(19))], MIN_DOCS) == [[0, 1, 2]]


def test_rises_of_different_listings_stay_apart() -> None:
    assert grouped([risen(range(20)), risen(range(20, 40))], MIN_DOCS) == [[0], [1]]


def test_a_rise_of_its_own_stays_apart_though_some_listings_are_shared() -> None:
    assert grouped([risen(range(20)), risen(range(15, 35))], MIN_DOCS) == [[0], [1]]
    # Here only three are left, and three are never a rise.
    assert grouped([risen(range(20)), risen(range(12, 23))], MIN_DOCS) == [[0, 1]]


def test_what_is_left_must_be_more_than_chance_explains() -> None:
    leader = risen(range(20))
    half = (range(10), range(20, 30))
    assert grouped([leader, risen(*half, expected=0.5)], MIN_DOCS) == [[0], [1]]
    assert grouped([leader, risen(*half, expected=6.0)], MIN_DOCS) == [[0, 1]]


def test_what_is_left_must_be_much_of_it() -> None:
    leader = risen(range(100))
    assert grouped([leader, risen(range(130), expected=0.5)], MIN_DOCS) == [[0, 1]]


def test_what_is_explained_joins_whom_it_shares_most_listings_with() -> None:
    first, second = risen(range(30)), risen(range(30, 60))
    assert grouped([first, second, risen(range(28, 40))], MIN_DOCS) == [[0], [1, 2]]
    assert grouped([first, second, risen(range(20, 32))], MIN_DOCS) == [[0, 2], [1]]


def test_of_two_that_explain_it_as_well_the_stronger_has_it() -> None:
    first, second = risen(range(30)), risen(range(30, 60))
    between = risen(range(25, 35), expected=3.0)
    assert grouped([first, second, between], MIN_DOCS) == [[0, 2], [1]]


def test_a_group_is_not_a_chain() -> None:
    """What joins a group explains nothing: only who leads does."""
    a, b, c = risen(range(20)), risen(range(12, 22)), risen(range(20, 32))
    assert grouped([a, b, c], MIN_DOCS) == [[0, 1], [2]]


def test_what_should_not_lead_leads_only_what_nothing_else_explains() -> None:
    word = risen(range(20), leads=False)
    phrase = risen(range(15))
    assert grouped([word, phrase], MIN_DOCS) == [[1, 0]]
    assert grouped([word, risen(range(50, 60))], MIN_DOCS) == [[1], [0]]
    assert grouped([word, risen(range(19), leads=False)], MIN_DOCS) == [[0, 1]]


def test_what_has_no_known_listings_is_by_itself() -> None:
    assert grouped([risen(range(20)), Risen(9, 0.1, 20.0, frozenset())], MIN_DOCS) == [[0], [1]]


def test_of_many_listings_the_known_ones_stand_for_all() -> None:
    leader = risen(range(100), docs=1_000)
    # Half of what is known of it is the leader's: half of 400 is left.
    own = risen(range(50, 150), docs=400, expected=10.0)
    assert grouped([leader, own], MIN_DOCS) == [[0], [1]]
    assert grouped([leader, risen(range(50, 150), docs=400, expected=190.0)], MIN_DOCS) == [[0, 1]]


def test_nothing_risen_is_no_group() -> None:
    assert grouped([], MIN_DOCS) == []


def test_chance_is_judged_where_the_rate_is_known_badly() -> None:
    leader = risen(range(20))
    known = frozenset((*range(10), *range(20, 30)))
    assert grouped([leader, Risen(20, 1.0, 50.0, known)], MIN_DOCS) == [[0], [1]]
    assert grouped([leader, Risen(20, 1.0, 0.1, known)], MIN_DOCS) == [[0, 1]]


def test_a_thousand_names_are_grouped_in_no_time() -> None:
    random = np.random.default_rng(1)
    many = [
        risen(range(start, start + int(random.integers(5, 30))))
        for start in random.integers(0, 3_000, 400).tolist()
    ]
    groups = grouped(many, MIN_DOCS)
    assert sorted(place for group in groups for place in group) == list(range(400))
    assert 50 < len(groups) < 400
