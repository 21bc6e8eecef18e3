"""Bodies of inserts: rows ``(batch, part, n, term)`` in several formats."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet

SCHEMA = pa.schema(
    [("batch", pa.uint32()), ("part", pa.uint8()), ("n", pa.uint64()), ("term", pa.string())]
)
TABLE = (
    "(batch UInt32, part UInt8, n UInt64, term String)"
    " ENGINE = MergeTree PARTITION BY part ORDER BY (batch, n)"
)
# What the project's own writer sends: never cut one insert into several blocks.
ONE_BLOCK = {
    "max_insert_block_size": 10_000_000,
    "min_insert_block_size_rows": 10_000_000,
    "min_insert_block_size_bytes": 1_000_000_000,
}


def arrow_stream(
    rows: int, batch: int = 0, record_batch_rows: int = 65_536, parts: int = 2
) -> bytes:
    """An Arrow stream of several record batches."""
    out = io.BytesIO()
    with pyarrow.ipc.new_stream(out, SCHEMA) as writer:
        for start in range(0, rows, record_batch_rows):
            writer.write_batch(
                _record_batch(start, min(rows, start + record_batch_rows), batch, parts)
            )
    return out.getvalue()


def parquet(rows: int) -> bytes:
    """A Parquet file of two row groups."""
    out = io.BytesIO()
    table = pa.Table.from_batches([_record_batch(0, rows, 0, 2)])
    pyarrow.parquet.write_table(table, out, row_group_size=rows // 2 + 1)
    return out.getvalue()


def _record_batch(start: int, stop: int, batch: int, parts: int) -> pa.RecordBatch:
    numbers = range(start, stop)
    columns = [
        pa.array([batch] * len(numbers), pa.uint32()),
        pa.array([n % parts for n in numbers], pa.uint8()),
        pa.array(numbers, pa.uint64()),
        pa.array([f"term number {n % 1000}" for n in numbers]),
    ]
    return pa.record_batch(columns, schema=SCHEMA)
