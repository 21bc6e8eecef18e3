"""A producer of Kafka messages that is taken anew whenever it has failed.

In: messages. Out: kafka-python's futures for them. Its idempotent producer does not recover from
every failure: once a message has expired that was already sent, it forgets the id that it produces
under and never asks for another one. Everything after that would wait for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from kafka import KafkaProducer
from kafka.errors import KafkaError, MessageSizeTooLargeError
from kafka.producer.future import FutureRecordMetadata, RecordMetadata

from trends.settings import Settings
from trends.wire.access import kafka_access
from trends.wire.knock import knock

GRACE_S: Final = 3.0


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
    ) -> FutureRecordMetadata:
        """Hands a message over; `acknowledged` says what became of it.

        Raises:
            ConfigError: if Kafka does not let us in.
            Unavailable: if it does not answer.
            KafkaError: if it has no such topic, or the message is too long.
        """
        with self._replaced_if_it_fails():
            if self._producer is None:
                knock(self._access)
                self._producer = KafkaProducer(**self._options)
            return self._producer.send(
                topic, value, key=key, headers=list(headers), partition=partition
            )

    def acknowledged(self, future: FutureRecordMetadata) -> RecordMetadata:
        """Waits until Kafka has the message.

        Raises:
            KafkaError: if it has not; what is not acknowledged yet of other messages fails as well.
        """
        with self._replaced_if_it_fails():
            return future.get(timeout=2 * self._delivery_timeout_s)

    def close(self) -> None:
        """Closes the connection, if there is one; gives what is under way a moment to arrive."""
        if self._producer is not None:
            with suppress(KafkaError):
                self._producer.flush(timeout=GRACE_S)
            self._abandon()

    def _abandon(self) -> None:
        """What is not acknowledged fails now."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        # Its own `close` first waits for what is not delivered, however long that may take.
        producer._sender.force_close()
        producer._sender.join(GRACE_S)
        with suppress(KafkaError):
            producer.close(timeout=GRACE_S)

    @contextmanager
    def _replaced_if_it_fails(self) -> Iterator[None]:
        try:
            yield
        except MessageSizeTooLargeError:
            raise  # nothing is wrong with the producer
        except KafkaError:
            self._abandon()
            raise
