"""What detection asks of whoever has the counts, and how windows are cut from buckets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from trends.detection.horizons import Horizon
from trends.detection.lookup import places_in
from trends.detection.spike import Kind


class Name(NamedTuple):
    """A counted name."""

    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class WindowCounts:
    """Names with their counts in one window; arrays are (names,).

    Attributes:
        keys: each stands for a name, in whatever way the source likes.
        docs: listings that mention it.
        mentions: occurrences.
        name: the name at a place; there may be very many, and few are ever looked at.
    """

    keys: NDArray[np.uint64]
    docs: NDArray[np.int32]
    mentions: NDArray[np.int32]
    name: Callable[[int], Name]


@dataclass(frozen=True, slots=True)
class Background:
    """What is known of all names before a window; arrays are (names,), sorted by key.

    Attributes:
        keys: of the names that enough listings of past and window together mention.
        docs: listings of the past that mention it.
        in_all: the same of past and window together, or of a little more than that.
        reference: (series, windows) the past of some of them, chosen by chance.
    """

    keys: NDArray[np.uint64]
    docs: NDArray[np.int64]
    in_all: NDArray[np.int64]
    reference: NDArray[np.int32]

    def docs_of(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """(keys,) listings of the past; 0 for names that are not among these."""
        known, places = places_in(self.keys, keys)
        docs = np.zeros(len(keys), np.int64)
        docs[known] = self.docs[places[known]]
        return docs

    def unknown(self, keys: NDArray[np.uint64]) -> int:
        """How many of ``keys`` are not among these: names that have come since."""
        return int(np.count_nonzero(~places_in(self.keys, keys)[0]))


@dataclass(frozen=True, slots=True)
class Span:
    """A window of a horizon, and the past it is compared with.

    Attributes:
        horizon: whose window it is.
        start: of the window; a bucket begins then.
    """

    horizon: Horizon
    start: datetime

    @property
    def end(self) -> datetime:
        """Of the window; excluded."""
        return self.start + self.horizon.window

    @property
    def first(self) -> datetime:
        """Start of the oldest window of the past."""
        return self.start - self.horizon.windows * self.horizon.window

    @property
    def starts(self) -> list[datetime]:
        """Starts of the windows of the past, oldest first."""
        length = self.horizon.window
        return [self.first + number * length for number in range(self.horizon.windows)]


@dataclass(frozen=True, slots=True)
class Exposure:
    """Listings of each window of the past, and of the window itself; both (windows + 1,).

    Attributes:
        listings: how many.
        concentration: sum of squares over buckets by the square of the sum; 1: all in one bucket.
    """

    listings: NDArray[np.int64]
    concentration: NDArray[np.float64]


def exposure_of(span: Span, starts_s: NDArray[np.int64], listings: NDArray[np.int64]) -> Exposure:
    """The exposure that buckets add up to; buckets outside of the span are left out."""
    numbers = window_numbers(span, starts_s)
    known = (numbers >= 0) & (numbers <= span.horizon.windows)
    sums = np.zeros(span.horizon.windows + 1, np.int64)
    squares = np.zeros(span.horizon.windows + 1)
    np.add.at(sums, numbers[known], listings[known])
    np.add.at(squares, numbers[known], listings[known].astype(np.float64) ** 2)
    return Exposure(sums, squares / np.maximum(sums.astype(np.float64) ** 2, 1.0))


def window_numbers(span: Span, starts_s: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which window of ``span`` each bucket belongs to; the last number is the window itself."""
    length_s = int(span.horizon.window.total_seconds())
    return (starts_s - int(span.first.timestamp())) // length_s


class CountSource(Protocol):
    """Exact counts; listings after the moment that a source is asked about are not in them."""

    def exposure(self, span: Span) -> Exposure:
        """Listings of each window of the past, and of the window itself."""
        ...

    def window(self, span: Span, min_docs: int) -> WindowCounts:
        """Names that at least ``min_docs`` listings of the window mention."""
        ...

    def past(self, span: Span, names: Sequence[Name]) -> NDArray[np.int32]:
        """(names, windows) listings of each window of the past that mention each name."""
        ...

    def background(self, span: Span, min_docs: int) -> Background:
        """Of all names that ``min_docs`` listings of past and window together mention, or more."""
        ...


def span_at(horizon: Horizon, moment: datetime) -> Span:
    """The window whose last bucket holds ``moment``."""
    bucket_s = horizon.bucket_s
    last = int(moment.timestamp()) // bucket_s * bucket_s
    start = datetime.fromtimestamp(last, moment.tzinfo) - (horizon.buckets - 1) * horizon.bucket
    return Span(horizon, start)
