"""A stream of rubbish stops the processor; now and then a bad line does not."""

from __future__ import annotations

import pytest

from trends.errors import BadRecord, Fatal
from trends.processor.flood import FloodGuard

BAD = BadRecord("not_json", "not JSON")


def observe(guard: FloodGuard, lines: str) -> None:
    """``.`` is a good line, ``x`` a bad one."""
    for line in lines:
        guard.observe(BAD if line == "x" else None)


@pytest.mark.parametrize("lines", ["." * 50, "xx", "xx" + "." * 8 + "xx", "....x" * 20])
def test_the_allowed_share_of_the_window_passes(lines: str) -> None:
    observe(FloodGuard(window=10, share=0.2), lines)


@pytest.mark.parametrize("lines", ["xxx", "." * 50 + "xxx", "x.x......x", "x..x...x"])
def test_one_more_than_the_allowed_share_stops(lines: str) -> None:
    guard = FloodGuard(window=10, share=0.2)
    observe(guard, lines[:-1])
    with pytest.raises(Fatal) as caught:
        observe(guard, lines[-1])
    assert "3 of the last" in str(caught.value)
    assert "more than 2 allowed" in str(caught.value)
    assert "not JSON" in str(caught.value)
    assert "TRENDS_FLOOD_SHARE" in str(caught.value)


def test_a_bad_line_is_forgotten_when_it_leaves_the_window() -> None:
    guard = FloodGuard(window=10, share=0.2)
    observe(guard, "xx" + "." * 9 + "x")
    with pytest.raises(Fatal):
        observe(guard, "xx")


def test_a_share_of_one_lets_every_bad_line_pass() -> None:
    observe(FloodGuard(window=10, share=1.0), "x" * 100)


def test_a_share_of_zero_stops_at_the_first_bad_line() -> None:
    with pytest.raises(Fatal):
        observe(FloodGuard(window=10, share=0.0), "....x")
