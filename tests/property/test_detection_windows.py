"""Any moment of any horizon: the window holds it, and the past is cut without gap or overlap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trends.detection.horizons import HORIZONS, Horizon
from trends.detection.source import exposure_of, span_at, window_numbers

# What ClickHouse's DateTime can hold.
MOMENTS = st.integers(
    int(datetime(1972, 1, 1, tzinfo=UTC).timestamp() * 10**6),
    int(datetime(2106, 1, 1, tzinfo=UTC).timestamp() * 10**6),
).map(lambda tick: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=tick))


@given(st.sampled_from(HORIZONS), MOMENTS)
def test_the_last_bucket_of_a_window_holds_its_moment(horizon: Horizon, moment: datetime) -> None:
    span = span_at(horizon, moment)
    assert span.end - horizon.bucket <= moment < span.end
    assert span.end - span.start == horizon.window
    assert int(span.start.timestamp()) % horizon.bucket_s == 0
    # All moments of a bucket have the same window, and the next bucket the next.
    assert span_at(horizon, span.end - timedelta(microseconds=1)) == span
    assert span_at(horizon, span.end).start == span.start + horizon.bucket


@given(st.sampled_from(HORIZONS), MOMENTS)
def test_phases_repeat_and_tell_windows_apart(horizon: Horizon, moment: datetime) -> None:
    phases = [horizon.phase(moment + number * horizon.bucket) for number in range(horizon.phases)]
    assert sorted(phases) == list(range(horizon.phases))
    assert horizon.phase(moment + horizon.phases * horizon.bucket) == phases[0]


@given(
    st.sampled_from(HORIZONS),
    MOMENTS,
    st.lists(st.tuples(st.integers(-30, 2_500), st.integers(0, 10**6)), max_size=30),
)
def test_every_listing_is_in_one_window_or_outside(
    horizon: Horizon, moment: datetime, buckets: list[tuple[int, int]]
) -> None:
    span = span_at(horizon, moment)
    starts = [span.first + number * horizon.bucket for number, _ in buckets]
    seconds = np.array([int(start.timestamp()) for start in starts], np.int64)
    listings = np.array([many for _, many in buckets], np.int64)
    found = exposure_of(span, seconds, listings)
    expected = [
        sum(
            many
            for start, many in zip(starts, listings.tolist(), strict=True)
            if first <= start < first + horizon.window
        )
        for first in [*span.starts, span.start]
    ]
    assert found.listings.tolist() == expected
    assert (found.concentration >= 0).all()
    for start, number in zip(starts, window_numbers(span, seconds).tolist(), strict=True):
        first = span.first + number * horizon.window
        assert first <= start < first + horizon.window
