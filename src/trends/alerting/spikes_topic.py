"""The Kafka topic that gets every transition, pending ones too, for other programs.

Key: id of the alert. Value: the transition as JSON. Header ``delivery-id``: the same when it is
sent again. Works like a notifier.
"""

from __future__ import annotations

from typing import Final

from kafka import KafkaProducer
from kafka.errors import MessageSizeTooLargeError

from trends.alerting.alert import transition_json
from trends.alerting.notify.notifier import Delivery
from trends.alerting.parcel import TOPIC_SINK
from trends.http.errors import Refused
from trends.settings import Settings
from trends.wire.access import kafka_access
from trends.wire.topics import translated

TIMEOUT_S: Final = 10


class SpikesTopic:
    """Connects when first needed; for one thread."""

    def __init__(self, settings: Settings, bootstrap: str) -> None:
        self._settings = settings
        self._access = kafka_access(settings, bootstrap)
        self._producer: KafkaProducer | None = None

    @property
    def name(self) -> str:
        return TOPIC_SINK

    def send(self, delivery: Delivery) -> None:
        """Returns when Kafka has it."""
        with translated():
            try:
                self._connected().send(
                    self._settings.spikes_topic,
                    key=delivery.transition.alert.id.encode(),
                    value=transition_json(delivery.transition),
                    headers=[("delivery-id", delivery.id.encode())],
                ).get(timeout=TIMEOUT_S)
            except MessageSizeTooLargeError as error:
                raise Refused(f"Kafka: {error}") from error

    def close(self) -> None:
        """Closes the connection, if there is one."""
        if self._producer is not None:
            self._producer.close(timeout=TIMEOUT_S)
            self._producer = None

    def _connected(self) -> KafkaProducer:
        if self._producer is None:
            self._producer = KafkaProducer(
                **self._access.client_options(),
                acks="all",
                batch_size=0,
                enable_idempotence=True,
                max_request_size=self._settings.message_max_bytes,
                max_block_ms=TIMEOUT_S * 1_000,
                request_timeout_ms=TIMEOUT_S * 1_000,
                delivery_timeout_ms=TIMEOUT_S * 1_000,
            )
        return self._producer
