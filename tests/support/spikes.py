"""Spikes, rules and times for tests of alerting, made from the few things a test is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from trends.detection.horizons import BY_NAME
from trends.detection.spike import EvidenceListing, Kind, Member, Point, Spike

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday


def spike(
    *names: str,
    q: float = 0.01,
    lift: float = 4.0,
    horizon: str = "hour",
    at: datetime = START,
    evidence: Sequence[str] = (),
    docs: int = 12,
) -> Spike:
    """A spike of the window of ``horizon`` that ``at`` falls in; names are terms."""
    shape = BY_NAME[horizon]
    bucket = int(at.timestamp()) // shape.bucket_s * shape.bucket_s
    end = datetime.fromtimestamp(bucket, UTC) + shape.bucket
    start = end - shape.window
    members = tuple(
        Member(kind=Kind.TERM, name=name, docs=docs, expected=docs / lift, p=q / 10, q=q)
        for name in names
    )
    return Spike(
        name=names[0].title(),
        kind=Kind.TERM,
        members=members,
        horizon=horizon,
        window_start=start,
        window_end=end,
        complete=False,
        observed=docs,
        expected=docs / lift,
        expected_high=docs / lift + 2,
        listings=200,
        p=q / 10,
        q=q,
        lift=lift,
        is_new=False,
        windows=28,
        first_window=start,
        evidence=tuple(_listing(name, start) for name in evidence),
        series=(Point(start, docs, docs / lift),),
    )


def _listing(name: str, at: datetime) -> EvidenceListing:
    return EvidenceListing(
        id=name,
        title=f"About {name}",
        url=f"https://example.org/{name}",
        source="test",
        event_time=at,
        upvotes=None,
        distinctiveness=1.0,
    )


@dataclass(frozen=True)
class FakeRule:
    """A rule that is made of what the lifecycle asks of one."""

    name: str = "all"
    severity: str = "info"
    false_discovery_rate: float = 0.05
    cool_down: timedelta = timedelta(days=7)
    only: Callable[[Spike], bool] = lambda spike: True
    min_lift: float = 2.0

    def selects(self, spike: Spike) -> bool:
        return self.only(spike)

    def suffices(self, spike: Spike) -> bool:
        return spike.q <= self.false_discovery_rate and spike.lift >= self.min_lift
