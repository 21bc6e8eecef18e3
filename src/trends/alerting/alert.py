"""An alert and its changes of state: frozen values that are stored, sent and shown."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import TypeAdapter

from trends.detection.spike import Kind, Spike

# Ids are derived from what they name, so that whoever computes one twice computes the same.
NAMESPACE: Final = uuid.UUID("6f1d0c5e-6a3b-4b8e-9a55-3a7c1f0b2d11")


class State(StrEnum):
    """Where an alert stands."""

    PENDING = "pending"  # more than chance explains, not yet enough to tell anyone
    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One spike over its life, under one rule.

    Attributes:
        id: the same wherever and however often it is computed.
        seq: how many changes of state it has had; the first is 1.
        names: every counted name that belonged to its spike so far.
        spike: as it was when it was strongest (least q, then most docs).
        last_seen: end of the newest window in which its spike was found.
        seen: the same for each horizon at which it was found.
    """

    id: str
    rule: str
    severity: str
    state: State
    seq: int
    names: frozenset[tuple[Kind, str]]
    spike: Spike
    opened_at: datetime
    fired_at: datetime | None
    resolved_at: datetime | None
    last_seen: datetime
    seen: tuple[tuple[str, datetime], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A change of an alert's state; ``alert`` is as it was right after it."""

    alert: Alert
    before: State | None
    at: datetime

    @property
    def id(self) -> str:
        """Names it for good."""
        return f"{self.alert.id}:{self.alert.seq}"


def alert_id(rule: str, spike: Spike) -> str:
    """The id of the alert that ``spike`` opens."""
    lead = spike.members[0]
    text = f"{rule}/{spike.horizon}/{lead.kind}/{lead.name}/{spike.window_start.isoformat()}"
    return str(uuid.uuid5(NAMESPACE, text))


def delivery_id(transition_id: str, notifier: str) -> str:
    """The id under which ``notifier`` tells of a transition, at every try."""
    return str(uuid.uuid5(NAMESPACE, f"{transition_id}/{notifier}"))


_TRANSITIONS: Final = TypeAdapter(Transition)
_ALERTS: Final = TypeAdapter(Alert)


def transition_json(transition: Transition) -> bytes:
    """As one JSON object."""
    return _TRANSITIONS.dump_json(transition)


def transition_of(text: bytes | str) -> Transition:
    """What `transition_json` wrote."""
    return _TRANSITIONS.validate_json(text)


def alert_json(alert: Alert) -> bytes:
    """As one JSON object."""
    return _ALERTS.dump_json(alert)


def alert_of(text: bytes | str) -> Alert:
    """What `alert_json` wrote."""
    return _ALERTS.validate_json(text)
