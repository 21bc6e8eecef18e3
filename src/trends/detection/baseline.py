"""What the past of each series lets expect: rate, past spikes, dispersion, level and season.

After Farrington (JRSS A 1996) and its flexible form (Noufaily et al., Statistics in Medicine 2012):
an over-dispersed Poisson rate per listing, past spikes down-weighted, trend and season where the
history supports them. Unlike there, all series are fitted at once by closed moments, and the count
of listings is the exposure, so a day with many listings is no spike. What cannot be known of a
rare series alone is borrowed from series of like frequency. Trend and season only ever raise what
is expected: an estimate that lowers it by mistake would be a false alarm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from trends.detection.dispersion import Dispersion, dispersion

if TYPE_CHECKING:
    from trends.detection.evaluate import Past, Window

Reals = NDArray[np.float64]

MIN_WINDOWS: Final = 3
# With fewer windows, how much a rate varies is taken to be unknown in part.
SHORT_WINDOWS: Final = 14
SHORT_DISPERSION: Final = 0.5
# Half a listing would say that what was never seen is half as common as what was seen once; one is
# what the exact conditional test of two rates amounts to.
PRIOR_DOCS: Final = 1.0
# A window of the past that lies so many deviations above its rate counts less (Noufaily: 2.58).
SPIKE_DEVIATIONS: Final = 3.0
REWEIGHTINGS: Final = 3
RECENT_SHARE: Final = 1 / 6
FACTOR_MAX: Final = 3.0
# Squared deviations that are taken for chance.
SHRINKAGE: Final = 2.0
PHASE_MIN_WINDOWS: Final = 3
CHUNK_SERIES: Final = 4_096


@dataclass(frozen=True, slots=True)
class Baseline:
    """Of each series tested.

    Attributes:
        expected: (series,) listings of the window.
        size: (series,) of the negative binomial around it: uncertainty and dispersion together.
        size_low: (series,) the same with a dispersion that cannot be excluded.
        dispersion: (series,) of its rate from window to window.
        windows: of the past that had listings.
    """

    expected: Reals
    size: Reals
    size_low: Reals
    dispersion: Reals
    windows: int

    @property
    def is_usable(self) -> bool:
        """Whether there is enough past to say anything."""
        return self.windows >= MIN_WINDOWS


@dataclass(frozen=True, slots=True)
class _Shape:
    """The windows of the past, each (windows,): listings, distance to the one tested, phase."""

    listings: Reals
    at: Reals
    same_phase: NDArray[np.bool_]

    @property
    def center(self) -> float:
        """Where the past lies on the whole."""
        return float((self.at * self.listings).sum() / self.listings.sum())

    @property
    def recent(self) -> Reals:
        """1 for the last windows, else 0."""
        last = max(1, round(RECENT_SHARE * len(self.at)))
        return (np.arange(len(self.at)) >= len(self.at) - last).astype(np.float64)


@dataclass(slots=True)
class _Moments:
    """Weighted sums over the past of a chunk of series, each (series,)."""

    docs: Reals
    listings: Reals
    squares: Reals  # of deviations from the rate
    by_mean: Reals  # what of them chance explains
    mean_squares: Reals
    trend: Reals
    trend_information: Reals
    recent: Reals
    recent_expected: Reals
    phase: Reals
    phase_expected: Reals

    def put(self, rows: NDArray[np.intp], other: _Moments, chosen: NDArray[np.bool_]) -> None:
        """Replaces ``rows`` by the ``chosen`` series of another."""
        for name in self.__dataclass_fields__:
            getattr(self, name)[rows] = getattr(other, name)[chosen]


def baseline(
    past: Past, chosen: NDArray[np.intp], window: Window, exposure: float, min_docs: int
) -> Baseline:
    """What is expected of the ``chosen`` series among ``exposure`` listings.

    Args:
        past: of all series.
        chosen: their rows.
        window: that is tested.
        exposure: its listings, or what is taken for them.
        min_docs: fewer in a window are no past spike.
    """
    used = np.flatnonzero(past.listings > 0)
    windows = len(used)
    if windows < MIN_WINDOWS or exposure <= 0:
        return Baseline(
            np.full(len(chosen), max(exposure, 0.0) + PRIOR_DOCS),
            np.ones(len(chosen)),
            np.ones(len(chosen)),
            np.zeros(len(chosen)),
            windows,
        )
    shape = _Shape(
        past.listings[used].astype(np.float64),
        (used - len(past.listings)).astype(np.float64),  # the window itself is at 0
        past.phases[used] == window.phase,
    )
    tested = len(chosen)
    counts = past.counts[chosen]
    if past.reference is not None:
        counts = np.concatenate([counts, past.reference])
    counts = counts[:, used]
    sums = _moments(counts, shape, np.zeros(len(counts)), np.inf)
    # A past spike is what stands out of the series' own restlessness, so that comes first.
    may_spike = np.flatnonzero(counts.max(axis=1, initial=0) >= min_docs)
    for _ in range(REWEIGHTINGS):
        rate, usual, varies = _rates(sums, windows)
        weighed = _moments(counts[may_spike], shape, varies.likely[may_spike], min_docs)
        changed = weighed.docs != sums.docs[may_spike]
        sums.put(may_spike[changed], weighed, changed)
        may_spike = may_spike[changed]
        if not len(may_spike):
            break
    rate, usual, varies = _rates(sums, windows)
    short = max(0.0, 1 - windows / SHORT_WINDOWS) * SHORT_DISPERSION
    inflation = 1 + (varies.likely + short) * usual
    level, unsure = _level(sums, inflation, -shape.center)
    season = _season(sums, inflation, shape.same_phase)
    expected = rate * exposure * level * season
    uneven = _uneven(past, used, window)
    size, size_low = (
        1 / (1 / (sums.docs + PRIOR_DOCS) + (value + short) * (uneven + 1 / windows) + unsure)
        for value in varies
    )
    return Baseline(
        expected[:tested],
        size[:tested],
        size_low[:tested],
        (varies.likely + short)[:tested],
        windows,
    )


def _uneven(past: Past, used: NDArray[np.intp], window: Window) -> float:
    """How much more the listings of the window are those of few buckets than usual; from 1."""
    if past.concentration is None:
        return 1.0
    return max(1.0, window.concentration / float(past.concentration[used].mean()))


def _rates(sums: _Moments, windows: int) -> tuple[Reals, Reals, Dispersion]:
    """Rate per listing, usual count of a window, and dispersion."""
    rate = (sums.docs + PRIOR_DOCS) / sums.listings
    usual = rate * sums.listings / windows
    varies = dispersion(sums.squares, sums.by_mean, sums.mean_squares, usual, windows)
    return rate, usual, varies


def _moments(
    counts: NDArray[np.int32], shape: _Shape, varies: Reals, spike_min_docs: float
) -> _Moments:
    """Chunk by chunk, so that what is computed from a chunk stays in the processor's cache."""
    return _joined(
        [
            _moments_of(
                counts[start : start + CHUNK_SERIES].astype(np.float64),
                shape,
                varies[start : start + CHUNK_SERIES],
                spike_min_docs,
            )
            for start in range(0, len(counts), CHUNK_SERIES)
        ]
    )


