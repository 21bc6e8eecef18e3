"""Daily series with their exposure, and how a horizon's windows are cut from them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from trends.detection.evaluate import Decisions, Family, Limits, Past, Window, evaluate
from trends.detection.horizons import BY_NAME

DAY_WINDOWS = BY_NAME["day"].windows
DAYS_OF_WEEK = BY_NAME["week"].buckets
HORIZONS = ("day", "week", "month")

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """Counts of every series on every calendar day.

    Attributes:
        counts: listings that mention it, (series, days).
        listings: of each day.
        phases: day of the week, of each day.
        first: the first day that is evaluated; all before is past alone.
    """

    name: str
    counts: NDArray[np.int32]
    listings: NDArray[np.int64]
    phases: NDArray[np.int16]
    first: int
    _sums: list[NDArray[np.int32]] = field(default_factory=list)

    @property
    def days(self) -> list[int]:
        """Evaluated days: those with listings."""
        return [int(day) for day in np.flatnonzero(self.listings) if day >= self.first]

    @property
    def months(self) -> float:
        """Evaluated calendar time in units of 30 days."""
        return (len(self.listings) - self.first) / 30

    def window(
        self, horizon: str, day: int, docs: NDArray[np.int32], listings: int, complete: bool
    ) -> Window:
        """The window that ends with ``day``, of which only this much has come yet.

        Args:
            horizon: one of `HORIZONS`.
            day: its last.
            docs: of that day so far, per series.
            listings: of that day so far.
            complete: whether the day is over.
        """
        before = slice(day - BY_NAME[horizon].buckets + 1, day)
        return Window(
            docs + self._sum(before.start, before.stop),
            listings + int(self.listings[before].sum()),
            self._phase(horizon, day),
            complete,
            _concentration(np.append(self.listings[before], listings)),
        )

    def whole(self, horizon: str, day: int) -> Window:
        """The window that ends with ``day``, over."""
        docs = self.counts[:, day].copy()
        return self.window(horizon, day, docs, int(self.listings[day]), complete=True)

    def past(self, horizon: str, day: int) -> Past:
        """What comes before that window: windows as long that do not overlap."""
        length, most = BY_NAME[horizon].buckets, BY_NAME[horizon].windows
        ends = np.arange(day - length + 1, length - 1, -length)[:most][::-1].tolist()
        if length == 1:
            counts = self.counts[:, ends[0] - 1 : ends[-1]]
        else:
            counts = np.stack([self._sum(end - length, end) for end in ends], axis=1)
        parts = [self.listings[end - length : end] for end in ends]
        return Past(
            counts,
            np.array([part.sum() for part in parts]),
            np.array([self._phase(horizon, end - 1) for end in ends], np.int16),
            np.array([_concentration(part) for part in parts]),
        )

    def _phase(self, horizon: str, day: int) -> int:
        return int(self.phases[day]) if BY_NAME[horizon].phases > 1 else 0

    def decide(self, horizon: str, day: int, window: Window, rows: Rows) -> Decisions:
        """What `evaluate` says of some series, with the horizon's own limits.

        Args:
            horizon: one of `HORIZONS`.
            day: the window's last.
            window: of all series.
            rows: those that are passed on. All that have enough docs must be among them: no other
                can fire, or changes what is said of those that can.
        """
        past = self.past(horizon, day)
        limits = Limits(share=BY_NAME[horizon].share)
        in_all = past.counts.sum(axis=1, dtype=np.int64) + window.docs
        return evaluate(
            Past(past.counts[rows], past.listings, past.phases, past.concentration),
            replace(window, docs=window.docs[rows]),
            limits,
            Family.of(in_all, limits.min_docs),
        )

    def _sum(self, start: int, end: int) -> NDArray[np.int32]:
        if not self._sums:
            sums = np.zeros((self.counts.shape[1] + 1, len(self.counts)), np.int32)
            np.cumsum(self.counts.T, axis=0, out=sums[1:])
            self._sums.append(sums)
        sums = self._sums[0]
        return np.asarray(sums[end] - sums[start], np.int32)


def concentration(listings: NDArray[np.int64]) -> float:
    """Of the days of a window: 1 if all listings are of one, a seventh if they are spread."""
    total = float(listings.sum())
    return float((listings.astype(np.float64) ** 2).sum()) / max(total**2, 1.0)


def _concentration(listings: NDArray[np.int64]) -> float:
    """Sum of the squares by the square of the sum."""
    return float((listings.astype(np.float64) ** 2).sum() / max(int(listings.sum()), 1) ** 2)
