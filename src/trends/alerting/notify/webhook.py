"""A transition as JSON to a URL, signed after the Standard Webhooks specification."""

from __future__ import annotations

from datetime import UTC
from typing import Final

import orjson

from trends.alerting.alert import transition_json
from trends.alerting.notify.notifier import Delivery
from trends.alerting.notify.signature import signature_headers, signing_key
from trends.alerting.rules_notifiers import WebhookConfig
from trends.clock import Clock
from trends.http.exchange import Http, host_of

CONTENT_TYPE: Final = {"content-type": "application/json"}


class WebhookNotifier:
    """Posts to one URL; a receiver tells repetitions by the header ``webhook-id``."""

    def __init__(self, name: str, config: WebhookConfig, clock: Clock) -> None:
        self.name = name
        self._url = config.url.get_secret_value()
        self._key = signing_key(config.secret.get_secret_value()) if config.secret else None
        self._clock = clock
        self._http = Http(
            f"webhook {name} ({host_of(self._url)})", clock, config.timeout_s, config.proxy_url
        )

    def send(self, delivery: Delivery) -> None:
        body = webhook_body(delivery)
        now_s = int(self._clock.now().timestamp())
        headers = signature_headers(self._key, delivery.id, now_s, body)
        self._http.exchange("POST", self._url, CONTENT_TYPE | headers, body)


def webhook_body(delivery: Delivery) -> bytes:
    """The message; its time is that of the transition, and the same at every try."""
    transition = delivery.transition
    return orjson.dumps(
        {
            "id": delivery.id,
            "type": f"alert.{transition.alert.state}",
            "timestamp": transition.at.astimezone(UTC),
            "data": orjson.Fragment(transition_json(transition)),
        },
        option=orjson.OPT_UTC_Z,
    )
