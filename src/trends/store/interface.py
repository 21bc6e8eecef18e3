"""What the processor asks of a store, and the values that pass between them.

Life of a flush, each step repeatable without harm: `write_listings`, `write_sightings`,
`write_forwards`, `write_dead_letters`, `write_totals`, `write_topics`, `write_terms`,
`write_checkpoints`. A crash between any two steps is mended by reading the log again from the
checkpoint.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from trends.analysis.batch import Batch
from trends.counting.buckets import BucketKey
from trends.counting.counts import Bucket, CountsChange
from trends.counting.seen import Occurrence
from trends.model import Listing, Position


@dataclass(frozen=True, slots=True)
class ShardInfo:
    """One partition of one incarnation of the topic."""

    topic: str
    topic_id: str
    partition: int
    partitions: int

    @property
    def name(self) -> str:
        """Unique over all incarnations: a re-created topic has another id."""
        return f"{self.topic}/{self.topic_id}/{self.partition}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All of a shard up to and including offset ``version`` is stored; totals since its start."""

    shard: str
    version: int
    accepted: int = 0
    duplicates: int = 0
    dead: int = 0
    forwarded: int = 0
    watermark_s: int = 0
    late: int = 0
    lateness_max_s: int = 0


@dataclass(frozen=True, slots=True)
class CountedListing:
    """An accepted listing: first position, arrival (epoch seconds), what it was counted under.

    The latter is what ``batch`` has at number ``row``.
    """

    listing: Listing
    position: Position
    arrived_s: int
    batch: Batch
    row: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """A later appearance of a counted listing."""

    listing: Listing
    position: Position


@dataclass(frozen=True, slots=True)
class Forward:
    """A listing that was sent to the partition it belongs to, its line, and where it stood."""

    listing: Listing
    position: Position
    raw: bytes


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A line that cannot be read. ``origin`` is its shard, or the file it came from."""

    origin: str
    offset: int
    line: int
    code: str
    message: str
    raw: bytes
    cut: bool
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Flush:
    """All that a shard brings to the store at once; holds after the checkpoint's version."""

    checkpoint: Checkpoint
    listings: Sequence[CountedListing]
    sightings: Sequence[Sighting]
    dead_letters: Sequence[DeadLetter]
    counts: CountsChange
    forwards: Sequence[Forward] = ()


@dataclass(frozen=True, slots=True)
class StoredText:
    """What a recount needs of a stored listing."""

    position: Position
    event_s: int
    title: str
    text: str


class Store(Protocol):
    """Blocking calls; each raises `Unavailable` when the store is away."""

    def open_shard(self, shard: ShardInfo, at: datetime) -> None:
        """Records that the shard exists."""
        ...

    def checkpoint(self, shard: str) -> Checkpoint | None:
        """How far the shard is stored; None if nothing is."""
        ...

    def unfinished_shards(self, topic: str, current_topic_id: str) -> list[ShardInfo]:
        """Shards of earlier incarnations that hold listings beyond their checkpoint."""
        ...

    def listings_after(self, shard: str, version: int) -> Iterator[StoredText]:
        """Stored listings of the shard beyond offset ``version``, by position."""
        ...

    def seen(self, home: int, partitions: int, limit: int) -> tuple[list[Occurrence], int | None]:
        """The newest ``limit`` occurrences of ids whose home is partition ``home``.

        Returns:
            The occurrences, and the arrival in epoch seconds from which on they are complete:
            None when they are all there are.
        """
        ...

    def find(self, ids: Collection[str]) -> list[Occurrence]:
        """All occurrences of these ids."""
        ...

    def forwards_after(self, shard: str, version: int) -> set[Position]:
        """Where lines of the shard stood, beyond offset ``version``, that were sent elsewhere."""
        ...

    def stored_buckets(self, shard: str) -> set[BucketKey]:
        """The buckets that may hold rows of the shard."""
        ...

    def load_buckets(self, shard: str, keys: Collection[BucketKey]) -> dict[BucketKey, Bucket]:
        """The shard's counts in these buckets; a bucket without rows is empty."""
        ...

    def write_listings(self, flushes: Sequence[Flush]) -> None: ...

    def write_sightings(self, flushes: Sequence[Flush]) -> None: ...

    def write_forwards(self, flushes: Sequence[Flush]) -> None: ...

    def write_dead_letters(self, letters: Sequence[DeadLetter]) -> None: ...

    def write_totals(self, flushes: Sequence[Flush]) -> None: ...

    def write_topics(self, flushes: Sequence[Flush]) -> None: ...

    def write_terms(self, flushes: Sequence[Flush]) -> None: ...

    def write_checkpoints(self, checkpoints: Sequence[Checkpoint], at: datetime) -> None: ...
