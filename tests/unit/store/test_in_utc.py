"""Moments in the text of a query, whatever the time zone of the server."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from clickhouse_connect.driver.binding import finalize_query

from trends.store.client import in_utc

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize("server", ["UTC", "Asia/Tokyo", "America/Los_Angeles"])
@pytest.mark.parametrize("given", [NOON, NOON.astimezone(timezone(timedelta(hours=-5)))])
def test_a_moment_is_written_as_a_column_in_utc_reads_it(given: datetime, server: str) -> None:
    sql = "SELECT 1 WHERE bucket < %(before)s"
    written = finalize_query(sql, in_utc({"before": given}), ZoneInfo(server))
    assert written == "SELECT 1 WHERE bucket < '2026-03-02 12:00:00'"


def test_all_else_is_left_to_the_driver() -> None:
    given = {"names": ["a", "b"], "day": date(2026, 3, 2), "limit": 5, "none": None}
    assert in_utc(given) == given
