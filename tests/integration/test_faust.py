"""Where Faust and its client need help: a processor never just stands there, and nothing is lost.

When Faust gives up it tells only its log: it reads nothing any more while the process lives on. The
processor then says why and leaves; whoever is started next reads on at the checkpoint.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from tests.integration.test_bad_input import line
from tests.support.clickhouse import ClickHouseServer
from tests.support.kafka import KafkaServer
from tests.support.pipeline import TestPipeline, open_pipeline
from tests.support.restarting import START_AGAIN
from tests.support.waiting import wait_for
from tests.support.worker import Worker
from trends.wire.partition import home_partition
from trends.wire.publisher import SentMessage

NAMES: Final = [f"listing {number}" for number in range(8)]
# On a busy machine; shorter than aiokafka's five minutes.
WAIT_S: Final = 150.0

# A processor in which something is otherwise.
PROGRAM: Final = """
import asyncio, time
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.cluster import ClusterMetadata
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.errors import KafkaConnectionError
from faust import Settings
from trends.processor import assignment
from trends.processor.app import Processor
from trends.processor.pipeline import Pipeline
from trends.processor.transport import CheckpointConsumer
from trends_services.processor.__main__ import leave, main

{change}
leave(main)
"""
FAILS: Final = """
async def fails(*_, **__):
    raise KafkaConnectionError("as planned")

{call} = fails
"""
OPENS_NOTHING: Final = """
async def returns(self):
    pass

CheckpointConsumer.perform_seek = returns
assignment.OPENED_WITHIN_S = 1.0
"""
# Counts one message, and fails before it is stored.
FAILS_WITH_MORE_TO_STORE: Final = """
read = Fetcher.fetched_records
has_read = gives_up = False

async def reads_once(self, *given, **named):
    global has_read, gives_up
    if has_read:
        await asyncio.sleep(1)
        gives_up = True
        raise KafkaConnectionError("as planned")
    found = await read(self, *given, **named)
    has_read = bool(found)
    return found

Fetcher.fetched_records = reads_once
{more}
"""
CONSUMER_STOPS_SLOWLY: Final = """
stop = AIOKafkaConsumer.stop

async def stops_slowly(self):
    await asyncio.sleep(8)
    await stop(self)

AIOKafkaConsumer.stop = stops_slowly
"""
LAST_FLUSH_FAILS: Final = """
close = Pipeline.close

async def fails_at_last(self, *given):
    if gives_up:
        raise RuntimeError("another one")
    await close(self, *given)

Pipeline.close = fails_at_last
"""
OPENS_SLOWLY: Final = """
Settings.broker_request_timeout.default = 4.0
open_shard = Processor._open_shard

def opens_slowly(self, info):
    time.sleep(3)
    return open_shard(self, info)

Processor._open_shard = opens_slowly
"""
OPENS_FOR_EVER: Final = """
def opens_for_ever(self, info):
    print("opening", flush=True)
    time.sleep(1_000)

Processor._open_shard = opens_for_ever
"""
KNOWS_NO_TOPIC_AT_FIRST: Final = """
known = ClusterMetadata.partitions_for_topic
asked_first_s = []

def known_later(self, topic):
    asked_first_s.append(time.monotonic())
    return known(self, topic) if time.monotonic() > asked_first_s[0] + 5 else None

