"""Offset-versioned absolute counts of one shard.

In: analysed listings with their offset. Out: rows with absolute counts and the version they hold
at. The rule of replay: an event at offset `o` is applied to a bucket only if `o` is greater than
the version stored for that bucket, so counts are a function of the log's prefix, whatever was
flushed before a crash, and however often the log is read again.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from operator import add
from typing import Final

from trends.analysis.interface import Analysis
from trends.counting.buckets import BucketKey, Resolution

NO_VERSION: Final = -1


@dataclass(slots=True)
class Tally:
    """Absolute counts of one bucket's terms (or topics), as stored up to ``version``.

    ``docs`` holds listings per name; ``repeats`` the mentions beyond the first of each listing,
    which few names have: mentions = docs + repeats. What came since the last flush is kept apart,
    in small counters, until `take_changed` adds it.
    """

    docs: dict[str, int] = field(default_factory=dict)
    repeats: dict[str, int] = field(default_factory=dict)
    version: int = NO_VERSION
    new_docs: Counter[str] = field(default_factory=Counter)
    new_repeats: Counter[str] = field(default_factory=Counter)

    def add(self, names: Sequence[dict[str, int]], repeats: Sequence[dict[str, int]]) -> None:
        """Adds one listing per element."""
        self.new_docs.update(chain.from_iterable(names))
        for extra in repeats:
            self.new_repeats.update(extra)

    def take_changed(self) -> tuple[list[str], list[int], list[int]]:
        """Names changed since the last call, with their absolute docs and mentions."""
        names = list(self.new_docs)
        docs = _add_up(self.docs, self.new_docs)
        _add_up(self.repeats, self.new_repeats)
        self.new_docs, self.new_repeats = Counter(), Counter()
        if not self.repeats:
            return names, docs, docs
        return names, docs, list(map(add, docs, map(self.repeats.get, names, repeat(0))))


def _add_up(totals: dict[str, int], new: Counter[str]) -> list[int]:
    """Adds ``new`` to ``totals``; returns the totals of the names in ``new``, in its order."""
    added = list(map(add, new.values(), map(totals.get, new, repeat(0))))
    totals.update(zip(new, added, strict=True))
    return added


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

    @property
    def changed(self) -> bool:
        return self.total_changed or bool(self.terms.new_docs) or bool(self.topics.new_docs)

    def __len__(self) -> int:
        return len(self.terms.docs) + len(self.topics.docs)


@dataclass(frozen=True, slots=True)
class NameCounts:
    """Changed names of one bucket with absolute docs and mentions, as parallel columns."""

    key: BucketKey
    names: list[str]
    docs: list[int]
    mentions: list[int]


@dataclass(frozen=True, slots=True)
class CountsChange:
    """Everything that changed since the last one, as it stands after the offset ``version``."""

    version: int
    totals: list[tuple[BucketKey, int]]
    terms: list[NameCounts]
    topics: list[NameCounts]


@dataclass(slots=True)
class _Arrivals:
    """The listings of one message that fall in one bucket."""

    terms: list[dict[str, int]] = field(default_factory=list)
    term_repeats: list[dict[str, int]] = field(default_factory=list)
    topics: list[dict[str, int]] = field(default_factory=list)
    topic_repeats: list[dict[str, int]] = field(default_factory=list)


class ShardCounts:
    """A write-back cache over the stored counts of one shard."""

    def __init__(self, resolutions: Sequence[Resolution], stored: Iterable[BucketKey]) -> None:
        """``stored``: the buckets the store may hold rows of; all others start empty."""
        self._resolutions = tuple(resolutions)
        self._stored = set(stored)
        self._buckets: OrderedDict[BucketKey, Bucket] = OrderedDict()
        self._changed: set[BucketKey] = set()
        self._in_use: set[BucketKey] = set()

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
        self, offset: int, analysed: Sequence[tuple[int, Analysis]], keys: Collection[BucketKey]
    ) -> None:
        """Counts the accepted listings of one message.

        Args:
            offset: the message's offset; must not decrease from call to call.
            analysed: (event time in epoch seconds, analysis) of each accepted listing.
            keys: what `keys` gave for them; none of it may be missing.
        """
        for key, arrivals in self._group(analysed, keys).items():
            bucket = self._buckets.setdefault(key, Bucket())
            self._buckets.move_to_end(key)
            self._changed.add(key)
            self._in_use.add(key)
            if offset > bucket.version:
                bucket.listings += len(arrivals.terms)
                bucket.total_changed = True
            if offset > bucket.terms.version:
                bucket.terms.add(arrivals.terms, arrivals.term_repeats)
            if offset > bucket.topics.version:
                bucket.topics.add(arrivals.topics, arrivals.topic_repeats)

    def _group(
        self, analysed: Sequence[tuple[int, Analysis]], keys: Collection[BucketKey]
    ) -> dict[BucketKey, _Arrivals]:
        groups: dict[BucketKey, _Arrivals] = {}
        for event_s, analysis in analysed:
            term_repeats = {name: n - 1 for name, n in analysis.terms.items() if n > 1}
            topic_repeats = {name: n - 1 for name, n in analysis.topics.items() if n > 1}
            for resolution in self._resolutions:
                key = BucketKey(resolution.seconds, resolution.bucket_of(event_s))
                if key not in keys:
                    continue
                group = groups.setdefault(key, _Arrivals())
                group.terms.append(analysis.terms)
                group.topics.append(analysis.topics)
                if term_repeats:
                    group.term_repeats.append(term_repeats)
                if topic_repeats:
                    group.topic_repeats.append(topic_repeats)
        return groups

    def take_change(self, version: int) -> CountsChange:
        """What changed since the last call; ``version`` is the last offset applied."""
        totals: list[tuple[BucketKey, int]] = []
        terms: list[NameCounts] = []
        topics: list[NameCounts] = []
        for key in sorted(self._changed):
            bucket = self._buckets[key]
            if bucket.total_changed:
                totals.append((key, bucket.listings))
                bucket.total_changed = False
            if bucket.terms.new_docs:
                terms.append(NameCounts(key, *bucket.terms.take_changed()))
            if bucket.topics.new_docs:
                topics.append(NameCounts(key, *bucket.topics.take_changed()))
        self._stored |= self._changed
        self._changed = set()
        return CountsChange(version, totals, terms, topics)

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
