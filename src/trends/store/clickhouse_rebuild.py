"""What a rebuild asks of ClickHouse. Listings come and go as Arrow, whatever their columns are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np
import pyarrow as pa
from clickhouse_connect.driver.client import Client

from trends.analysis.batch import Batch
from trends.model import Position
from trends.store.clickhouse import INSERT_LISTINGS_MAX, ClickHouseStore
from trends.store.client import translated
from trends.store.cluster import Schema
from trends.store.columns import counted_under
from trends.store.interface import ShardInfo
from trends.store.rebuild import Due, Page, ShardDay, ShardState

PAGE_LISTINGS: Final = 5_000

# Compares 64-bit numbers, for a version can be -1. A shard that is not due is at -2.
_STORED: Final = (
    "toInt64(offset) <= transform(toString(shard), {shards:Array(String)}, "
    "{versions:Array(Int64)}, toInt64(-2))"
)
_IS_DUE: Final = (
    f"{_STORED} AND (generation < {{generation:UInt32}} OR toInt64(offset) > transform("
    "toString(shard), {shards:Array(String)}, {since:Array(Int64)}, toInt64(-2)))"
)


class ClickHouseRebuild(ClickHouseStore):
    """The store, and what counting under a new generation needs; keeps `RebuildStore`."""

    def __init__(self, client: Client, generation: int, cluster: str = "") -> None:
        """``cluster``: whose servers all have the tables, see cluster.py; empty: the one server."""
        super().__init__(client, generation)
        self._cluster = cluster

    def newest_active(self) -> int:
        return int(self._rows("SELECT max(generation) FROM generations FINAL WHERE active")[0][0])

    def shards_of(self, heir: ShardInfo) -> set[str]:
        rows = self._rows(
            "SELECT shard FROM shards FINAL WHERE topic = {topic:String} "
            "AND partition % {partitions:UInt32} = {partition:UInt32}",
            topic=heir.topic,
            partitions=heir.partitions,
            partition=heir.partition,
        )
        return {heir.name, *(shard for (shard,) in rows)}

    def shard_states(self) -> list[ShardState]:
        # In this order: what is counted may grow meanwhile, and then less is found than there is.
        counted = dict(
            self._rows(
                "SELECT shard, max(version) FROM rebuilt "
                "WHERE generation = {generation:UInt32} GROUP BY shard",
                generation=self.generation,
            )
        )
        rows = self._rows("SELECT shard, toInt64(version), generation FROM checkpoints FINAL")
        return [
            ShardState(
                shard,
                version,
                generation,
                version
                if generation >= self.generation
                else min(int(counted.get(shard, -1)), version),
            )
            for shard, version, generation in rows
        ]

    def days_due(self, due: Mapping[str, Due]) -> list[ShardDay]:
        thresholds = {"generation": self.generation, **_thresholds(due)}
        # Mostly nothing is due, and without FINAL that is seen at once.
        if not self._rows(f"SELECT 1 FROM listings_counted WHERE {_IS_DUE} LIMIT 1", **thresholds):
            return []
        rows = self._rows(
            "SELECT toDate(event_time) AS day, toString(shard) AS name, count() "
            f"FROM listings_counted FINAL WHERE {_STORED} "
            f"GROUP BY day, name HAVING countIf({_IS_DUE}) > 0 ORDER BY day, name",
            **thresholds,
        )
        return [ShardDay(*row) for row in rows]

    def pages(self, days: Sequence[ShardDay], due: Mapping[str, Due]) -> Iterator[Page]:
        parameters = {
            "start": _midnight(days[0].day),
            "end": _midnight(days[-1].day) + timedelta(days=1),
            "days": [day.day for day in days],
            "owners": [day.shard for day in days],
            **_thresholds(due),
        }
        if sum(day.listings for day in days) <= PAGE_LISTINGS:
            rows = self._arrow("", parameters)
            if rows.num_rows:
                yield _page(rows)
            return
        # An id may stand at several positions, which must not be parted.
        one_page = f"AND id > {{after:String}} ORDER BY id LIMIT {PAGE_LISTINGS} WITH TIES"
        after = ""
        while (rows := self._arrow(one_page, {**parameters, "after": after})).num_rows:
            yield _page(rows)
            after = rows["id"][-1].as_py()

    def _arrow(self, more: str, parameters: dict[str, object]) -> pa.Table:
        with translated():
            return self._client.query_arrow(
                "SELECT * FROM listings_counted FINAL "
                "WHERE event_time >= {start:DateTime} AND event_time < {end:DateTime} "
                "AND (toDate(event_time), toString(shard)) IN (SELECT arrayJoin(arrayZip("
                "{days:Array(Date)}, {owners:Array(String)}))) "
                f"AND {_STORED} {more}",
                parameters=parameters,
                use_strings=True,
                settings={"output_format_arrow_low_cardinality_as_dictionary": 0},
            )

    def rewrite(self, page: Page, rows: Sequence[int], batch: Batch, *, terms: bool) -> None:
        table = counted_under(page.rows.take(pa.array(rows)), batch, self.generation, terms=terms)
        for start in range(0, len(rows), INSERT_LISTINGS_MAX):
            self._insert("listings_counted", table.slice(start, INSERT_LISTINGS_MAX))

    def write_counted(self, versions: Mapping[str, int]) -> None:
        if versions:
            table = pa.table(
                {
                    "generation": pa.array([self.generation] * len(versions), pa.uint32()),
                    "shard": pa.array(list(versions), pa.string()),
                    "version": pa.array(list(versions.values()), pa.int64()),
                }
            )
            self._insert("rebuilt", table)

    def drop_terms(self) -> None:
        with translated():
            self._change("TRUNCATE TABLE term_days")
            self._change("TRUNCATE TABLE term_counts")

    def drop_older_topics(self) -> None:
        parts = self._rows(
            "SELECT DISTINCT _partition_id FROM topic_counts "
            "WHERE generation < {generation:UInt32}",
            generation=self.generation,
        )
        with translated():
            for (partition,) in parts:
                self._change(f"ALTER TABLE topic_counts DROP PARTITION ID '{partition}'")

    def _change(self, statement: str) -> None:
        for form in Schema(self._cluster, str(self._client.database)).forms(statement):
            self._client.command(form)


def _thresholds(due: Mapping[str, Due]) -> dict[str, object]:
    return {
        "shards": list(due),
        "versions": [row.version for row in due.values()],
        "since": [row.since for row in due.values()],
    }


def _page(rows: pa.Table) -> Page:
    places = zip(*(rows[name].to_pylist() for name in ("shard", "offset", "line")), strict=True)
    return Page(
        positions=[Position(*place) for place in places],
        event_times_s=_seconds(rows["event_time"]),
        texts=list(zip(rows["title"].to_pylist(), rows["text"].to_pylist(), strict=True)),
        generations=rows["generation"].to_pylist(),
        rows=rows,
    )


def _seconds(times: pa.ChunkedArray) -> list[int]:
    """Epoch seconds; servers give a DateTime as a number or as a moment."""
    if pa.types.is_timestamp(times.type):
        times = times.cast(pa.timestamp("s", "UTC"))
    seconds: list[int] = (
        times.combine_chunks().to_numpy(zero_copy_only=False).astype(np.int64).tolist()
    )
    return seconds


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
