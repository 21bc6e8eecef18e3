"""A store with four hours of the pipeline's samples, known line by line."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from tests.support.observed import Observed, Sampled, alert, moments
from trends.clock import SystemClock
from trends.store.alerts_deliveries import Status

NOW = SystemClock().now().replace(second=0, microsecond=0)
TEN_S = timedelta(seconds=10)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BEFORE = 1_000_000  # what was counted before the samples that are there
RESTART = (NOW - 65 * MINUTE, NOW - 60 * MINUTE)
FIRST, SECOND = "listings/first/0", "listings/first/1"


def counted(number: int, at: datetime) -> Sampled:
    """A sample of one partition: ten accepted between any two, and a few that are not."""
    return Sampled(
        at=at,
        processor="one" if at < RESTART[0] else "two",
        accepted=BEFORE + 10 * number,
        duplicates=BEFORE + 2 * number,
        dead=number // 10,
        late=number,
        lateness_max_s=7_200,
        position=5 * number,
        log_end=5 * number + 3,
        behind_s=number % 7,
        watermark=at - HOUR,
        flushes=2,
        flush_ms_total=300,
        flush_ms_max=200,
    )


def fill(store: Observed) -> None:
    """Two partitions for four hours, with a restart; an alerter, a ranker, dead letters."""
    rows = [
        counted(number, at)
        for number, at in enumerate(moments(NOW - 4 * HOUR, NOW, TEN_S))
        if not RESTART[0] <= at < RESTART[1]
    ]
    for number, shard in enumerate((FIRST, SECOND)):
        store.shard(NOW - DAY, partition=number, partitions=3)
        store.sample([replace(row, shard=shard) for row in rows])
    store.evaluated([NOW - 3 * MINUTE, NOW - 2 * MINUTE], horizon="day", took_ms=70)
    store.evaluated([NOW - MINUTE])
    change = store.change(alert("agents", NOW - HOUR), None, NOW - HOUR)
    store.told(change, NOW - MINUTE, Status.RETRYING, "hook")
    columns = ["kind", "ordering", "span", "last_day", "rank", "listings", "computed_at", "took_ms"]
    row = ["term", "docs", 7, NOW.date(), 0, 100, NOW - 5 * MINUTE, 430]
    store.writer.insert("rankings", [row], column_names=columns)
    columns = ["origin", "offset", "line", "code", "message", "raw", "recorded_at", "state"]
    letters = [
        [FIRST, 7, 0, "json", "not JSON; quote it", b"\xff{", NOW - 5 * MINUTE, 0],
        [FIRST, 8, 0, "title", "no title; give one", b"{}", NOW - 4 * MINUTE, 0],
        [FIRST, 8, 0, "title", "no title; give one", b"{}", NOW - 4 * MINUTE, 1],
        [FIRST, 9, 0, "title", "no title; give one", b"{}", NOW - 9 * HOUR, 0],
    ]
    store.writer.insert("dead_letters", letters, column_names=columns)