ClusterMetadata.partitions_for_topic = known_later
"""


pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def pipeline(
    embedded_broker: KafkaServer, clickhouse: ClickHouseServer, tmp_path: Path
) -> Iterator[TestPipeline]:
    embedded_broker.start()
    pipeline = open_pipeline(embedded_broker, clickhouse, tmp_path)
    try:
        yield pipeline
    finally:
        pipeline.stop()


def send(pipeline: TestPipeline) -> list[SentMessage]:
    return pipeline.send([(home_partition(name, 4), line(id=name)) for name in NAMES])


def start_changed(pipeline: TestPipeline, change: str) -> Worker:
    worker = Worker("changed", pipeline.env, pipeline.folder)
    argv = (sys.executable, "-c", PROGRAM.format(change=change))
    worker.spec = replace(worker.spec, argv=argv)
    pipeline.workers.append(worker)
    worker.start()
    return worker


def check_left(worker: Worker, code: int) -> None:
    wait_for(worker.has_ended, WAIT_S, "it leaves")
    assert worker.ended_with() == code


def check_counted(pipeline: TestPipeline, sent: list[SentMessage]) -> None:
    pipeline.wait_until_counted(sent, WAIT_S)
    counted = pipeline.query("SELECT sum(listings) FROM totals WHERE resolution = '1d'")
    assert counted == [(len(NAMES),)]


@pytest.mark.parametrize(
    "call",
    [
        pytest.param("AIOKafkaProducer.start", id="its producer connects"),
        pytest.param("AIOKafkaConsumer.start", id="its consumer connects"),
        pytest.param("AIOKafkaConsumer.end_offsets", id="it asks where the log ends"),
        pytest.param("Fetcher.fetched_records", id="it reads"),
    ],
)
def test_a_processor_leaves_to_be_started_again_if_kafka_fails_when(
    pipeline: TestPipeline, call: str
) -> None:
    sent = send(pipeline)
    worker = start_changed(pipeline, FAILS.format(call=call))
    check_left(worker, START_AGAIN)
    assert "Faust gives up: KafkaConnectionError('as planned')" in worker.log
    pipeline.start_worker()
    check_counted(pipeline, sent)


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(CONSUMER_STOPS_SLOWLY, id="Faust waits for its dead thread"),
        pytest.param(LAST_FLUSH_FAILS, id="its last flush fails"),
    ],
)
def test_a_processor_leaves_even_if(pipeline: TestPipeline, more: str) -> None:
    pipeline.env["TRENDS_FLUSH_INTERVAL_S"] = "20"
    sent = send(pipeline)
    worker = start_changed(pipeline, FAILS_WITH_MORE_TO_STORE.format(more=more))
    check_left(worker, START_AGAIN)
    assert "Faust gives up: KafkaConnectionError('as planned')" in worker.log
    pipeline.start_worker(TRENDS_FLUSH_INTERVAL_S="0.3")
    check_counted(pipeline, sent)


def test_an_opening_may_take_longer_than_faust_would_wait(pipeline: TestPipeline) -> None:
    """As of a processor that has much to take over, or whose store is away."""
    sent = send(pipeline)
    worker = start_changed(pipeline, OPENS_SLOWLY)
    check_counted(pipeline, sent)
    assert not worker.has_ended()


def test_a_processor_stops_when_told_to_while_partitions_are_opened(
    pipeline: TestPipeline,
) -> None:
    """As while the store is away."""
    sent = send(pipeline)
    worker = start_changed(pipeline, OPENS_FOR_EVER)
    wait_for(lambda: "opening" in worker.log, WAIT_S, "it opens a partition")
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGTERM)
    check_left(worker, 0)
    pipeline.start_worker()
    check_counted(pipeline, sent)


def test_a_processor_leaves_to_be_started_again_if_its_partitions_are_not_opened(
    pipeline: TestPipeline,
) -> None:
    """As when Faust stops an opening that takes it too long."""
    sent = send(pipeline)
    worker = start_changed(pipeline, OPENS_NOTHING)
    check_left(worker, START_AGAIN)
    assert "was assigned but not opened" in worker.log
    pipeline.start_worker()
    check_counted(pipeline, sent)


def test_partitions_that_were_unknown_when_they_were_shared_out_are_counted_soon(
    pipeline: TestPipeline,
) -> None:
    """As those of a broker that has just come up; by default aiokafka looks after five minutes."""
    sent = send(pipeline)
    worker = start_changed(pipeline, KNOWS_NO_TOPIC_AT_FIRST)
    check_counted(pipeline, sent)
    assert not worker.has_ended()
