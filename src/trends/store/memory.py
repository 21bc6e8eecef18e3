"""A store in memory with ClickHouse's replacing semantics: the greatest version of a row wins."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from copy import copy
from datetime import datetime
from typing import Self

import numpy as np

from trends.analysis.names import Names
from trends.counting.buckets import BucketKey
from trends.counting.counts import Bucket, NamesChange
from trends.counting.seen import Occurrence
from trends.counting.tally import Tally
from trends.model import Position
from trends.store.interface import (
    Checkpoint,
    CountedListing,
    DeadLetter,
    Flush,
    Forward,
    ShardInfo,
    Sighting,
    StoredText,
)

NameRow = tuple[int, int, int]  # version, docs, mentions
NameTable = dict[tuple[str, BucketKey, str], NameRow]


class MemoryStore:
    """Holds all tables as dictionaries keyed as ClickHouse sorts them."""

    def __init__(self, home_of: Callable[[str, int], int], generation: int = 1) -> None:
        """A store without rows.

        Args:
            home_of: gives the partition that an id belongs to, of so many.
            generation: the one to count under.
        """
        self._home_of = home_of
        self.generation = generation
        self.shards: dict[str, ShardInfo] = {}
        self.checkpoints: dict[str, Checkpoint] = {}
        self.listings: dict[tuple[str, Position], CountedListing] = {}
        self.sightings: dict[tuple[str, Position], Sighting] = {}
        self.forwards: dict[Position, Forward] = {}
        self.dead_letters: dict[tuple[str, int, int, bytes], DeadLetter] = {}
        self.totals: dict[tuple[str, BucketKey], tuple[int, int]] = {}
        self.terms: NameTable = {}
        self.topics_by_generation: dict[int, NameTable] = {}
        self.generations: dict[tuple[str, Position] | str, int] = {}
        """What the rows of listings and checkpoints carry."""

    def under(self, generation: int) -> Self:
        """The same tables, as one sees them who counts under another generation."""
        other = copy(self)
        other.generation = generation
        return other

    @property
    def topics(self) -> NameTable:
        """Counts of topics under this generation."""
        return self.topics_by_generation.setdefault(self.generation, {})

    def open_shard(self, shard: ShardInfo, at: datetime) -> None:  # noqa: ARG002 - kept by tables only
        self.shards[shard.name] = shard

    def checkpoint(self, shard: str) -> Checkpoint | None:
        return self.checkpoints.get(shard)

    def unfinished_shards(self, topic: str, current_topic_id: str) -> list[ShardInfo]:
        last: dict[str, int] = {}
        for _, position in self.listings:
            last[position.shard] = max(position.offset, last.get(position.shard, -1))
        return [
            info
            for info in self.shards.values()
            if info.topic == topic
            and info.topic_id != current_topic_id
            and last.get(info.name, -1) > self._version(info.name)
        ]

    def _version(self, shard: str) -> int:
        checkpoint = self.checkpoints.get(shard)
        return -1 if checkpoint is None else checkpoint.version

    def listings_after(self, shard: str, version: int) -> Iterator[StoredText]:
        rows = [
            counted
            for (_, position), counted in self.listings.items()
            if position.shard == shard and position.offset > version
        ]
        rows.sort(key=lambda counted: (counted.position.offset, counted.position.line))
        for row in rows:
            event_s = int(row.listing.event_time.timestamp())
            yield StoredText(row.position, event_s, row.listing.title, row.listing.text)

    def seen(self, home: int, partitions: int, limit: int) -> tuple[list[Occurrence], int | None]:
        found = [o for o in self._occurrences() if self._home_of(o.id, partitions) == home]
        found.sort(key=lambda occurrence: occurrence.arrived_s, reverse=True)
        if len(found) <= limit:
            return found, None
        return found[:limit], found[limit - 1].arrived_s + 1

    def find(self, ids: Collection[str]) -> list[Occurrence]:
        wanted = set(ids)
        return [occurrence for occurrence in self._occurrences() if occurrence.id in wanted]

    def _occurrences(self) -> Iterator[Occurrence]:
        for (listing_id, position), counted in self.listings.items():
            yield Occurrence(listing_id, position, counted.arrived_s)

    def forwards_after(self, shard: str, version: int) -> set[Position]:
        return {at for at in self.forwards if at.shard == shard and at.offset > version}

    def stored_buckets(self, shard: str) -> set[BucketKey]:
        return {key for owner, key in self.totals if owner == shard}

    def load_buckets(self, shard: str, keys: Collection[BucketKey]) -> dict[BucketKey, Bucket]:
        buckets = {key: Bucket() for key in keys}
        for key, bucket in buckets.items():
            bucket.version, bucket.listings = self.totals.get((shard, key), (-1, 0))
            _load(self.terms, shard, key, bucket.terms)
            _load(self.topics, shard, key, bucket.topics)
        return buckets

    def write_listings(self, flushes: Sequence[Flush]) -> None:
        for flush in flushes:
            for row in flush.listings:
                self.put_listing(row)

    def put_listing(self, row: CountedListing) -> None:
        """Writes a listing, unless it is there under a newer generation."""
        key = row.listing.id, row.position
        if self.generation >= self.generations.get(key, 0):
            self.listings[key] = row
            self.generations[key] = self.generation

    def write_sightings(self, flushes: Sequence[Flush]) -> None:
        for flush in flushes:
            for row in flush.sightings:
                self.sightings[row.listing.id, row.position] = row

    def write_forwards(self, flushes: Sequence[Flush]) -> None:
        for flush in flushes:
            for row in flush.forwards:
                self.forwards[row.position] = row

    def write_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        for letter in letters:
            key = letter.origin, letter.offset, letter.line, letter.raw
            self.dead_letters.setdefault(key, letter)

    def write_totals(self, flushes: Sequence[Flush]) -> None:
        for flush in flushes:
            for key, listings in flush.counts.totals:
                row = (flush.counts.version, listings)
                place = flush.checkpoint.shard, key
                self.totals[place] = max(row, self.totals.get(place, row), key=lambda r: r[0])

    def write_topics(self, flushes: Sequence[Flush]) -> None:
        for flush in flushes:
            _write(self.topics, flush, flush.counts.topics)

    def write_terms(self, flushes: Sequence[Flush]) -> None:
        for flush in flushes:
            _write(self.terms, flush, flush.counts.terms)

    def write_checkpoints(
        self,
        checkpoints: Sequence[Checkpoint],
        at: datetime,  # noqa: ARG002 - kept by tables only
    ) -> None:
        for checkpoint in checkpoints:
            if checkpoint.version >= self._version(checkpoint.shard):
                self.checkpoints[checkpoint.shard] = checkpoint
                self.generations[checkpoint.shard] = self.generation


def _load(table: NameTable, shard: str, key: BucketKey, tally: Tally) -> None:
    rows = {
        name: row
        for (owner, bucket, name), row in table.items()
        if owner == shard and bucket == key
    }
    if rows:
        versions, docs, mentions = zip(*rows.values(), strict=True)
        tally.load(
            Names.of(list(rows)),
            np.array(docs, np.uint32),
            np.array(mentions, np.uint32),
            max(versions),
        )


def _write(table: NameTable, flush: Flush, change: NamesChange) -> None:
    for key, name, docs, mentions in change.rows():
        place = flush.checkpoint.shard, key, name
        row = (flush.counts.version, docs, mentions)
        table[place] = max(row, table.get(place, row), key=lambda r: r[0])
