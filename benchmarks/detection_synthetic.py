"""Streams without any spike, but with what may be mistaken for one.

Rates are Zipf-like or even, most series are over-dispersed, some have weekdays or slowly rise and
fall, the volume has a weekly season, and there are days with five times as many listings as usual.
"""

from __future__ import annotations

import numpy as np
from detection_streams import DAYS_OF_WEEK, Stream
from numpy.typing import NDArray

from trends.detection.horizons import DAY_S, HORIZONS

# All windows of all horizons.
HISTORY_DAYS = max(
    (horizon.windows + 1) * horizon.buckets for horizon in HORIZONS if horizon.bucket_s == DAY_S
)
LISTINGS = 300.0
RATE_MAX, RATE_MIN = 30.0, 0.02
WEEKDAY_VOLUME = np.array([1.25, 1.15, 1.1, 1.05, 1.0, 0.7, 0.75])
WEEKDAY_VOLUME_NOISE = 0.1
BULK = 5.0
POISSON_SHARE = 0.3
SIZE_MIN, SIZE_MAX = 1.0, 50.0
SEASONAL_SHARE, SEASON_SIGMA = 0.2, 0.25
TREND_SHARE, TREND_DAYS = 0.1, 90
DOUBLING_SHARE = 0.01
CHUNK = 5_000


def synthetic(seed: int, series: int, evaluated: int, *, even: bool = False) -> Stream:
    """Negative-binomial counts: mean = share x listings, variance = mean + mean^2 / size.

    Args:
        seed: of all that is random.
        series: how many.
        evaluated: days, after the history.
        even: as many series per factor of two at every rate, in place of Zipf's many rare ones.
            Harder, because the frequent ones are where over-dispersion shows.
    """
    rng = np.random.default_rng(seed)
    days = HISTORY_DAYS + evaluated
    phases = (np.arange(days) % DAYS_OF_WEEK).astype(np.int16)
    volume = LISTINGS * WEEKDAY_VOLUME[phases] * rng.lognormal(0, WEEKDAY_VOLUME_NOISE, days)
    # One in the past, two while it is evaluated.
    volume[HISTORY_DAYS - rng.integers(10, 80)] *= BULK
    volume[HISTORY_DAYS + rng.choice(evaluated, 2, replace=False)] *= BULK
    listings = volume.astype(np.int64)
    spread = np.log(RATE_MAX / RATE_MIN)
    if even:
        shares = RATE_MAX / LISTINGS * np.exp(-spread * np.arange(series) / series)
    else:
        shares = RATE_MAX / LISTINGS * np.arange(1, series + 1) ** (-spread / np.log(series))
    counts = np.empty((series, days), np.int32)
    for start in range(0, series, CHUNK):
        of = shares[start : start + CHUNK]
        mean = of[:, None] * _seasons(rng, len(of))[:, phases] * _trends(rng, len(of), days)
        mean *= listings
        size = np.exp(rng.uniform(np.log(SIZE_MIN), np.log(SIZE_MAX), len(of)))[:, None]
        varied = rng.gamma(np.broadcast_to(size, mean.shape)) / size * mean
        poisson = rng.random(len(of)) < POISSON_SHARE
        varied[poisson] = mean[poisson]
        counts[start : start + CHUNK] = np.minimum(rng.poisson(varied), listings)
    name = f"synthetic, {'even' if even else 'Zipf'} {seed}"
    return Stream(name, counts, listings, phases, HISTORY_DAYS)


def _seasons(rng: np.random.Generator, series: int) -> NDArray[np.float64]:
    """(series, weekdays) by how much the share differs on each; 1 for most series."""
    season = rng.lognormal(0, SEASON_SIGMA, (series, DAYS_OF_WEEK))
    season /= season.mean(axis=1, keepdims=True)
    season[rng.random(series) >= SEASONAL_SHARE] = 1.0
    return season


def _trends(rng: np.random.Generator, series: int, days: int) -> NDArray[np.float64]:
    """(series, days) shares that slowly double, or change by less, or not at all."""
    chosen = rng.random(series)
    doublings = np.where(chosen < TREND_SHARE, rng.uniform(-1, 1, series), 0.0)
    doublings[chosen < DOUBLING_SHARE] = 1.0
    # Under way in the last days of the history, or while it is evaluated.
    start = rng.uniform(HISTORY_DAYS - 1.3 * TREND_DAYS, days - TREND_DAYS / 3, series)
    passed = np.clip((np.arange(days) - start[:, None]) / TREND_DAYS, 0, 1)
    return np.asarray(2.0 ** (doublings[:, None] * passed), np.float64)
