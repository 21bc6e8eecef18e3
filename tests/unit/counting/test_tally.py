"""Absolute counts by name. tests/property/test_tally.py does this in any order."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.batches import Numbers, changed, held, loaded, mentions_of
from trends.analysis.batch import Mentions
from trends.analysis.names import unpacked
from trends.counting.tally import NO_VERSION, Tally


def taken(tally: Tally, mentions: Mentions) -> dict[str, tuple[int, int]]:
    """What changed, where all names stand in the arena of ``mentions``."""
    change = tally.take_changed()
    names = unpacked(mentions.arena, change.starts, change.sizes)
    numbers = zip(change.docs.tolist(), change.mentions.tolist(), strict=True)
    return dict(zip(names, numbers, strict=True))


def all_of(*listings: int) -> np.ndarray:
    return np.array(listings, np.int64)


def test_docs_count_listings_and_mentions_count_occurrences() -> None:
    tally, mentions = Tally(), mentions_of([{"x": 3, "y": 1}, {"x": 1}])
    tally.add(mentions, all_of(0, 1), 0)
    assert len(tally) == 2
    assert taken(tally, mentions) == {"x": (2, 4), "y": (1, 1)}


def test_only_the_listings_asked_for_count() -> None:
    tally, mentions = Tally(), mentions_of([{"x": 1}, {"y": 1}, {"x": 2, "z": 1}])
    tally.add(mentions, all_of(0, 2), 0)
    tally.add(mentions, all_of(), 0)
    assert taken(tally, mentions) == {"x": (2, 3), "z": (1, 1)}


def test_what_was_taken_is_told_again_only_when_it_changes_again() -> None:
    tally, mentions = Tally(), mentions_of([{"x": 1, "y": 1}, {"x": 5}])
    told = [tally.changed]
    for listing in range(2):
        tally.add(mentions, all_of(listing), 0)
        told.append(tally.changed)
        if listing == 0:
            assert len(tally.take_changed()) == 2
            assert len(tally.take_changed()) == 0
            told.append(tally.changed)
    assert told == [False, True, False, True]
    assert taken(tally, mentions) == {"x": (2, 6)}


def test_names_are_told_where_they_stand_in_the_shared_arena() -> None:
    tally, mentions = Tally(), mentions_of([{"x": 1}])
    tally.add(mentions, all_of(0), 1_000)
    assert tally.take_changed().starts.tolist() == [1_000]


def test_loaded_counts_go_on_and_are_no_change() -> None:
    tally = loaded({"x": (2, 5), "y": (1, 1)}, version=7)
    assert (len(tally), tally.version, tally.changed) == (2, 7, False)
    mentions = mentions_of([{"x": 1, "z": 2}])
    tally.add(mentions, all_of(0), 0)
    assert taken(tally, mentions) == {"x": (3, 6), "z": (1, 2)}
    assert held(tally, ["x", "y", "z"]) == {"x": (3, 6), "y": (1, 1), "z": (1, 2)}


def test_the_version_is_the_greatest_that_was_loaded() -> None:
    tally = Tally()
    assert tally.version == NO_VERSION
    for version, name in ((4, "x"), (9, "y"), (2, "z")):
        change, names = changed({name: (1, 1)})
        tally.load(names, change.docs, change.mentions, version)
    assert (tally.version, len(tally)) == (9, 3)


@pytest.mark.parametrize("loads", [True, False])
def test_a_tally_grows_with_what_it_holds(loads: bool) -> None:
    numbers: Numbers = {f"name {number}": (1, number + 1) for number in range(20_000)}
    if loads:
        tally = loaded(numbers, 0)
    else:
        tally = Tally()
        mentions = mentions_of([{name: count for name, (_, count) in numbers.items()}])
        tally.add(mentions, all_of(0), 0)
        assert taken(tally, mentions) == numbers
    assert len(tally) == 20_000
    assert held(tally, list(numbers)) == numbers


def test_a_tally_that_grows_between_two_takes_forgets_no_change() -> None:
    listings = [{f"name {listing} {number}": 1 for number in range(40)} for listing in range(50)]
    tally, mentions = Tally(), mentions_of([*listings, {"name 0 0": 1}])
    for listing in range(len(listings) + 1):
        tally.add(mentions, all_of(listing), 0)
    found = taken(tally, mentions)
    assert len(found) == 2_000
    assert found.pop("name 0 0") == (2, 2)
    assert set(found.values()) == {(1, 1)}


def test_counts_may_be_large() -> None:
    tally = loaded({"x": ((1 << 31) - 2, (1 << 31) - 2)}, 0)
    mentions = mentions_of([{"x": 1}])
    tally.add(mentions, all_of(0), 0)
    assert taken(tally, mentions) == {"x": ((1 << 31) - 1, (1 << 31) - 1)}


def test_names_with_one_half_of_their_keys_in_common_are_told_apart() -> None:
    tally, mentions = Tally(), mentions_of([{"x": 1, "y": 2}])
    mentions.key1[:] = mentions.key1[0]
    tally.add(mentions, all_of(0), 0)
    tally.add(mentions, all_of(0), 0)
    assert taken(tally, mentions) == {"x": (2, 2), "y": (2, 4)}
    mentions.key2[:] = mentions.key2[0]
    tally.add(mentions, all_of(0), 0)
    assert taken(tally, mentions) == {"x": (4, 5)}
