"""An offset that comes too early is believed only when it comes again and again."""

from __future__ import annotations

from trends.processor.gap import ASKED_ENOUGH, Gap


def test_what_comes_after_every_question_is_believed() -> None:
    gap = Gap(wanted=5, instead=9)
    for _ in range(ASKED_ENOUGH):
        assert not gap.is_real(9)
        gap.asked += 1
    assert not gap.is_real(10), "between it and what was asked for lies 9"
    assert gap.is_real(9)


def test_what_comes_earlier_narrows_the_gap() -> None:
    gap = Gap(wanted=5, instead=9, asked=ASKED_ENOUGH)
    assert gap.is_real(7)
    assert not gap.is_real(9)
