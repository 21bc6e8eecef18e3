"""When Faust gives up, the processor says so and leaves to be started again; it never just stands.

Faust tells only its log what made it give up: it reads nothing any more while the process lives on.
Wherever that happens, nothing is lost: whoever is started next reads on at the checkpoint.
"""

from __future__ import annotations

import sys
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

# A processor in which a call to Kafka fails.
PROGRAM: Final = """
import sys
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.errors import KafkaConnectionError
from trends_services.processor.__main__ import main

async def fails(*_, **__):
    raise KafkaConnectionError("as planned")

{owner}.{method} = fails
sys.exit(main())
"""
CALLS: Final = {
    "its producer connects": ("AIOKafkaProducer", "start"),
    "its consumer connects": ("AIOKafkaConsumer", "start"),
    "it asks where the log ends": ("AIOKafkaConsumer", "end_offsets"),
    "it reads": ("Fetcher", "fetched_records"),
}
WAIT_S: Final = 60.0


def failing(pipeline: TestPipeline, moment: str, folder: Path) -> Worker:
    owner, method = CALLS[moment]
    worker = Worker("failing", pipeline.env, folder)
    program = PROGRAM.format(owner=owner, method=method)
    worker.spec = replace(worker.spec, argv=(sys.executable, "-c", program))
    pipeline.workers.append(worker)
    return worker


@pytest.mark.parametrize("moment", CALLS)
def test_a_processor_leaves_to_be_started_again_if_kafka_fails_when(
    moment: str, embedded_broker: KafkaServer, clickhouse: ClickHouseServer, tmp_path: Path
) -> None:
    embedded_broker.start()
    pipeline = open_pipeline(embedded_broker, clickhouse, tmp_path)
    try:
        names = [f"given up {number}" for number in range(8)]
        sent = pipeline.send([(home_partition(name, 4), line(id=name)) for name in names])
        worker = failing(pipeline, moment, tmp_path)
        worker.start()
        wait_for(worker.has_ended, WAIT_S, "it leaves")
        assert worker.ended_with() == START_AGAIN
        assert "Faust gives up: KafkaConnectionError('as planned')" in worker.log
        pipeline.start_worker()
        pipeline.wait_until_counted(sent)
        assert pipeline.query("SELECT sum(listings) FROM totals WHERE resolution = '1d'") == [(8,)]
    finally:
        pipeline.stop()
