"""A producer of Kafka messages that is taken anew whenever it has failed.

In: messages. Out: what became of them. kafka-python's idempotent producer does not recover from
every failure: once a message has expired that was already sent, it forgets the id that it produces
under and never asks for another one. Everything after that would wait for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final, NamedTuple

from kafka import KafkaProducer
from kafka.errors import KafkaError, MessageSizeTooLargeError
from kafka.producer.future import FutureRecordMetadata, RecordMetadata

from trends.settings import Settings
from trends.wire.access import kafka_access
from trends.wire.knock import knock

GRACE_S: Final = 3.0


class Sending(NamedTuple):
    """A message that was handed over."""

    future: FutureRecordMetadata
    by: KafkaProducer

    @property
    def is_acknowledged(self) -> bool:
        """Whether Kafka has it, as far as is known by now."""
        return bool(self.future.succeeded())


class Producer:
    """Connects when first needed; for one thread.

    Args:
        settings: how to connect, and how long a message may be.
        bootstrap: servers.
        delivery_timeout_s: a message that Kafka has not acknowledged by then has failed.
        request_timeout_s: one try of it.
    """

    def __init__(
        self,
        settings: Settings,
        bootstrap: str,
        *,
        delivery_timeout_s: float = 30.0,
        request_timeout_s: float = 10.0,
    ) -> None:
        self._access = kafka_access(settings, bootstrap)
        self._options = {
            **self._access.client_options(),
            "acks": "all",
            "batch_size": 0,
            "enable_idempotence": True,
            "max_request_size": settings.message_max_bytes,
            "delivery_timeout_ms": round(1_000 * delivery_timeout_s),
            "max_block_ms": round(1_000 * delivery_timeout_s),
            "request_timeout_ms": round(1_000 * request_timeout_s),
        }
        self._delivery_timeout_s = delivery_timeout_s
        self._producer: KafkaProducer | None = None

    def send(
        self,
        topic: str,
        value: bytes,
        *,
        key: bytes | None = None,
        headers: Sequence[tuple[str, bytes]] = (),
        partition: int | None = None,
    ) -> Sending:
        """Hands a message over; `acknowledged` says what became of it.

        Raises:
            ConfigError: if Kafka does not let us in.
            Unavailable: if it does not answer.
            MessageSizeTooLargeError: if the message is too long for us; no other message suffers.
            KafkaError: if it has no such topic.
        """
        if self._producer is None:
            knock(self._access)
            self._producer = KafkaProducer(**self._options)
        by = self._producer
        try:
            future = by.send(topic, value, key=key, headers=list(headers), partition=partition)
        except MessageSizeTooLargeError:
            raise
        except KafkaError:
            self._abandon(by)
            raise
        return Sending(future, by)

    def acknowledged(self, sending: Sending) -> RecordMetadata:
        """Waits until Kafka has the message.

        Raises:
            KafkaError: if it has not; nor has it what else this producer was given and did not get
                acknowledged.
        """
        try:
            return sending.future.get(timeout=2 * self._delivery_timeout_s)
        except KafkaError:
            self._abandon(sending.by)
            raise

    def close(self) -> None:
        """Closes the connection, if there is one; gives what is under way a moment to arrive."""
        if self._producer is not None:
            with suppress(KafkaError):
                self._producer.flush(timeout=GRACE_S)
            self._abandon(self._producer)

    def _abandon(self, producer: KafkaProducer) -> None:
        """What it has not got acknowledged fails, at the latest when the try under way ends."""
        if self._producer is None or producer is not self._producer:
            return  # it was abandoned before
        self._producer = None
        # Its own `close` first waits for what is not delivered, however long that may take.
        producer._sender.force_close()
        producer._sender.join(GRACE_S)
        with suppress(KafkaError):
            producer.close(timeout=GRACE_S)
