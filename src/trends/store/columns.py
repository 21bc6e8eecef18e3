"""Flushes to Arrow tables, column by column, as the raw tables take them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from trends.analysis.arrays import Bytes, Ints
from trends.analysis.batch import Batch, Mentions
from trends.analysis.interface import ANALYSIS_VERSION
from trends.analysis.names import pack
from trends.counting.buckets import DAY_S, RESOLUTIONS, BucketKey
from trends.counting.counts import NamesChange
from trends.counting.tally import Changed
from trends.store.interface import Checkpoint, CountedListing, DeadLetter, Flush, Forward, Sighting

RESOLUTION_NAMES: Final = {resolution.seconds: resolution.name for resolution in RESOLUTIONS}
RESOLUTION_SECONDS: Final = {resolution.name: resolution.seconds for resolution in RESOLUTIONS}

_LABEL: Final = pa.dictionary(pa.int32(), pa.string())
_MOMENT: Final = pa.timestamp("ms", "UTC")
_SECOND: Final = pa.timestamp("s", "UTC")

# ClickHouse's Enum8 values of the column `resolution`.
_RESOLUTION_CODES: Final = {r.seconds: code for code, r in enumerate(RESOLUTIONS, 1)}


def listings_table(rows: Sequence[CountedListing], generation: int) -> pa.Table:
    """Rows of `listings_counted`."""
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
            "terms": _mentioned([row.batch.terms for row in rows], [row.row for row in rows]),
            "title_terms": pa.array([row.batch.title_terms[row.row] for row in rows], pa.uint16()),
            "acronyms": pa.array(
                [list(row.batch.acronyms[row.row].items()) for row in rows],
                pa.map_(pa.string(), pa.string()),
            ),
            "generation": pa.array([generation] * len(rows), pa.uint32()),
            "topics": _mentioned([row.batch.topics for row in rows], [row.row for row in rows]),
        }
    )


def counted_under(rows: pa.Table, batch: Batch, generation: int, *, terms: bool) -> pa.Table:
    """Rows of `listings_counted` as another generation counts them.

    Args:
        rows: as they are stored.
        batch: what each of them mentions.
        generation: the other one.
        terms: whether terms, too, are those of ``batch``; they belong to the analysis.
    """
    listings = range(len(batch))
    changed = {
        "topics": _mentioned([batch.topics] * len(batch), listings),
        "generation": pa.array([generation] * len(batch), pa.uint32()),
    }
    if terms:
        changed |= {
            "analysis": pa.array([ANALYSIS_VERSION] * len(batch), pa.uint16()),
            "terms": _mentioned([batch.terms] * len(batch), listings),
            "title_terms": pa.array(batch.title_terms.astype(np.uint16)),
            "acronyms": pa.array(
                [list(forms.items()) for forms in batch.acronyms],
                pa.map_(pa.string(), pa.string()),
            ),
        }
    for name, column in changed.items():
        rows = rows.set_column(rows.column_names.index(name), name, column)
    return rows


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


def _mentioned(batches: Sequence[Mentions], rows: Sequence[int]) -> pa.Array:
    """A list of names per listing, which is number ``rows[i]`` of ``batches[i]``."""
    texts: list[Bytes] = []
    sizes: list[Ints] = []
    counts: list[int] = []
    # Neighbours are mostly of one batch and stand in it one behind the other.
    at = 0
    while at < len(rows):
        mentions, first = batches[at], rows[at]
        size = 1
        while (
            at + size < len(rows)
            and batches[at + size] is mentions
            and rows[at + size] == first + size
        ):
            size += 1
        begin, end = mentions.span(first)[0], mentions.span(first + size - 1)[1]
        texts.append(pack(mentions.arena, mentions.starts[begin:end], mentions.sizes[begin:end])[0])
        sizes.append(mentions.sizes[begin:end])
        counts += [end - begin for begin, end in map(mentions.span, range(first, first + size))]
        at += size
    names = _strings(
        np.concatenate([*texts, np.empty(0, np.uint8)]),
        _offsets(np.concatenate([*sizes, np.empty(0, np.int32)])),
    )
    return pa.ListArray.from_arrays(pa.array(_offsets(np.array(counts, np.int32))), names)


def _offsets(sizes: Ints) -> Ints:
    offsets = np.zeros(len(sizes) + 1, np.int32)
    np.cumsum(sizes, out=offsets[1:])
    return offsets


def _strings(text: Bytes, offsets: Ints) -> pa.Array:
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(text))


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
    chunk: list[_Piece] = []
    rows = 0
    for flush in flushes:
        change = flush.counts.terms if kind == "term" else flush.counts.topics
        for key, changed in change.buckets:
            if chunk and rows + len(changed) > rows_max:
                yield _name_counts_table(chunk, kind)
                chunk, rows = [], 0
            chunk.append(_Piece(flush, change, key, changed))
            rows += len(changed)
    if chunk:
        yield _name_counts_table(chunk, kind)


def term_days_table(counts: pa.Table) -> pa.Table:
    """Those of the rows of `term_counts` that count by day, as rows of `term_days`."""
    by_day = pc.equal(counts["resolution"], pa.scalar(RESOLUTION_NAMES[DAY_S]))
    return counts.filter(by_day).drop_columns(["resolution"])


class _Piece(NamedTuple):
    """What one flush changes in one bucket."""

    flush: Flush
    change: NamesChange
    key: BucketKey
    changed: Changed


def _name_counts_table(chunk: Sequence[_Piece], kind: str) -> pa.Table:
    sizes = [len(piece.changed) for piece in chunk]
    texts = [pack(p.change.arena, p.changed.starts, p.changed.sizes)[0] for p in chunk]
    name_sizes = np.concatenate([piece.changed.sizes for piece in chunk])
    return pa.table(
        {
            "shard": _repeated_label([p.flush.checkpoint.shard for p in chunk], sizes),
            "resolution": _repeated_label(
                [RESOLUTION_NAMES[p.key.resolution_s] for p in chunk], sizes
            ),
            "bucket": _repeated([p.key.bucket_s for p in chunk], sizes, pa.uint32()),
            kind: _strings(np.concatenate(texts), _offsets(name_sizes)),
            "docs": pa.array(np.concatenate([p.changed.docs for p in chunk]).astype(np.uint32)),
            "mentions": pa.array(
                np.concatenate([p.changed.mentions for p in chunk]).astype(np.uint32)
            ),
            "version": _repeated([p.flush.counts.version for p in chunk], sizes, pa.uint64()),
        }
    )


def _repeated(values: Sequence[int], sizes: Sequence[int], kind: pa.DataType) -> pa.Array:
    return pa.array(np.repeat(np.array(values), sizes), kind)


def _repeated_label(values: Sequence[str], sizes: Sequence[int]) -> pa.Array:
    labels = sorted(set(values))
    codes = {label: code for code, label in enumerate(labels)}
    indices = _repeated([codes[value] for value in values], sizes, pa.int32())
    return pa.DictionaryArray.from_arrays(indices, pa.array(labels, pa.string()))


def checkpoints_table(checkpoints: Sequence[Checkpoint], at: datetime, generation: int) -> pa.Table:
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
    columns["generation"] = pa.array([generation] * len(checkpoints), pa.uint32())
    columns["shard"] = pa.array([row.shard for row in checkpoints], pa.string())
    columns["flushed_at"] = pa.array([at] * len(checkpoints), _MOMENT)
    columns["watermark"] = pa.array([row.watermark_s for row in checkpoints], pa.uint32())
    return pa.table(columns)
