"""What is sent to Kafka arrives, also after the broker was away for longer than a message waits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from kafka.errors import KafkaError, MessageSizeTooLargeError

from tests.support.kafka import KafkaServer
from tests.support.kafka.clients import create_topic, end_offset, read_all
from tests.support.kafka.local import EmbeddedBroker
from trends.clock import SystemClock
from trends.errors import ConfigError
from trends.settings import Settings, load_settings
from trends.wire.producer import GRACE_S, Producer
from trends.wire.publisher import Publisher
from trends.wire.topics import ensure_topics

# Long enough for a machine that is busy, and a message of which a try has failed.
DELIVERY_TIMEOUT_S = 6.0
REQUEST_TIMEOUT_S = 2.0


def impatient(settings: Settings, bootstrap: str) -> Producer:
    return Producer(
        settings,
        bootstrap,
        delivery_timeout_s=DELIVERY_TIMEOUT_S,
        request_timeout_s=REQUEST_TIMEOUT_S,
    )


@contextmanager
def producer_to(broker: KafkaServer) -> Iterator[Producer]:
    producer = impatient(load_settings(), broker.bootstrap)
    try:
        yield producer
    finally:
        producer.close()


def test_it_delivers_again_after_a_message_expired_that_was_already_sent(
    embedded_broker: EmbeddedBroker, topic: str
) -> None:
    """kafka-python's own producer would deliver nothing any more."""
    embedded_broker.start()
    create_topic(embedded_broker.bootstrap, topic)
    with producer_to(embedded_broker) as producer:
        producer.acknowledged(producer.send(topic, b"before"))
        with embedded_broker.paused():
            expiring = producer.send(topic, b"expired")
            with pytest.raises(KafkaError):
                producer.acknowledged(expiring)
        found = producer.acknowledged(producer.send(topic, b"after"))
    values = read_all(embedded_broker.bootstrap, topic, 0, found.offset + 1)
    assert (values[0], values[-1]) == (b"before", b"after")


def test_a_message_that_is_too_long_harms_no_other(broker: KafkaServer, topic: str) -> None:
    create_topic(broker.bootstrap, topic)
    with producer_to(broker) as producer:
        waiting = producer.send(topic, b"before")
        with pytest.raises(MessageSizeTooLargeError):
            producer.send(topic, bytes(16 << 20))
        assert producer.acknowledged(waiting).offset == 0


def test_a_publisher_delivers_everything_over_a_long_outage(
    embedded_broker: EmbeddedBroker, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trends.wire.publisher.Producer", impatient)
    embedded_broker.start()
    settings = load_settings(listings_topic=topic, dead_topic=f"{topic}.dead", partitions=2)
    described = ensure_topics(settings, embedded_broker.bootstrap)
    lines = [f"line {number}".encode() for number in range(200)]
    with Publisher(settings, embedded_broker.bootstrap, described, SystemClock()) as publisher:
        for line in lines[:100]:
            publisher.publish_line(line, 0)
        publisher.flush()
        with embedded_broker.paused():
            for line in lines[100:]:
                publisher.publish_line(line, 1)
                publisher.send_due()
            time.sleep(2 * DELIVERY_TIMEOUT_S)
    assert sum(message.lines for message in publisher.sent) == len(lines)
    ends = {each: end_offset(embedded_broker.bootstrap, topic, each) for each in (0, 1)}
    arrived = [
        line
        for partition, end in ends.items()
        for value in read_all(embedded_broker.bootstrap, topic, partition, end)
        for line in value.split(b"\n")
    ]
    assert set(arrived) == set(lines)


def test_a_publisher_says_which_settings_do_not_fit_each_other(
    embedded_broker: EmbeddedBroker, topic: str
) -> None:
    embedded_broker.start()
    settings = load_settings(
        listings_topic=topic, dead_topic=f"{topic}.dead", partitions=1, message_max_bytes=1 << 16
    )
    described = ensure_topics(settings, embedded_broker.bootstrap)
    publisher = Publisher(settings, embedded_broker.bootstrap, described, SystemClock())
    publisher.publish_line(bytes(1 << 17), 0)
    with pytest.raises(ConfigError, match="TRENDS_MESSAGE_MAX_BYTES"):
        publisher.flush()


def test_a_stop_signal_does_not_wait_for_a_broker_that_is_away(
    embedded_broker: EmbeddedBroker, topic: str
) -> None:
    embedded_broker.start()
    settings = load_settings(listings_topic=topic, dead_topic=f"{topic}.dead", partitions=1)
    described = ensure_topics(settings, embedded_broker.bootstrap)
    publisher = Publisher(settings, embedded_broker.bootstrap, described, SystemClock())
    publisher.publish_line(b"first", 0)
    publisher.flush()
    with embedded_broker.paused():
        started_s = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            _interrupted(publisher)
        # Three times what is given to messages under way; a message waits for 30 s.
        assert time.monotonic() - started_s < 4 * GRACE_S


def _interrupted(publisher: Publisher) -> None:
    with publisher:
        publisher.publish_line(b"line", 0)
        time.sleep(0.1)
        publisher.send_due()
        raise KeyboardInterrupt
