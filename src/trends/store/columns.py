"""Flushes to Arrow tables, column by column, as the raw tables take them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Final

import numpy as np
import orjson
import pyarrow as pa

from trends.analysis.interface import ANALYSIS_VERSION
from trends.counting.buckets import RESOLUTIONS
from trends.counting.counts import NameCounts
from trends.store.interface import Checkpoint, CountedListing, DeadLetter, Flush, Forward, Sighting

RESOLUTION_NAMES: Final = {resolution.seconds: resolution.name for resolution in RESOLUTIONS}
RESOLUTION_SECONDS: Final = {resolution.name: resolution.seconds for resolution in RESOLUTIONS}

_LABEL: Final = pa.dictionary(pa.int32(), pa.string())
_MOMENT: Final = pa.timestamp("ms", "UTC")
_SECOND: Final = pa.timestamp("s", "UTC")

# ClickHouse's Enum8 values of the column `resolution`.
_RESOLUTION_CODES: Final = {r.seconds: code for code, r in enumerate(RESOLUTIONS, 1)}


def listings_table(rows: Sequence[CountedListing]) -> pa.Table:
    """Rows of `listings_stored`."""
    listings = [row.listing for row in rows]
    return pa.table(
        {
            **_positions(rows),
            "arrived_at": pa.array([row.arrived_s for row in rows], pa.uint32()),
            "analysis": pa.array([ANALYSIS_VERSION] * len(rows), pa.uint16()),
            "title": pa.array([listing.title for listing in listings], pa.string()),
            "text": pa.array([listing.text for listing in listings], pa.string()),
            "url": pa.array([listing.url for listing in listings], pa.string()),
            "authors": pa.array([listing.authors for listing in listings], pa.list_(pa.string())),
            "author_count": pa.array([listing.author_count for listing in listings], pa.int32()),
            "organization": pa.array([listing.organization for listing in listings], pa.string()),
            "tags": pa.array([listing.tags for listing in listings], pa.list_(pa.string())),
            "language": pa.array([listing.language for listing in listings], pa.string()),
            "extra": pa.array([_json(listing.extra) for listing in listings], pa.string()),
            "terms": _names([row.analysis.terms for row in rows]),
            "topics": _names([row.analysis.topics for row in rows]),
        }
    )


def forwards_table(rows: Sequence[Forward]) -> pa.Table:
    """Rows of `forwards`."""
    return pa.table(
        {
            "shard": pa.array([row.position.shard for row in rows], pa.string()),
            "offset": pa.array([row.position.offset for row in rows], pa.uint64()),
            "line": pa.array([row.position.line for row in rows], pa.uint32()),
            "id": pa.array([row.listing.id for row in rows], pa.string()),
        }
    )


def _names(rows: Sequence[dict[str, int]]) -> pa.Array:
    ends = np.cumsum([0, *map(len, rows)], dtype=np.int32)
    values = pa.array(list(chain.from_iterable(rows)), pa.string())
    return pa.ListArray.from_arrays(pa.array(ends), values)


def sightings_table(rows: Sequence[Sighting]) -> pa.Table:
    """Rows of `sightings`."""
    return pa.table(_positions(rows))


def _positions(rows: Sequence[CountedListing] | Sequence[Sighting]) -> dict[str, pa.Array]:
    listings = [row.listing for row in rows]
    return {
        "id": pa.array([listing.id for listing in listings], pa.string()),
        "shard": pa.array([row.position.shard for row in rows], pa.string()),
        "offset": pa.array([row.position.offset for row in rows], pa.uint64()),
        "line": pa.array([row.position.line for row in rows], pa.uint32()),
        "event_time": pa.array([listing.event_time for listing in listings], _SECOND, safe=False),
        "source": pa.array([listing.source for listing in listings], pa.string()),
        "published_at": pa.array([listing.published_at for listing in listings], _MOMENT),
        "listed_at": pa.array([listing.listed_at for listing in listings], _MOMENT),
        "upvotes": pa.array([listing.upvotes for listing in listings], pa.int32()),
    }


def _json(extra: object) -> str:
    return orjson.dumps(extra).decode() if extra else ""


def dead_letters_table(letters: Sequence[DeadLetter]) -> pa.Table:
    """Rows of `dead_letters`, not yet re-submitted."""
    return pa.table(
        {
            "origin": [letter.origin for letter in letters],
            "offset": pa.array([letter.offset for letter in letters], pa.uint64()),
            "line": pa.array([letter.line for letter in letters], pa.uint32()),
            "code": [letter.code for letter in letters],
            # A message may quote the bad value; what UTF-8 cannot hold is shown escaped.
            "message": [
                letter.message.encode("utf-8", "backslashreplace").decode() for letter in letters
            ],
            "raw": pa.array([letter.raw for letter in letters], pa.binary()),
            "cut": pa.array([letter.cut for letter in letters], pa.bool_()),
            "recorded_at": pa.array([letter.recorded_at for letter in letters], _MOMENT),
            "state": pa.array([0] * len(letters), pa.uint8()),
        }
    )


def totals_table(flushes: Sequence[Flush]) -> pa.Table:
    """Rows of `bucket_totals`."""
    rows = [(flush, key, count) for flush in flushes for key, count in flush.counts.totals]
    return pa.table(
        {
            "shard": pa.array([flush.checkpoint.shard for flush, _, _ in rows], pa.string()),
            "resolution": pa.array([RESOLUTION_NAMES[key.resolution_s] for _, key, _ in rows]),
            "bucket": pa.array([key.bucket_s for _, key, _ in rows], pa.uint32()),
            "listings": pa.array([count for _, _, count in rows], pa.uint32()),
            "version": pa.array([flush.counts.version for flush, _, _ in rows], pa.uint64()),
        }
    )


def name_counts_tables(flushes: Sequence[Flush], kind: str, rows_max: int) -> Iterator[pa.Table]:
    """Rows of `term_counts` or `topic_counts` in tables of about ``rows_max`` rows.

    A bucket of a shard is never split: it must reach the store whole or not at all.

    Args:
        kind: ``term`` or ``topic``, the name of the column.
    """
    chunk: list[tuple[Flush, NameCounts]] = []
    rows = 0
    for flush in flushes:
        for change in flush.counts.terms if kind == "term" else flush.counts.topics:
            if chunk and rows + len(change.names) > rows_max:
                yield _name_counts_table(chunk, kind)
                chunk, rows = [], 0
            chunk.append((flush, change))
            rows += len(change.names)
    if chunk:
        yield _name_counts_table(chunk, kind)


def _name_counts_table(chunk: Sequence[tuple[Flush, NameCounts]], kind: str) -> pa.Table:
    sizes = [len(change.names) for _, change in chunk]
    shards = [flush.checkpoint.shard for flush, _ in chunk]
    resolutions = [RESOLUTION_NAMES[change.key.resolution_s] for _, change in chunk]
    return pa.table(
        {
            "shard": _repeated_label(shards, sizes),
            "resolution": _repeated_label(resolutions, sizes),
            "bucket": _repeated([c.key.bucket_s for _, c in chunk], sizes, pa.uint32()),
            kind: pa.array(list(chain.from_iterable(c.names for _, c in chunk)), pa.string()),
            "docs": pa.array(list(chain.from_iterable(c.docs for _, c in chunk)), pa.uint32()),
            "mentions": pa.array(
                list(chain.from_iterable(c.mentions for _, c in chunk)), pa.uint32()
            ),
            "version": _repeated([f.counts.version for f, _ in chunk], sizes, pa.uint64()),
        }
    )


def _repeated(values: Sequence[int], sizes: Sequence[int], kind: pa.DataType) -> pa.Array:
    return pa.array(np.repeat(np.array(values), sizes), kind)


def _repeated_label(values: Sequence[str], sizes: Sequence[int]) -> pa.Array:
    labels = sorted(set(values))
    codes = {label: code for code, label in enumerate(labels)}
    indices = _repeated([codes[value] for value in values], sizes, pa.int32())
    return pa.DictionaryArray.from_arrays(indices, pa.array(labels, pa.string()))


def checkpoints_table(checkpoints: Sequence[Checkpoint], at: datetime) -> pa.Table:
    """Rows of `checkpoints`."""
    columns: dict[str, pa.Array] = {
        name: pa.array([getattr(row, name) for row in checkpoints], pa.uint64())
        for name in (
            "version",
            "accepted",
            "duplicates",
            "dead",
            "forwarded",
            "late",
            "lateness_max_s",
        )
    }
    columns["shard"] = pa.array([row.shard for row in checkpoints], pa.string())
    columns["flushed_at"] = pa.array([at] * len(checkpoints), _MOMENT)
    columns["watermark"] = pa.array([row.watermark_s for row in checkpoints], pa.uint32())
    return pa.table(columns)
