"""One shard: the messages of one partition in, what to flush out. Knows no Kafka and no clock.

    message -> lines -> dead | elsewhere | duplicate | accepted -> analysis -> counts
                                                                   take_flush() -> Flush

Every decision is a function of the log's prefix and of what is stored, so that a second run over
the same offsets comes to the same decisions.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from trends.analysis.interface import BatchAnalyser
from trends.counting.buckets import BucketKey, Resolution
from trends.counting.counts import ShardCounts
from trends.counting.seen import Occurrence, Seen
from trends.counting.watermark import Watermark
from trends.errors import BadRecord
from trends.model import Listing, Position
from trends.processor.flood import FloodGuard
from trends.store.interface import (
    Checkpoint,
    CountedListing,
    DeadLetter,
    Flush,
    Forward,
    ShardInfo,
    Sighting,
    Store,
)
from trends.wire.codec import DecodedLine, decode_message
from trends.wire.partition import home_partition

RAW_KEPT_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class ShardLimits:
    """What one shard may hold in memory, and how long a listing counts once."""

    horizon_s: int = 90 * 86_400
    seen_capacity: int = 500_000
    counts_capacity: int = 4_000_000


class ShardProcessor:
    """Counts one shard. All calls must come one after the other; `process` may ask the store."""

    def __init__(
        self,
        info: ShardInfo,
        store: Store,
        analyser: BatchAnalyser,
        resolutions: Sequence[Resolution],
        limits: ShardLimits,
        flood: FloodGuard,
    ) -> None:
        self.info = info
        self._store = store
        self._analyser = analyser
        self._limits = limits
        self._flood = flood
        stored = store.checkpoint(info.name)
        self._checkpoint = stored or Checkpoint(info.name, version=-1)
        self.next_offset = self._checkpoint.version + 1
        self._counts = ShardCounts(resolutions, store.stored_buckets(info.name))
        occurrences, known_from_s = store.seen(
            info.partition, info.partitions, limits.seen_capacity
        )
        self._seen = Seen(limits.horizon_s, limits.seen_capacity, known_from_s)
        self._seen.remember(occurrences)
        self._watermark = Watermark(self._checkpoint.watermark_s)
        self._watermark.late = self._checkpoint.late
        self._watermark.lateness_max_s = self._checkpoint.lateness_max_s
        self._accepted: list[CountedListing] = []
        self._sightings: list[Sighting] = []
        self._dead: list[DeadLetter] = []
        self._elsewhere: list[Forward] = []
        self._forwarded_before = store.forwards_after(info.name, self._checkpoint.version)

    @property
    def checkpoint(self) -> Checkpoint:
        """As of the last `take_flush`; before any, as it is stored."""
        return self._checkpoint

    @property
    def pending(self) -> int:
        """Listings, sightings and dead letters that wait for a flush."""
        return len(self._accepted) + len(self._sightings) + len(self._dead) + len(self._elsewhere)

    @property
    def has_progress(self) -> bool:
        """Whether a flush would move the checkpoint."""
        return self.next_offset > self._checkpoint.version + 1

    def process(self, offset: int, value: bytes | None, arrived: datetime, now: datetime) -> None:
        """Takes one message. An offset that was taken before changes nothing.

        Args:
            offset: the message's offset.
            value: its bytes.
            arrived: its timestamp in Kafka.
            now: the wall-clock time; decides only what is past its retention.

        Raises:
            Fatal: on a flood of bad lines; the message is then not taken at all.
            Unavailable: when the store is away; the message is then not taken and can be retried.
        """
        if offset < self.next_offset:
            return
        now_s = int(now.timestamp())
        arrived_s = int(arrived.timestamp())
        lines = list(decode_message(value))
        self._look_up(lines, arrived_s)
        accepted, sightings, elsewhere, dead = self._sort(offset, lines, arrived_s, now)
        batch = self._analyser.batch([(row.title, row.text) for row, _ in accepted])
        event_times_s = [int(listing.event_time.timestamp()) for listing, _ in accepted]
        keys = self._counts.keys(event_times_s, now_s)
        load_missing(self._store, self.info.name, self._counts, keys)
        for line in lines:
            self._flood.observe(line.result if isinstance(line.result, BadRecord) else None)
        # Nothing above has changed what is held, but for lookups; nothing below can fail.
        self._counts.apply(offset, event_times_s, batch, keys)
        names = batch.without_counts()
        for row, (listing, position) in enumerate(accepted):
            self._accepted.append(CountedListing(listing, position, arrived_s, names, row))
            self._seen.remember([Occurrence(listing.id, position, arrived_s)])
            self._watermark.observe(event_times_s[row], now_s)
        self._sightings += sightings
        self._elsewhere += elsewhere
        self._dead += dead
        self.next_offset = offset + 1

    def _look_up(self, lines: Sequence[DecodedLine], arrived_s: int) -> None:
        """Brings into memory what is needed to tell duplicates among these lines."""
        needs_lookup = self._seen.needs_lookup(arrived_s)
        ids = {
            line.result.id
            for line in lines
            if isinstance(line.result, Listing) and (needs_lookup or not self._is_home(line.result))
        }
        if ids:
            self._seen.remember(self._store.find(ids))

    def _is_home(self, listing: Listing) -> bool:
        return home_partition(listing.id, self.info.partitions) == self.info.partition

    def _sort(
        self, offset: int, lines: Sequence[DecodedLine], arrived_s: int, now: datetime
    ) -> tuple[list[tuple[Listing, Position]], list[Sighting], list[Forward], list[DeadLetter]]:
        accepted: list[tuple[Listing, Position]] = []
        sightings: list[Sighting] = []
        elsewhere: list[Forward] = []
        dead: list[DeadLetter] = []
        in_message: set[str] = set()
        for line in lines:
            listing = line.result
            if isinstance(listing, BadRecord):
                dead.append(self._dead_letter(offset, line, listing, now))
                continue
            position = Position(self.info.name, offset, line.line)
            # What is stored as counted here stays counted here, and what was sent elsewhere stays
            # sent, whatever came to be known since and however many partitions there are now.
            if not self._seen.counted_at(listing.id, position):
                if not self._is_home(listing) or position in self._forwarded_before:
                    elsewhere.append(Forward(listing, position, line.raw))
                    continue
                if listing.id in in_message or self._seen.repeats(listing.id, position, arrived_s):
                    sightings.append(Sighting(listing, position))
                    continue
            in_message.add(listing.id)
            accepted.append((listing, position))
        return accepted, sightings, elsewhere, dead

    def _dead_letter(
        self, offset: int, line: DecodedLine, error: BadRecord, now: datetime
    ) -> DeadLetter:
        return DeadLetter(
            origin=self.info.name,
            offset=offset,
            line=line.line,
            code=error.code,
            message=str(error),
            raw=line.raw[:RAW_KEPT_BYTES],
            cut=len(line.raw) > RAW_KEPT_BYTES,
            recorded_at=now,
        )

    @property
    def elsewhere(self) -> Sequence[Forward]:
        """Listings whose home is another partition; they must be sent there before `take_flush`."""
        return self._elsewhere

    def take_flush(self) -> Flush:
        """Everything since the last call; it must be stored before the next one is."""
        version = self.next_offset - 1
        counts = self._counts.take_change(version)
        self._checkpoint = replace(
            self._checkpoint,
            version=version,
            accepted=self._checkpoint.accepted + len(self._accepted),
            duplicates=self._checkpoint.duplicates + len(self._sightings),
            dead=self._checkpoint.dead + len(self._dead),
            forwarded=self._checkpoint.forwarded + len(self._elsewhere),
            watermark_s=self._watermark.event_s,
            late=self._watermark.late,
            lateness_max_s=self._watermark.lateness_max_s,
        )
        flush = Flush(
            self._checkpoint,
            self._accepted,
            self._sightings,
            self._dead,
            counts,
            self._elsewhere,
        )
        self._accepted, self._sightings, self._dead, self._elsewhere = [], [], [], []
        return flush

    def flushed(self, flush: Flush) -> None:
        """The flush is stored: memory may be trimmed."""
        self._counts.shrink(self._limits.counts_capacity)
        self._seen.shrink(self.info.name, flush.checkpoint.version)


def load_missing(
    store: Store, shard: str, counts: ShardCounts, keys: Collection[BucketKey]
) -> None:
    """Brings those of ``keys`` into ``counts`` that the store may hold and memory does not."""
    missing = counts.missing(keys)
    if missing:
        for key, bucket in store.load_buckets(shard, missing).items():
            counts.put(key, bucket)
