"""What every notifier is tested with."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.unit.alerting.transitions import FIRED
from trends.alerting.notify.build import build_notifiers
from trends.alerting.notify.notifier import Notifier
from trends.alerting.rules import Rules
from trends.clock import ManualClock

Build = Callable[..., Notifier]


@pytest.fixture
def build() -> Build:
    """A notifier from the fields that a rules file would have."""

    def notifier(**fields: Any) -> Notifier:
        rules = Rules.model_validate({"rules": [{"name": "a"}], "notifiers": {"it": fields}})
        return build_notifiers(rules, ManualClock(FIRED))["it"]

    return notifier


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port on which nobody listens, and nobody will."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]