def _moments_of(counts: Reals, shape: _Shape, varies: Reals, spike_min_docs: float) -> _Moments:
    weights = _weights(counts, shape.listings, varies, spike_min_docs)
    docs = np.einsum("ij,ij->i", weights, counts)
    weighted = weights @ shape.listings
    mean = (docs / weighted)[:, None] * shape.listings
    deviations = counts - mean
    known = np.maximum(weights.sum(axis=1), 2.0)
    left = known / (known - 1)  # one degree of freedom went into the rate
    centered = shape.at - shape.center
    weighted_deviations = weights * deviations
    weighted_mean = weights * mean
    recent = shape.recent
    phase = shape.same_phase.astype(np.float64)
    return _Moments(
        docs=docs,
        listings=weighted,
        squares=left
        * np.minimum(
            np.einsum("ij,ij->i", weighted_deviations, deviations), _steps(weights, deviations)
        ),
        by_mean=weighted_mean.sum(axis=1),
        mean_squares=np.einsum("ij,ij->i", weighted_mean, mean),
        trend=weighted_deviations @ centered,
        trend_information=weighted_mean @ centered**2,
        recent=(weighted_deviations + weighted_mean) @ recent,
        recent_expected=weighted_mean @ recent,
        phase=(weighted_deviations + weighted_mean) @ phase,
        phase_expected=weighted_mean @ phase,
    )


