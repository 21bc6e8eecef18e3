"""Offset-versioned absolute counts of one shard.

In: analysed listings with their offset. Out: rows with absolute counts and the version they hold
at. The rule of replay: an event at offset `o` is applied to a bucket only if `o` is greater than
the version stored for that bucket, so counts are a function of the log's prefix, whatever was
flushed before a crash, and however often the log is read again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from trends.analysis.arrays import Bytes, Longs
from trends.analysis.batch import Batch
from trends.analysis.names import unpacked
from trends.counting.buckets import BucketKey, Resolution
from trends.counting.tally import NO_VERSION, Changed, Tally


@dataclass(slots=True)
class Bucket:
    """One bucket's counts: its listing total, its terms, its topics; each with its own version.

    The three are stored one after the other, so after a crash in between their versions differ.
    """

    listings: int = 0
    version: int = NO_VERSION
    total_changed: bool = False
    terms: Tally = field(default_factory=Tally)
    topics: Tally = field(default_factory=Tally)

    def __len__(self) -> int:
        return len(self.terms) + len(self.topics)


@dataclass(frozen=True, slots=True, eq=False)
class NamesChange:
    """What changed of the terms (or topics) of all buckets; the names stand in ``arena``."""

    arena: Bytes
    buckets: Sequence[tuple[BucketKey, Changed]]

    def rows(self) -> Iterator[tuple[BucketKey, str, int, int]]:
        """(bucket, name, docs, mentions), one by one."""
        for key, changed in self.buckets:
            names = unpacked(self.arena, changed.starts, changed.sizes)
            docs, mentions = changed.docs.tolist(), changed.mentions.tolist()
            for name, name_docs, name_mentions in zip(names, docs, mentions, strict=True):
                yield key, name, name_docs, name_mentions


@dataclass(frozen=True, slots=True)
class CountsChange:
    """Everything that changed since the last one, as it stands after the offset ``version``."""

    version: int
    totals: list[tuple[BucketKey, int]]
    terms: NamesChange
    topics: NamesChange


class _Arenas:
    """The bytes of all names mentioned since the last flush."""

    def __init__(self) -> None:
        self._arenas: list[Bytes] = []
        self._size = 0

    def base(self, arena: Bytes) -> int:
        """Where ``arena`` begins in what `take` gives."""
        if not self._arenas or self._arenas[-1] is not arena:
            self._arenas.append(arena)
            self._size += len(arena)
        return self._size - len(arena)

    def take(self) -> Bytes:
        """All of it, one behind the other."""
        taken = self._arenas
        self._arenas, self._size = [], 0
        return np.concatenate(taken) if taken else np.empty(0, np.uint8)


class ShardCounts:
    """A write-back cache over the stored counts of one shard."""

    def __init__(self, resolutions: Sequence[Resolution], stored: Iterable[BucketKey]) -> None:
        """``stored``: the buckets the store may hold rows of; all others start empty."""
        self._resolutions = tuple(resolutions)
        self._stored = set(stored)
        self._buckets: OrderedDict[BucketKey, Bucket] = OrderedDict()
        self._changed: set[BucketKey] = set()
        self._in_use: set[BucketKey] = set()
        self._term_arenas = _Arenas()
        self._topic_arenas = _Arenas()

    def __len__(self) -> int:
        return sum(len(bucket) for bucket in self._buckets.values())

    def keys(self, event_times_s: Iterable[int], now_s: int) -> set[BucketKey]:
        """The buckets that events at these times fall in."""
        keys = set()
        for event_s in set(event_times_s):
            for resolution in self._resolutions:
                bucket_s = resolution.bucket_of(event_s)
                if resolution.counts_at(bucket_s, now_s):
                    keys.add(BucketKey(resolution.seconds, bucket_s))
        return keys

    def missing(self, keys: Collection[BucketKey]) -> set[BucketKey]:
        """Those of ``keys`` that must be loaded from the store before `apply`."""
        return {key for key in keys if key not in self._buckets and key in self._stored}

    def put(self, key: BucketKey, bucket: Bucket) -> None:
        """Takes a bucket as the store holds it."""
        self._buckets[key] = bucket

    def apply(
        self, offset: int, event_times_s: Sequence[int], batch: Batch, keys: Collection[BucketKey]
    ) -> None:
        """Counts the accepted listings of one message.

        Args:
            offset: the message's offset; must not decrease from call to call.
            event_times_s: of each listing, in epoch seconds.
            batch: what each of them mentions.
            keys: what `keys` gave for them; none of it may be missing.
        """
        if not event_times_s:
            return
        term_base = self._term_arenas.base(batch.terms.arena)
        topic_base = self._topic_arenas.base(batch.topics.arena)
        for key, listings in self._group(event_times_s, keys):
            bucket = self._buckets.setdefault(key, Bucket())
            self._buckets.move_to_end(key)
            self._changed.add(key)
            self._in_use.add(key)
            if offset > bucket.version:
                bucket.listings += len(listings)
                bucket.total_changed = True
            if offset > bucket.terms.version:
                bucket.terms.add(batch.terms, listings, term_base)
            if offset > bucket.topics.version:
                bucket.topics.add(batch.topics, listings, topic_base)

    def _group(
        self, event_times_s: Sequence[int], keys: Collection[BucketKey]
    ) -> Iterator[tuple[BucketKey, Longs]]:
        times = np.array(event_times_s, np.int64)
        for resolution in self._resolutions:
            buckets = times - times % resolution.seconds
            for bucket_s in np.unique(buckets).tolist():
                key = BucketKey(resolution.seconds, bucket_s)
                if key in keys:
                    yield key, np.flatnonzero(buckets == bucket_s)

    def take_change(self, version: int) -> CountsChange:
        """What changed since the last call; ``version`` is the last offset applied."""
        totals: list[tuple[BucketKey, int]] = []
        terms: list[tuple[BucketKey, Changed]] = []
        topics: list[tuple[BucketKey, Changed]] = []
        for key in sorted(self._changed):
            bucket = self._buckets[key]
            if bucket.total_changed:
                totals.append((key, bucket.listings))
                bucket.total_changed = False
            if bucket.terms.changed:
                terms.append((key, bucket.terms.take_changed()))
            if bucket.topics.changed:
                topics.append((key, bucket.topics.take_changed()))
        self._stored |= self._changed
        self._changed = set()
        return CountsChange(
            version,
            totals,
            NamesChange(self._term_arenas.take(), terms),
            NamesChange(self._topic_arenas.take(), topics),
        )

    def shrink(self, capacity: int) -> None:
        """Drops the buckets used longest ago until at most ``capacity`` names are held.

        To be called when the last change taken is stored. Buckets used since the last call stay,
        however large: they would be loaded again at once.
        """
        held = len(self)
        for key in list(self._buckets):
            if held <= capacity:
                break
            if key not in self._in_use:
                held -= len(self._buckets.pop(key))
        # What changed since it was taken is not stored yet, so it stays the next time too.
        self._in_use = set(self._changed)
