"""Looks for spikes in the store: all windows that are of now, whenever their counts change.

In: the moment, and the store's counts. Out: every spike of the windows that are not over, or ended
shortly before. Windows of history are never looked at: `trends simulate` does that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from clickhouse_connect.driver.client import Client

from trends.alerting.rules import Rule, Rules
from trends.alerting.spikes import spikes_of
from trends.alerting.written import WrittenNames
from trends.clock import Clock
from trends.detection.evaluate import Limits
from trends.detection.find import Tested, find
from trends.detection.horizons import HORIZONS, Horizon
from trends.detection.source import CountSource, Span, span_at
from trends.detection.spike import Spike
from trends.store.alerts_spikes import EvaluationRecord
from trends.store.live_counts import LiveCounts
from trends.store.window_counts import StoreCounts

# A feed lists a day's papers on the day after: windows stay of interest for so many buckets.
BUCKETS_BACK: Final = 2
# After an evaluation that took t, the next of that horizon comes after so many t: what looks back
# further takes longer, and is in less of a hurry.
PACE: Final = {"hour": 0.5, "day": 10.0, "week": 60.0, "month": 120.0}
GLOB: Final = "*?["


@dataclass(frozen=True, slots=True)
class Looked:
    """A window that was looked at, and what was found."""

    span: Span
    candidates: int
    took_s: float
    spikes: tuple[Spike, ...]
    watched: Mapping[str, tuple[Spike, ...]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All spikes there are.

    Attributes:
        spikes: for any rule, strongest first within a window.
        watched: rule to the spikes of its watch list.
        looked: the windows that were looked at just now; of others, what was found is still so.
    """

    spikes: tuple[Spike, ...]
    watched: Mapping[str, tuple[Spike, ...]]
    looked: tuple[Looked, ...]

    def records(self, at: datetime) -> list[EvaluationRecord]:
        """The windows that were looked at, as they are stored."""
        return [
            EvaluationRecord(
                at=at,
                horizon=look.span.horizon.name,
                window_start=look.span.start,
                candidates=look.candidates,
                spikes=len(look.spikes),
                took_ms=round(1_000 * look.took_s),
            )
            for look in self.looked
        ]


@dataclass(slots=True)
class _Known:
    """What is known of a window, and when it may be looked at again."""

    looked: Looked
    listings: int
    complete: bool
    settled: bool
    due_s: float


class Evaluator:
    """Blocking; for one thread.

    Args:
        client: of the store, for the evaluator alone.
        rules: whose thresholds say what is looked for.
        clock: for pacing.
        horizons: that are looked at.
    """

    def __init__(
        self,
        client: Client,
        rules: Rules,
        clock: Clock,
        horizons: Sequence[Horizon] = HORIZONS,
    ) -> None:
        self._client = client
        self._rules = rules
        self._clock = clock
        self._horizons = horizons
        self._counts = LiveCounts(StoreCounts(client), clock)
        self._names = WrittenNames()
        self._known: dict[Span, _Known] = {}

    def evaluate(self, now: datetime) -> Evaluation:
        """Looks at every window of now whose counts have changed, or that has come to its end.

        Raises:
            Unavailable: if the store is away.
        """
        spans = live_spans(now, self._horizons)
        if not self._counts.keep(spans):
            self._known.clear()
        self._known = {span: known for span, known in self._known.items() if span in spans}
        looked = [look for span in spans if (look := self._look(span, now)) is not None]
        everything = [known.looked for known in self._known.values()]
        watched = joined(look.watched for look in everything)
        spikes = tuple(spike for look in everything for spike in look.spikes)
        return Evaluation(spikes, watched, tuple(looked))

    def _look(self, span: Span, now: datetime) -> Looked | None:
        """The window, if there is something new about it."""
        known = self._known.get(span)
        started_s = self._clock.monotonic_s()
        if known is not None and started_s < known.due_s:
            return None
        exposed = self._counts.exposure(span)
        listings = int(exposed.listings[-1])
        complete = span.end <= now
        settled = self._counts.is_settled(span)
        seen = None if known is None else (known.listings, known.complete, known.settled)
        if seen == (listings, complete, True):
            return None
        if not listings:
            return None
        limits = limits_of(self._rules)
        tested = find(self._counts, span, limits, now, exposed=exposed)
        spikes = spikes_of(self._client, tested, limits.min_docs, self._names)
        watched = watched_spikes(self._client, self._counts, span, self._rules, now)
        took_s = self._clock.monotonic_s() - started_s
        looked = Looked(span, tested.candidates, took_s, tuple(spikes), watched)
        due_s = started_s + took_s * (1 + PACE[span.horizon.name])
        self._known[span] = _Known(looked, listings, complete, settled, due_s)
        return looked


def joined(watched: Iterable[Mapping[str, Sequence[Spike]]]) -> dict[str, tuple[Spike, ...]]:
    """What watch lists found in several windows, by rule."""
    found: dict[str, tuple[Spike, ...]] = {}
    for one in watched:
        for rule, spikes in one.items():
            found[rule] = (*found.get(rule, ()), *spikes)
    return found


def live_spans(now: datetime, horizons: Sequence[Horizon] = HORIZONS) -> list[Span]:
    """The windows of now: of each horizon the present one, and those that ended shortly before."""
    return [
        span_at(horizon, now - back * horizon.bucket)
        for horizon in horizons
        for back in range(BUCKETS_BACK + 1)
    ]


def limits_of(rules: Rules) -> Limits:
    """The least that any rule asks for: each rule then chooses."""
    general = [rule for rule in rules.rules if not rule.watch] or rules.rules
    return Limits(
        min_docs=min(rule.min_docs for rule in general),
        min_lift=min(rule.min_lift for rule in general),
        false_discovery_rate=max(rule.false_discovery_rate for rule in general),
    )


def watched_spikes(
    client: Client, source: CountSource, span: Span, rules: Rules, as_of: datetime
) -> dict[str, tuple[Spike, ...]]:
    """Rule to the spikes among the names of its watch list, each list a family of its own."""
    found: dict[str, tuple[Spike, ...]] = {}
    for rule in rules.rules:
        if not rule.watch or span.horizon.name not in rule.horizons:
            continue
        tested = _watched(source, span, rule, as_of)
        found[rule.name] = tuple(spikes_of(client, tested, rule.min_docs))
    return found


def _watched(source: CountSource, span: Span, rule: Rule, as_of: datetime) -> Tested:
    limits = Limits(
        min_docs=rule.min_docs,
        min_lift=rule.min_lift,
        false_discovery_rate=rule.false_discovery_rate,
    )
    # How many names a pattern could stand for is not known: it is tested as all names are.
    literal = not any(set(pattern) & set(GLOB) for pattern in rule.watch)
    names = len(rule.watch) if literal else None
    return find(source, span, limits, as_of, watched=rule.watches, watched_names=names)
