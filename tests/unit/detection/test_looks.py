"""Windows in which nothing rises, looked at after every arrival: how often any look says so."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from trends.detection.chance import spent, tail

Reals = NDArray[np.float64]

WINDOWS = 100_000
# A rate that is known as good as for sure: all error left is that of looking often.
SIZE = 1e9


def least_p(
    mean: float, min_docs: int, size: float = SIZE, *, spends: bool = True, seed: int = 1
) -> Reals:
    """Of each window the least p that any look finds: after every arrival, and at the end.

    The rate of a window is drawn around ``mean`` as ``size`` says it may lie.
    """
    random = np.random.default_rng(seed)
    rates = random.gamma(size, mean / size, WINDOWS)
    arrived = np.zeros(WINDOWS)
    docs = np.zeros(WINDOWS, np.int32)
    least = np.ones(WINDOWS)
    sizes = np.full(WINDOWS, size)
    running = np.arange(WINDOWS)
    while len(running):
        arrived[running] += random.exponential(1 / rates[running])
        running = running[arrived[running] < 1]
        docs[running] += 1
        seen = running[docs[running] >= min_docs]
        p = tail(docs[seen], mean * arrived[seen], sizes[seen])
        if spends:
            p = spent(p, docs[seen], min_docs, complete=False)
        least[seen] = np.minimum(least[seen], p)
    over = np.flatnonzero(docs >= min_docs)
    p = tail(docs[over], np.full(len(over), mean), sizes[over])
    if spends:
        p = spent(p, docs[over], min_docs, complete=True)
    least[over] = np.minimum(least[over], p)
    return least


def above(alpha: float) -> float:
    """So large a share is sampling error; four of its deviations."""
    return alpha + 4 * float(np.sqrt(alpha * (1 - alpha) / WINDOWS))


@pytest.mark.parametrize("min_docs", [1, 5, 8])
@pytest.mark.parametrize("mean", [0.3, 4.0, 30.0])
def test_looking_at_every_arrival_does_not_raise_the_error(mean: float, min_docs: int) -> None:
    least = least_p(mean, min_docs)
    for alpha in (1e-1, 1e-2, 1e-3):
        assert (least <= alpha).mean() <= above(alpha)


@pytest.mark.parametrize("size", [1.0, 6.0])
def test_nor_where_the_rate_is_known_badly(size: float) -> None:
    least = least_p(6.0, 5, size)
    for alpha in (1e-1, 1e-2, 1e-3):
        assert (least <= alpha).mean() <= above(alpha)


def test_without_spending_it_would_be_far_above() -> None:
    least = least_p(30.0, 5, spends=False)
    for alpha in (1e-1, 1e-2, 1e-3):
        assert (least <= alpha).mean() > 2.5 * alpha


def test_what_is_spent_is_not_thrown_away() -> None:
    """A bound that no window ever reaches would pass all of the above."""
    assert (least_p(30.0, 5) <= 1e-1).mean() > 0.25 * 1e-1
