"""Kafka clients for tests: closed when their block ends, and set up as the project's own are."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import CoordinatorLoadInProgressError, NotCoordinatorError
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from tests.support.kafka.server import MESSAGE_MAX_BYTES

FETCH_TIMEOUT_S = 20.0


@contextmanager
def admin_of(bootstrap: str) -> Iterator[KafkaAdminClient]:
    client = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        yield client
    finally:
        client.close()


@contextmanager
def producer_of(bootstrap: str, **options: Any) -> Iterator[KafkaProducer]:
    settings: dict[str, Any] = {
        "acks": "all",
        "enable_idempotence": True,
        # A message is packed already, and the embedded broker miscounts batches of several.
        "batch_size": 0,
        "max_request_size": MESSAGE_MAX_BYTES,
    }
    producer = KafkaProducer(bootstrap_servers=bootstrap, **(settings | options))
    try:
        yield producer
    finally:
        producer.close()


@contextmanager
def consumer_of(bootstrap: str, **options: Any) -> Iterator[KafkaConsumer]:
    settings: dict[str, Any] = {"enable_auto_commit": False, "auto_offset_reset": "earliest"}
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, **(settings | options))
    try:
        yield consumer
    finally:
        consumer.close()


def create_topic(bootstrap: str, topic: str, partitions: int = 1) -> None:
    with admin_of(bootstrap) as admin:
        admin.create_topics([NewTopic(topic, partitions, 1)])


def topic_id(bootstrap: str, topic: str) -> str | None:
    """The id of the topic's present incarnation; ``None`` if there is no such topic."""
    with admin_of(bootstrap) as admin:
        (described,) = admin.describe_topics([topic])
        found = described.get("topic_id")
        return None if described["error_code"] else str(found)


def read_all(bootstrap: str, topic: str, partition: int, count: int) -> list[bytes]:
    """The first ``count`` messages of a partition; fewer if no more arrive in time."""
    with consumer_of(bootstrap) as consumer:
        where = TopicPartition(topic, partition)
        consumer.assign([where])
        consumer.seek_to_beginning(where)
        values: list[bytes] = []
        end_s = time.monotonic() + FETCH_TIMEOUT_S
        while len(values) < count and time.monotonic() < end_s:
            for messages in consumer.poll(timeout_ms=200).values():
                values.extend(message.value for message in messages)
    return values


def end_offset(bootstrap: str, topic: str, partition: int = 0) -> int:
    with consumer_of(bootstrap) as consumer:
        where = TopicPartition(topic, partition)
        return int(consumer.end_offsets([where])[where])


@retry(
    # A broker that has just started answers so until it has read the committed offsets again.
    retry=retry_if_exception_type((NotCoordinatorError, CoordinatorLoadInProgressError)),
    stop=stop_after_delay(FETCH_TIMEOUT_S),
    wait=wait_fixed(0.2),
    reraise=True,
)
def committed(bootstrap: str, group: str, topic: str) -> dict[int, int]:
    """The offsets a group has committed, by partition."""
    with admin_of(bootstrap) as admin:
        offsets = admin.list_group_offsets(group)[group]
    return {
        where.partition: int(entry.offset)
        for where, entry in offsets.items()
        if where.topic == topic and entry.offset >= 0
    }
