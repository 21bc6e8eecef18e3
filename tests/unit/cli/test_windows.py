"""Which days a ranking looks at."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from trends.cli.windows import day_windows, described, month_windows
from trends.errors import ConfigError
from trends.store.ranked_counts import Windows


def days(*values: str) -> Windows:
    before, start, end = (datetime.fromisoformat(value).replace(tzinfo=UTC) for value in values)
    return Windows(before, start, end)


@pytest.mark.parametrize(
    ("month", "before", "expected"),
    [
        ("2025-03", None, days("2025-02-01", "2025-03-01", "2025-04-01")),
        ("2025-01", None, days("2024-12-01", "2025-01-01", "2025-02-01")),
        ("2024-12", None, days("2024-11-01", "2024-12-01", "2025-01-01")),
        ("2024-02", "1w", days("2024-01-25", "2024-02-01", "2024-03-01")),
    ],
)
def test_a_month_is_compared_with_the_one_before(
    month: str, before: str | None, expected: Windows
) -> None:
    assert month_windows(month, before) == expected


@pytest.mark.parametrize(
    ("window", "before", "expected"),
    [
        ("1d", None, days("2025-02-27", "2025-02-28", "2025-03-01")),
        ("2w", None, days("2025-02-01", "2025-02-15", "2025-03-01")),
        ("1w", "10d", days("2025-02-12", "2025-02-22", "2025-03-01")),
    ],
)
def test_a_window_ends_with_the_last_day(
    window: str, before: str | None, expected: Windows
) -> None:
    assert day_windows(window, before, date(2025, 2, 28)) == expected


@pytest.mark.parametrize("month", ["2025", "2025-13", "2025-00", "March", "0001-01", "9999-12"])
def test_a_month_that_is_none(month: str) -> None:
    with pytest.raises(ConfigError, match="--month"):
        month_windows(month, None)


def test_a_window_that_reaches_back_too_far() -> None:
    with pytest.raises(ConfigError, match="too far"):
        day_windows("99999w", None, date(2025, 2, 28))


def test_in_words() -> None:
    assert described(month_windows("2025-02", None)) == "the 28 days to 2025-02-28"
