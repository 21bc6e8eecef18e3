"""An id counts once within the horizon, at its first position."""

from __future__ import annotations

import pytest

from trends.counting.seen import Occurrence, Seen
from trends.model import Position

HORIZON_S = 100
NOW_S = 10_000


def at(offset: int, line: int = 0, shard: str = "s") -> Position:
    return Position(shard, offset, line)


def seen(*occurrences: Occurrence, capacity: int = 100, known_from_s: int | None = None) -> Seen:
    result = Seen(HORIZON_S, capacity, known_from_s)
    result.remember(occurrences)
    return result


FIRST = Occurrence("a", at(5, 3), NOW_S)


#            ├── horizon ──┤── horizon ──┤
#  ──────────┼─────────────●─────────────┼─────▶ arrival
#   counts   │     repeats the occurrence│  counts
@pytest.mark.parametrize(
    ("arrived_s", "repeats"),
    [
        (NOW_S, True),
        (NOW_S + HORIZON_S, True),
        (NOW_S + HORIZON_S + 1, False),
        (NOW_S - HORIZON_S, True),
        (NOW_S - HORIZON_S - 1, False),
    ],
)
def test_the_horizon_reaches_equally_far_into_both_directions(
    arrived_s: int, repeats: bool
) -> None:
    assert seen(FIRST).repeats("a", at(6), arrived_s) is repeats


def test_another_id_does_not_repeat() -> None:
    assert not seen(FIRST).repeats("b", at(6), NOW_S)


@pytest.mark.parametrize(
    ("position", "repeats"),
    [(at(5, 4), True), (at(6, 0), True), (at(5, 3), False), (at(5, 2), False), (at(4, 9), False)],
    ids=["later line", "later offset", "itself", "earlier line", "earlier offset"],
)
def test_in_one_shard_only_a_later_position_repeats(position: Position, repeats: bool) -> None:
    assert seen(FIRST).repeats("a", position, NOW_S) is repeats


def test_in_another_shard_every_position_repeats() -> None:
    assert seen(FIRST).repeats("a", at(0, 0, shard="other"), NOW_S)


def test_a_line_is_compared_with_every_occurrence_of_its_id() -> None:
    later = Occurrence("a", at(9), NOW_S + 3 * HORIZON_S)
    known = seen(FIRST, later)
    assert known.repeats("a", at(10), NOW_S + 1)
    assert known.repeats("a", at(10), NOW_S + 3 * HORIZON_S - 1)
    assert not known.repeats("a", at(10), NOW_S + HORIZON_S + 1)


def test_a_known_position_is_told_from_a_repetition() -> None:
    known = seen(FIRST)
    assert known.counted_at("a", at(5, 3))
    assert not known.counted_at("a", at(5, 4))
    assert not known.counted_at("b", at(5, 3))


def test_remembering_twice_changes_nothing() -> None:
    known = seen(FIRST, FIRST)
    assert list(known) == [FIRST]
    assert len(known) == 1


def test_without_a_limit_nothing_needs_a_lookup() -> None:
    assert not seen(FIRST).needs_lookup(0)


def test_a_lookup_is_needed_when_the_horizon_reaches_beyond_what_is_known() -> None:
    known = seen(known_from_s=NOW_S)
    assert not known.needs_lookup(NOW_S + HORIZON_S)
    assert known.needs_lookup(NOW_S + HORIZON_S - 1)


def many(count: int, first_offset: int = 0) -> list[Occurrence]:
    """One occurrence per second, the newest last."""
    return [Occurrence(f"id{n}", at(first_offset + n), NOW_S + n) for n in range(count)]


def test_shrink_keeps_all_within_capacity() -> None:
    known = seen(*many(10), capacity=10)
    known.shrink("s", flushed_offset=100)
    assert len(known) == 10
    assert not known.needs_lookup(0)


def test_shrink_forgets_the_oldest_and_remembers_from_when_on_it_knows_all() -> None:
    known = seen(*many(11), capacity=10)
    known.shrink("s", flushed_offset=100)
    kept = {occurrence.arrived_s for occurrence in known}
    assert kept == set(range(NOW_S + 5, NOW_S + 11))
    assert known.needs_lookup(min(kept) + HORIZON_S - 1)
    assert not known.needs_lookup(min(kept) + HORIZON_S)


def test_shrink_never_forgets_what_is_not_stored_yet() -> None:
    known = seen(*many(11), capacity=2)
    known.shrink("s", flushed_offset=3)
    assert {occurrence.position.offset for occurrence in known} == set(range(4, 11))


def test_shrink_forgets_what_other_shards_have_stored() -> None:
    known = seen(Occurrence("old", at(99, shard="other"), 0), *many(3), capacity=2)
    known.shrink("s", flushed_offset=100)
    assert "old" not in {occurrence.id for occurrence in known}


def test_shrink_never_claims_to_know_more_than_before() -> None:
    known = seen(*many(11), capacity=10, known_from_s=NOW_S + 1_000)
    known.shrink("s", flushed_offset=100)
    assert known.needs_lookup(NOW_S + 1_000 + HORIZON_S - 1)


def test_occurrences_of_the_same_second_are_kept_or_forgotten_together() -> None:
    known = seen(*(Occurrence(f"id{n}", at(n), NOW_S) for n in range(5)), capacity=2)
    known.shrink("s", flushed_offset=100)
    assert len(known) == 5
    assert not known.needs_lookup(NOW_S + HORIZON_S)


def test_positions_and_arrivals_come_back_as_they_were() -> None:
    far = [
        Occurrence("a", Position("s", (1 << 62) + 7, (1 << 24) - 1), (1 << 32) - 1),
        Occurrence("a", Position("t", 0, 0), 0),
        Occurrence("b", Position("s", 5, 3), 9),
    ]
    result = seen(*far)
    result.remember(far)
    assert (len(result), sorted(result, key=lambda each: each.id)) == (3, far)
