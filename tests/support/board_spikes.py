"""What the alerter decided and what detection finds, to compare the dashboard Spikes with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from clickhouse_connect.driver.client import Client

from tests.support.board_truth import DAY
from tests.support.boards import Board
from trends.alerting.alert import Alert
from trends.alerting.evaluator import limits_of, live_spans
from trends.alerting.rules_load import load_rules
from trends.alerting.spikes import spikes_of
from trends.clock import ManualClock
from trends.detection.chance import high
from trends.detection.find import Found, find
from trends.detection.horizons import BY_NAME
from trends.detection.source import span_at
from trends.detection.spike import Spike
from trends.grafana.variables import ALL
from trends.store.live_counts import LiveCounts
from trends.store.window_counts import StoreCounts

if TYPE_CHECKING:
    from trends.detection.find import Tested

HOUR = DAY / 24
EVERY: dict[str, Any] = {
    "kind": (ALL,),
    "horizon": (ALL,),
    "severity": (ALL,),
    "rule": (ALL,),
    "search": "",
    "alert": "",
}
CHOICES = {
    "everything": {},
    "topics": {"kind": ("topic",)},
    "hours and days": {"horizon": ("hour", "day")},
    "critical": {"severity": ("critical",)},
    "a rule": {"rule": ("taking-off", "it's none"), "kind": ("term",)},
}
RANGES = {"hour": HOUR, "week": 7 * DAY, "25 days": 25 * DAY, "90 days": 90 * DAY}

Make = Callable[..., Board]


class Again:
    """Detection, asked again."""

    def __init__(self, client: Client, now: datetime) -> None:
        self._client = client
        self._now = now
        self._limits = limits_of(load_rules(None, {}))
        self._tested: dict[tuple[str, datetime], Tested] = {}

    def tested(self, horizon: str, start: datetime) -> Tested:
        """The window of that start."""
        if (horizon, start) not in self._tested:
            shape = BY_NAME[horizon]
            # As the alerter looks: hours of a day share what is known of all names.
            source = LiveCounts(StoreCounts(self._client), ManualClock(self._now))
            live = live_spans(self._now, [shape])
            mine = span_at(shape, start + shape.window - shape.bucket)
            assert mine.start == start
            for span in live if mine in live else [mine]:
                source.exposure(span)
                found = find(source, span, self._limits, self._now)
                self._tested[horizon, span.start] = found
        return self._tested[horizon, start]

    def found(self, spike: Spike) -> Found:
        """What it says of the leading name of a spike."""
        lead = spike.members[0]
        every = self.tested(spike.horizon, spike.window_start).found
        (found,) = [each for each in every if each.name == (lead.kind, lead.name)]
        return found

    def spike(self, spike: Spike) -> Spike:
        """The spike as a whole."""
        tested = self.tested(spike.horizon, spike.window_start)
        every = spikes_of(self._client, tested, self._limits.min_docs)
        (found,) = [each for each in every if each.members[0].name == spike.members[0].name]
        return found


def upper(found: Found) -> float:
    """What one window in forty exceeds by chance."""
    return max(found.expected, float(high(np.array([found.expected]), np.array([found.size]))[0]))


def utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


def made_up(spike: Spike) -> bool:
    """Whether no listing is behind it."""
    return " rise" in spike.members[0].name


def select(alerts: Iterable[Alert], chosen: dict[str, Any]) -> list[Alert]:
    """Those of what is chosen."""

    def has(alert: Alert) -> bool:
        own = {
            "kind": alert.spike.kind,
            "horizon": alert.spike.horizon,
            "severity": alert.severity,
            "rule": alert.rule,
        }
        return all(own[key] in value for key, value in chosen.items())

    return [alert for alert in alerts if has(alert)]


def open_within(alerts: Iterable[Alert], start: datetime, end: datetime) -> list[Alert]:
    return [
        alert
        for alert in alerts
        if alert.opened_at <= end and (alert.resolved_at is None or alert.resolved_at >= start)
    ]


def shown(alert: Alert) -> dict[str, Any]:
    """What every table says of an alert."""
    spike = alert.spike
    return {
        "id": alert.id,
        "name": spike.name,
        "severity": alert.severity,
        "kind": spike.kind,
        "horizon": spike.horizon,
        "listings": spike.observed,
        "usual": pytest.approx(spike.expected),
        "lift": pytest.approx(spike.lift),
        "q": pytest.approx(spike.q),
        "rule": alert.rule,
    }


def same(row: dict[str, Any], expected: dict[str, Any]) -> None:
    assert {key: row[key] for key in expected} == expected


def floor(moment: datetime, step: timedelta) -> datetime:
    """The start of the step that ``moment`` belongs to."""
    return moment - (moment - datetime(1970, 1, 1, tzinfo=UTC)) % step


def told(spike: Spike, alerts: Iterable[Alert]) -> bool:
    """Whether somebody was told of it before a week had passed."""
    lead = spike.members[0].name
    return any(
        lead in {name for _, name in alert.names}
        and alert.fired_at is not None
        and alert.fired_at <= spike.window_end + 7 * DAY
        and (alert.resolved_at is None or alert.resolved_at >= spike.window_start)
        for alert in alerts
    )


def rounded(number: float) -> str:
    return f"{round(number, 1):g}"
