"""Samples fit the table that the migration makes."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from trends.store.interface import Checkpoint
from trends.store.migrate import migrations
from trends.store.samples import TABLE, Sample, samples_table

AT = datetime(2025, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC)


def columns() -> set[str]:
    """Of the table, by its migration."""
    sql = next(text for _, _, text in migrations() if f"EXISTS {TABLE}\n" in text)
    body = sql.split(f"EXISTS {TABLE}\n(\n")[1].split("\n)\n")[0]
    return {re.split(r"\s+", line.strip())[0] for line in body.splitlines()}


def test_every_column_is_written_and_no_other() -> None:
    stored = Checkpoint("l/i/0", 9, 1, 2, 3, 4, 1_700_000_000, 5, 6)
    rows = samples_table([Sample(10, 12, 0.5, stored, 2, 30, 20)], "host:1", AT)
    assert set(rows.column_names) == columns()
    (row,) = rows.to_pylist()
    assert row == {
        "at": AT,
        "processor": "host:1",
        "shard": "l/i/0",
        "position": 10,
        "log_end": 12,
        "behind_s": 0.5,
        "accepted": 1,
        "duplicates": 2,
        "dead": 3,
        "forwarded": 4,
        "watermark": 1_700_000_000,
        "late": 5,
        "lateness_max_s": 6,
        "flushes": 2,
        "flush_ms_total": 30,
        "flush_ms_max": 20,
    }


def test_a_flush_that_waited_for_months_still_fits() -> None:
    sample = Sample(0, 0, 0.0, Checkpoint("l/i/0", -1), 1, 1 << 40, 1 << 40)
    (row,) = samples_table([sample], "host:1", AT).to_pylist()
    assert row["flush_ms_max"] == (1 << 32) - 1
