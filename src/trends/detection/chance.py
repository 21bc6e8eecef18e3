"""How likely a count is by chance: tails, many looks at one window, many series at once."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

Reals = NDArray[np.float64]
Integers = NDArray[np.int32]

# Half of what a window may spend goes to looks before its end, half to the one at its end.
LOOKS: Final = 2.0
HIGH: Final = 0.975


def tail(docs: Integers, expected: Reals, size: Reals) -> Reals:
    """P(X >= docs) for X negative binomial with mean ``expected`` and size ``size``.

    With size = S + 1 and expected = (S + 1) E / T, where S listings of T mentioned it in the past
    and E are listed now, this is the exact conditional test of two Poisson rates (Przyborowski and
    Wilenski, Biometrika 1940). A smaller size says that the rate is known less well, or varies.

    Args:
        docs: (series,) at least 1.
        expected: (series,) greater than 0.
        size: (series,) greater than 0.
    """
    chance = betainc(docs.astype(np.float64), size, expected / (expected + size))
    return np.asarray(chance, np.float64)


def high(expected: Reals, size: Reals) -> Reals:
    """The count that chance exceeds in one window of forty, by the same distribution.

    Interpolated between whole counts, as a band is drawn.
    """
    probability = size / (expected + size)
    # P(X <= k) = I_probability(size, k + 1): sought is k, between 0 and far above the mean.
    low: Reals = np.zeros_like(expected)
    top: Reals = expected + 40 * np.sqrt(expected + expected**2 / size) + 40
    for _ in range(40):
        middle = (low + top) / 2
        enough = betainc(size, middle + 1, probability) >= HIGH
        low, top = np.where(enough, low, middle), np.where(enough, middle, top)
    return top


def spent(p: Reals, docs: Integers, min_docs: int, *, complete: bool) -> Reals:
    """``p`` made to hold however often the window is looked at while it fills.

    A look can only become significant when a listing arrives that mentions the series: between
    such arrivals the expected count grows and p with it. So looks are told apart by the count k
    that they see, not by the clock, and the k-th arrival may spend the part min_docs / (k (k + 1))
    of what is allowed, which sums to one over all k >= min_docs. That is alpha spending (Lan and
    DeMets, Biometrika 1983) over counts: it holds for any number and any moments of looks, also
    over restarts. The look at the end of the window has its own half.

    Args:
        p: (series,) of the count so far among the listings so far.
        docs: (series,) the counts.
        min_docs: below it nothing is ever found.
        complete: whether the window is over.
    """
    if complete:
        return np.minimum(LOOKS * p, 1.0)
    k = docs.astype(np.float64)
    return np.minimum(LOOKS * p * np.maximum(k * (k + 1) / min_docs, 1.0), 1.0)


def q_values(p: Reals, hypotheses: int) -> Reals:
    """The least false-discovery rate at which each is found (Benjamini and Hochberg, JRSS B 1995).

    Args:
        p: (found,) of those that could be significant at all; all others count with p = 1.
        hypotheses: how many were tested in all; at least as many as ``p``.
    """
    order = np.argsort(p, kind="stable")
    ranks = np.arange(1, len(p) + 1)
    raw = p[order] * max(hypotheses, len(p)) / ranks
    least = np.minimum.accumulate(raw[::-1])[::-1]
    q = np.empty_like(p)
    q[order] = np.minimum(least, 1.0)
    return q
