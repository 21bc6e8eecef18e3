"""Listings to Kafka: many lines to a message, every line to its home partition, nothing lost.

    publish(listing) -> lines waiting per partition -> message of ~256 KiB or 50 ms -> Kafka

A message that cannot be delivered is sent again until it is; what Kafka has twice counts once.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from kafka import KafkaProducer
from kafka.errors import KafkaError
from kafka.producer.future import FutureRecordMetadata

from trends.clock import Clock
from trends.model import Listing
from trends.settings import Settings
from trends.wire.access import kafka_access
from trends.wire.codec import LINE_MAX_BYTES, encode_line, line_too_long
from trends.wire.partition import home_partition
from trends.wire.topics import TopicInfo, translated

log = logging.getLogger(__name__)

IN_FLIGHT_MESSAGES_MAX: Final = 32
DELIVERY_TIMEOUT_MS: Final = 30_000


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that Kafka acknowledged."""

    partition: int
    offset: int
    lines: int


@dataclass(slots=True)
class _Waiting:
    """Lines of one partition that wait for company."""

    lines: list[bytes] = field(default_factory=list)
    bytes: int = 0
    since_s: float = 0.0


@dataclass(slots=True)
class _InFlight:
    future: FutureRecordMetadata
    partition: int
    value: bytes
    lines: int


class Publisher:
    """Publishes to one topic; for one thread. Leaving the context delivers the rest."""

    def __init__(self, settings: Settings, bootstrap: str, topic: TopicInfo, clock: Clock) -> None:
        self._topic = topic
        self._clock = clock
        self._batch_bytes = settings.batch_bytes
        self._linger_s = settings.linger_ms / 1000
        self._waiting = [_Waiting() for _ in range(topic.partitions)]
        self._in_flight: deque[_InFlight] = deque()
        self.sent: list[SentMessage] = []
        with translated():
            self._producer = KafkaProducer(
                **kafka_access(settings, bootstrap).client_options(),
                acks="all",
                batch_size=0,
                enable_idempotence=True,
                max_request_size=settings.message_max_bytes,
                delivery_timeout_ms=DELIVERY_TIMEOUT_MS,
                request_timeout_ms=10_000,
                max_block_ms=DELIVERY_TIMEOUT_MS,
            )

    def __enter__(self) -> Publisher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def publish(self, listing: Listing) -> None:
        """Takes a listing; blocks while too many messages are in flight.

        Raises:
            BadRecord: if its line is longer than the wire allows; nothing is sent then.
        """
        line = encode_line(listing)
        if len(line) > LINE_MAX_BYTES:
            raise line_too_long(len(line))
        self.publish_line(line, home_partition(listing.id, self._topic.partitions))

    def publish_line(self, line: bytes, partition: int) -> None:
        """Takes one line as it is, for a given partition."""
        waiting = self._waiting[partition]
        if not waiting.lines:
            waiting.since_s = self._clock.monotonic_s()
        waiting.lines.append(line)
        waiting.bytes += len(line) + 1
        if waiting.bytes >= self._batch_bytes:
            self._send(partition)
        else:
            self.send_due()

    def send_due(self) -> None:
        """Sends every line that has waited for the linger time."""
        now_s = self._clock.monotonic_s()
        for partition, waiting in enumerate(self._waiting):
            if waiting.lines and now_s - waiting.since_s >= self._linger_s:
                self._send(partition)

    def flush(self) -> None:
        """Returns when Kafka has acknowledged everything taken so far."""
        for partition, waiting in enumerate(self._waiting):
            if waiting.lines:
                self._send(partition)
        with translated():
            self._producer.flush()
        while self._in_flight:
            self._settle(self._in_flight.popleft())

    def close(self) -> None:
        """Delivers the rest and closes the connection."""
        try:
            self.flush()
        finally:
            self._producer.close()

    def _send(self, partition: int) -> None:
        waiting = self._waiting[partition]
        value = b"\n".join(waiting.lines)
        lines = len(waiting.lines)
        self._waiting[partition] = _Waiting()
        self._in_flight.append(self._hand_over(partition, value, lines))
        while len(self._in_flight) > IN_FLIGHT_MESSAGES_MAX:
            self._settle(self._in_flight.popleft())

    def _hand_over(self, partition: int, value: bytes, lines: int) -> _InFlight:
        with translated():
            future = self._producer.send(self._topic.name, value=value, partition=partition)
        return _InFlight(future, partition, value, lines)

    def _settle(self, message: _InFlight) -> None:
        """Waits for the acknowledgement; sends again for as long as it does not come."""
        while True:
            try:
                metadata = message.future.get(timeout=2 * DELIVERY_TIMEOUT_MS / 1000)
            except KafkaError as error:
                log.warning("not delivered, sending again: %s: %s", type(error).__name__, error)
                message = self._hand_over(message.partition, message.value, message.lines)
            else:
                sent = SentMessage(metadata.partition, metadata.offset, message.lines)
                self.sent.append(sent)
                return
