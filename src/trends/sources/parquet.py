"""Parquet: a table in columns.

Comes in: a path. Goes out: a record per row, of plain Python values as JSON has them. Never does:
hold more than a batch of rows of a row group.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trends.errors import ConfigError
from trends.sources.chunks import Progress, open_path
from trends.sources.mapping import FieldMap
from trends.sources.record import SourceRecord
from trends.sources.rejects import reject

if TYPE_CHECKING:
    import pyarrow

PARQUET_MAGIC = b"PAR1"
_BATCH_ROWS = 2048
_INTEGER_FIELDS = ("upvotes", "author_count")


def read_parquet(
    path: str, fields: FieldMap, progress: Progress | None = None
) -> Iterator[SourceRecord]:
    """The records of a Parquet file.

    Args:
        path: of the file; Parquet keeps its index at the end, so a pipe will not do.
        fields: how its columns are called on the wire.
        progress: told of the file's bytes in proportion to the rows read.

    Raises:
        ConfigError: the file is damaged, or a mapped column is not there.
    """
    import pyarrow as pa  # slow to import, and most files are JSON lines
    import pyarrow.parquet as pq

    with open_path(path) as stream:
        size_bytes = Path(path).stat().st_size
        told_bytes = row_number = 0
        try:
            with pq.ParquetFile(stream) as file:
                fields.saw(dict.fromkeys(file.schema_arrow.names))
                fields.check_met()
                row_count = file.metadata.num_rows
                for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                    for value in _rows(batch):
                        row_number += 1
                        yield _record(value, f"{path}:{row_number}", fields)
                    if progress is not None:
                        read_bytes = size_bytes * row_number // max(1, row_count)
                        progress(read_bytes - told_bytes)
                        told_bytes = read_bytes
        except (pa.ArrowException, OSError) as error:
            raise ConfigError(
                f"{path}: not a readable Parquet file ({error}); "
                f"{row_number:,} rows were read; write or copy the file again"
            ) from error
        if progress is not None and told_bytes < size_bytes:
            progress(size_bytes - told_bytes)


def _rows(batch: pyarrow.RecordBatch) -> Iterator[dict[str, Any] | Exception]:
    """The batch's rows; an exception in place of a row that Python cannot represent."""
    import pyarrow as pa

    failures = (pa.ArrowException, ValueError, OverflowError)
    try:
        rows: list[dict[str, Any]] = _microseconds(batch).to_pylist()
    except failures:
        # One date in the year 20,000 must not cost the rest of the batch.
        for index in range(batch.num_rows):
            try:
                row: dict[str, Any] = _microseconds(batch.slice(index, 1)).to_pylist()[0]
            except failures as error:
                yield error
            else:
                yield row
    else:
        yield from rows


def _microseconds(batch: pyarrow.RecordBatch) -> pyarrow.RecordBatch:
    """Python's times have microseconds; pyarrow refuses to cut nanoseconds by itself."""
    import pyarrow as pa

    for index, field in enumerate(batch.schema):
        if pa.types.is_timestamp(field.type) and field.type.unit == "ns":
            column = batch.column(index).cast(pa.timestamp("us", field.type.tz), safe=False)
            batch = batch.set_column(index, field.name, column)
    return batch


def _record(row: dict[str, Any] | Exception, origin: str, fields: FieldMap) -> SourceRecord:
    if isinstance(row, Exception):
        message = f"the row has a value that cannot be represented: {row}"
        return reject("bad_row", message, origin=origin, raw=b"")
    record = fields.apply({name: _plain(value) for name, value in row.items()})
    for field in _INTEGER_FIELDS:
        # Integer columns with gaps come out of data frames as floating-point numbers.
        number = record.get(field)
        if isinstance(number, float) and number.is_integer():
            record[field] = int(number)
    return SourceRecord(origin, record)


def _plain(value: Any) -> object:
    """``value`` as JSON would have it; what JSON lacks becomes text, not-a-number becomes null."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        # Parquet times without a zone are UTC by the usual convention.
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.isoformat().replace("+00:00", "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        if not value.is_finite():
            return None
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return str(value)
