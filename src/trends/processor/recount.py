"""Counts stored listings for a generation: whole days, from their texts.

Every bucket lies within one UTC day, so the counts of a day are made from all its listings up to
the shard's version, and written as absolute values at that version. They are what a processor
would have come to that counted under this generation from the start: it does not matter who writes
them, how often, or in what order. Counts come before the listings of the day are written again, so
that a listing which carries a generation that no processor counts under yet is counted there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np

from trends.analysis.batch import Batch, Mentions
from trends.analysis.interface import BatchAnalyser
from trends.counting.buckets import Resolution
from trends.counting.counts import ShardCounts
from trends.store.interface import Checkpoint, Flush
from trends.store.rebuild import Due, Page, RebuildStore, ShardDay

LISTINGS_AT_ONCE: Final = 4_000
DAYS_AT_ONCE: Final = 1_000
# A day of more pages than this is analysed twice rather than kept in memory.
PAGES_KEPT: Final = 1

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Piece:
    """The listings of one shard on a page, by their number there, and what they mention."""

    page: Page
    shard: str
    rows: Sequence[int]
    batch: Batch


def recount(
    store: RebuildStore,
    analyser: BatchAnalyser,
    resolutions: Sequence[Resolution],
    due: Mapping[str, Due],
    now: datetime,
    *,
    terms: bool = False,
    progress: Progress | None = None,
) -> int:
    """Counts what is due, and lets its listings carry the generation.

    Args:
        store: counts under the generation.
        analyser: of that generation.
        resolutions: of the buckets.
        due: per shard, what.
        now: decides what is past its retention.
        terms: whether to count terms as well as topics.
        progress: called with (listings done, listings in all).

    Returns:
        The number of listings counted.
    """
    days = store.days_due(due)
    total = sum(day.listings for day in days)
    done = 0
    for chunk in _chunks(days):
        chunk_due = {shard: due[shard] for shard in sorted({day.shard for day in chunk})}
        done += _Days(store, analyser, chunk, chunk_due, terms).count(resolutions, now)
        if progress is not None:
            progress(min(done, total), total)
    return done


def _chunks(days: Sequence[ShardDay]) -> Iterator[list[ShardDay]]:
    """At most `DAYS_AT_ONCE` days of shards, with about `LISTINGS_AT_ONCE` listings together."""
    chunk: list[ShardDay] = []
    listings = 0
    for day in days:
        if chunk and (listings + day.listings > LISTINGS_AT_ONCE or len(chunk) == DAYS_AT_ONCE):
            yield chunk
            chunk, listings = [], 0
        chunk.append(day)
        listings += day.listings
    if chunk:
        yield chunk


@dataclass(frozen=True, slots=True)
class _Days:
    """Some days of some shards."""

    store: RebuildStore
    analyser: BatchAnalyser
    days: Sequence[ShardDay]
    due: Mapping[str, Due]
    terms: bool

    def count(self, resolutions: Sequence[Resolution], now: datetime) -> int:
        counts = {shard: ShardCounts(resolutions, ()) for shard in self.due}
        kept: list[_Piece] = []
        pages = listings = 0
        for page in self.store.pages(self.days, self.due):
            pages += 1
            listings += len(page.texts)
            for piece in self._analysed(page):
                times_s = [page.event_times_s[row] for row in piece.rows]
                keys = counts[piece.shard].keys(times_s, int(now.timestamp()))
                batch = piece.batch if self.terms else _topics_alone(piece.batch)
                counts[piece.shard].apply(self.due[piece.shard].version, times_s, batch, keys)
                kept.append(piece)
            if pages > PAGES_KEPT:
                kept = []
        flushes = []
        for shard, (version, _) in self.due.items():
            change = counts[shard].take_change(version)
            flushes.append(Flush(Checkpoint(shard, version), [], [], [], change))
        self.store.write_topics(flushes)
        if self.terms:
            self.store.write_terms(flushes)
        self._rewrite(kept if pages <= PAGES_KEPT else self._again())
        return listings

    def _again(self) -> Iterator[_Piece]:
        for page in self.store.pages(self.days, self.due):
            yield from self._analysed(page)

    def _analysed(self, page: Page) -> Iterator[_Piece]:
        rows_of: dict[str, list[int]] = {}
        for row, position in enumerate(page.positions):
            rows_of.setdefault(position.shard, []).append(row)
        for shard, rows in rows_of.items():
            yield _Piece(page, shard, rows, self.analyser.batch([page.texts[row] for row in rows]))

    def _rewrite(self, pieces: Iterator[_Piece] | Sequence[_Piece]) -> None:
        for piece in pieces:
            page = piece.page
            if any(page.generations[row] < self.store.generation for row in piece.rows):
                self.store.rewrite(page, piece.rows, piece.batch, terms=self.terms)


def _topics_alone(batch: Batch) -> Batch:
    """``batch`` as if its listings mentioned no term."""
    names, numbers = np.empty(0, np.uint64), np.empty(0, np.int32)
    none = Mentions(
        arena=np.empty(0, np.uint8),
        key1=names,
        key2=names,
        starts=np.empty(0, np.int64),
        sizes=numbers,
        counts=numbers,
        ends=np.zeros(len(batch), np.int64),
    )
    return replace(batch, terms=none)
