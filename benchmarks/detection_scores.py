"""How every method scores every series of every window of a stream, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal

import numpy as np
from detection_events import LASTS_DAYS, WAKE_DAYS, Event
from detection_streams import Stream
from numpy.typing import NDArray
from peers.five_sigma import FiveSigma
from peers.gnip_poisson import GnipPoisson
from peers.peer import Past, Peer
from peers.signitrend import SigniTrend
from peers.triple_median import TripleMedian

from trends.detection.evaluate import MIN_DOCS, MIN_LIFT
from trends.detection.horizons import BY_NAME

Reals = NDArray[np.float64]
Exposure = Literal["counts", "shares"]

OURS: Final = "ours"
OURS_ANY_LIFT: Final = "ours, any lift"
FAMILIES: Final[dict[str, tuple[Peer, ...]]] = {
    "5 sigma": (FiveSigma(), FiveSigma(1.0)),
    "3 x median": (TripleMedian(), TripleMedian(1.0), TripleMedian(5.0)),
    "Gnip": (GnipPoisson("last"), GnipPoisson("cycle"), GnipPoisson("mean")),
    "SigniTrend": (SigniTrend(7.0), SigniTrend(14.0), SigniTrend(28.0), SigniTrend(14.0, 0.5)),
}
PEERS: Final = [
    (family, peer, exposure)
    for family, peers in FAMILIES.items()
    for peer, exposure in product(peers, ("counts", "shares"))
]
NULL, IGNORED = -1, -2


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """A row of the tables.

    Attributes:
        threshold: its own; a greater score fires.
    """

    family: str
    name: str
    threshold: float


METHODS: Final = [
    Method(OURS, f"p, lift >= {MIN_LIFT:g}", np.inf),
    Method(OURS_ANY_LIFT, "p", np.inf),
    *(
        Method(family, f"{peer.name}, {exposure}", peer.threshold)
        for family, peer, exposure in PEERS
    ),
]


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Every (series, window) with enough listings, sorted by series, then window.

    Attributes:
        series: its row in the stream.
        index: of the window among those evaluated.
        of: number of the event that it belongs to, or `NULL`, or `IGNORED`.
        scores: (methods, entries).
        fires: whether ours fires with its own limits.
        events: of the stream.
        begins: of each event, index of its first window.
        months: evaluated time in units of 30 days.
    """

    series: NDArray[np.int64]
    index: NDArray[np.int64]
    of: NDArray[np.int64]
    scores: NDArray[np.float32]
    fires: NDArray[np.bool_]
    events: list[Event]
    begins: NDArray[np.int64]
    months: float


def score(stream: Stream, events: list[Event], horizon: str) -> Scores:
    """All methods on all windows of one horizon. No method ever fires below `MIN_DOCS` listings."""
    rows, scores, fires = [], [], []
    for day in stream.days:
        window = stream.whole(horizon, day)
        enough = np.flatnonzero(window.docs >= MIN_DOCS)
        decisions = stream.decide(horizon, day, window, enough)
        p = -np.log10(np.maximum(decisions.weighted, 1e-300))
        rows.append(enough)
        fires.append(decisions.fires)
        of_peers = _peers(stream, horizon, day, enough)
        scores.append(np.stack([np.where(decisions.lift >= MIN_LIFT, p, 0.0), p, *of_peers]))
    days = np.array(stream.days)
    index = np.repeat(np.arange(len(days)), [len(enough) for enough in rows])
    series = np.concatenate(rows)
    order = np.lexsort((index, series))
    begins = np.searchsorted(days, [event.start for event in events])
    return Scores(
        series[order],
        index[order],
        _labels(series[order], days[index[order]], events, horizon),
        np.concatenate(scores, axis=1).astype(np.float32)[:, order],
        np.concatenate(fires)[order],
        events,
        begins,
        stream.months,
    )


def _peers(stream: Stream, horizon: str, day: int, enough: NDArray[np.intp]) -> Iterator[Reals]:
    window, past = stream.whole(horizon, day), stream.past(horizon, day)
    used = past.listings > 0
    counts = past.counts[enough][:, used].astype(np.float64)
    docs = window.docs[enough].astype(np.float64)
    given = {
        "counts": Past(counts, past.phases[used]),
        "shares": Past(counts * (window.listings / past.listings[used]), past.phases[used]),
    }
    for _, peer, exposure in PEERS:
        yield peer.score(given[exposure], docs, window.phase)


def _labels(
    series: NDArray[np.int64], days: NDArray[np.int64], events: list[Event], horizon: str
) -> NDArray[np.int64]:
    """Per entry, the event whose listings its window may hold; after it `IGNORED`."""
    holds = LASTS_DAYS + BY_NAME[horizon].buckets - 1
    labels = np.full(len(series), NULL)
    for number, event in enumerate(events):
        start, end = np.searchsorted(series, [event.series, event.series + 1])
        after = days[start:end] - event.start
        labels[start:end][(after >= 0) & (after < holds)] = number
        labels[start:end][(after >= holds) & (after < LASTS_DAYS + WAKE_DAYS)] = IGNORED
    return labels
