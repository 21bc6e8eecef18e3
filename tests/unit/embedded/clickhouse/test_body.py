from __future__ import annotations

from pathlib import Path

import pytest

from trends.embedded.clickhouse.answer import summary_json
from trends.embedded.clickhouse.body import Body
from trends.embedded.clickhouse.engine import Summary
from trends.embedded.clickhouse.errors import QueryError


@pytest.mark.parametrize("memory_bytes", [1, 1 << 20])
def test_a_body_is_read_as_often_as_wanted(tmp_path: Path, memory_bytes: int) -> None:
    with Body(tmp_path, memory_bytes, max_bytes=100) as body:
        body.write(b"head")
        body.write(b"-data")
        assert body.head(6) == b"head-d"
        assert b"".join(body.pieces(5)) == b"data"
        assert b"".join(body.pieces()) == b"head-data"
        assert body.size_bytes == 9


def test_a_body_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with Body(tmp_path, 1, max_bytes=3) as body, pytest.raises(QueryError, match="larger than 3"):
        body.write(b"four")


def test_the_summary_holds_strings() -> None:
    text = summary_json(Summary(read_rows=1, written_rows=2))
    assert '"read_rows":"1"' in text
    assert '"written_rows":"2"' in text
    assert '"total_rows_to_read":"1"' in text
