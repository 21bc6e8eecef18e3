"""A topic, a database and processors of their own for one test, on the shared servers."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kafka import KafkaProducer

from tests.support.clickhouse import ClickHouseServer
from tests.support.kafka import KafkaServer
from tests.support.worker import Worker
from trends.clock import SystemClock
from trends.ingest.progress import sent_offsets, wait_until_counted
from trends.model import Listing
from trends.settings import Settings, load_settings
from trends.store.client import connect
from trends.store.migrate import prepare_store
from trends.wire.publisher import Publisher, SentMessage
from trends.wire.topics import TopicInfo, ensure_topics

CLOCK = SystemClock()


@dataclass
class TestPipeline:
    """Everything named after one test; `open_pipeline` makes it."""

    __test__ = False

    kafka: str
    url: str
    settings: Settings
    topic: TopicInfo
    env: dict[str, str]
    folder: Path
    workers: list[Worker] = field(default_factory=list)

    def start_worker(self, **env: str) -> Worker:
        """One more processor."""
        worker = Worker(f"processor-{len(self.workers)}", {**self.env, **env}, self.folder)
        self.workers.append(worker)
        worker.start()
        return worker

    def stop(self) -> None:
        """Ends every processor."""
        for worker in self.workers:
            worker.stop()

    def send(self, values: Sequence[tuple[int, bytes | None]]) -> list[SentMessage]:
        """(partition, value) as they are, each one message; returns where they stand."""
        producer = KafkaProducer(
            bootstrap_servers=self.kafka, acks="all", batch_size=0, max_request_size=9 << 20
        )
        try:
            futures = [
                producer.send(self.topic.name, key=b"any", value=value, partition=partition)
                for partition, value in values
            ]
            producer.flush()
            return [SentMessage(f.get(30).partition, f.get(30).offset, 1) for f in futures]
        finally:
            producer.close()

    def publish(self, listings: Iterable[Listing], pause_s: float = 0) -> list[SentMessage]:
        """As a source does, to the topic as `topic` has it; pauses after every tenth."""
        with Publisher(self.settings, self.kafka, self.topic, CLOCK) as publisher:
            for number, listing in enumerate(listings):
                publisher.publish(listing)
                if pause_s and number % 10 == 9:
                    time.sleep(pause_s)
        return publisher.sent

    def wait_until_counted(self, sent: Sequence[SentMessage], timeout_s: float = 60) -> None:
        """Returns when all of ``sent`` is behind the checkpoints; fails after the timeout."""
        end_s = time.monotonic() + timeout_s

        def check() -> None:
            if time.monotonic() > end_s:
                logs = "\n".join(f"--- {w.spec.name}\n{w.log[-3000:]}" for w in self.workers)
                raise AssertionError(f"not all counted after {timeout_s:g} s\n{logs}")

        client = connect(self.url)
        try:
            offsets = sent_offsets(self.topic, sent)
            wait_until_counted(client, offsets, CLOCK, check, lambda _: None)
        finally:
            client.close()

    def query(self, sql: str) -> list[Any]:
        """The rows of one query."""
        client = connect(self.url)
        try:
            return list(client.query(sql).result_rows)
        finally:
            client.close()


def open_pipeline(
    broker: KafkaServer, clickhouse: ClickHouseServer, folder: Path, **env: Any
) -> TestPipeline:
    """Fresh topic and database; ``env`` are further settings of the processors."""
    name = f"test_{uuid.uuid4().hex[:8]}"
    url = f"{clickhouse.url}/{name}"
    settings = load_settings(listings_topic=name, dead_topic=f"{name}.dead", partitions=4)
    prepare_store(url)
    topic = ensure_topics(settings, broker.bootstrap)
    given = {
        "KAFKA": broker.bootstrap,
        "CLICKHOUSE": url,
        "LISTINGS_TOPIC": name,
        "DEAD_TOPIC": f"{name}.dead",
        "GROUP": name,
        # Apache Kafka allows no less than 6 s; the embedded broker's joins take half of it.
        "SESSION_TIMEOUT_S": 6 if broker.durable else 3,
        "FLUSH_INTERVAL_S": 0.3,
        **env,
    }
    variables = {f"TRENDS_{key}": str(value) for key, value in given.items()}
    return TestPipeline(broker.bootstrap, url, settings, topic, variables, folder)
