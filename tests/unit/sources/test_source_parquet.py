from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trends.clock import ManualClock
from trends.errors import ConfigError
from trends.sources.read import read
from trends.sources.record import SourceRecord


def read_table(path: Path, table: Any, clock: ManualClock, **options: Any) -> list[SourceRecord]:
    pq.write_table(table, path)
    return list(read([str(path)], clock=clock, **options))


def test_values_become_plain(tmp_path: Path, clock: ManualClock) -> None:
    noon = datetime(2025, 1, 2, 12, 0, 0, 5, tzinfo=UTC)
    table = pa.table(
        {
            "title": ["a"],
            "abstract": ["t"],
            "listed_on": [date(2025, 1, 2)],
            "published_at": pa.array([noon], pa.timestamp("us", "America/New_York")),
            "nanos": pa.array([1735819200000000001], pa.timestamp("ns")),
            "upvotes": [3.0],
            "authors": [["Ann", "Bo"]],
            "nested": [{"day": date(2025, 1, 2), "nan": float("nan")}],
            "money": [Decimal("1.50")],
            "whole": [Decimal("2.00")],
            "bytes": [b"\xff"],
            "language": pa.array(["en"]).dictionary_encode(),
            "tags": pa.array([None], pa.list_(pa.string())),
        }
    )
    (record,) = read_table(tmp_path / "papers.parquet", table, clock)
    assert record.fields == {
        "title": "a",
        "text": "t",
        "listed_at": "2025-01-02",
        "published_at": "2025-01-02T12:00:00.000005Z",
        "nanos": "2025-01-02T12:00:00Z",
        "upvotes": 3,
        "authors": ["Ann", "Bo"],
        "nested": {"day": "2025-01-02", "nan": None},
        "money": 1.5,
        "whole": 2,
        "bytes": "\\xff",
        "language": "en",
        "source": "papers",
    }


def test_a_value_beyond_python_costs_one_row(tmp_path: Path, clock: ManualClock) -> None:
    seconds = pa.array([0, 10**12, 60], pa.timestamp("s"))  # the second is in the year 33,658
    table = pa.table({"title": ["a", "b", "c"], "listed_at": seconds})
    records = read_table(tmp_path / "x.parquet", table, clock)
    assert [record.error and record.error.code for record in records] == [None, "bad_row", None]
    assert records[2].fields["title"] == "c"


def test_content_tells_parquet_and_progress_is_complete(tmp_path: Path, clock: ManualClock) -> None:
    told: list[int] = []
    path = tmp_path / "x.bin"
    table = pa.table({"title": [str(n) for n in range(5000)]})
    records = read_table(path, table, clock, progress=told.append)
    assert len(records) == 5000
    assert records[-1].origin.endswith("x.bin:5000")
    assert sum(told) == path.stat().st_size
    assert len(told) > 1


def test_a_mapped_column_that_is_not_there(tmp_path: Path, clock: ManualClock) -> None:
    with pytest.raises(ConfigError, match=r"'headline'.*title"):
        read_table(
            tmp_path / "x.parquet", pa.table({"title": ["a"]}), clock, mapping={"title": "headline"}
        )


def test_damaged_files_are_refused(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"title": ["a"]}), path)
    whole = path.read_bytes()
    for data in (whole[:-9], b"title\na\n"):
        path.write_bytes(data)
        with pytest.raises(ConfigError, match=r"x\.parquet: not a .*Parquet"):
            list(read([str(path)], clock=clock))
    packed = tmp_path / "x.parquet.gz"
    packed.write_bytes(gzip.compress(whole))
    with pytest.raises(ConfigError, match="decompress"):
        list(read([str(packed)], clock=clock))
