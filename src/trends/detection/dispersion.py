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
# ... and a band that knows little is drawn towards all.
POOL_WINDOWS: Final = 2_000.0
# How far series of a band differ in their dispersion, relative to the band's: at least.
SPREAD: Final = 1.0
SPREAD_LEAST: Final = 0.001
# Posterior deviations that are added: too small a dispersion is a false alarm.
CAUTION: Final = 0.6
CAUTION_HIGH: Final = 3.0
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
    pooled = _pooled(excess, mean_squares, band, windows)
    alone = excess / np.maximum(mean_squares, 1e-12)
    error = _error(pooled, usual, windows)
    spread = np.maximum(SPREAD * pooled + SPREAD_LEAST, _spread(alone - pooled, error, band))
    # Of a band with few series it is not known how restless they are.
    spread = spread + 1 / np.sqrt(np.bincount(band, error**-2.0, BANDS))[band]
    weight = spread**2 / (spread**2 + error**2)
    drawn = pooled + weight * (alone - pooled)
    unsure = weight * _error(np.maximum(alone, pooled), usual, windows) + (1 - weight) * spread
    return Dispersion(
        np.clip(drawn + CAUTION * unsure, 0.0, DISPERSION_MAX),
        np.clip(drawn + CAUTION_HIGH * unsure, 0.0, DISPERSION_MAX),
    )


def _error(varies: Reals, usual: Reals, windows: int) -> Reals:
    """Standard error of an estimated dispersion, with the kurtosis of a gamma-distributed rate."""
    variance = (2 + 6 * varies) / windows
    result: Reals = np.sqrt(variance) * (1 / np.maximum(usual, 1e-6) + varies)
    return result


def _pooled(excess: Reals, mean_squares: Reals, band: NDArray[np.int_], windows: int) -> Reals:
    """(series,) the dispersion of its band."""
    top = np.bincount(band, excess, BANDS)
    bottom = np.bincount(band, mean_squares, BANDS)
    overall = max(float(top.sum() / max(bottom.sum(), 1e-12)), 0.0)
    known = np.bincount(band, minlength=BANDS) * windows
    of_band = np.maximum(top / np.maximum(bottom, 1e-12), 0.0)
    share = known / (known + POOL_WINDOWS)
    result: Reals = (share * of_band + (1 - share) * overall)[band]
    return result


def _spread(differences: Reals, error: Reals, band: NDArray[np.int_]) -> Reals:
    """(series,) how far the series of its band differ, beyond what estimating them explains.

    Each is weighed by how well it is known.
    """
    weights = error**-2.0
    squares = np.bincount(band, weights * (differences**2 - error**2), BANDS)
    total = np.bincount(band, weights, BANDS)
    result: Reals = np.sqrt(np.maximum(squares / np.maximum(total, 1e-12), 0.0))[band]
    return result
