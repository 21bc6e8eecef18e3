"""What would have fired: history evaluated day by day, each day as if the next had not come.

In: rules, the store's history, and a range of days. Out: what each evaluation made of the alerts.
Nothing is stored or sent. An evaluation at the end of a day uses buckets that were over by then,
listings with an earlier event time, and acronyms introduced before; taxonomy and analysis are those
of now, as are the words that rankings never show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from clickhouse_connect.driver.client import Client

from trends.alerting.alert import Alert, State, Transition
from trends.alerting.evaluator import joined, limits_of, watched_spikes
from trends.alerting.lifecycle import Found, step
from trends.alerting.rules import Rules
from trends.alerting.spikes import spikes_of
from trends.detection.find import find
from trends.detection.horizons import BY_NAME, Horizon
from trends.detection.source import CountSource, span_at
from trends.detection.spike import Spike
from trends.store.loaded_counts import LoadedCounts

MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One evaluation.

    Attributes:
        at: the moment it stands for; windows end then.
        spikes: that were found, those at the pending level included.
        transitions: what became of alerts.
        firing: alerts that fire after it.
    """

    at: datetime
    spikes: tuple[Spike, ...]
    transitions: tuple[Transition, ...]
    firing: int


class Simulation:
    """History under some rules.

    Args:
        client: of the store; only read.
        rules: which spikes become alerts.
        first: the first evaluation.
        last: the last one.
        horizons: names of those that are looked at; with ``hour``, there is an evaluation every
            hour, else every day.
    """

    def __init__(
        self,
        client: Client,
        rules: Rules,
        first: datetime,
        last: datetime,
        horizons: Sequence[str],
    ) -> None:
        self._client = client
        self._rules = rules
        self._first = first
        self._last = last
        self._horizons = [BY_NAME[name] for name in horizons]
        least = min([limits_of(rules).min_docs, *(rule.min_docs for rule in rules.rules)])
        self._sources = {
            bucket_s: self._loaded(
                [horizon for horizon in self._horizons if horizon.bucket_s == bucket_s], least
            )
            for bucket_s in {horizon.bucket_s for horizon in self._horizons}
        }
        self._every = min((horizon.bucket for horizon in self._horizons), default=DAY)

    def _loaded(self, horizons: Sequence[Horizon], min_docs: int) -> CountSource:
        longest = max(horizons, key=lambda horizon: (horizon.windows + 1) * horizon.window)
        first = span_at(longest, self._first - MOMENT).first
        return LoadedCounts(self._client, longest, first, self._last, min_docs)

    def __iter__(self) -> Iterator[Evaluated]:
        """Every evaluation, oldest first."""
        standing: tuple[Alert, ...] = ()
        resolved: list[Alert] = []
        at = self._first
        while at <= self._last:
            found = self._found(at)
            taken = step(standing, resolved, found, self._rules.rules, at)
            standing = taken.alerts
            resolved += [
                change.alert for change in taken.transitions if change.alert.state is State.RESOLVED
            ]
            firing = sum(alert.state is State.FIRING for alert in standing)
            yield Evaluated(at, tuple(found.spikes), taken.transitions, firing)
            at += self._every

    def _found(self, at: datetime) -> Found:
        limits = limits_of(self._rules)
        spikes: list[Spike] = []
        watched: list[Mapping[str, Sequence[Spike]]] = []
        for horizon in self._horizons:
            span = span_at(horizon, at - MOMENT)
            if span.end != at:
                continue  # a day that is not over: it is looked at when it is
            source = self._sources[horizon.bucket_s]
            spikes += spikes_of(self._client, find(source, span, limits, at), limits.min_docs)
            watched.append(watched_spikes(self._client, source, span, self._rules, at))
        return Found(spikes, joined(watched))
