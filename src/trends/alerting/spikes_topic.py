"""The Kafka topic that gets every transition, pending ones too, for other programs.

Key: id of the alert. Value: the transition as JSON. Header ``delivery-id``: the same when it is
sent again. Works like a notifier.
"""

from __future__ import annotations

from typing import Final

from kafka.errors import MessageSizeTooLargeError

from trends.alerting.alert import transition_json
from trends.alerting.notify.notifier import Delivery
from trends.alerting.parcel import TOPIC_SINK
from trends.http.errors import Refused
from trends.settings import Settings
from trends.wire.producer import Producer
from trends.wire.topics import translated

TIMEOUT_S: Final = 10


class SpikesTopic:
    """Connects when first needed; for one thread."""

    def __init__(self, settings: Settings, bootstrap: str) -> None:
        self._topic = settings.spikes_topic
        self._producer = Producer(
            settings, bootstrap, delivery_timeout_s=TIMEOUT_S, request_timeout_s=TIMEOUT_S
        )

    @property
    def name(self) -> str:
        return TOPIC_SINK

    def send(self, delivery: Delivery) -> None:
        """Returns when Kafka has it."""
        with translated():
            try:
                sending = self._producer.send(
                    self._topic,
                    transition_json(delivery.transition),
                    key=delivery.transition.alert.id.encode(),
                    headers=[("delivery-id", delivery.id.encode())],
                )
                self._producer.acknowledged(sending)
            except MessageSizeTooLargeError as error:
                raise Refused(f"Kafka: {error}") from error

    def close(self) -> None:
        """Closes the connection, if there is one."""
        self._producer.close()
