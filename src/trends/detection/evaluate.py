"""One evaluation: every series of a horizon against its own past, in one go.

In: counts of windows. Out: for each series what was expected, and whether more came than chance
explains. Knows no names, no clock and no store.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from trends.detection.baseline import Baseline, baseline
from trends.detection.chance import q_values, spent, tail

FALSE_DISCOVERY_RATE: Final = 0.05
MIN_DOCS: Final = 5
MIN_LIFT: Final = 1.5
# The first listings of a window may be of one kind, as feeds deliver them: until so much of what
# is usual has come, as much is taken to have come.
EARLY_SHARE: Final = 0.25
# The chance that a series is as restless as cannot be excluded: what is far out of the usual is
# judged by that.
UNSURE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Past:
    """Windows before the one that is tested, oldest first.

    Attributes:
        counts: (series, windows) listings that mention it.
        listings: (windows,) listings of each window: the exposure; 0: nothing was listed.
        phases: (windows,) hour of the day or day of the week.
        concentration: (windows,) sum of squares of the listings of the window's buckets, by the
            square of their sum; None: each window is one bucket.
    """

    counts: NDArray[np.int32]
    listings: NDArray[np.int64]
    phases: NDArray[np.int16]
    concentration: NDArray[np.float64] | None = None
    reference: NDArray[np.int32] | None = None
    """(others, windows) counts of series that are not tested: they help to say what is usual."""


@dataclass(frozen=True, slots=True)
class Window:
    """The window that is tested.

    Attributes:
        docs: (series,) listings so far that mention it.
        listings: so far.
        phase: hour of the day or day of the week.
        complete: whether it is over.
        concentration: as in `Past`. A rate that varies from day to day varies more over a week of
            which one day makes up most.
    """

    docs: NDArray[np.int32]
    listings: int
    phase: int
    complete: bool
    concentration: float = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What counts as found.

    Attributes:
        min_docs: fewer listings are never a spike.
        min_lift: times the expected count.
        false_discovery_rate: greatest q.
        share: of the error budget, that this window may spend; see `Horizon`.
    """

    min_docs: int = MIN_DOCS
    min_lift: float = MIN_LIFT
    false_discovery_rate: float = FALSE_DISCOVERY_RATE
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Family:
    """All series that could be found in a window: those that enough listings mention in all.

    Given how many listings of past and window together mention it, no other series can ever be
    found, so they need no correction (Tarone, Biometrics 1990); that sum says nothing about when
    the listings came, so choosing by it is fair. So is giving some more of the error budget than
    others by it (Genovese, Roeder and Wasserman, Biometrika 2006): what is mentioned often can show
    a rise of a half, and drowns among the many rare ones if all have the same.

    Attributes:
        size: how many they are.
        mean_root: mean of the square roots of their listings in all; 0: all weigh the same.
    """

    size: int
    mean_root: float = 0.0

    @classmethod
    def of(cls, in_all: NDArray[np.integer[Any]], min_docs: int) -> Family:
        """From the listings that mention each series, past and window together."""
        enough = in_all[in_all >= min_docs]
        return cls(len(enough), float(np.sqrt(enough).mean()) if len(enough) else 0.0)

    def weights(self, in_all: NDArray[np.integer[Any]]) -> NDArray[np.float64]:
        """(series,) shares of the budget, 1 on average over the family."""
        if not self.mean_root:
            return np.ones(len(in_all))
        weights: NDArray[np.float64] = np.sqrt(in_all.astype(np.float64)) / self.mean_root
        return weights


@dataclass(frozen=True, slots=True)
class Decisions:
    """What an evaluation says of each series; where docs < min_docs, p and q are 1.

    Attributes:
        expected: (series,) listings that its past lets expect; NaN where docs < min_docs.
        size: (series,) of the negative binomial around it; NaN as well.
        dispersion: (series,) how much its rate varies from window to window: variance is
            mean + dispersion mean^2; NaN as well.
        p: (series,) valid over all looks at the window.
        weighted: (series,) p by the series' share of the error budget, which decides.
        q: (series,) of that by Benjamini and Hochberg, divided by the window's share.
        lift: (series,) docs by expected; 0 where docs < min_docs.
        fires: (series,) whether it is found.
        windows: of the past that had listings.
    """

    expected: NDArray[np.float64]
    size: NDArray[np.float64]
    dispersion: NDArray[np.float64]
    p: NDArray[np.float64]
    weighted: NDArray[np.float64]
    q: NDArray[np.float64]
    lift: NDArray[np.float64]
    fires: NDArray[np.bool_]
    windows: int


def evaluate(past: Past, window: Window, limits: Limits, family: Family | None = None) -> Decisions:
    """Tests every series that has enough docs.

    Args:
        past: of the same series, in the same order.
        window: that is tested.
        limits: what counts as found.
        family: that the series belong to; None: they are all of it.
    """
    series = len(window.docs)
    enough = np.flatnonzero(window.docs >= limits.min_docs)
    in_all = past.counts.sum(axis=1, dtype=np.int64) + window.docs
    if family is None:
        family = Family.of(in_all, limits.min_docs)
    docs = window.docs[enough]
    found = baseline(past, enough, window, exposure(past, window), limits.min_docs)
    p = _p_values(docs, found, window, limits)
    weighted = p / family.weights(in_all[enough])
    q = np.minimum(q_values(weighted, family.size) / limits.share, 1.0)
    lift = docs / found.expected
    fires = (q <= limits.false_discovery_rate) & (lift >= limits.min_lift)
    return Decisions(
        expected=_spread(series, enough, found.expected, np.nan),
        size=_spread(series, enough, found.size, np.nan),
        dispersion=_spread(series, enough, found.dispersion, np.nan),
        p=_spread(series, enough, p, 1.0),
        weighted=_spread(series, enough, weighted, np.inf),
        q=_spread(series, enough, q, 1.0),
        lift=_spread(series, enough, lift, 0.0),
        fires=_spread(series, enough, fires.astype(np.float64), 0.0).astype(np.bool_),
        windows=found.windows,
    )


def exposure(past: Past, window: Window) -> float:
    """Listings among which docs are expected."""
    if window.complete:
        return float(window.listings)
    usual = past.listings[past.listings > 0]
    return max(float(window.listings), EARLY_SHARE * float(np.median(usual)) if len(usual) else 0.0)


def _p_values(
    docs: NDArray[np.int32], found: Baseline, window: Window, limits: Limits
) -> NDArray[np.float64]:
    if not found.is_usable:
        return np.ones(len(docs))
    p = (1 - UNSURE) * tail(docs, found.expected, found.size)
    p += UNSURE * tail(docs, found.expected, found.size_low)
    return spent(p, docs, limits.min_docs, complete=window.complete)


def _spread(
    series: int, places: NDArray[np.intp], values: NDArray[np.float64], elsewhere: float
) -> NDArray[np.float64]:
    spread = np.full(series, elsewhere)
    spread[places] = values
    return spread
