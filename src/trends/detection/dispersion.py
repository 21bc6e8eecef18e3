"""How much the rate of a series varies from window to window, beyond what Poisson explains.

The variance of a count is mean + dispersion mean^2 (negative binomial). One series says little
about it, so each is drawn towards what series of like frequency show together.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

# Series are pooled by their usual count, in steps of a factor of two, ...
BANDS_FROM: Final = 2.0**-7
BANDS: Final = 16
# ... and the dispersion of a band differs from that of all by about so much, or by as much again.
POOL_SPREAD: Final = 0.05
# How far series of a band differ in their dispersion, relative to the band's: at least.
SPREAD: Final = 1.0
SPREAD_LEAST: Final = 0.001
# Posterior deviations that are added: too small a dispersion is a false alarm.
CAUTION: Final = 0.6
CAUTION_HIGH: Final = 4.0
DISPERSION_MAX: Final = 10.0


class Dispersion(NamedTuple):
    """What is likely, and what cannot be excluded; each (series,)."""

    likely: Reals
    high: Reals


def dispersion(
    squares: Reals, by_mean: Reals, mean_squares: Reals, usual: Reals, windows: int
) -> Dispersion:
    """The dispersion of each series.

    Args:
        squares: (series,) sum over windows of squared deviations from the mean.
        by_mean: (series,) sum of the means, which is what of it Poisson explains.
        mean_squares: (series,) sum of the squared means.
        usual: (series,) mean count of a window.
        windows: how many.
    """
    if not len(squares):
        return Dispersion(np.zeros(0), np.zeros(0))
    excess = squares - by_mean
    band = np.clip(np.log2(np.maximum(usual, BANDS_FROM) / BANDS_FROM), 0, BANDS - 1).astype(int)
    pooled, pool_error = _pooled(excess, mean_squares, usual, band, windows)
    alone = excess / np.maximum(mean_squares, 1e-12)
    error = _error(pooled, usual, windows)
    spread = np.maximum(SPREAD * pooled + SPREAD_LEAST, _spread(alone - pooled, error, band))
    spread = spread + pool_error
    weight = spread**2 / (spread**2 + error**2)
    drawn = pooled + weight * (alone - pooled)
    unsure = weight * _error(np.maximum(alone, pooled), usual, windows) + (1 - weight) * spread
    return Dispersion(
        np.clip(drawn + CAUTION * unsure, 0.0, DISPERSION_MAX),
        np.clip(drawn + CAUTION_HIGH * unsure, 0.0, DISPERSION_MAX),
    )


def _error(varies: Reals | float, usual: Reals, windows: int) -> Reals:
    """Standard error of an estimated dispersion, with the kurtosis of a gamma-distributed rate."""
    variance = (2 + 6 * varies) / windows
    result: Reals = np.sqrt(variance) * (1 / np.maximum(usual, 1e-6) + varies)
    return result


def _pooled(
    excess: Reals, mean_squares: Reals, usual: Reals, band: NDArray[np.int_], windows: int
) -> tuple[Reals, Reals]:
    """(series,) the dispersion of its band, and the standard error of that.

    A band knows little if its series are few or rare; then it is drawn towards all series.
    """
    top = np.bincount(band, excess, BANDS)
    bottom = np.maximum(np.bincount(band, mean_squares, BANDS), 1e-12)
    overall = max(float(top.sum() / bottom.sum()), 0.0)
    information = np.bincount(band, _error(overall, usual, windows) ** -2.0, BANDS)
    prior = (overall + POOL_SPREAD) ** -2.0
    of_band = (information * (top / bottom) + prior * overall) / (information + prior)
    error = 1 / np.sqrt(information + prior)
    return np.maximum(of_band, 0.0)[band], error[band]


def _spread(differences: Reals, error: Reals, band: NDArray[np.int_]) -> Reals:
    """(series,) how far the series of its band differ, beyond what estimating them explains.

    Each is weighed by how well it is known; what the estimate itself may be off by is left out.
    """
    weights = error**-2.0
    squares = np.bincount(band, weights * (differences**2 - error**2), BANDS)
    squares -= 2 * np.sqrt(2 * np.bincount(band, minlength=BANDS))
    total = np.maximum(np.bincount(band, weights, BANDS), 1e-12)
    result: Reals = np.sqrt(np.maximum(squares / total, 0.0))[band]
    return result
