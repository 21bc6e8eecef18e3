"""Counts of windows for detection, for looks that follow each other closely: remembers the past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trends.clock import Clock
from trends.detection.source import Background, Exposure, Name, Span, WindowCounts
from trends.store.window_counts import StoreCounts

# What is known of all names changes little, and asking costs most of all.
BACKGROUND_EVERY_S: Final = 120.0
BACKGROUND_PACE: Final = 100.0


@dataclass(slots=True)
class _Past:
    """The past of one window: its listings, and the counts of names asked for so far."""

    listings: NDArray[np.int64]
    row: dict[Name, int] = field(default_factory=dict)
    counts: NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 0), np.int32))


class LiveCounts:
    """Asks another source, and asks nothing of the past again that cannot have changed.

    A late listing changes the listings of a window of the past, by which its coming is noticed:
    then all of that past is asked for anew. The background of all names may be minutes old.

    Args:
        source: that is asked.
        clock: by which a background grows old.
    """

    def __init__(self, source: StoreCounts, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._past: dict[Span, _Past] = {}
        self._backgrounds: dict[tuple[Span, int], tuple[float, Background]] = {}

    def keep(self, spans: Sequence[Span]) -> None:
        """Forgets all other windows."""
        kept = set(spans)
        self._past = {span: past for span, past in self._past.items() if span in kept}
        self._backgrounds = {
            key: known for key, known in self._backgrounds.items() if key[0] in kept
        }

    def exposure(self, span: Span) -> Exposure:
        found = self._source.exposure(span)
        known = self._past.get(span)
        if known is None or not np.array_equal(known.listings, found.listings[:-1]):
            counts = np.zeros((0, span.horizon.windows), np.int32)
            self._past[span] = _Past(found.listings[:-1], counts=counts)
        return found

    def window(self, span: Span, min_docs: int) -> WindowCounts:
        return self._source.window(span, min_docs)

    def past(self, span: Span, names: Sequence[Name]) -> NDArray[np.int32]:
        known = self._past[span]
        new = [name for name in names if name not in known.row]
        if new:
            known.row.update({name: len(known.row) + place for place, name in enumerate(new)})
            known.counts = np.concatenate([known.counts, self._source.past(span, new)])
        return known.counts[[known.row[name] for name in names]]

    def background(self, span: Span, min_docs: int) -> Background:
        now_s = self._clock.monotonic_s()
        due_s, known = self._backgrounds.get((span, min_docs), (now_s, None))
        if known is None or now_s >= due_s:
            known = self._source.background(span, min_docs)
            done_s = self._clock.monotonic_s()
            due_s = done_s + max(BACKGROUND_EVERY_S, BACKGROUND_PACE * (done_s - now_s))
            self._backgrounds[span, min_docs] = due_s, known
        return known
