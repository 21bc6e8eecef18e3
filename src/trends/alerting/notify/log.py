"""A transition as one line of the log, as ``key=value`` pairs."""

from __future__ import annotations

import logging
from typing import Final

import orjson

from trends.alerting.alert import State
from trends.alerting.notify.message import display_name
from trends.alerting.notify.notifier import Delivery
from trends.http.text import clean

LOGGER: Final = logging.getLogger("trends.alerts")
_LEVELS: Final = {"critical": logging.CRITICAL, "warning": logging.WARNING}


class LogNotifier:
    """Always there, and never away."""

    def __init__(self, name: str) -> None:
        self.name = name

    def send(self, delivery: Delivery) -> None:
        alert = delivery.transition.alert
        firing = alert.state is State.FIRING
        level = _LEVELS.get(alert.severity, logging.INFO) if firing else logging.INFO
        LOGGER.log(level, "%s", log_line(delivery), extra={"delivery_id": delivery.id})


def log_line(delivery: Delivery) -> str:
    """The alert in one line that a program can take apart."""
    alert = delivery.transition.alert
    spike = alert.spike
    evidence = spike.evidence[0] if spike.evidence else None
    pairs: dict[str, object] = {
        "alert": alert.state.value,
        "rule": alert.rule,
        "severity": alert.severity,
        "kind": spike.kind.value,
        "name": display_name(alert),
        "observed": spike.observed,
        "expected": f"{spike.expected:.3g}",
        "lift": f"{spike.lift:.3g}",
        "q": f"{spike.q:.2g}",
        "horizon": spike.horizon,
        "window": spike.window_start.isoformat(),
        "complete": str(spike.complete).lower(),
        "since": spike.first_window.isoformat(),
        "evidence": evidence.title if evidence else "",
        "url": evidence.url if evidence else "",
        "alert_id": alert.id,
        "delivery_id": delivery.id,
    }
    return " ".join(f"{key}={_value(value)}" for key, value in pairs.items() if value != "")


def _value(value: object) -> str:
    """Quoted where a space, a quote or nothing at all would make it unclear."""
    text = clean(str(value), 300)
    plain = text and not any(char in text for char in ' "=\\')
    return text if plain else orjson.dumps(text).decode()
