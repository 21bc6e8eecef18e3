"""One window of a horizon tested: counts in, found names out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trends.detection.chance import Reals, q_values, spent, tail
from trends.detection.evaluate import Family, Limits, Past, Window, evaluate, exposure
from trends.detection.source import Background, CountSource, Exposure, Name, Span, WindowCounts

# A spike is followed up to so many times the false-discovery rate before it is told of.
PENDING: Final = 4.0
PENDING_MAX: Final = 0.5
# How much greater than it is p may seem by the sum over the past.
SLACK: Final = 1_000.0
# The same for the lift: a past spike may make up so much of all that was.
LEVEL_SLACK: Final = 3.0


@dataclass(frozen=True, slots=True)
class Found:
    """A name that more listings mention than its past explains.

    Attributes:
        size: of the negative binomial around ``expected``.
        exposure: listings among which ``expected`` was expected.
        past: (windows,) docs of the windows before.
    """

    name: Name
    docs: int
    mentions: int
    expected: float
    size: float
    p: float
    q: float
    exposure: float
    past: NDArray[np.int32]

    @property
    def lift(self) -> float:
        """Docs by what was expected."""
        return self.docs / self.expected


@dataclass(frozen=True, slots=True)
class Tested:
    """What the test of a window gave.

    Attributes:
        found: most significant first.
        candidates: how many names were tested.
        listings: (windows + 1,) of the past and of the window.
    """

    span: Span
    complete: bool
    found: tuple[Found, ...]
    candidates: int
    listings: NDArray[np.int64]


def find(
    source: CountSource,
    span: Span,
    limits: Limits,
    as_of: datetime,
    *,
    watched: Callable[[str], bool] | None = None,
    watched_names: int | None = None,
    exposed: Exposure | None = None,
) -> Tested:
    """Every name of the window whose q is at most `PENDING` times the false-discovery rate.

    Args:
        source: of the counts.
        span: the window.
        limits: what counts as found; the share is that of the horizon.
        as_of: decides whether the window is over.
        watched: test only names of which this holds, as a family of their own.
        watched_names: how many they are; None: as many as there are names.
        exposed: what the source just said of the span, for those who have asked already.
    """
    exposed = source.exposure(span) if exposed is None else exposed
    complete = span.end <= as_of
    counted = source.window(span, limits.min_docs)
    if not len(counted.keys) or not exposed.listings[-1]:
        return Tested(span, complete, (), 0, exposed.listings)
    limits = replace(limits, share=span.horizon.share)
    background = source.background(span, limits.min_docs)
    if watched is None:
        family = Family.of(background.in_all, limits.min_docs)
        # A background may be older than the window's last listings.
        family = replace(family, size=family.size + background.unknown(counted.keys))
        places = _promising(counted, background, exposed, limits, family, complete=complete)
    else:
        every = range(len(counted.keys))
        places = np.array([n for n in every if watched(counted.name(n).name)], np.int64)
        family = Family(len(background.keys) if watched_names is None else watched_names)
    if not len(places):
        return Tested(span, complete, (), len(counted.keys), exposed.listings)
    names = [counted.name(int(place)) for place in places]
    phases = np.array([span.horizon.phase(start) for start in span.starts], np.int16)
    past = Past(
        source.past(span, names),
        exposed.listings[:-1],
        phases,
        exposed.concentration[:-1],
        background.reference,
    )
    window = Window(
        counted.docs[places],
        int(exposed.listings[-1]),
        span.horizon.phase(span.start),
        complete,
        float(exposed.concentration[-1]),
    )
    tested = evaluate(past, window, limits, family)
    followed = np.flatnonzero((tested.q <= pending(limits)) & (tested.lift >= limits.min_lift))
    found = tuple(
        Found(
            names[row],
            int(window.docs[row]),
            int(counted.mentions[places[row]]),
            float(tested.expected[row]),
            float(tested.size[row]),
            float(tested.p[row]),
            float(tested.q[row]),
            exposure(past, window),
            past.counts[row],
        )
        for row in followed[np.lexsort((-window.docs[followed], tested.p[followed]))]
    )
    return Tested(span, complete, found, len(counted.keys), exposed.listings)


def _promising(
    counted: WindowCounts,
    background: Background,
    exposed: Exposure,
    limits: Limits,
    family: Family,
    *,
    complete: bool,
) -> NDArray[np.int64]:
    """Places of names that could be found, by the docs of the past as a whole.

    What is left out would need a past spike in its baseline that hides as much as `SLACK` from
    this, for all else that the full test looks at makes p greater: so few names have to be looked
    up window by window.
    """
    before: Reals = (background.docs_of(counted.keys) + 1).astype(np.float64)
    expected = before * float(exposed.listings[-1]) / max(float(exposed.listings[:-1].sum()), 1.0)
    p = spent(
        tail(counted.docs, expected, before), counted.docs, limits.min_docs, complete=complete
    )
    weights = family.weights(before.astype(np.int64) + counted.docs)
    q = q_values(p / weights / SLACK, family.size) / limits.share
    could = q <= pending(limits)
    return np.flatnonzero(could & (counted.docs >= limits.min_lift * expected / LEVEL_SLACK))


def pending(limits: Limits) -> float:
    """Up to which q a spike is followed; q = 1 is none, whatever the rate."""
    rate = limits.false_discovery_rate
    return max(rate, min(PENDING * rate, PENDING_MAX))
