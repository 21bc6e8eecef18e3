"""What goes wrong with samples is told once and made up for, and never reaches the counting."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import pyarrow as pa
import pytest
from clickhouse_connect.driver.client import Client
from faust.types import TP
from prometheus_client import CollectorRegistry

from tests.unit.processor.shards import NOW
from trends.clock import ManualClock
from trends.metrics.meters import ProcessorMeters
from trends.processor.measures import Measures
from trends.processor.pipeline import Pipeline
from trends.processor.sampling import Sampling
from trends.store.interface import Checkpoint
from trends.store.samples import Sample


class FakeClient:
    """Keeps what is inserted, or fails."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.tables: list[pa.Table] = []

    def insert_arrow(self, table: str, rows: pa.Table) -> None:
        assert table == "pipeline_samples"
        if self.error is not None:
            raise self.error
        self.tables.append(rows)


class FakePipeline:
    """Has one open shard, or none."""

    def __init__(self) -> None:
        self.samples = {0: Sample(3, 5, 1.5, Checkpoint("l/i/0", 2, accepted=7), 2, 30, 20)}
        self.given_back: list[Mapping[int, Sample]] = []

    def take_samples(self, _log_end: Callable[[TP], int | None]) -> dict[int, Sample]:
        return self.samples

    def give_back(self, samples: Mapping[int, Sample]) -> None:
        self.given_back.append(samples)


class Bench:
    def __init__(self) -> None:
        self.client = FakeClient()
        self.pipeline = FakePipeline()
        self.registry = CollectorRegistry()
        clock = ManualClock(NOW)
        measures = Measures(ProcessorMeters(self.registry), clock)
        self.sampling = Sampling(cast(Client, self.client), "host:1", 10, measures, clock)

    def store(self) -> None:
        asyncio.run(self.sampling.store(cast(Pipeline, self.pipeline), lambda _: None))

    @property
    def failed(self) -> float | None:
        return self.registry.get_sample_value("trends_samples_failed_total")


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.sampling.stop()


def test_a_row_per_open_shard_is_stored(bench: Bench) -> None:
    bench.store()
    (row,) = bench.client.tables[0].to_pylist()
    shown: dict[str, Any] = {
        name: row[name] for name in ("at", "processor", "shard", "position", "log_end", "accepted")
    }
    assert shown == {
        "at": NOW,
        "processor": "host:1",
        "shard": "l/i/0",
        "position": 3,
        "log_end": 5,
        "accepted": 7,
    }
    assert bench.failed == 0


def test_a_processor_without_partitions_has_nothing_to_say(bench: Bench) -> None:
    bench.pipeline.samples = {}
    bench.store()
    assert bench.client.tables == []


@pytest.mark.parametrize("error", [OSError("no connection"), ValueError("what nobody expected")])
def test_a_failure_is_told_once_and_given_back(
    bench: Bench, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    bench.client.error = error
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            bench.store()
        bench.client.error = None
        bench.store()
        bench.store()
    assert bench.pipeline.given_back == [bench.pipeline.samples] * 3
    assert bench.failed == 3
    assert len(bench.client.tables) == 2
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
