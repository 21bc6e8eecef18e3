"""The store on ClickHouse, real or embedded. Rows go in as Arrow, one block per insert."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import pyarrow as pa
from clickhouse_connect.driver.client import Client

from trends.counting.buckets import BucketKey
from trends.counting.counts import Bucket
from trends.counting.seen import Occurrence
from trends.counting.tally import Tally
from trends.model import Position
from trends.store.client import translated
from trends.store.columns import (
    RESOLUTION_NAMES,
    RESOLUTION_SECONDS,
    checkpoints_table,
    dead_letters_table,
    forwards_table,
    listings_table,
    name_counts_tables,
    sightings_table,
    term_days_table,
    totals_table,
)
from trends.store.interface import Checkpoint, DeadLetter, Flush, ShardInfo, StoredText
from trends.store.loaded import counted_names

INSERT_ROWS_MAX: Final = 200_000
INSERT_LISTINGS_MAX: Final = 1_500
FIND_IDS_MAX: Final = 2_000

# One insert, one block, one part per table partition: it lands whole or not at all.
_ONE_BLOCK: Final = {
    "max_insert_block_size": 1 << 30,
    "min_insert_block_size_rows": 1 << 30,
    "min_insert_block_size_bytes": 1 << 40,
    "max_partitions_per_insert_block": 0,
    # A block of ours holds no row twice, and skip indexes can wait for the first merge: a fifth
    # of an insert's time each.
    "optimize_on_insert": 0,
    "materialize_skip_indexes_on_insert": 0,
    "async_insert": 0,
    "input_format_parallel_parsing": 0,
}


class ClickHouseStore:
    """Blocking; a client may be used by one thread at a time."""

    def __init__(self, client: Client, generation: int) -> None:
        """``generation``: the one to count under, see generations.py."""
        self._client = client
        self.generation = generation

    def open_shard(self, shard: ShardInfo, at: datetime) -> None:
        row = [shard.name, shard.topic, shard.topic_id, shard.partition, shard.partitions, at]
        columns = ["shard", "topic", "topic_id", "partition", "partitions", "opened_at"]
        with translated():
            self._client.insert("shards", [row], column_names=columns)

    def checkpoint(self, shard: str) -> Checkpoint | None:
        rows = self._rows(
            "SELECT shard, version, accepted, duplicates, dead, forwarded, "
            "toUnixTimestamp(watermark), late, lateness_max_s "
            "FROM checkpoints FINAL WHERE shard = {shard:String}",
            shard=shard,
        )
        return Checkpoint(*rows[0]) if rows else None

    def unfinished_shards(self, topic: str, current_topic_id: str) -> list[ShardInfo]:
        rows = self._rows(
            "SELECT topic, topic_id, partition, partitions FROM shards FINAL "
            "INNER JOIN (SELECT shard, max(offset) AS stored FROM listings_counted GROUP BY shard) "
            "AS listed ON listed.shard = shards.shard "
            "LEFT JOIN (SELECT shard, toInt64(max(version)) AS version FROM checkpoints "
            "GROUP BY shard) AS done ON done.shard = shards.shard "
            "WHERE topic = {topic:String} AND topic_id != {topic_id:String} "
            "AND listed.stored > if(done.shard = '', -1, done.version)",
            topic=topic,
            topic_id=current_topic_id,
        )
        return [ShardInfo(*row) for row in rows]

    def listings_after(self, shard: str, version: int) -> Iterator[StoredText]:
        rows = self._rows(
            "SELECT offset, line, toUnixTimestamp(event_time), title, text "
            "FROM listings_counted FINAL "
            "WHERE shard = {shard:String} AND toInt64(offset) > {version:Int64} "
            "ORDER BY offset, line",
            shard=shard,
            version=version,
        )
        for offset, line, event_s, title, text in rows:
            yield StoredText(Position(shard, offset, line), event_s, title, text)

    def seen(self, home: int, partitions: int, limit: int) -> tuple[list[Occurrence], int | None]:
        rows = self._rows(
            "SELECT id, shard, offset, line, toUnixTimestamp(arrived_at) AS arrived_s "
            "FROM listings_counted FINAL "
            "WHERE bitAnd(kafkaMurmurHash(id), 0x7fffffff) % {partitions:UInt32} = {home:UInt32} "
            "ORDER BY arrived_s DESC LIMIT {limit:UInt64}",
            home=home,
            partitions=partitions,
            limit=limit + 1,
        )
        complete = len(rows) <= limit
        known_from_s = None if complete else rows[limit - 1][4] + 1
        return _occurrences(rows[:limit]), known_from_s

    def find(self, ids: Collection[str]) -> list[Occurrence]:
        found: list[Occurrence] = []
        wanted = sorted(ids)
        for start in range(0, len(wanted), FIND_IDS_MAX):
            rows = self._rows(
                "SELECT DISTINCT id, shard, offset, line, toUnixTimestamp(arrived_at) "
                "FROM listings_counted WHERE id IN {ids:Array(String)}",
                ids=wanted[start : start + FIND_IDS_MAX],
            )
            found += _occurrences(rows)
        return found

    def forwards_after(self, shard: str, version: int) -> set[Position]:
        rows = self._rows(
            "SELECT offset, line FROM forwards FINAL "
            "WHERE shard = {shard:String} AND toInt64(offset) > {version:Int64}",
            shard=shard,
            version=version,
        )
        return {Position(shard, offset, line) for offset, line in rows}

    def stored_buckets(self, shard: str) -> set[BucketKey]:
        rows = self._rows(
            "SELECT DISTINCT resolution, toUnixTimestamp(bucket) FROM bucket_totals "
            "WHERE shard = {shard:String}",
            shard=shard,
        )
        return {BucketKey(RESOLUTION_SECONDS[name], bucket_s) for name, bucket_s in rows}

    def load_buckets(self, shard: str, keys: Collection[BucketKey]) -> dict[BucketKey, Bucket]:
        buckets = {key: Bucket() for key in keys}
        if not buckets:
            return buckets
        for key, (listings, version) in self._bucket_rows("bucket_totals", "listings", shard, keys):
            buckets[key].listings, buckets[key].version = listings, version
        for table, name, tally_of in (
            ("term_counts", "term", _terms_of),
            ("topic_counts", "topic", _topics_of),
        ):
            of_generation = f"AND generation = {self.generation:d} " if name == "topic" else ""
            with translated():
                found = self._client.query_arrow(
                    f"SELECT toString(resolution) AS resolution, toUnixTimestamp(bucket) AS start, "
                    f"toString({name}) AS name, docs, mentions, version FROM {table} FINAL "
                    f"WHERE shard = {{shard:String}} {of_generation}"
                    f"AND (resolution, bucket) IN ({_listed(keys)}) ORDER BY resolution, start",
                    parameters={"shard": shard},
                    use_strings=True,
                )
            for key, names, docs, mentions, version in counted_names(found):
                tally_of(buckets[key]).load(names, docs, mentions, version)
        return buckets

    def _bucket_rows(
        self, table: str, columns: str, shard: str, keys: Collection[BucketKey]
    ) -> Iterator[tuple[BucketKey, tuple[Any, ...]]]:
        rows = self._rows(
            f"SELECT toString(resolution), toUnixTimestamp(bucket), {columns}, version "
            f"FROM {table} FINAL WHERE shard = {{shard:String}} "
            f"AND (resolution, bucket) IN ({_listed(keys)})",
            shard=shard,
        )
        for name, bucket_s, *values in rows:
            yield BucketKey(RESOLUTION_SECONDS[name], bucket_s), tuple(values)

    def write_listings(self, flushes: Sequence[Flush]) -> None:
        rows = [row for flush in flushes for row in flush.listings]
        for start in range(0, len(rows), INSERT_LISTINGS_MAX):
            self._insert(
                "listings_counted",
                listings_table(rows[start : start + INSERT_LISTINGS_MAX], self.generation),
            )

    def write_sightings(self, flushes: Sequence[Flush]) -> None:
        rows = [row for flush in flushes for row in flush.sightings]
        if rows:
            self._insert("sightings", sightings_table(rows))

    def write_forwards(self, flushes: Sequence[Flush]) -> None:
        rows = [row for flush in flushes for row in flush.forwards]
        if rows:
            self._insert("forwards", forwards_table(rows))

    def write_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        if letters:
            self._insert("dead_letters", dead_letters_table(letters))

    def write_totals(self, flushes: Sequence[Flush]) -> None:
        table = totals_table(flushes)
        if table.num_rows:
            self._insert("bucket_totals", table)

    def write_topics(self, flushes: Sequence[Flush]) -> None:
        for table in name_counts_tables(flushes, "topic", INSERT_ROWS_MAX):
            generation = pa.array(np.full(table.num_rows, self.generation, np.uint32))
            self._insert("topic_counts", table.append_column("generation", generation))

    def write_terms(self, flushes: Sequence[Flush]) -> None:
        for table in name_counts_tables(flushes, "term", INSERT_ROWS_MAX):
            # First what is only read by people: the version of the other decides what is counted
            # again, so what stands there must stand here, too.
            days = term_days_table(table)
            if days.num_rows:
                self._insert("term_days", days)
            self._insert("term_counts", table)

    def write_checkpoints(self, checkpoints: Sequence[Checkpoint], at: datetime) -> None:
        rows = checkpoints_table(checkpoints, at.astimezone(UTC), self.generation)
        self._insert("checkpoints", rows)

    def _insert(self, table: str, rows: pa.Table) -> None:
        with translated():
            self._client.insert_arrow(table, rows, settings=dict(_ONE_BLOCK))

    def _rows(self, sql: str, **parameters: object) -> list[tuple[Any, ...]]:
        with translated():
            result = self._client.query(sql, parameters=parameters)
            return list(map(tuple, result.result_rows))


def _occurrences(rows: Sequence[tuple[Any, ...]]) -> list[Occurrence]:
    return [
        Occurrence(str(listing_id), Position(shard, offset, line), arrived_s)
        for listing_id, shard, offset, line, arrived_s in rows
    ]


def _listed(keys: Collection[BucketKey]) -> str:
    """Buckets as ClickHouse writes a list of (resolution, bucket)."""
    return ", ".join(
        f"('{RESOLUTION_NAMES[key.resolution_s]}', toDateTime({key.bucket_s:d}, 'UTC'))"
        for key in sorted(keys)
    )


def _terms_of(bucket: Bucket) -> Tally:
    return bucket.terms


def _topics_of(bucket: Bucket) -> Tally:
    return bucket.topics
