"""What a chart of shares draws, reckoned apart from its SQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from statistics import median_high


def drawn_share(docs: int, at: datetime, every: Mapping[datetime, int]) -> float | None:
    """Share of a point's listings; nothing where it has less than a tenth of the usual ones."""
    return None if every[at] * 10 < median_high(every.values()) else docs / every[at]
