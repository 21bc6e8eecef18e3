"""A silence longer than this feed is ever silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import accumulate

import pytest

from tests.integration.alert_rules.times import (
    DAY,
    HOUR,
    INGEST,
    MINUTE,
    NOW,
)
from tests.support.observed import (
    Observed,
    Sampled,
    moments,
)

STEP = timedelta(minutes=5)


def fed(arrivals: list[bool], end: datetime = NOW) -> list[Sampled]:
    """A sample every five minutes up to ``end``; a listing came before some of them."""
    counts = accumulate(int(arrived) for arrived in arrivals)
    first = end - (len(arrivals) - 1) * STEP
    return [
        Sampled(at=first + number * STEP, accepted=1_000 + count)
        for number, count in enumerate(counts)
    ]


def on_weekdays(days: int, until: datetime = NOW) -> list[bool]:
    """A feed that lists once a day, at eight in the evening, and not at weekends."""
    return [
        at.weekday() < 5 and (at.hour, at.minute // 5) == (20, 0)
        for at in moments(NOW - days * DAY, until, STEP)
    ]


def test_weekends_and_nights_of_a_daily_feed_are_none(store: Observed) -> None:
    store.sample(fed(on_weekdays(29)))
    simulator = store.judged(INGEST, moments(NOW - 7 * DAY, NOW, HOUR))
    assert (simulator.told, simulator.changes) == ([], 0)


def test_a_daily_feed_that_stops_is_told_after_its_longest_weekend_and_a_half(
    store: Observed,
) -> None:
    arrivals = on_weekdays(29)
    count = 6 * DAY // STEP
    store.sample(fed([*arrivals[:-count], *[False] * count]))
    last = max(
        at
        for at, arrived in zip(moments(NOW - 29 * DAY, NOW, STEP), arrivals, strict=True)
        if arrived and at <= NOW - 6 * DAY
    )
    simulator = store.judged(INGEST, moments(NOW - 6 * DAY, NOW, HOUR))
    (told,) = simulator.told
    assert told.fires
    allowed = 1.5 * 72 * HOUR
    assert last + allowed < told.at <= last + allowed + 1.5 * HOUR


def test_a_busy_feed_is_told_of_after_half_an_hour(store: Observed) -> None:
    arrivals = [True] * (20 * 288) + [False] * 12 + [True] * 12
    store.sample(fed(arrivals))
    stopped = NOW - 24 * STEP
    simulator = store.judged(INGEST, moments(stopped, NOW))
    assert [told.fires for told in simulator.told] == [True, False]
    assert stopped + 30 * MINUTE < simulator.told[0].at <= stopped + 40 * MINUTE
    assert simulator.told[1].at <= stopped + 12 * STEP + STEP


@pytest.mark.parametrize(("hours", "fires"), [(96, False), (97, True)])
def test_a_young_feed_has_four_days(store: Observed, hours: int, fires: bool) -> None:
    store.sample(fed([*[True] * 288, *[False] * (hours * 12)]))
    assert store.judged(INGEST, [NOW]).fires is fires


def test_that_nothing_ever_arrived_is_told_after_four_days(store: Observed) -> None:
    store.sample([replace(row, accepted=0) for row in fed([False] * (97 * 12))])
    assert not store.judged(INGEST, [NOW - 2 * HOUR]).fires
    assert store.judged(INGEST, [NOW]).fires


def test_a_processor_that_was_down_says_nothing_about_the_feed(store: Observed) -> None:
    rows = fed([True] * (20 * 288))
    away = (NOW - 5 * DAY, NOW - 2 * DAY)
    store.sample([row for row in rows if not away[0] < row.at < away[1]])
    simulator = store.judged(INGEST, moments(NOW - 6 * DAY, NOW, HOUR))
    assert simulator.told == []
    # Nor does it make the rule patient with the next silence.
    store.clear()
    quiet = fed([*[True] * (20 * 288 - 9), *[False] * 9])
    store.sample([row for row in quiet if not away[0] < row.at < away[1]])
    assert store.judged(INGEST, [NOW]).fires


def test_duplicates_and_dead_letters_are_arrivals(store: Observed) -> None:
    rows = fed([False] * (20 * 288))
    for field in ("duplicates", "dead", "forwarded"):
        store.clear()
        store.sample(
            [replace(row, **{field: number}) for number, row in enumerate(rows)]  # type: ignore[arg-type]
        )
        assert store.value(INGEST, NOW) == 0, field


def test_a_restart_that_reads_again_is_no_arrival(store: Observed) -> None:
    rows = fed([*[True] * (20 * 288), *[False] * 12])
    again = [replace(row, accepted=row.accepted - 3) for row in rows[-6:-4]]
    store.sample([*rows[:-6], *again, *rows[-4:]])
    assert store.judged(INGEST, [NOW]).fires


def test_a_silence_beyond_the_range_goes_on_being_told(store: Observed) -> None:
    store.sample(fed([False] * (29 * 288)))
    assert store.judged(INGEST, moments(NOW - HOUR, NOW)).fires
