"""Metrics of a running service as a test asks for them."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from trends.embedded.ports import LOOPBACK

TIMEOUT_S = 5.0


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def ask(port: int, path: str, method: str = "GET", **headers: str) -> Answer:
    """One request to this machine.

    Raises:
        OSError: nobody listens there.
    """
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=TIMEOUT_S)
    try:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


class Scrape:
    """All samples of a service at one moment."""

    def __init__(self, port: int) -> None:
        answer = ask(port, "/metrics")
        assert answer.status == 200, answer
        self.samples = [
            sample
            for family in text_string_to_metric_families(answer.body.decode())
            for sample in family.samples
        ]

    def sum(self, name: str, **labels: str) -> float:
        """Of all series of that name with these labels; 0 if there are none."""
        return sum(
            sample.value
            for sample in self.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )


def missing(port: int) -> dict[str, str] | None:
    """What a service says is missing; None while it does not listen."""
    try:
        answer = ask(port, "/ready")
    except OSError:
        return None
    found: dict[str, str] = answer.json()["missing"]
    assert (answer.status == 503) == bool(found)
    return found
