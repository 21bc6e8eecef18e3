"""Counts of windows for detection, loaded once: for walks through history, window by window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from clickhouse_connect.driver.client import Client
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from trends.detection.horizons import Horizon
from trends.detection.source import (
    Background,
    Exposure,
    Name,
    Span,
    WindowCounts,
    exposure_of,
    window_numbers,
)
from trends.detection.spike import Kind
from trends.store.client import translated
from trends.store.window_counts import REFERENCES, SETTINGS, keys_of, newest, resolution_of


class LoadedCounts:
    """All counts of one resolution in [first, end), of names with ``min_docs`` listings in all.

    Memory: about 40 bytes for each stored count, which is why names are left out that could never
    be found.
    """

    def __init__(
        self, client: Client, horizon: Horizon, first: datetime, end: datetime, min_docs: int
    ) -> None:
        self._bucket_s = horizon.bucket_s
        self._first_s = int(first.timestamp()) // self._bucket_s * self._bucket_s
        self._buckets = -(-(int(end.timestamp()) - self._first_s) // self._bucket_s)
        self._listings = self._load_listings(client, horizon)
        self._names: list[Name] = []
        self._keys = np.zeros(0, np.uint64)
        self._row: dict[Name, int] = {}
        columns: list[NDArray[np.int64]] = [np.zeros(0, np.int64)] * 4
        for kind in Kind:
            loaded = self._load(client, kind, horizon, first, end, min_docs)
            columns = [np.concatenate(pair) for pair in zip(columns, loaded, strict=True)]
        self._row = {name: number for number, name in enumerate(self._names)}
        rows, buckets, docs, mentions = columns
        shape = len(self._names), self._buckets
        self._docs: Any = csr_array((docs.astype(np.int32), (rows, buckets)), shape)
        self._docs_by_bucket: Any = csc_array(self._docs)
        self._mentions_by_bucket: Any = csc_array(
            (mentions.astype(np.int32), (rows, buckets)), shape
        )

    def _load_listings(self, client: Client, horizon: Horizon) -> NDArray[np.int64]:
        with translated():
            rows = client.query(
                "SELECT toUnixTimestamp(bucket), max_listings FROM ("
                "SELECT bucket, sum(listings) AS max_listings FROM bucket_totals FINAL "
                "WHERE resolution = {resolution:String} GROUP BY bucket)",
                parameters={"resolution": resolution_of(horizon)},
            ).result_rows
        found = np.zeros(self._buckets, np.int64)
        for bucket_s, listings in rows:
            place = (int(bucket_s) - self._first_s) // self._bucket_s
            if 0 <= place < self._buckets:
                found[place] = int(listings)
        return found

    def _load(
        self,
        client: Client,
        kind: Kind,
        horizon: Horizon,
        first: datetime,
        end: datetime,
        min_docs: int,
    ) -> list[NDArray[np.int64]]:
        counts = newest(kind, resolution_of(horizon), first, end)
        with translated():
            rows = client.query_arrow(
                "SELECT toString(name) AS label, cityHash64(name) AS id, "
                "toInt64(toUnixTimestamp(bucket)) AS at, "
                "toInt64(docs) AS docs, toInt64(mentions) AS mentions FROM ("
                "SELECT *, sum(docs) OVER (PARTITION BY name) AS in_all "
                f"FROM ({counts})) WHERE in_all >= {min_docs:d}",
                settings=SETTINGS,
                use_strings=True,
            )
        found = rows["label"].combine_chunks().dictionary_encode()
        indices = found.indices.to_numpy()
        names = found.dictionary.to_pylist()
        keys = np.zeros(len(names), np.uint64)
        keys[indices] = keys_of(kind, rows["id"])
        # Sorted, so that nothing depends on the order in which the store answers.
        order = sorted(range(len(names)), key=names.__getitem__)
        place = np.argsort(np.array(order, np.int64))
        offset = len(self._names)
        self._names += [Name(kind, names[number]) for number in order]
        self._keys = np.concatenate([self._keys, keys[order]])
        return [
            place[indices] + offset,
            (rows["at"].to_numpy() - self._first_s) // self._bucket_s,
            rows["docs"].to_numpy(),
            rows["mentions"].to_numpy(),
        ]

    def exposure(self, span: Span) -> Exposure:
        return exposure_of(span, self._bucket_starts(), self._listings)

    def window(self, span: Span, min_docs: int) -> WindowCounts:
        inside = self._inside(span.start, span.end)
        docs = np.asarray(self._docs_by_bucket[:, inside].sum(axis=1)).ravel()
        places = np.flatnonzero(docs >= min_docs)
        mentions = np.asarray(self._mentions_by_bucket[:, inside].sum(axis=1)).ravel()
        return WindowCounts(
            self._keys[places],
            docs[places].astype(np.int32),
            mentions[places].astype(np.int32),
            lambda place: self._names[places[place]],
        )

    def past(self, span: Span, names: Sequence[Name]) -> NDArray[np.int32]:
        counts = self._docs[[self._row[name] for name in names]].tocoo()
        sums = np.zeros((len(names), span.horizon.windows), np.int32)
        numbers = window_numbers(span, self._bucket_starts()[counts.col])
        known = (numbers >= 0) & (numbers < span.horizon.windows)
        np.add.at(sums, (counts.row[known], numbers[known]), counts.data[known])
        return sums

    def background(self, span: Span, min_docs: int) -> Background:
        before, in_all = np.zeros((2, self._buckets), np.int64)
        before[self._inside(span.first, span.start)] = 1
        in_all[self._inside(span.first, span.end)] = 1
        total = np.asarray(self._docs @ in_all, np.int64)
        places = np.flatnonzero(total >= min_docs)
        places = places[self._keys[places].argsort()]
        docs = np.asarray(self._docs @ before, np.int64)[places]
        # As a store chooses them: those with the least hashes.
        terms = [place for place in places if self._names[place].kind is Kind.TERM]
        chosen = [self._names[place] for place in terms[:REFERENCES]]
        return Background(self._keys[places], docs, total[places], self.past(span, chosen))

    def _inside(self, first: datetime, end: datetime) -> slice:
        start = (int(first.timestamp()) - self._first_s) // self._bucket_s
        stop = (int(end.timestamp()) - self._first_s) // self._bucket_s
        return slice(max(start, 0), min(max(stop, 0), self._buckets))

    def _bucket_starts(self) -> NDArray[np.int64]:
        return self._first_s + self._bucket_s * np.arange(self._buckets, dtype=np.int64)