def _steps(weights: Reals, deviations: Reals) -> Reals:
    """Squared deviations as the steps from window to window show them (von Neumann 1941).

    A rate that has drifted away from its mean is far from it in every window, and yet no more
    restless: only its steps say how restless it is.
    """
    weighted = np.sqrt(weights) * deviations
    steps = weighted[:, 1:] - weighted[:, :-1]
    windows = deviations.shape[1]
    squares: Reals = np.einsum("ij,ij->i", steps, steps) / 2 * windows / (windows - 1)
    return squares


def _weights(counts: Reals, listings: Reals, varies: Reals, spike_min_docs: float) -> Reals:
    """1, and less for windows far above the rate (Farrington: squared inverse residuals)."""
    if counts.max(initial=0) < spike_min_docs:
        return np.ones_like(counts)
    mean = (counts.sum(axis=1) / listings.sum())[:, None] * listings
    usual = SPIKE_DEVIATIONS * np.sqrt(mean + varies[:, None] * mean**2 + 1)
    deviations = counts - mean
    spikes = (deviations > usual) & (counts >= spike_min_docs)
    weights: Reals = np.where(spikes, (usual / np.maximum(deviations, 1.0)) ** 2, 1.0)
    return weights


def _joined(parts: list[_Moments]) -> _Moments:
    names = _Moments.__dataclass_fields__
    if not parts:
        return _Moments(*(np.zeros(0) for _ in names))
    return _Moments(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _level(sums: _Moments, inflation: Reals, ahead: float) -> tuple[Reals, Reals]:
    """By how much the rate has risen up to now, and the squared relative error of that.

    The greater of a straight trend and the level of the last sixth of the windows, each shrunk
    towards none as far as chance explains it (James and Stein 1961, positive part).
    """
    information = np.maximum(sums.trend_information, 1e-12)
    slope = sums.trend / information * ahead
    trend, trend_error = _raised(slope, sums.trend / np.sqrt(information * inflation))
    expected = np.maximum(sums.recent_expected, 1e-12)
    excess = sums.recent / expected - 1
    recent, recent_error = _raised(excess, (sums.recent - expected) / np.sqrt(expected * inflation))
    use_trend = trend >= recent
    return np.where(use_trend, trend, recent), np.where(use_trend, trend_error, recent_error)


def _season(sums: _Moments, inflation: Reals, same_phase: NDArray[np.bool_]) -> Reals:
    """By how much the share is usually higher at this hour of the day or day of the week."""
    if same_phase.all() or np.count_nonzero(same_phase) < PHASE_MIN_WINDOWS:
        return np.ones_like(sums.docs)
    expected = np.maximum(sums.phase_expected, 1e-12)
    excess = sums.phase / expected - 1
    return _raised(excess, (sums.phase - expected) / np.sqrt(expected * inflation))[0]


def _raised(excess: Reals, deviations: Reals) -> tuple[Reals, Reals]:
    """1 + ``excess``, shrunk by its own uncertainty; never below 1."""
    above = np.maximum(deviations, np.sqrt(SHRINKAGE))
    factor = np.clip(1 + excess * (1 - SHRINKAGE / above**2), 1.0, FACTOR_MAX)
    return factor, ((factor - 1) / (factor * above)) ** 2
