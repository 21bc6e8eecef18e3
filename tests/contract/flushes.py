"""Flushes to write into a store, with as little said as a test needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.support.batches import analysis, batch_of, names_change
from trends.counting.buckets import BucketKey
from trends.counting.counts import CountsChange
from trends.model import Listing, Position
from trends.store.interface import (
    Checkpoint,
    CountedListing,
    DeadLetter,
    Flush,
    Forward,
    ShardInfo,
    Sighting,
)

# Far from any retention: a store may delete what is old.
NOON = datetime(2098, 6, 1, 12, tzinfo=UTC)
NOON_S = int(NOON.timestamp())
DAY = BucketKey(86_400, NOON_S - 12 * 3_600)
HOUR = BucketKey(3_600, NOON_S)
FIVE_MINUTES = BucketKey(300, NOON_S)

MENTIONED = analysis({"t": 1})

Counts = Mapping[BucketKey, Mapping[str, tuple[int, int]]]


def shard(partition: int = 0, topic_id: str = "id1", partitions: int = 1) -> ShardInfo:
    return ShardInfo("listings", topic_id, partition, partitions)


def listing(listing_id: str, at: datetime = NOON, **fields: str) -> Listing:
    return Listing(id=listing_id, title=fields.pop("title", "T"), listed_at=at, **fields)  # type: ignore[arg-type]


@dataclass(kw_only=True)
class Batch:
    """What one flush of ``shard`` brings; `flush` makes it one."""

    shard: str = field(default_factory=lambda: shard().name)
    version: int = 0
    totals: Mapping[BucketKey, int] = field(default_factory=dict)
    terms: Counts = field(default_factory=dict)
    topics: Counts = field(default_factory=dict)
    listings: Sequence[tuple[Listing, int, int]] = ()
    """(listing, offset, line); each arrived as many seconds after noon as its offset says."""
    sightings: Sequence[tuple[Listing, int, int]] = ()
    forwards: Sequence[tuple[Listing, int, int]] = ()
    dead: Sequence[tuple[int, int, bytes]] = ()

    def flush(self) -> Flush:
        mentioned = batch_of([MENTIONED] * len(self.listings))
        return Flush(
            Checkpoint(self.shard, self.version, accepted=len(self.listings), watermark_s=NOON_S),
            [
                CountedListing(
                    row, Position(self.shard, offset, line), NOON_S + offset, mentioned, number
                )
                for number, (row, offset, line) in enumerate(self.listings)
            ],
            [
                Sighting(row, Position(self.shard, offset, line))
                for row, offset, line in self.sightings
            ],
            [
                DeadLetter(self.shard, offset, line, "not_json", "not JSON", raw, False, NOON)
                for offset, line, raw in self.dead
            ],
            CountsChange(
                self.version,
                list(self.totals.items()),
                names_change(self.terms),
                names_change(self.topics),
            ),
            [
                Forward(row, Position(self.shard, offset, line), b"{}")
                for row, offset, line in self.forwards
            ],
        )
