"""Messages that the consumer passes over are read again before any that follow are counted.

So does Faust where a rebalance overtakes the note of how far it has read: it then drops what is
read again as old, and goes on ahead of it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from faust.types import TP, EventT
from prometheus_client import CollectorRegistry

from tests.unit.processor.shards import NOW, line, memory_store, opened
from trends.clock import ManualClock
from trends.metrics.meters import ProcessorMeters
from trends.metrics.vitals import Vitals
from trends.processor import pipeline as pipeline_module
from trends.processor.gap import ASKED_ENOUGH
from trends.processor.measures import Measures
from trends.processor.outlet import Outlet
from trends.processor.pipeline import Pipeline
from trends.processor.shard import ShardProcessor

HERE = TP("listings", 0)


@dataclass
class Consumer:
    """Gives out a log's messages; what it is told to do it does only from the ``obeys``-th time."""

    log: list[int]
    obeys: int = 1
    position: int = 0
    told: list[int] = field(default_factory=list)

    async def rewind(self, tp: TP, offset: int) -> None:
        assert tp == HERE
        self.told.append(offset)
        if len(self.told) >= self.obeys:
            self.position = self.log.index(next(each for each in self.log if each >= offset))

    def next(self) -> EventT[Any]:
        offset = self.log[self.position]
        self.position += 1
        message = SimpleNamespace(
            tp=HERE, offset=offset, value=line(f"id{offset}"), generation_id=1, timestamp=0.0
        )
        return cast(EventT[Any], SimpleNamespace(message=message, ack=lambda: None))


@pytest.fixture
def shard(monkeypatch: pytest.MonkeyPatch) -> ShardProcessor:
    monkeypatch.setattr(pipeline_module, "REWIND_AFTER_S", 0.0)
    return opened(memory_store())


def pipeline_of(consumer: Consumer) -> Pipeline:
    clock = ManualClock(NOW)
    return Pipeline(
        memory_store(),
        cast(Outlet, None),
        clock,
        Vitals("processor", clock),
        Measures(ProcessorMeters(CollectorRegistry()), clock),
        flush_interval_s=1,
        flush_listings=1_000,
        rewind=consumer.rewind,
    )


async def counted(consumer: Consumer, shard: ShardProcessor, until: int) -> None:
    """Takes what the consumer gives until the shard reads on at ``until``."""
    pipeline = pipeline_of(consumer)
    await pipeline.open(HERE, 1, len(consumer.log), lambda: shard)
    async with asyncio.timeout(20):
        while shard.next_offset < until:
            if consumer.position < len(consumer.log):
                await pipeline.take(consumer.next())
            await asyncio.sleep(0)
    pipeline.stop_threads()


@pytest.mark.parametrize("obeys", [1, 2, ASKED_ENOUGH])
def test_what_was_passed_over_is_counted(shard: ShardProcessor, obeys: int) -> None:
    consumer = Consumer(log=list(range(8)), position=3, obeys=obeys)
    asyncio.run(counted(consumer, shard, 8))
    assert consumer.told == [0] * obeys
    assert {each.listing.id for each in shard.take_flush().listings} == {f"id{n}" for n in range(8)}


def test_what_is_not_there_is_passed_over(shard: ShardProcessor) -> None:
    consumer = Consumer(log=[5, 6, 7])
    asyncio.run(counted(consumer, shard, 8))
    assert consumer.told == [0] * ASKED_ENOUGH
    assert {each.listing.id for each in shard.take_flush().listings} == {"id5", "id6", "id7"}


def test_a_partition_that_is_opened_anew_is_read_again_for_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pipeline_module, "REWIND_AFTER_S", 0.01)
    consumer = Consumer(log=list(range(8)))

    async def reopened_while_the_consumer_comes_to_rest() -> None:
        pipeline = pipeline_of(consumer)
        await pipeline.open(HERE, 1, 8, lambda: opened(memory_store()))
        await pipeline.take(consumer.next())
        consumer.position = 4
        await pipeline.take(consumer.next())
        await asyncio.sleep(0)  # so that what is to read again at 1 has begun
        await pipeline.open(HERE, 1, 8, lambda: opened(memory_store()))
        await pipeline.take(consumer.next())
        async with asyncio.timeout(20):
            while not consumer.told:
                await asyncio.sleep(0.01)
        pipeline.stop_threads()

    asyncio.run(reopened_while_the_consumer_comes_to_rest())
    assert consumer.told == [0]
    assert consumer.position == 0


@pytest.mark.parametrize("generation", [1, 2])
def test_what_comes_before_its_partition_is_opened_is_left_for_later(
    shard: ShardProcessor, generation: int
) -> None:
    consumer = Consumer(log=list(range(4)), position=2)

    async def take_before_and_after() -> None:
        pipeline = pipeline_of(consumer)
        if generation > 1:
            await pipeline.open(HERE, generation, 4, lambda: shard)
        await pipeline.take(consumer.next())
        await pipeline.open(HERE, 1, 4, lambda: shard)
        assert shard.next_offset == 0
        consumer.position = 0  # as Faust is told after the opening
        for _ in range(4):
            await pipeline.take(consumer.next())
        pipeline.stop_threads()

    asyncio.run(take_before_and_after())
    assert consumer.told == []
    assert {each.listing.id for each in shard.take_flush().listings} == {f"id{n}" for n in range(4)}
