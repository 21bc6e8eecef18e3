"""Listings with what they mention, counted three ways: in memory, in a store, and as evidence.

The counts in memory are the plain definition that stores are compared with.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pytest
from clickhouse_connect.driver.client import Client
from numpy.typing import NDArray

from tests.support.batches import analysis, batch_of, names_change
from tests.support.clickhouse import ClickHouseServer
from trends.analysis.segment import Bigrams
from trends.analysis.taxonomy import default_text
from trends.clock import SystemClock
from trends.counting.buckets import RESOLUTIONS, BucketKey
from trends.counting.counts import CountsChange
from trends.detection.source import Background, Exposure, Name, Span, WindowCounts
from trends.detection.spike import Kind
from trends.model import Listing, Position
from trends.processor.flush import write_flush
from trends.ranking.aliases import INTRODUCED_MIN_LISTINGS, Introduced
from trends.store.clickhouse import ClickHouseStore
from trends.store.client import connect
from trends.store.evidence import Mentioning
from trends.store.generations import counting_generation
from trends.store.interface import Checkpoint, CountedListing, Flush, ShardInfo
from trends.store.migrate import migrate


@dataclass(frozen=True, kw_only=True)
class Told:
    """A listing, and what it mentions: name to occurrences, those of the title first."""

    id: str
    at: datetime
    terms: Mapping[str, int] = field(default_factory=dict)
    topics: Mapping[str, int] = field(default_factory=dict)
    title_terms: int = 0
    acronyms: Mapping[str, str] = field(default_factory=dict)
    title: str = "A title"
    text: str = ""
    url: str = ""
    source: str = ""
    upvotes: int | None = None
    tags: tuple[str, ...] = ()

    def mentions(self, name: Name) -> int:
        """How often it mentions ``name``."""
        return (self.terms if name.kind is Kind.TERM else self.topics).get(name.name, 0)

    @property
    def names(self) -> Iterator[Name]:
        """All that it mentions."""
        for kind, names in ((Kind.TERM, self.terms), (Kind.TOPIC, self.topics)):
            for name in names:
                yield Name(kind, name)

    @property
    def listing(self) -> Listing:
        """As it came."""
        return Listing(
            id=self.id,
            title=self.title,
            text=self.text,
            url=self.url,
            source=self.source,
            upvotes=self.upvotes,
            tags=self.tags,
            listed_at=self.at,
        )


class MemoryCounts:
    """A `CountSource` that counts the listings anew at each question."""

    def __init__(self, told: Iterable[Told]) -> None:
        self.told = list(told)
        self.asked: Counter[str] = Counter()

    def exposure(self, span: Span) -> Exposure:
        self.asked["exposure"] += 1
        listings, concentration = [], []
        for inside in (*self._past(span), self._inside(span.start, span.end)):
            buckets = Counter(int(one.at.timestamp()) // span.horizon.bucket_s for one in inside)
            listings.append(len(inside))
            squares = sum(many**2 for many in buckets.values())
            concentration.append(squares / max(len(inside), 1) ** 2)
        return Exposure(np.array(listings, np.int64), np.array(concentration))

    def window(self, span: Span, min_docs: int) -> WindowCounts:
        self.asked["window"] += 1
        inside = self._inside(span.start, span.end)
        docs = Counter(name for one in inside for name in one.names)
        names = sorted(name for name, many in docs.items() if many >= min_docs)
        return WindowCounts(
            np.array([_key(name) for name in names], np.uint64),
            np.array([docs[name] for name in names], np.int32),
            np.array([sum(one.mentions(name) for one in inside) for name in names], np.int32),
            names.__getitem__,
        )

    def past(self, span: Span, names: Sequence[Name]) -> NDArray[np.int32]:
        self.asked["past"] += len(names)
        windows = self._past(span)
        counts = [
            [sum(1 for one in inside if one.mentions(name)) for inside in windows] for name in names
        ]
        return np.array(counts, np.int32).reshape(len(names), span.horizon.windows)

    def background(self, span: Span, min_docs: int) -> Background:
        self.asked["background"] += 1
        in_all = Counter(n for one in self._inside(span.first, span.end) for n in one.names)
        before = Counter(n for one in self._inside(span.first, span.start) for n in one.names)
        names = sorted((n for n, many in in_all.items() if many >= min_docs), key=_key)
        terms = [name for name in names if name.kind is Kind.TERM]
        return Background(
            np.array([_key(name) for name in names], np.uint64),
            np.array([before[name] for name in names], np.int64),
            np.array([in_all[name] for name in names], np.int64),
            self.past(span, terms),
        )

    def _inside(self, first: datetime, end: datetime) -> list[Told]:
        return [one for one in self.told if first <= one.at < end]

    def _past(self, span: Span) -> list[list[Told]]:
        windows: list[list[Told]] = [[] for _ in span.starts]
        for one in self._inside(span.first, span.start):
            windows[(one.at - span.first) // span.horizon.window].append(one)
        return windows


def _key(name: Name) -> int:
    return uuid.uuid5(uuid.NAMESPACE_OID, repr(name)).int % 2**64


class MemoryEvidence:
    """What a store would answer about the listings behind spikes."""

    def __init__(self, told: Sequence[Told]) -> None:
        self.told = told

    def stand_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Answers in place of a store, as long as the test runs."""
        monkeypatch.setattr("trends.alerting.spikes.mentioning", self.mentioning)
        monkeypatch.setattr("trends.alerting.spikes.introductions", self.introductions)
        monkeypatch.setattr("trends.alerting.written.texts_of", self.texts_of)

    def mentioning(
        self,
        _client: object,
        start: datetime,
        end: datetime,
        terms: Collection[str],
        topics: Collection[str],
    ) -> list[Mentioning]:
        """Newest first."""
        wanted = {(Kind.TERM, name) for name in terms} | {(Kind.TOPIC, name) for name in topics}
        found = [
            one for one in self.told if start <= one.at < end and wanted & {*map(tuple, one.names)}
        ]
        found.sort(key=lambda one: one.id)
        found.sort(key=lambda one: one.at, reverse=True)
        return [evidence_of(one) for one in found]

    def texts_of(
        self, _client: object, _start: datetime, ids: Collection[str]
    ) -> dict[str, tuple[str, str]]:
        """Title and text by id."""
        return {one.id: (one.title, one.text) for one in self.told if one.id in ids}

    def introductions(
        self, _client: object, names: Iterable[str], before: datetime
    ) -> list[Introduced]:
        """Of all short forms, whoever asks."""
        meant: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for one in self.told:
            if one.at < before:
                for short, long in one.acronyms.items():
                    meant[short][long] += 1
        return [
            Introduced(short, longs.total(), tuple(longs.most_common()))
            for short, longs in sorted(meant.items())
            if longs.total() >= INTRODUCED_MIN_LISTINGS
        ]


