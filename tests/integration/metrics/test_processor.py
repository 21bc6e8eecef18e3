"""A processor as real process: its metrics, its readiness and its samples tell the truth."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.chaos.load import deliveries
from tests.support.clickhouse import ClickHouseServer
from tests.support.kafka import KafkaServer
from tests.support.pipeline import CLOCK, TestPipeline, open_pipeline
from tests.support.scrape import Scrape, missing
from tests.support.waiting import wait_for
from trends.embedded.ports import choose_ports
from trends.wire.publisher import SentMessage

WAIT_S = 60
COUNTERS = {
    "accepted": "trends_listings_accepted_total",
    "duplicates": "trends_listings_duplicate_total",
    "dead": "trends_dead_letters_total",
    "forwarded": "trends_listings_forwarded_total",
    "late": "trends_listings_late_total",
}


@pytest.fixture
def port() -> int:
    return choose_ports(["metrics"])["metrics"]


@pytest.fixture
def pipeline(
    broker: KafkaServer, clickhouse: ClickHouseServer, tmp_path: Path, port: int
) -> Iterator[TestPipeline]:
    opened = open_pipeline(broker, clickhouse, tmp_path, METRICS_PORT=port, SAMPLE_EVERY_S=1)
    try:
        yield opened
    finally:
        opened.stop()


def publish(pipeline: TestPipeline, number: int, seed: int) -> list[SentMessage]:
    """Listings with duplicates and late ones, many in a message, and two lines of rubbish."""
    sent = pipeline.publish(deliveries(number, seed, CLOCK.now()))
    return [*sent, *pipeline.send([(0, b"no json"), (1, b"{}")])]


def is_ready(port: int) -> bool:
    return missing(port) == {}


def misses_the_store(port: int) -> bool:
    return "no connection" in (missing(port) or {}).get("store", "")


def test_metrics_equal_the_checkpoints(pipeline: TestPipeline, port: int) -> None:
    pipeline.start_worker()
    wait_for(lambda: is_ready(port), WAIT_S, "it is ready")
    accepted = [Scrape(port).sum(COUNTERS["accepted"])]
    sent: list[SentMessage] = []
    for seed in range(1, 6):
        sent += publish(pipeline, 1_000, seed)
        accepted.append(Scrape(port).sum(COUNTERS["accepted"]))
    pipeline.wait_until_counted(sent)
    wait_for(lambda: Scrape(port).sum("trends_consumer_lag_messages") == 0, WAIT_S, "nothing waits")
    now = Scrape(port)
    assert accepted == sorted(accepted)
    assert accepted[0] == 0
    checkpoints = pipeline.query(
        f"SELECT splitByChar('/', shard)[3], {', '.join(COUNTERS)} FROM checkpoints FINAL"
    )
    assert sorted(row[0] for row in checkpoints) == ["0", "1", "2", "3"]
    for partition, *numbers in checkpoints:
        shown = [now.sum(metric, partition=partition) for metric in COUNTERS.values()]
        assert shown == numbers, partition
    assert now.sum(COUNTERS["dead"]) == 10
    assert now.sum(COUNTERS["duplicates"]) > 100
    assert now.sum("trends_open_shards") == 4
    assert now.sum("trends_flush_duration_seconds_count") > 0
    (rows,) = pipeline.query("SELECT count() FROM listings_counted")[0]
    assert now.sum("trends_flush_rows_total", table="listings_counted") == rows


def test_ready_says_what_it_waits_for(
    pipeline: TestPipeline, clickhouse: ClickHouseServer, port: int
) -> None:
    clickhouse.kill()
    try:
        pipeline.start_worker()
        wait_for(lambda: misses_the_store(port), WAIT_S, "it waits for the store from the start")
        assert set(missing(port) or {}) == {"store", "partitions"}
    finally:
        clickhouse.start()
    wait_for(lambda: is_ready(port), WAIT_S, "it is ready")
    clickhouse.kill()
    try:
        wait_for(lambda: misses_the_store(port), WAIT_S, "it notices that the store is gone")
        assert Scrape(port).sum("trends_retries_total", dependency="store") > 0
    finally:
        clickhouse.start()
    wait_for(lambda: is_ready(port), WAIT_S, "it is ready again")
    wait_for(
        lambda: bool(pipeline.query("SELECT count() > 0 FROM pipeline_samples")[0][0]),
        WAIT_S,
        "samples are stored again",
    )


def test_samples_never_decrease_though_a_processor_is_killed(
    pipeline: TestPipeline, port: int
) -> None:
    victim = pipeline.start_worker(TRENDS_FLUSH_LISTINGS="200")
    wait_for(lambda: is_ready(port), WAIT_S, "it is ready")
    wait_for(
        lambda: pipeline.query("SELECT uniqExact(shard) FROM pipeline_samples")[0][0] == 4,
        WAIT_S,
        "it tells of each shard, though nothing has arrived",
    )
    sent = publish(pipeline, 3_000, 1)
    wait_for(lambda: Scrape(port).sum(COUNTERS["accepted"]) > 0, WAIT_S, "some are counted")
    assert victim.pid is not None
    os.killpg(victim.pid, signal.SIGSTOP)
    sent += publish(pipeline, 3_000, 2)
    victim.kill()
    pipeline.start_worker()
    wait_for(lambda: is_ready(port), WAIT_S, "the heir is ready")
    pipeline.wait_until_counted(sent)
    accepted = pipeline.query("SELECT sum(accepted) FROM checkpoints FINAL")[0][0]
    newest = (
        "SELECT sum(accepted), sum(log_end - position), max(behind_s) FROM (SELECT * FROM "
        "pipeline_samples ORDER BY at DESC LIMIT 1 BY shard)"
    )
    wait_for(
        lambda: tuple(pipeline.query(newest)[0]) == (accepted, 0, 0),
        WAIT_S,
        "the newest samples have all, and no lag",
    )
    rows = pipeline.query(
        "SELECT shard, accepted, duplicates, dead, forwarded, late, processor "
        "FROM pipeline_samples ORDER BY shard, at"
    )
    for before, after in pairwise(rows):
        if before[0] == after[0]:
            assert all(one <= other for one, other in zip(before[1:6], after[1:6], strict=True))
    assert len({row[6] for row in rows}) == 2
    flushes, total_ms, max_ms = pipeline.query(
        "SELECT sum(flushes), sum(flush_ms_total), max(flush_ms_max) FROM pipeline_samples"
    )[0]
    assert flushes > 0
    assert total_ms >= max_ms > 0


def test_the_first_sample_of_a_partition_is_of_before_it_was_counted(
    pipeline: TestPipeline,
) -> None:
    """Else what a new store counts first would be in no difference between two samples."""
    sent = publish(pipeline, 3_000, 1)
    pipeline.start_worker(TRENDS_FLUSH_LISTINGS="100")
    pipeline.wait_until_counted(sent)
    ends = (
        "SELECT count(), sum(first), sum(last) FROM (SELECT argMin(accepted, at) AS first, "
        "argMax(accepted, at) AS last FROM pipeline_samples GROUP BY shard)"
    )
    accepted = pipeline.query("SELECT sum(accepted) FROM checkpoints FINAL")[0][0]
    wait_for(lambda: pipeline.query(ends)[0][2] == accepted, WAIT_S, "the newest have all")
    assert tuple(pipeline.query(ends)[0]) == (4, 0, accepted)


def test_two_processors_cannot_have_the_same_port(pipeline: TestPipeline, port: int) -> None:
    pipeline.start_worker()
    wait_for(lambda: missing(port) is not None, WAIT_S, "the first serves metrics")
    second = pipeline.start_worker()
    wait_for(second.has_ended, WAIT_S, "the second has given up")
    assert "cannot serve metrics on" in second.log
    assert "Traceback" not in second.log
