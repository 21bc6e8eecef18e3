"""Counts of windows for detection, asked of the store as the windows are looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa
from clickhouse_connect.driver.client import Client
from numpy.typing import NDArray

from trends.detection.horizons import Horizon
from trends.detection.lookup import places_in
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
from trends.store.columns import RESOLUTION_NAMES

SETTINGS: Final = {
    "do_not_merge_across_partitions_select_final": 1,
    "max_query_size": 16 << 20,
    "use_skip_indexes_if_final": 0,
}
# Names whose past says what is usual.
REFERENCES: Final = 2_000
# Rows of a shard only ever grow: the greatest is the newest, and FINAL, which has to look at all
# columns of the key and version, is not needed.
_NEWEST: Final = (
    "SELECT {name} AS name, bucket, sum(newest) AS docs, sum(most) AS mentions FROM ("
    "SELECT {name}, bucket, max(docs) AS newest, max(mentions) AS most FROM {table} "
    "PREWHERE resolution = '{resolution}' AND bucket >= {first} AND bucket < {end} "
    "WHERE 1 {more} GROUP BY {name}, bucket, shard) GROUP BY name, bucket"
)
_GENERATION: Final = "AND generation = (SELECT max(generation) FROM generations WHERE active)"


class StoreCounts:
    """Blocking; one query or two for each question."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def exposure(self, span: Span) -> Exposure:
        rows = self._arrow(
            "SELECT toInt64(toUnixTimestamp(bucket)) AS at, toInt64(sum(newest)) AS in_bucket "
            "FROM (SELECT bucket, shard, max(listings) AS newest FROM bucket_totals "
            f"PREWHERE resolution = '{resolution_of(span.horizon)}' "
            f"AND bucket >= {_sql(span.first)} AND bucket < {_sql(span.end)} "
            "GROUP BY bucket, shard) GROUP BY bucket"
        )
        return exposure_of(span, rows["at"].to_numpy(), rows["in_bucket"].to_numpy())

    def window(self, span: Span, min_docs: int) -> WindowCounts:
        return joined(
            [
                self._counted(kind, span, min_docs, self._possible(kind, span, min_docs))
                for kind in Kind
            ]
        )

    def stored_to(self) -> dict[str, int]:
        """How far each shard is stored: all rows up to that version are there."""
        rows = self._arrow(
            "SELECT toString(shard) AS label, toInt64(max(version)) AS newest "
            "FROM checkpoints GROUP BY shard"
        )
        return dict(zip(rows["label"].to_pylist(), rows["newest"].to_pylist(), strict=True))

    def counted_to(self, span: Span) -> tuple[dict[str, int], dict[str, int]]:
        """The newest version of each shard in the past of a window, and in the window itself."""
        rows = self._arrow(
            "SELECT toString(shard) AS label, "
            f"toInt64(maxIf(toInt64(version), bucket < {_sql(span.start)})) AS past, "
            f"toInt64(maxIf(toInt64(version), bucket >= {_sql(span.start)})) AS present "
            f"FROM bucket_totals PREWHERE resolution = '{resolution_of(span.horizon)}' "
            f"AND bucket >= {_sql(span.first)} AND bucket < {_sql(span.end)} GROUP BY shard"
        )
        shards = rows["label"].to_pylist()
        return (
            dict(zip(shards, rows["past"].to_pylist(), strict=True)),
            dict(zip(shards, rows["present"].to_pylist(), strict=True)),
        )

    def generation(self) -> int:
        """The one that topics are counted under."""
        rows = self._arrow(
            "SELECT toInt64(max(generation)) AS newest FROM generations WHERE active"
        )
        return int(rows["newest"][0].as_py())

    def changed(self, span: Span, min_docs: int, since: Mapping[str, int]) -> WindowCounts:
        """As `window`, of those terms alone that a shard has counted since; and of all topics.

        Args:
            span: the window.
            min_docs: in the window.
            since: what `stored_to` said some time ago.
        """
        newer, shards = _stored_since(since)
        # Few may have come since, and to another shard than the one that has most of its listings.
        possible = (
            f"{self._possible(Kind.TERM, span, min_docs)} AND term IN (SELECT term "
            f"FROM term_counts PREWHERE {_rows_of(span)} WHERE {newer})"
        )
        return joined(
            [
                self._counted(Kind.TERM, span, min_docs, possible, **shards),
                self._counted(Kind.TOPIC, span, min_docs, ""),
            ]
        )

    def rows_since(self, span: Span, since: Mapping[str, int]) -> pa.Table:
        """Rows of terms in the one bucket of ``span`` that a shard has stored since.

        Args:
            span: of one bucket.
            since: what `stored_to` said some time ago; empty: all rows.
        """
        newer, shards = _stored_since(since)
        return self._arrow(
            "SELECT toString(term) AS label, cityHash64(term) AS id, "
            "toString(shard) AS shard_label, docs, mentions FROM term_counts "
            f"PREWHERE {_rows_of(span)} AND toInt64(version) > {min(since.values(), default=-1):d} "
            f"WHERE {newer}",
            **shards,
        )

    def topics(self, span: Span, min_docs: int) -> WindowCounts:
        """As `window`, of topics alone."""
        return joined([self._counted(Kind.TOPIC, span, min_docs, "")])

    def _counted(
        self, kind: Kind, span: Span, min_docs: int, more: str, **parameters: Any
    ) -> tuple[Kind, pa.Table]:
        inner = newest(kind, resolution_of(span.horizon), span.start, span.end, more)
        return kind, self._arrow(
            "SELECT toString(name) AS label, cityHash64(name) AS id, "
            f"toInt32(sum(docs)) AS in_window, toInt32(sum(mentions)) AS times FROM ({inner}) "
            f"GROUP BY name HAVING in_window >= {min_docs:d} ORDER BY name",
            **parameters,
        )

    def _possible(self, kind: Kind, span: Span, min_docs: int) -> str:
        """SQL: leaves out names that cannot reach ``min_docs`` in one bucket.

        A name that so many listings mention is mentioned by its share of them in some shard.
        """
        if span.horizon.buckets > 1 or kind is Kind.TOPIC:
            return ""
        where = _rows_of(span)
        rows = self._arrow(
            f"SELECT toInt64(uniqExact(shard)) AS shards FROM bucket_totals PREWHERE {where}"
        )
        least = -(-min_docs // max(rows["shards"][0].as_py(), 1))
        return (
            f"AND {kind} IN (SELECT {kind} FROM {kind}_counts "
            f"PREWHERE {where} AND docs >= {least:d})"
        )

    def past(self, span: Span, names: Sequence[Name]) -> NDArray[np.int32]:
        counts = np.zeros((len(names), span.horizon.windows), np.int32)
        for kind in Kind:
            row = {name.name: number for number, name in enumerate(names) if name.kind is kind}
            if not row:
                continue
            inner = newest(
                kind,
                resolution_of(span.horizon),
                span.first,
                span.start,
                f"AND {kind} IN %(names)s",
            )
            rows = self._arrow(
                "SELECT toString(name) AS name, toInt64(toUnixTimestamp(bucket)) AS at, "
                f"toInt32(docs) AS docs FROM ({inner})",
                names=tuple(row),
            )
            found = rows["name"].combine_chunks().dictionary_encode()
            places = np.array([row[name] for name in found.dictionary.to_pylist()], np.int64)
            if len(places):
                at = places[found.indices.to_numpy()], window_numbers(span, rows["at"].to_numpy())
                np.add.at(counts, at, rows["docs"].to_numpy())
        return counts

    def background(self, span: Span, min_docs: int) -> Background:
        keys, docs, in_all, references = [], [], [], []
        for kind in Kind:
            # By day: sums over hours are the same, and there are fewer of them. The days in which
            # past and window begin are left out of what was before, which lets more names be
            # looked at, but not out of the names, for there must not be fewer than there are.
            start, day = f"toStartOfDay({_sql(span.start)})", timedelta(days=1)
            before = f"bucket >= {_sql(span.first)} AND bucket < {start}"
            counts = newest(kind, "1d", span.first - day + timedelta(seconds=1), span.end)
            rows = self._arrow(
                f"SELECT cityHash64(name) AS id, toInt64(sumIf(docs, {before})) AS before, "
                f"toInt64(sum(docs)) AS in_all FROM ({counts}) "
                f"GROUP BY name HAVING in_all >= {min_docs:d}"
            )
            ids = rows["id"].to_numpy()
            keys.append(keys_of(kind, rows["id"]))
            docs.append(rows["before"].to_numpy())
            in_all.append(rows["in_all"].to_numpy())
            if len(ids) and kind is Kind.TERM:
                references.append(self._reference(span, ids))
        every = np.concatenate(keys)
        order = np.argsort(every)
        return Background(
            every[order],
            np.concatenate(docs)[order],
            np.concatenate(in_all)[order],
            np.concatenate([*references, np.zeros((0, span.horizon.windows), np.int32)]),
        )

    def _reference(self, span: Span, ids: NDArray[np.uint64]) -> NDArray[np.int32]:
        """The past of the names with the least hashes: any, but always the same."""
        chosen = np.sort(ids)[:REFERENCES]
        inner = newest(
            Kind.TERM,
            resolution_of(span.horizon),
            span.first,
            span.start,
            f"AND cityHash64(term) <= {int(chosen[-1]):d}",
        )
        rows = self._arrow(
            "SELECT cityHash64(name) AS id, toInt64(toUnixTimestamp(bucket)) AS at, "
            f"toInt32(docs) AS docs FROM ({inner})"
        )
        found = rows["id"].to_numpy()
        known, places = places_in(chosen, found)
        counts = np.zeros((len(chosen), span.horizon.windows), np.int32)
        at = window_numbers(span, rows["at"].to_numpy())
        np.add.at(counts, (places[known], at[known]), rows["docs"].to_numpy()[known])
        return counts

    def _arrow(self, sql: str, **parameters: Any) -> pa.Table:
        with translated():
            return self._client.query_arrow(
                sql, parameters=parameters or None, settings=SETTINGS, use_strings=True
            )


def joined(found: Sequence[tuple[Kind, pa.Table]]) -> WindowCounts:
    """Counts of kind after kind as one."""
    labels = [(kind, table["label"].combine_chunks()) for kind, table in found]
    ends = np.cumsum([table.num_rows for _, table in found])

    def name(place: int) -> Name:
        part = int(np.searchsorted(ends, place, side="right"))
        kind, texts = labels[part]
        return Name(kind, texts[place - (int(ends[part - 1]) if part else 0)].as_py())

    return WindowCounts(
        np.concatenate([keys_of(kind, table["id"]) for kind, table in found]),
        np.concatenate([table["in_window"].to_numpy() for _, table in found]),
        np.concatenate([table["times"].to_numpy() for _, table in found]),
        name,
    )


def _rows_of(span: Span) -> str:
    """SQL: of the window."""
    return (
        f"resolution = '{resolution_of(span.horizon)}' "
        f"AND bucket >= {_sql(span.start)} AND bucket < {_sql(span.end)}"
    )


def _stored_since(since: Mapping[str, int]) -> tuple[str, dict[str, Any]]:
    """SQL, and its parameters: rows of known shards that are newer, and all rows of others."""
    known = [
        f"(shard = %(shard{number})s AND version > {version:d})"
        for number, version in enumerate(since.values())
    ]
    names = {f"shard{number}": shard for number, shard in enumerate(since)}
    other = "shard NOT IN %(shards)s"
    return " OR ".join([*known, other]), {**names, "shards": tuple(since) or ("",)}


def keys_of(kind: Kind, ids: pa.ChunkedArray) -> NDArray[np.uint64]:
    """Hashes of names, made so that a term and a topic of the same name differ."""
    found: NDArray[np.uint64] = ids.to_numpy()
    return found if kind is Kind.TERM else ~found


def newest(kind: Kind, resolution: str, first: datetime, end: datetime, more: str = "") -> str:
    """SQL: name, bucket, docs and mentions of every bucket in [first, end), over all shards."""
    return _NEWEST.format(
        name=kind.value,
        table=f"{kind}_counts",
        resolution=resolution,
        first=_sql(first),
        end=_sql(end),
        more=f"{more} {_GENERATION if kind is Kind.TOPIC else ''}",
    )


def resolution_of(horizon: Horizon) -> str:
    """Of the buckets that its windows are cut from."""
    return RESOLUTION_NAMES[horizon.bucket_s]


def _sql(moment: datetime) -> str:
    return f"toDateTime({int(moment.timestamp()):d}, 'UTC')"
