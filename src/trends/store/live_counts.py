"""Counts of windows for detection, for looks that follow each other closely: remembers the past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trends.clock import Clock
from trends.detection.source import Background, Exposure, Name, Span, WindowCounts
from trends.store.known_bucket import KnownBucket
from trends.store.known_window import KnownWindow
from trends.store.window_counts import StoreCounts

# What is known of all names changes little, and asking costs most of all.
BACKGROUND_EVERY_S: Final = 600.0
BACKGROUND_PACE: Final = 100.0
OUTGROWN_SHARE: Final = 0.1
# Half a gigabyte; with more, the store sums up what has changed.
BUCKET_MAX_LISTINGS: Final = 250_000


@dataclass(slots=True)
class _Past:
    """The past of one window: its listings, and the counts of names asked for so far."""

    listings: NDArray[np.int64]
    row: dict[Name, int] = field(default_factory=dict)
    counts: NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 0), np.int32))


@dataclass(frozen=True, slots=True)
class _Known:
    """A background, of so many listings, to be asked for anew after a while."""

    background: Background
    listings: int
    due_s: float

    def is_outgrown(self, listings: int) -> bool:
        """Whether so many have come since that it says little."""
        return abs(listings - self.listings) > OUTGROWN_SHARE * self.listings


class LiveCounts:
    """Asks another source, and asks nothing again that cannot have changed.

    Of a window only what has changed is asked for. A late listing changes the
    listings of a window of the past, by which its coming is noticed: then all of that past is asked
    for anew. The background of all names may be minutes old.

    Args:
        source: that is asked.
        clock: by which a background grows old.
    """

    def __init__(self, source: StoreCounts, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._past: dict[Span, _Past] = {}
        self._windows: dict[tuple[Span, int], KnownWindow] = {}
        self._buckets: dict[tuple[Span, int], KnownBucket] = {}
        self._backgrounds: dict[tuple[Span, int], _Known] = {}
        self._listings: dict[Span, int] = {}
        self._in_window: dict[Span, int] = {}
        self._unsettled: set[Span] = set()
        self._generation = -1

    def keep(self, spans: Sequence[Span]) -> bool:
        """Forgets all other windows; all of them, if topics are counted anew.

        Returns:
            Whether what was found in the windows so far still holds.
        """
        generation = self._source.generation()
        holds = generation == self._generation
        self._generation = generation
        kept = set(spans) if holds else set()
        self._past = {span: past for span, past in self._past.items() if span in kept}
        self._windows = {key: known for key, known in self._windows.items() if key[0] in kept}
        self._buckets = {key: known for key, known in self._buckets.items() if key[0] in kept}
        self._listings = {span: many for span, many in self._listings.items() if span in kept}
        self._in_window = {span: many for span, many in self._in_window.items() if span in kept}
        self._backgrounds = {
            key: known for key, known in self._backgrounds.items() if key[0] in kept
        }
        return holds

    def is_settled(self, span: Span) -> bool:
        """Whether `exposure` was asked for when all counts of the window were stored, too.

        Totals are stored before counts: who looks in between has to look again.
        """
        return span not in self._unsettled

    def exposure(self, span: Span) -> Exposure:
        stored_to = self._source.stored_to()
        past, present = self._source.counted_to(span)
        (self._unsettled.discard if _within(present, stored_to) else self._unsettled.add)(span)
        found = self._source.exposure(span)
        self._in_window[span] = int(found.listings[-1])
        # Names that the window brings are counted by whoever looks at it.
        self._listings[span] = int(found.listings[:-1].sum())
        known = self._past.get(span)
        if known is None or not np.array_equal(known.listings, found.listings[:-1]):
            counts = np.zeros((0, span.horizon.windows), np.int32)
            self._past[span] = _Past(found.listings[:-1], counts=counts)
        if not _within(past, stored_to):
            # What is read of the past now may be incomplete: to be read again next time.
            self._past[span].listings = np.zeros(0, np.int64)
        return found

    def window(self, span: Span, min_docs: int) -> WindowCounts:
        # Before asking for counts, so that none is missed: some may be asked for twice.
        stored_to = self._source.stored_to()
        if span.horizon.buckets == 1 and self._in_window.get(span, 0) <= BUCKET_MAX_LISTINGS:
            return self._bucket(span, min_docs, stored_to)
        self._buckets.pop((span, min_docs), None)
        known = self._windows.get((span, min_docs))
        if known is None:
            known = self._windows[span, min_docs] = KnownWindow(stored_to)
            known.take(self._source.window(span, min_docs))
        elif known.stored_to != stored_to:
            known.take(self._source.changed(span, min_docs, known.stored_to))
            known.stored_to = stored_to
        return known.counts()

    def _bucket(self, span: Span, min_docs: int, stored_to: Mapping[str, int]) -> WindowCounts:
        known = self._buckets.get((span, min_docs))
        if known is None:
            known = self._buckets[span, min_docs] = KnownBucket(min_docs, stored_to)
            known.take(self._source.rows_since(span, {}))
        elif known.stored_to != stored_to:
            known.take(self._source.rows_since(span, known.stored_to))
            known.stored_to = stored_to
        return both(known.counts(), self._source.topics(span, min_docs))

    def past(self, span: Span, names: Sequence[Name]) -> NDArray[np.int32]:
        known = self._past[span]
        new = [name for name in names if name not in known.row]
        if new:
            known.row.update({name: len(known.row) + place for place, name in enumerate(new)})
            known.counts = np.concatenate([known.counts, self._source.past(span, new)])
        return known.counts[[known.row[name] for name in names]]

    def background(self, span: Span, min_docs: int) -> Background:
        now_s = self._clock.monotonic_s()
        # Of each window its own: names are counted by the day, but the reference by the window.
        key = span, min_docs
        known = self._backgrounds.get(key)
        listings = self._listings.get(span, 0)
        if known is None or now_s >= known.due_s or known.is_outgrown(listings):
            found = self._source.background(span, min_docs)
            done_s = self._clock.monotonic_s()
            due_s = done_s + max(BACKGROUND_EVERY_S, BACKGROUND_PACE * (done_s - now_s))
            known = self._backgrounds[key] = _Known(found, listings, due_s)
        return known.background


def _within(versions: Mapping[str, int], limits: Mapping[str, int]) -> bool:
    return all(version <= limits.get(shard, -1) for shard, version in versions.items() if version)


def both(terms: WindowCounts, topics: WindowCounts) -> WindowCounts:
    """Terms, then topics."""
    many = len(terms.keys)
    return WindowCounts(
        np.concatenate([terms.keys, topics.keys]),
        np.concatenate([terms.docs, topics.docs]),
        np.concatenate([terms.mentions, topics.mentions]),
        lambda place: terms.name(place) if place < many else topics.name(place - many),
    )
