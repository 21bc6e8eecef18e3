"""At which time scales spikes are looked for, and how the error budget of a day is shared out.

A horizon's window is a sum of buckets and ends with the current one, which may be incomplete. Its
past are windows of the same length that do not overlap.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

HOUR_S: Final = 3_600
DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Horizon:
    """A length of window.

    Attributes:
        name: as users write it.
        bucket_s: seconds of the buckets that are summed.
        buckets: how many make a window; it moves on by one bucket.
        windows: how many of the past are looked at.
        phases: after how many windows a season repeats; 1: none.
        share: part of the error budget of a day that one window may spend. Over the windows of a
            day (24, 1, 1 and 1) they add up to one half: the rest is kept for what the model does
            not know.
    """

    name: str
    bucket_s: int
    buckets: int
    windows: int
    phases: int
    share: float

    @property
    def window(self) -> timedelta:
        """Its length."""
        return timedelta(seconds=self.bucket_s * self.buckets)

    @property
    def bucket(self) -> timedelta:
        """By which a window moves on."""
        return timedelta(seconds=self.bucket_s)

    def phase(self, start: datetime) -> int:
        """Hour of the day, or day of the week, in UTC; Thursday is 0."""
        return int(start.timestamp()) // self.bucket_s % self.phases


HORIZONS: Final = (
    Horizon("hour", HOUR_S, 1, 28 * 24, 24, 0.12 / 24),
    Horizon("day", DAY_S, 1, 90, 7, 0.16),
    Horizon("week", DAY_S, 7, 26, 1, 0.12),
    # Feeds of ten listings a day: nothing less than a month of them says anything.
    Horizon("month", DAY_S, 28, 13, 1, 0.10),
)
BY_NAME: Final = {horizon.name: horizon for horizon in HORIZONS}
