"""The ranker's turns: the present before the past, one at a time, and rest when nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import NoReturn

import pytest

from trends.clock import ManualClock
from trends.detection.spike import Kind
from trends.errors import Unavailable
from trends.metrics.meters import RankerMeters
from trends.metrics.vitals import STORE, Vitals
from trends.ranker.plan import SPANS, Listings, basis_of
from trends.ranker.ranker import LOOK_EVERY_S, Ranker, rank_all
from trends.store.rankings import Known, Made, Ordering, RankingKey

START = datetime(2025, 10, 31, 12, tzinfo=UTC)
TODAY = START.date()
DAY = timedelta(days=1)
EVERY_S = 300.0
PER_DAY = len(SPANS) * len(Kind) * len(Ordering)


class MemoryBoard:
    """Counts and rankings in memory; a ranking takes as long as it is told to take."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.days = {TODAY: 100}
        self.made: dict[RankingKey, Made] = {}
        self.ranked: list[RankingKey] = []
        self.looks = 0
        self.takes_s = 0.0
        self.fails: list[Exception] = []
        self.before_ranking: Callable[[], None] = lambda: None

    def signature(self) -> object:
        if self.fails:
            raise self.fails.pop(0)
        return tuple(self.days.items())

    def known(self) -> Known:
        self.looks += 1
        return Known(1, dict(self.days), dict(self.made))

    def rank(self, key: RankingKey, before: Known) -> Made:
        self.before_ranking()
        at = self.clock.now()
        self.clock.advance(self.takes_s)
        took_ms = round(1_000 * self.takes_s)
        made = Made(basis_of(before.generation), *Listings(before.days).of(key), at, took_ms)
        self.made[key] = made
        self.ranked.append(key)
        return made


class Bench:
    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.board = MemoryBoard(self.clock)
        self.vitals = Vitals("ranker", self.clock, (STORE,))
        meters = RankerMeters(self.vitals.registry)
        self.ranker = Ranker(self.board, EVERY_S, self.clock, self.vitals, meters)

    def until_idle(self) -> float:
        """Turns until there is nothing to do; the seconds it then would rest."""
        for _ in range(1_000):
            done = len(self.board.ranked)
            pause_s = self.ranker.turn()
            if len(self.board.ranked) == done:
                return pause_s
            self.clock.advance(pause_s)
        raise AssertionError("it never rests")

    def metric(self, name: str, **labels: str) -> float | None:
        return self.vitals.registry.get_sample_value(name, labels)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_all_that_is_due_is_ranked_once(bench: Bench) -> None:
    bench.board.days = {TODAY - DAY * number: 100 for number in range(4)}
    assert bench.until_idle() == LOOK_EVERY_S
    assert len(bench.board.ranked) == len(set(bench.board.ranked)) == 4 * PER_DAY
    for kind in Kind:
        assert bench.metric("trends_rankings_total", kind=kind.value) == 2 * PER_DAY
        name = "trends_ranking_duration_seconds_count"
        assert bench.metric(name, kind=kind.value) == 2 * PER_DAY


def test_while_nothing_changes_not_even_the_state_is_asked_for(bench: Bench) -> None:
    bench.until_idle()
    looks = bench.board.looks
    bench.clock.advance(LOOK_EVERY_S)
    assert bench.ranker.turn() == LOOK_EVERY_S
    assert bench.board.looks == looks


def test_what_changes_is_ranked_when_its_time_has_come(bench: Bench) -> None:
    bench.until_idle()
    del bench.board.ranked[:]
    bench.board.days[TODAY] += 1
    bench.clock.advance(EVERY_S - 2)
    assert bench.ranker.turn() == pytest.approx(2.0)
    assert bench.board.ranked == []
    bench.clock.advance(2)
    bench.until_idle()
    assert len(bench.board.ranked) == PER_DAY


def test_the_present_goes_before_a_past_that_is_not_done_yet(bench: Bench) -> None:
    bench.board.days = {TODAY - DAY * number: 100 for number in range(9)}
    while len(bench.board.ranked) < 2 * PER_DAY:
        bench.ranker.turn()
    bench.clock.advance(EVERY_S)
    bench.board.days[TODAY] += 50
    for _ in range(PER_DAY):
        bench.ranker.turn()
    assert {key.last_day for key in bench.board.ranked[-PER_DAY:]} == {TODAY}


def test_the_past_leaves_others_as_much_time_as_it_takes_and_the_present_none(
    bench: Bench,
) -> None:
    bench.board.days = {TODAY: 100, TODAY - DAY: 100}
    bench.board.takes_s = 3.0
    pauses = [bench.ranker.turn() for _ in range(2 * PER_DAY)]
    assert pauses == [0.0] * PER_DAY + [3.0] * PER_DAY


def test_a_store_that_is_away_is_waited_for(bench: Bench) -> None:
    bench.board.fails = [Unavailable("gone")] * 3
    bench.board.before_ranking = _end
    with pytest.raises(KeyboardInterrupt):
        bench.ranker.run()
    assert bench.clock.monotonic_s() == pytest.approx(0.2 + 0.4 + 0.8)
    assert bench.metric("trends_retries_total", dependency=STORE) == 3


def test_between_its_turns_it_rests(bench: Bench) -> None:
    bench.board.takes_s = 1.0
    bench.board.days = {TODAY: 100, TODAY - DAY: 100}
    rests: list[float] = []

    def end_with_the_past() -> None:
        rests.append(bench.clock.monotonic_s())
        if len(rests) == PER_DAY + 3:
            raise KeyboardInterrupt

    bench.board.before_ranking = end_with_the_past
    with pytest.raises(KeyboardInterrupt):
        bench.ranker.run()
    assert rests == [float(at) for at in (*range(PER_DAY + 1), PER_DAY + 2, PER_DAY + 4)]
    assert bench.vitals.readiness.missing == {}


def test_killed_anywhere_the_next_one_goes_on_where_it_was(bench: Bench) -> None:
    bench.board.days = {TODAY - DAY * number: 100 for number in range(3)}
    for _ in range(PER_DAY + 5):
        bench.ranker.turn()
    heir = Bench()
    heir.board.days, heir.board.made = bench.board.days, bench.board.made
    heir.until_idle()
    assert len(heir.board.ranked) == 2 * PER_DAY - 5
    assert not set(heir.board.ranked) & set(bench.board.ranked)


def test_ranking_at_once_waits_for_nothing_and_comes_to_an_end(bench: Bench) -> None:
    bench.board.days = {TODAY - DAY * number: 100 for number in range(3)}
    left: list[int] = []

    def grow() -> None:
        bench.board.days[TODAY] += 1

    def told(_key: RankingKey, _made: Made, rest: int) -> None:
        left.append(rest)

    bench.board.before_ranking = grow
    rank_all(bench.board, None, bench.clock, told)
    assert {key.last_day for key in bench.board.ranked} == {TODAY}
    assert left == list(reversed(range(PER_DAY)))
    rank_all(bench.board, date.min, bench.clock, told)
    assert len(bench.board.ranked) == (1 + 3) * PER_DAY


def _end() -> NoReturn:
    raise KeyboardInterrupt
