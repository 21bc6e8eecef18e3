"""A spike's series as rows of bars that a mail shows without any image. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import Final

from trends.alerting.notify.text import count
from trends.detection.spike import Spike

WINDOWS_MAX: Final = 14
WIDTH_PX: Final = 240
_LABELS: Final = {"hour": "%d %b %H:%M"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One window: what was observed against what was expected, as texts and widths in pixels."""

    label: str
    docs: str
    expected: str
    docs_px: int
    expected_px: int
    current: bool


def bars(spike: Spike) -> tuple[Bar, ...]:
    """The last windows of ``spike``, oldest first."""
    points = spike.series[-WINDOWS_MAX:]
    top = max((max(point.docs, point.expected) for point in points), default=0)
    pattern = _LABELS.get(spike.horizon, "%d %b")
    return tuple(
        Bar(
            label=f"{point.start.astimezone(UTC):{pattern}}",
            docs=f"{point.docs:,}",
            expected=count(point.expected),
            docs_px=_px(point.docs, top),
            expected_px=_px(point.expected, top),
            current=point is points[-1],
        )
        for point in points
    )


def _px(value: float, top: float) -> int:
    """Whatever is not nothing is seen."""
    return max(round(WIDTH_PX * value / top), 1) if value > 0 else 0
