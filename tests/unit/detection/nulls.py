"""Counts in which nothing ever rises, and counts in which one thing does."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trends.detection.evaluate import Decisions, Family, Limits, Past, Window, evaluate

ANY = Limits(min_docs=5)


@dataclass(frozen=True)
class Case:
    """A past and the window behind it."""

    past: Past
    window: Window

    def evaluated(self, limits: Limits = ANY, family: Family | None = None) -> Decisions:
        return evaluate(self.past, self.window, limits, family)

    def ordered(self, order: NDArray[np.intp]) -> Case:
        """The same with its series in another order, or only some of them."""
        return Case(
            replace(self.past, counts=self.past.counts[order]),
            replace(self.window, docs=self.window.docs[order]),
        )

    def plus(self, past: NDArray[np.int32], docs: int) -> Case:
        """The same with one more series, the last."""
        return Case(
            replace(self.past, counts=np.vstack([self.past.counts, past])),
            replace(self.window, docs=np.append(self.window.docs, np.int32(docs))),
        )


def case(
    counts: object, listings: object, *, phases: int = 1, complete: bool = True, phase: int = 0
) -> Case:
    """Series by windows, of which the last is the one tested."""
    every = np.atleast_2d(np.asarray(counts, np.int32))
    of_all = np.asarray(listings, np.int64)
    windows = every.shape[1] - 1
    numbers = (np.arange(windows) - windows + phase) % phases
    return Case(
        Past(every[:, :-1], of_all[:-1], numbers.astype(np.int16)),
        Window(every[:, -1], int(of_all[-1]), phase, complete),
    )


def usual(
    random: np.random.Generator,
    *,
    series: int = 200,
    windows: int = 60,
    listings: int = 200,
    dispersion: float = 0.0,
    mean: float | None = None,
) -> Case:
    """Series whose rates do not change, but vary from window to window as ``dispersion`` says."""
    means = np.full(series, mean) if mean else random.lognormal(0.0, 1.5, series)
    every = random.integers(listings // 2, 2 * listings, windows + 1)
    expected = np.outer(means / listings, every)
    if dispersion:
        expected = random.gamma(1 / dispersion, dispersion * expected)
    return case(random.poisson(expected), every)
