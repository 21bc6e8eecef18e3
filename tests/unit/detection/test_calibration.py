"""On streams in which nothing rises: p is as seldom small as it says."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.unit.detection.nulls import case, usual
from trends.detection.chance import LOOKS
from trends.detection.evaluate import Limits

Reals = NDArray[np.float64]

ONE_LISTING = Limits(min_docs=1)
WINDOWS_TESTED = 40
SERIES = 1_500


@cache
def raw_p(dispersion: float, windows: int = 60) -> Reals:
    """(windows tested, series) without the part that is kept for looks before the end.

    Series without a listing in the window have no p that could be small: they count as 1.
    """
    random = np.random.default_rng(2026)
    found = [
        usual(random, series=SERIES, windows=windows, dispersion=dispersion)
        .evaluated(ONE_LISTING)
        .p
        / LOOKS
        for _ in range(WINDOWS_TESTED)
    ]
    return np.array(found)


def sampling_error(p: Reals, alpha: float) -> float:
    """Of the share that is at most alpha; windows are independent, series of one may not be."""
    shares = (p <= alpha).mean(axis=1)
    return float(max(shares.std(ddof=1), np.sqrt(alpha / SERIES)) / np.sqrt(len(shares)))


@pytest.mark.parametrize("alpha", [1e-2, 1e-3])
@pytest.mark.parametrize("dispersion", [0.0, 0.1, 0.5])
def test_small_p_is_no_more_frequent_than_it_says(dispersion: float, alpha: float) -> None:
    p = raw_p(dispersion)
    assert (p <= alpha).mean() <= alpha + 3 * sampling_error(p, alpha)


@pytest.mark.parametrize("alpha", [1e-2, 1e-3])
@pytest.mark.parametrize("windows", [8, 14])
def test_also_with_a_short_past(windows: int, alpha: float) -> None:
    p = raw_p(0.2, windows)
    assert (p <= alpha).mean() <= alpha + 3 * sampling_error(p, alpha)


def test_permuted_windows_are_no_rise() -> None:
    """Whatever the stream was: drawn at random from its own windows, none is special."""
    random = np.random.default_rng(4)
    one = usual(random, series=SERIES, windows=60, dispersion=0.3)
    shares = np.hstack([one.past.counts, one.window.docs[:, None]])
    listings = np.append(one.past.listings, one.window.listings)
    found = []
    for _ in range(WINDOWS_TESTED):
        order = random.permutation(61)
        found.append(case(shares[:, order], listings[order]).evaluated(ONE_LISTING).p / LOOKS)
    p = np.array(found)
    for alpha in (1e-2, 1e-3):
        assert (p <= alpha).mean() <= alpha + 3 * sampling_error(p, alpha)


def test_whole_streams_without_a_rise_hardly_ever_raise_one() -> None:
    """The share of windows with any false discovery is at most the rate allowed."""
    random = np.random.default_rng(5)
    streams = [usual(random, dispersion=0.2).evaluated().fires.any() for _ in range(300)]
    rate = Limits().false_discovery_rate
    assert np.mean(streams) <= rate + 3 * np.sqrt(rate * (1 - rate) / len(streams))


def test_it_is_not_the_p_of_who_never_says_anything() -> None:
    p = raw_p(0.0)
    assert (p <= 1e-2).mean() > 2e-4
