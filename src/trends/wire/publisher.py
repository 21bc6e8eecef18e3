"""Listings to Kafka: many lines to a message, every line to its home partition, nothing lost.

    publish(listing) -> lines waiting per partition -> message of ~256 KiB or 50 ms -> Kafka

A message that cannot be delivered is sent again until it is; what Kafka has twice counts once.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from kafka.producer.future import RecordMetadata

from trends.clock import Clock
from trends.errors import Unavailable
from trends.metrics.patience import delays
from trends.model import Listing
from trends.settings import Settings
from trends.wire.codec import LINE_MAX_BYTES, encode_line, line_too_long
from trends.wire.partition import home_partition
from trends.wire.producer import Producer, Sending
from trends.wire.topics import TopicInfo, translated

log = logging.getLogger(__name__)

IN_FLIGHT_MESSAGES_MAX: Final = 32


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
    partition: int
    value: bytes
    lines: int
    sending: Sending | None = None

    @property
    def is_delivered(self) -> bool:
        return self.sending is not None and self.sending.is_acknowledged


class Publisher:
    """Publishes to one topic; for one thread.

    Leaving the context delivers the rest; on a stop signal, only what arrives within moments.

    Args:
        settings: how to connect, and how much goes into a message.
        bootstrap: servers.
        topic: as it is now.
        clock: to wait with.
        insists: send again what is not delivered, for as long as it takes; else raise `Unavailable`
            for the caller, who then has to publish all of it again.
    """

    def __init__(
        self,
        settings: Settings,
        bootstrap: str,
        topic: TopicInfo,
        clock: Clock,
        *,
        insists: bool = True,
    ) -> None:
        self._insists = insists
        self._topic = topic
        self._clock = clock
        self._batch_bytes = settings.batch_bytes
        self._linger_s = settings.linger_ms / 1000
        self._waiting = [_Waiting() for _ in range(topic.partitions)]
        self._in_flight: deque[_InFlight] = deque()
        self.sent: list[SentMessage] = []
        self._producer = Producer(settings, bootstrap)

    def __enter__(self) -> Publisher:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None or (self._insists and issubclass(kind, Exception)):
            self.close()
        else:
            self._producer.close()

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
        while self._in_flight:
            self._settle_oldest()

    def close(self) -> None:
        """Delivers the rest and closes the connection."""
        try:
            self.flush()
        finally:
            self._producer.close()

    def _send(self, partition: int) -> None:
        waiting = self._waiting[partition]
        self._waiting[partition] = _Waiting()
        message = _InFlight(partition, b"\n".join(waiting.lines), len(waiting.lines))
        self._in_flight.append(message)
        self._hand_over([message])
        while len(self._in_flight) > IN_FLIGHT_MESSAGES_MAX:
            self._settle_oldest()

    def _settle_oldest(self) -> None:
        """Waits for an acknowledgement; sends again for as long as it does not come."""
        message = self._in_flight[0]
        waits = delays()
        while (found := self._acknowledged(message)) is None:
            pause_s = next(waits)
            log.warning("%d messages are sent again in %.1f s", len(self._in_flight), pause_s)
            self._clock.sleep(pause_s)
            # All that are not acknowledged: most of them were of the producer that has failed, and
            # what Kafka has twice counts once.
            self._hand_over([each for each in self._in_flight if not each.is_delivered])
        self._in_flight.popleft()
        self.sent.append(SentMessage(found.partition, found.offset, message.lines))

    def _acknowledged(self, message: _InFlight) -> RecordMetadata | None:
        if message.sending is None:
            return None
        try:
            with translated():
                return self._producer.acknowledged(message.sending)
        except Unavailable as error:
            self._told(error)
            return None

    def _hand_over(self, messages: Iterable[_InFlight]) -> None:
        try:
            with translated():
                for message in messages:
                    message.sending = None
                    message.sending = self._producer.send(
                        self._topic.name, message.value, partition=message.partition
                    )
        except Unavailable as error:
            self._told(error)

    def _told(self, error: Unavailable) -> None:
        if not self._insists:
            raise error
        log.warning("not delivered: %s", error)
