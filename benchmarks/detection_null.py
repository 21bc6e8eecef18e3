"""How often something fires where nothing happened, and whether p keeps what it promises."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from detection_streams import HORIZONS, Rows, Stream
from detection_tables import table
from numpy.typing import NDArray

from trends.detection.chance import LOOKS
from trends.detection.evaluate import MIN_DOCS

NOMINAL = (1e-2, 1e-3, 1e-4, 1e-5)
BANDS = (0.0, 0.1, 1.0, 5.0, 20.0, np.inf)
DAY_LOOKS = 24
ALL = "any"
# How much of a day's listings come in each hour.
HOURLY = 1 + 0.8 * np.sin(np.arange(DAY_LOOKS) / DAY_LOOKS * 2 * np.pi - 2)


@dataclass(slots=True)
class Calibration:
    """Exceedances of p, by the count that the past lets expect.

    p is that of the whole window, before half of the budget is set aside for earlier looks.
    """

    tests: NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(BANDS) - 1, np.int64))
    beyond: NDArray[np.int64] = field(
        default_factory=lambda: np.zeros((len(BANDS) - 1, len(NOMINAL)), np.int64)
    )

    def add(self, usual: NDArray[np.float64], rows: Rows, p: NDArray[np.float64]) -> None:
        """One evaluation.

        Args:
            usual: (series,) count that the plain rate of the past gives.
            rows: series with at least `MIN_DOCS`; of all others p is 1.
            p: theirs.
        """
        self.tests += np.histogram(usual, BANDS)[0]
        for column, nominal in enumerate(NOMINAL):
            self.beyond[:, column] += np.histogram(usual[rows[p <= nominal]], BANDS)[0]


@dataclass(slots=True)
class Firings:
    """What fired in one stream at one horizon.

    Attributes:
        days: day to series that fired at any look at it.
    """

    days: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    calibration: Calibration = field(default_factory=Calibration)


def alerts(days: dict[int, set[int]], order: list[int]) -> int:
    """Firings, where those of a series in windows that follow each other are one."""
    total = 0
    before: set[int] = set()
    for day in order:
        fired = days.get(day, set())
        total += len(fired - before)
        before = fired
    return total


def joined(of: list[Firings]) -> dict[int, set[int]]:
    """What fired at any horizon."""
    days: dict[int, set[int]] = defaultdict(set)
    for firings in of:
        for day, fired in firings.days.items():
            days[day] |= fired
    return days


@dataclass(frozen=True, slots=True)
class Run:
    """One stream evaluated: its days, units of 30 days, and what fired."""

    days: list[int]
    months: float
    by_horizon: dict[str, Firings]


def complete(stream: Stream) -> dict[str, Firings]:
    """Each window once, when it is over; by horizon."""
    result = {horizon: Firings() for horizon in HORIZONS}
    for day in stream.days:
        for horizon, firings in result.items():
            window = stream.whole(horizon, day)
            rows = np.flatnonzero(window.docs >= MIN_DOCS)
            decisions = stream.decide(horizon, day, window, rows)
            past = stream.past(horizon, day)
            usual = past.counts.sum(axis=1) * (window.listings / past.listings.sum())
            firings.days[day] |= set(rows[decisions.fires].tolist())
            firings.calibration.add(usual, rows, decisions.p / LOOKS)
    return result


def filling(stream: Stream, seed: int, days: int) -> dict[str, Firings]:
    """Each of the first days looked at 24 times while it fills, and once when it is over.

    Listings come as the hour has it; each that mentions a series is as likely to be any of them.
    """
    rng = np.random.default_rng(seed)
    result = {horizon: Firings() for horizon in HORIZONS}
    shares = HOURLY / HOURLY.sum()
    for day in stream.days[:days]:
        still = stream.counts[:, day].copy()
        docs = np.zeros_like(still)
        for hour in range(DAY_LOOKS):
            over = hour == DAY_LOOKS - 1
            come = rng.binomial(still, shares[hour] / shares[hour:].sum()).astype(np.int32)
            docs, still = docs + come, still - come
            listings = round(stream.listings[day] * shares[: hour + 1].sum())
            for is_complete in (False, True)[: 1 + over]:
                for horizon, firings in result.items():
                    window = stream.window(horizon, day, docs, listings, is_complete)
                    rows = np.flatnonzero(window.docs >= MIN_DOCS)
                    decisions = stream.decide(horizon, day, window, rows)
                    firings.days[day] |= set(rows[decisions.fires].tolist())
    return result


def report(groups: dict[str, Iterable[Stream]], filled: int) -> None:
    """Prints false alerts and calibration.

    Args:
        groups: streams without events, by kind; made one at a time, for they are large.
        filled: days of the first stream of each kind that are also looked at while they fill.
    """
    rows, calibrations = [], []
    for name, streams in groups.items():
        runs: list[Run] = []
        looks: list[Run] = []
        for stream in streams:
            runs.append(Run(stream.days, stream.months, complete(stream)))
            if not looks:
                days = stream.days[:filled]
                months = (days[-1] + 1 - stream.first) / 30
                looks = [Run(days, months, filling(stream, 1, filled))]
            series = len(stream.counts)
        shown = f"{len(runs)} x {series:,}"
        for horizon in (*HORIZONS, ALL):
            rows.append([name, shown, horizon, "when over", *_figures(runs, horizon)])
        rows.append([name, f"1 x {series:,}", ALL, f"{DAY_LOOKS} looks", *_figures(looks, ALL)])
        for horizon in HORIZONS:
            found = [run.by_horizon[horizon].calibration for run in runs]
            calibrations += _calibration(name, horizon, found)
    table(
        "Nothing happened: all alerts are false, so the realised FDR is the share of days",
        (
            "stream",
            "series",
            "horizon",
            "looked at",
            "days",
            "with any firing (realised FDR)",
            "alerts per 30 days, all",
            "least to greatest",
        ),
        rows,
    )
    table(
        "Calibration: observed / nominal exceedances of p (observed)",
        ("stream", "horizon", "usual count", "tests", *(f"p <= {n:g}" for n in NOMINAL)),
        calibrations,
    )


def _figures(runs: list[Run], horizon: str) -> list[str]:
    chosen = HORIZONS if horizon == ALL else (horizon,)
    # Horizons that fire for the same series on the same day are one alert, and one evaluation.
    days = [joined([run.by_horizon[one] for one in chosen]) for run in runs]
    found = [alerts(fired, run.days) for run, fired in zip(runs, days, strict=True)]
    evaluated = sum(len(run.days) for run in runs)
    with_any = sum(sum(map(bool, fired.values())) for fired in days)
    rates = [total / run.months for total, run in zip(found, runs, strict=True)]
    return [
        f"{evaluated}",
        f"{with_any} ({with_any / evaluated:.1%})",
        f"{sum(found) / sum(run.months for run in runs):.2f}",
        f"{min(rates):.1f} to {max(rates):.1f}",
    ]


def _calibration(name: str, horizon: str, of: list[Calibration]) -> list[list[str]]:
    tests = np.sum([one.tests for one in of], axis=0)
    beyond = np.sum([one.beyond for one in of], axis=0)
    rows = []
    for band in range(len(BANDS) - 1):
        cells = [
            f"{count / (max(tests[band], 1) * nominal):.2f} ({count})"
            for count, nominal in zip(beyond[band], NOMINAL, strict=True)
        ]
        usual = f"{BANDS[band]:g} to {BANDS[band + 1]:g}"
        rows.append([name, horizon, usual, f"{tests[band]:,}", *cells])
    return rows
