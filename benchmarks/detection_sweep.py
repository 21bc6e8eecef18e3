"""Thresholds that give each method the same false alarms, and what it then finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from detection_scores import NULL, Scores
from numpy.typing import NDArray

Fired = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Found:
    """What came of one method on one stream.

    Attributes:
        found: windows from the start of each event to its first alert; -1: never.
        false_alerts: alerts where nothing was injected.
    """

    found: NDArray[np.int64]
    false_alerts: int

    def f1(self, chosen: NDArray[np.bool_] | None = None) -> float:
        """Of the chosen events or all; all false alerts included."""
        chosen = np.ones(len(self.found), np.bool_) if chosen is None else chosen
        hits = int(np.count_nonzero(self.found[chosen] >= 0))
        misses = int(np.count_nonzero(chosen)) - hits
        return 2 * hits / max(2 * hits + misses + self.false_alerts, 1)

    @property
    def recall(self) -> float:
        """Share of the events."""
        return float(np.mean(self.found >= 0))

    @property
    def precision(self) -> float:
        """Share of what was alerted, each event counting once; NaN if nothing was."""
        hits = np.count_nonzero(self.found >= 0)
        return float(hits / (hits + self.false_alerts)) if hits + self.false_alerts else np.nan

    @property
    def delay(self) -> float:
        """Median, in windows after the first, of the events that were found."""
        hits = self.found[self.found >= 0]
        return float(np.median(hits)) if len(hits) else np.nan


def alerts(scores: Scores, fired: Fired) -> int:
    """False ones. Windows of a series that fire one after the other are one alert."""
    return int(np.count_nonzero(_begins(scores, fired & (scores.of == NULL))))


def _begins(scores: Scores, fired: Fired) -> Fired:
    goes_on = (
        fired[:-1]
        & (scores.series[1:] == scores.series[:-1])
        & (scores.index[1:] == scores.index[:-1] + 1)
    )
    begins = fired.copy()
    begins[1:] &= ~goes_on
    return begins


def threshold(all_scores: Sequence[Scores], method: int, per_month: float) -> float:
    """The least one with at most so many false alerts in 30 days, over all streams."""
    allowed = per_month * sum(scores.months for scores in all_scores)
    values = np.unique(
        np.concatenate([scores.scores[method][scores.of == NULL] for scores in all_scores])
    )
    low, high = 0, len(values) - 1
    while low < high:
        middle = (low + high) // 2
        total = sum(alerts(scores, scores.scores[method] > values[middle]) for scores in all_scores)
        low, high = (low, middle) if total <= allowed else (middle + 1, high)
    return float(values[low])


def found(scores: Scores, fired: Fired) -> Found:
    """First alerts of events, and false alerts."""
    first = np.full(len(scores.events), -1)
    hits = np.flatnonzero(fired & (scores.of >= 0))[::-1]
    # From the last to the first, so that the first is what stays.
    first[scores.of[hits]] = scores.index[hits] - scores.begins[scores.of[hits]]
    return Found(first, alerts(scores, fired))


def either(one: Found, other: Found) -> Found:
    """Alerts of both horizons; an event counts from the first of them."""
    never = np.iinfo(np.int64).max
    first = np.minimum(
        np.where(one.found < 0, never, one.found), np.where(other.found < 0, never, other.found)
    )
    return Found(np.where(first == never, -1, first), one.false_alerts + other.false_alerts)


def pooled(of: Sequence[Found]) -> Found:
    """All streams as one."""
    return Found(np.concatenate([one.found for one in of]), sum(one.false_alerts for one in of))
