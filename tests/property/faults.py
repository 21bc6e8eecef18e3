"""A store that fails as a real one can: between any two steps of a flush, and inside a step.

Each write is cut into *atoms*, the pieces that ClickHouse stores whole or not at all: one month of
listings or sightings, one bucket's totals, terms or topics, all forwards, the checkpoints.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import TypeVar

import numpy as np

from trends.counting.buckets import BucketKey
from trends.counting.counts import Bucket, CountsChange, NamesChange
from trends.counting.seen import Occurrence
from trends.model import Position
from trends.store.interface import (
    Checkpoint,
    CountedListing,
    DeadLetter,
    Flush,
    ShardInfo,
    Sighting,
    StoredText,
)
from trends.store.memory import MemoryStore

Atom = Callable[[], None]
Step = list[Atom]
Row = TypeVar("Row", CountedListing, Sighting)


class Crash(BaseException):
    """The process is gone at this instruction; nothing may catch this but the test."""


def nothing() -> None:
    """What happens at a read while the store is there."""


def write_all(step: Step) -> None:
    """What happens at a write while the store is there."""
    for atom in step:
        atom()


class FaultyStore:
    """A `Store` that asks before each read, and hands over each write in atoms."""

    def __init__(
        self,
        store: MemoryStore,
        on_read: Callable[[], None] = nothing,
        on_write: Callable[[Step], None] = write_all,
    ) -> None:
        self._store = store
        self.on_read = on_read
        self.on_write = on_write

    def open_shard(self, shard: ShardInfo, at: datetime) -> None:
        self._store.open_shard(shard, at)

    def checkpoint(self, shard: str) -> Checkpoint | None:
        self.on_read()
        return self._store.checkpoint(shard)

    def unfinished_shards(self, topic: str, current_topic_id: str) -> list[ShardInfo]:
        self.on_read()
        return self._store.unfinished_shards(topic, current_topic_id)

    def listings_after(self, shard: str, version: int) -> Iterator[StoredText]:
        self.on_read()
        return self._store.listings_after(shard, version)

    def seen(self, home: int, partitions: int, limit: int) -> tuple[list[Occurrence], int | None]:
        self.on_read()
        return self._store.seen(home, partitions, limit)

    def find(self, ids: Collection[str]) -> list[Occurrence]:
        self.on_read()
        return self._store.find(ids)

    def forwards_after(self, shard: str, version: int) -> set[Position]:
        self.on_read()
        return self._store.forwards_after(shard, version)

    def stored_buckets(self, shard: str) -> set[BucketKey]:
        self.on_read()
        return self._store.stored_buckets(shard)

    def load_buckets(self, shard: str, keys: Collection[BucketKey]) -> dict[BucketKey, Bucket]:
        self.on_read()
        return self._store.load_buckets(shard, keys)

    def write_listings(self, flushes: Sequence[Flush]) -> None:
        self.on_write(
            [
                partial(self._store.write_listings, [replace(flush, listings=rows)])
                for flush in flushes
                for rows in _by_month(flush.listings)
            ]
        )

    def write_sightings(self, flushes: Sequence[Flush]) -> None:
        self.on_write(
            [
                partial(self._store.write_sightings, [replace(flush, sightings=rows)])
                for flush in flushes
                for rows in _by_month(flush.sightings)
            ]
        )

    def write_forwards(self, flushes: Sequence[Flush]) -> None:
        self.on_write(
            [partial(self._store.write_forwards, [flush]) for flush in flushes if flush.forwards]
        )

    def write_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        self.on_write([partial(self._store.write_dead_letters, letters)] if letters else [])

    def write_totals(self, flushes: Sequence[Flush]) -> None:
        self._write_counts(self._store.write_totals, flushes, _totals)

    def write_topics(self, flushes: Sequence[Flush]) -> None:
        self._write_counts(self._store.write_topics, flushes, _topics)

    def write_terms(self, flushes: Sequence[Flush]) -> None:
        self._write_counts(self._store.write_terms, flushes, _terms)

    def _write_counts(
        self,
        write: Callable[[Sequence[Flush]], None],
        flushes: Sequence[Flush],
        buckets_of: Callable[[CountsChange], Iterable[CountsChange]],
    ) -> None:
        self.on_write(
            [
                partial(
                    write, [replace(flush, counts=replace(bucket, version=flush.counts.version))]
                )
                for flush in flushes
                for bucket in buckets_of(flush.counts)
            ]
        )

    def write_checkpoints(self, checkpoints: Sequence[Checkpoint], at: datetime) -> None:
        self.on_write([partial(self._store.write_checkpoints, checkpoints, at)])


def crash_after(atoms: int) -> Callable[[Step], None]:
    """A write handler that lets so many atoms through and then ends the process."""
    left = atoms

    def write(step: Step) -> None:
        nonlocal left
        for atom in step:
            if left == 0:
                raise Crash
            left -= 1
            atom()

    return write


_NO_NAMES = NamesChange(np.empty(0, np.uint8), [])
_NOTHING = CountsChange(-1, [], _NO_NAMES, _NO_NAMES)


def _totals(change: CountsChange) -> list[CountsChange]:
    return [replace(_NOTHING, totals=[row]) for row in change.totals]


def _terms(change: CountsChange) -> list[CountsChange]:
    return [replace(_NOTHING, terms=names) for names in _by_bucket(change.terms)]


def _topics(change: CountsChange) -> list[CountsChange]:
    return [replace(_NOTHING, topics=names) for names in _by_bucket(change.topics)]


def _by_bucket(change: NamesChange) -> list[NamesChange]:
    return [NamesChange(change.arena, [bucket]) for bucket in change.buckets]


def _by_month(rows: Sequence[Row]) -> list[list[Row]]:
    def month(row: Row) -> str:
        return row.listing.event_time.strftime("%Y-%m")

    return [list(group) for _, group in groupby(sorted(rows, key=month), key=month)]