def evidence_of(one: Told) -> Mentioning:
    """A listing as evidence."""
    return Mentioning(
        id=one.id,
        title=one.title,
        url=one.url,
        source=one.source,
        event_time=one.at,
        upvotes=one.upvotes,
        tags=one.tags,
        terms=list(one.terms),
        title_terms=one.title_terms,
        acronyms=one.acronyms,
        topics=list(one.topics),
    )


class Writer:
    """Writes listings as processors do: absolute counts of a shard, flush by flush."""

    def __init__(self, client: Client, shards: int = 1) -> None:
        generation = counting_generation(client, Bigrams(), default_text(), SystemClock().now())
        self.store = ClickHouseStore(client, generation.number)
        self._shards = [ShardInfo("listings", "told", number, shards) for number in range(shards)]
        self._numbers: dict[BucketKey, dict[tuple[str, Name], tuple[int, int]]] = defaultdict(dict)
        self._totals: Counter[tuple[BucketKey, str]] = Counter()
        self._offset = 0

    def write(self, told: Sequence[Told]) -> None:
        """One flush of all shards; each listing goes to the next shard in turn."""
        write_flush(self.store, self.flushes(told), SystemClock().now())

    def flushes(self, told: Sequence[Told]) -> list[Flush]:
        """What `write` writes."""
        count = len(self._shards)
        return [
            self._flush(shard.name, told[number::count])
            for number, shard in enumerate(self._shards)
        ]

    def _flush(self, shard: str, told: Sequence[Told]) -> Flush:
        self._offset += 1
        changed: dict[BucketKey, set[Name]] = defaultdict(set)
        for one in told:
            for resolution in RESOLUTIONS:
                key = BucketKey(resolution.seconds, resolution.bucket_of(int(one.at.timestamp())))
                self._totals[key, shard] += 1
                for name in one.names:
                    docs, mentions = self._numbers[key].get((shard, name), (0, 0))
                    self._numbers[key][shard, name] = docs + 1, mentions + one.mentions(name)
                    changed[key].add(name)
                changed[key] |= set()
        batch = batch_of(
            [analysis(one.terms, one.topics, one.title_terms, one.acronyms) for one in told]
        )
        at_s = int(SystemClock().now().timestamp())
        return Flush(
            Checkpoint(shard, self._offset, accepted=len(told), watermark_s=at_s),
            [
                CountedListing(one.listing, Position(shard, self._offset, row), at_s, batch, row)
                for row, one in enumerate(told)
            ],
            [],
            [],
            CountsChange(
                self._offset,
                [(key, self._totals[key, shard]) for key in changed],
                names_change(self._changed(shard, changed, Kind.TERM)),
                names_change(self._changed(shard, changed, Kind.TOPIC)),
            ),
            [],
        )

    def _changed(
        self, shard: str, changed: Mapping[BucketKey, Collection[Name]], kind: Kind
    ) -> dict[BucketKey, dict[str, tuple[int, int]]]:
        return {
            key: {
                name.name: self._numbers[key][shard, name]
                for name in sorted(names)
                if name.kind is kind
            }
            for key, names in changed.items()
        }


@contextmanager
def empty_store(server: ClickHouseServer) -> Iterator[Client]:
    """A client of a database of its own, its schema up to date; dropped afterwards."""
    database = f"test_{uuid.uuid4().hex[:12]}"
    client = connect(server.url, database="default")
    try:
        migrate(client, database)
        yield client
        client.command(f"DROP DATABASE {database}")
    finally:
        client.close()
