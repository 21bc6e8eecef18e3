"""The watermark follows event time, never beyond the clock; lateness is measured against it."""

from __future__ import annotations

from trends.counting.watermark import Watermark

NOW_S = 1_000


def observed(*event_times_s: int) -> Watermark:
    watermark = Watermark()
    for event_s in event_times_s:
        watermark.observe(event_s, NOW_S)
    return watermark


def test_the_watermark_is_the_greatest_event_time() -> None:
    assert observed(10, 30, 20).event_s == 30


def test_a_date_in_the_future_moves_the_watermark_no_further_than_now() -> None:
    watermark = observed(10, 9_999_999)
    assert watermark.event_s == NOW_S
    assert watermark.late == 0


def test_an_event_before_the_watermark_is_late_by_the_difference() -> None:
    watermark = observed(100, 40, 90, 100, 110)
    assert (watermark.late, watermark.lateness_max_s) == (2, 60)


def test_a_clock_set_back_does_not_move_the_watermark_back() -> None:
    watermark = Watermark(event_s=NOW_S + 500)
    watermark.observe(NOW_S + 600, NOW_S)
    assert watermark.event_s == NOW_S + 500
