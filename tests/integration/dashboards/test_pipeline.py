"""What the dashboard Pipeline health shows, on a store that is known line by line."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.support.board_pipeline import DAY, FIRST, HOUR, MINUTE, NOW, RESTART, SECOND
from tests.support.boards import Board, elsewhere
from tests.support.observed import Observed
from trends.grafana.variables import ALL

EVERY = {"shard": (ALL,)}


@pytest.fixture(scope="module")
def store(piped: Observed) -> Observed:
    return piped


def board(store: Observed, span: timedelta = HOUR, end: datetime = NOW) -> Board:
    return Board("pipeline", store.reader, end - span, end)


def rows(store: Observed, title: str, ref: str = "A", **more: Any) -> list[dict[str, Any]]:
    """What the panel's query gives."""
    shard = more.pop("shard", (ALL,))
    queries = board(store, **more).queries({"shard": shard})
    (query,) = [each for each in queries if (each.name, each.ref_id) == (title, ref)]
    return list(store.reader.query(elsewhere(query.sql), tz_mode="aware").named_results())


def only(store: Observed, title: str, **more: Any) -> Any:
    """The one number of a panel."""
    (row,) = rows(store, title, **more)
    (value,) = row.values()
    return value


def test_the_partitions_to_choose_from(store: Observed) -> None:
    assert rows(store, "$shard", "shard") == [{"shard": FIRST}, {"shard": SECOND}]
    assert rows(store, "$shard", "shard", end=NOW - DAY) == []


@pytest.mark.parametrize(
    ("span", "samples"),
    # Since the last one before the range: of an hour, that is the one before the restart.
    [(HOUR, 391), (2 * HOUR, 721), (6 * HOUR, 1_440)],
)
def test_lines_of_a_range_are_exact(store: Observed, span: timedelta, samples: int) -> None:
    found = {row["outcome"]: row["lines"] for row in rows(store, "In the range", span=span)}
    assert found["accepted"] == 2 * 10 * samples
    assert found["duplicates"] == 2 * 2 * samples
    assert found["accepted, late"] == 2 * samples
    last, first = 1_440, 1_440 - samples
    assert found["dead"] == 2 * (last // 10 - first // 10)


def test_steps_add_up_and_the_first_one_is_no_mountain(store: Observed) -> None:
    found = rows(store, "Lines per second", span=2 * HOUR)
    times = [row["time"] for row in found]
    step_s = min((b - a).total_seconds() for a, b in pairwise(times))
    # 20 per 10 s of both partitions; all that came while no sample was taken, in one step.
    usual = [row["accepted"] for row in found if row["time"] not in (RESTART[1], times[0])]
    assert usual == [pytest.approx(2.0)] * len(usual)
    assert found[0]["accepted"] == pytest.approx(2.0)
    (after,) = [row["accepted"] for row in found if row["time"] == RESTART[1]]
    assert after == pytest.approx((300 + step_s) / step_s * 2)
    every = sum(row["accepted"] * step_s for row in found)
    steps = (times[-1] - times[0]).total_seconds() + step_s
    assert every == pytest.approx(2 * steps)


def test_a_range_that_begins_with_the_first_sample_begins_with_nothing(store: Observed) -> None:
    found = rows(store, "Lines per second", span=6 * HOUR)
    assert max(row["accepted"] for row in found[:5]) <= 2.0
    assert max(row["dead"] for row in found) <= 1.0


def test_one_partition_is_half_of_it(store: Observed) -> None:
    both = {row["outcome"]: row["lines"] for row in rows(store, "In the range")}
    one = {row["outcome"]: row["lines"] for row in rows(store, "In the range", shard=(FIRST,))}
    assert {outcome: 2 * lines for outcome, lines in one.items()} == both


def test_what_is_now(store: Observed) -> None:
    assert only(store, "Listings per second") == pytest.approx(2.0)
    assert only(store, "Waiting messages") == 6
    assert only(store, "Behind") == 1_440 % 7
    assert only(store, "Event-time lag") == 3_600
    assert only(store, "Partitions without a processor") == 1, "the third was never opened"
    assert only(store, "Processors") == 1
    assert only(store, "Processors", end=RESTART[1] - MINUTE) == 0


def test_the_store_and_its_queries(store: Observed) -> None:
    tables = {row["table"]: row["rows"] for row in rows(store, "Tables")}
    assert tables["pipeline_samples"] == 2 * (1_441 - 30)
    assert only(store, "Store") > 1_000
    (looked,) = {row["took"] for row in rows(store, "Looking for spikes")}
    assert looked == 70, "a heartbeat is no look"
    assert [(row["ranking"], row["took"]) for row in rows(store, "Ranking")] == [
        ("terms, 7 d", 430)
    ]


def test_flush_times(store: Observed) -> None:
    found = rows(store, "Flush time", span=2 * HOUR)
    assert {(row["mean"], row["longest"]) for row in found} == {(150.0, 200)}
    assert {row["processor"] for row in found} == {"one", "two"}


def test_dead_letters(store: Observed) -> None:
    reasons = {row["reason"]: row["letters"] for row in rows(store, "Dead letters by reason")}
    assert reasons == {"json": 1, "title": 1}
    newest = rows(store, "Newest dead letters")
    assert [(row["reason"], row["offset"]) for row in newest] == [("title", 8), ("json", 7)]
    shares = [row["share"] for row in rows(store, "Dead share")]
    assert sum(shares) / len(shares) == pytest.approx(0.1 / 12.1, rel=0.1)


def test_signs_of_life(store: Observed) -> None:
    assert only(store, "Alerter looked") == 60
    assert only(store, "Owed the longest") == 3_600
    assert only(store, "Ranker computed") == 300
    partitions = {row["partition"]: row for row in rows(store, "Partitions")}
    assert partitions[FIRST]["age_s"] == 0
    assert (partitions[FIRST]["processor"], partitions[FIRST]["waiting"]) == ("two", 3)
    (silence,) = rows(store, "Silence")
    assert silence == {"silence": 0, "longest before": 300, "allowed": 96 * 3_600}


def test_the_panel_and_the_rule_judge_silence_alike(store: Observed) -> None:
    (silence,) = rows(store, "Silence", end=NOW - 10 * MINUTE)
    ratio = store.value("trends-ingest-stalled", NOW - 10 * MINUTE)
    assert silence["silence"] / silence["allowed"] == pytest.approx(ratio)
