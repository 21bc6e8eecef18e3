"""An event falls in one bucket per resolution; buckets are aligned to UTC."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from trends.counting.buckets import DAY_S, RESOLUTIONS, Resolution

FIVE_MINUTES, HOUR, DAY = RESOLUTIONS


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


#      12:00        12:05        12:10
#  ──────├────────────├────────────├──
#        ▲ first     ▲▲ last, next
@pytest.mark.parametrize(
    ("resolution", "event", "bucket"),
    [
        (FIVE_MINUTES, "2025-03-01T12:00:00", "2025-03-01T12:00:00"),
        (FIVE_MINUTES, "2025-03-01T12:04:59", "2025-03-01T12:00:00"),
        (FIVE_MINUTES, "2025-03-01T12:05:00", "2025-03-01T12:05:00"),
        (HOUR, "2025-03-01T12:59:59", "2025-03-01T12:00:00"),
        (HOUR, "2025-03-01T13:00:00", "2025-03-01T13:00:00"),
        (DAY, "2025-02-28T23:59:59", "2025-02-28T00:00:00"),
        (DAY, "2025-03-01T00:00:00", "2025-03-01T00:00:00"),
        (DAY, "1970-01-01T00:00:00", "1970-01-01T00:00:00"),
    ],
)
def test_a_bucket_holds_its_start_and_not_its_end(
    resolution: Resolution, event: str, bucket: str
) -> None:
    assert resolution.bucket_of(seconds(event)) == seconds(bucket)


def test_buckets_of_a_finer_resolution_add_up_to_one_of_a_coarser() -> None:
    for finer, coarser in ((FIVE_MINUTES, HOUR), (HOUR, DAY)):
        assert coarser.seconds % finer.seconds == 0


@pytest.mark.parametrize(("resolution", "days"), [(FIVE_MINUTES, 14), (HOUR, 365)])
def test_a_bucket_counts_until_a_day_after_its_retention(resolution: Resolution, days: int) -> None:
    bucket_s = seconds("2024-01-01")
    ends_s = bucket_s + (days + 1) * DAY_S
    assert resolution.counts_at(bucket_s, ends_s - 1)
    assert not resolution.counts_at(bucket_s, ends_s)


def test_days_count_for_ever() -> None:
    assert DAY.counts_at(0, seconds("2099-12-31"))


@pytest.mark.parametrize("resolution", RESOLUTIONS, ids=lambda resolution: resolution.name)
def test_a_bucket_in_the_future_counts(resolution: Resolution) -> None:
    assert resolution.counts_at(seconds("2099-01-01"), seconds("2025-01-01"))
