"""Outbreaks, injected into series in which nothing happens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from detection_streams import Stream

LIFTS: Final = (1.5, 2.0, 3.0, 5.0)
ABUNDANCES: Final = (1.0, 5.0, 20.0)
# Series within this factor of an abundance stand for it.
NEAR: Final = 1.4
LASTS_DAYS: Final = 7
# An alert so long after the end of an outbreak is neither right nor wrong: windows still hold it.
WAKE_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class Event:
    """One outbreak: ``lift`` times the usual share from day ``start`` on.

    Attributes:
        abundance: listings a day that usually mention the series, about.
    """

    series: int
    start: int
    lift: float
    abundance: float

    @property
    def cell(self) -> tuple[float, float]:
        """What it is compared within."""
        return self.abundance, self.lift


def inject(stream: Stream, seed: int, per_cell: int) -> tuple[Stream, list[Event]]:
    """The stream with as many outbreaks of each kind, and where they are.

    The days keep their listings: some of those that did not mention the series now do, so that its
    share is ``lift`` times what it is over the whole stream, or all.
    """
    rng = np.random.default_rng(seed)
    shares = stream.counts.sum(axis=1) / stream.listings.sum()
    rates = shares * stream.listings[stream.listings > 0].mean()
    counts = stream.counts.copy()
    events = []
    for abundance in ABUNDANCES:
        near = np.flatnonzero((rates > abundance / NEAR) & (rates < abundance * NEAR))
        wanted = per_cell * len(LIFTS)
        chosen = rng.permutation(near)[:wanted]
        lifts = np.tile(LIFTS, per_cell)[: len(chosen)]
        for series, lift in zip(chosen.tolist(), lifts.tolist(), strict=True):
            start = int(rng.integers(stream.first, len(stream.listings) - LASTS_DAYS + 1))
            days = slice(start, start + LASTS_DAYS)
            share = float(shares[series])
            others = stream.listings[days] - counts[series, days]
            counts[series, days] += rng.binomial(
                others, min(1.0, (lift - 1) * share / (1 - share))
            ).astype(np.int32)
            events.append(Event(series, start, lift, abundance))
    return replace(stream, counts=counts, _sums=[]), events
