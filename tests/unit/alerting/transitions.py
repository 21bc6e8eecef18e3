"""A spike, an alert and a transition to vary in tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from trends.alerting.alert import Alert, State, Transition, alert_id, delivery_id
from trends.alerting.notify.notifier import Delivery
from trends.detection.spike import EvidenceListing, Kind, Member, Point, Spike

DAY = datetime(2026, 3, 2, tzinfo=UTC)
FIRED = DAY + timedelta(hours=15)


def listing(**changes: Any) -> EvidenceListing:
    usual = EvidenceListing(
        id="a1",
        title="A world model that plans",
        url="https://example.org/a1",
        source="papers",
        event_time=DAY + timedelta(hours=3),
        upvotes=41,
        distinctiveness=0.7,
    )
    return replace(usual, **changes)


def spike(**changes: Any) -> Spike:
    usual = Spike(
        name="world model",
        kind=Kind.TERM,
        members=(
            Member(Kind.TERM, "world model", 14, 3.1, 2e-6, 4e-4),
            Member(Kind.TERM, "world models", 9, 2.0, 1e-4, 9e-3),
            Member(Kind.TOPIC, "World models", 12, 4.0, 1e-4, 9e-3),
        ),
        horizon="day",
        window_start=DAY,
        window_end=DAY + timedelta(days=1),
        complete=False,
        observed=14,
        expected=3.1,
        expected_high=7.0,
        listings=220,
        p=2e-6,
        q=4e-4,
        lift=4.516,
        is_new=False,
        windows=60,
        first_window=DAY - timedelta(days=1),
        evidence=(listing(), listing(id="a2", title="Dreaming", url="", upvotes=None)),
        rose_with=("video generation",),
        series=tuple(
            Point(DAY - timedelta(days=back), 14 if back == 0 else back % 4, 3.1)
            for back in range(20, -1, -1)
        ),
        tags=(("cs.LG", 9), ("cs.RO", 4)),
        sources=(("papers", 8), ("preprints", 6)),
    )
    return replace(usual, **changes)


def transition(
    found: Spike | None = None, state: State = State.FIRING, severity: str = "warning"
) -> Transition:
    """The second change of an alert if it fires, the third if it resolves."""
    found = found or spike()
    over = state is State.RESOLVED
    at = FIRED + timedelta(hours=30) if over else FIRED
    alert = Alert(
        id=alert_id("taking-off", found),
        rule="taking-off",
        severity=severity,
        state=state,
        seq={State.PENDING: 1, State.FIRING: 2, State.RESOLVED: 3}[state],
        names=found.names,
        spike=found,
        opened_at=DAY + timedelta(hours=9),
        fired_at=None if state is State.PENDING else FIRED,
        resolved_at=at if over else None,
        last_seen=found.window_end,
    )
    return Transition(alert=alert, before=None if not over else State.FIRING, at=at)


def delivery(told: Transition | None = None, notifier: str = "hook", **changes: Any) -> Delivery:
    told = told or transition()
    usual = Delivery(id=delivery_id(told.id, notifier), transition=told)
    return replace(usual, **changes)
