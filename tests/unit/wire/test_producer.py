"""When a producer is abandoned for a new one, and what becomes of messages meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from kafka.errors import KafkaError, KafkaTimeoutError, MessageSizeTooLargeError

from trends.clock import ManualClock
from trends.errors import ConfigError, Unavailable
from trends.settings import Settings
from trends.wire import producer as module
from trends.wire.producer import Producer
from trends.wire.publisher import Publisher
from trends.wire.topics import TopicInfo

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TOPIC = TopicInfo("listings", "one", 1)


@dataclass
class Kafka:
    """Takes messages, except where it is to fail."""

    failing: list[KafkaError | None] = field(default_factory=list)
    log: list[bytes] = field(default_factory=list)
    producers: list[KafkaPythonProducer] = field(default_factory=list)

    def take(self, value: bytes) -> KafkaError | int:
        error = self.failing.pop(0) if self.failing else None
        if error is not None:
            return error
        self.log.append(value)
        return len(self.log) - 1


@dataclass
class Sent:
    """A future; what became of the message is known at once."""

    outcome: KafkaError | int

    def succeeded(self) -> bool:
        return isinstance(self.outcome, int)

    def get(self, timeout: float) -> Any:
        assert timeout > 0
        if isinstance(self.outcome, KafkaError):
            raise self.outcome
        return SimpleNamespace(partition=0, offset=self.outcome)


class KafkaPythonProducer:
    """As far as it is used; is its own sender thread."""

    def __init__(self, kafka: Kafka) -> None:
        self._kafka = kafka
        self._sender = self
        self.is_open = True

    def send(self, _topic: str, value: bytes, **_: Any) -> Sent:
        assert self.is_open
        return Sent(self._kafka.take(value))

    def force_close(self) -> None:
        self.is_open = False

    def join(self, timeout: float) -> None: ...
    def flush(self, timeout: float) -> None: ...
    def close(self, timeout: float) -> None: ...


@pytest.fixture
def kafka(monkeypatch: pytest.MonkeyPatch) -> Kafka:
    kafka = Kafka()

    def make(**_: Any) -> KafkaPythonProducer:
        kafka.producers.append(KafkaPythonProducer(kafka))
        return kafka.producers[-1]

    monkeypatch.setattr(module, "KafkaProducer", make)
    monkeypatch.setattr(module, "knock", lambda _access: None)
    return kafka


def publish(lines: Sequence[bytes], *, insists: bool = True) -> Publisher:
    """Each line a message."""
    settings = Settings(batch_bytes=1)
    publisher = Publisher(settings, "a:1", TOPIC, ManualClock(NOW), insists=insists)
    with publisher:
        for line in lines:
            publisher.publish_line(line, 0)
    return publisher


@pytest.mark.parametrize("error", [KafkaTimeoutError("late"), MessageSizeTooLargeError("refused")])
def test_whoever_failed_to_deliver_sends_nothing_more(kafka: Kafka, error: KafkaError) -> None:
    """Also when the broker refuses a size: kafka-python then refuses all that follow."""
    kafka.failing = [error]
    producer = Producer(Settings(), "a:1")
    sending = producer.send("listings", b"first")
    with pytest.raises(type(error)):
        producer.acknowledged(sending)
    assert producer.acknowledged(producer.send("listings", b"second")).offset == 0
    assert [each.is_open for each in kafka.producers] == [False, True]


def test_an_old_failure_does_not_harm_a_new_producer(kafka: Kafka) -> None:
    kafka.failing = [KafkaTimeoutError("one"), KafkaTimeoutError("two")]
    producer = Producer(Settings(), "a:1")
    first, second = (producer.send("listings", value) for value in (b"1", b"2"))
    with pytest.raises(KafkaTimeoutError, match="one"):
        producer.acknowledged(first)
    third = producer.send("listings", b"3")
    with pytest.raises(KafkaTimeoutError, match="two"):
        producer.acknowledged(second)
    assert producer.acknowledged(third).offset == 0
    assert [each.is_open for each in kafka.producers] == [False, True]


def test_a_publisher_that_insists_delivers_all_of_it(kafka: Kafka) -> None:
    lines = [b"%d" % number for number in range(50)]
    kafka.failing = [None, KafkaTimeoutError("late"), None, None, KafkaTimeoutError("again")] * 4
    publisher = publish(lines)
    assert set(kafka.log) == set(lines)
    assert sorted(kafka.log[message.offset] for message in publisher.sent) == sorted(lines)


def test_a_publisher_that_does_not_insist_leaves_it_to_its_caller(kafka: Kafka) -> None:
    kafka.failing = [None, KafkaTimeoutError("late")]
    with pytest.raises(Unavailable, match="late"):
        publish([b"1", b"2", b"3"], insists=False)
    assert [each.is_open for each in kafka.producers] == [False]


def test_a_size_that_is_refused_is_no_matter_of_waiting(kafka: Kafka) -> None:
    kafka.failing = [MessageSizeTooLargeError("too long")] * 2
    with pytest.raises(ConfigError, match="TRENDS_MESSAGE_MAX_BYTES"):
        publish([b"1"])
