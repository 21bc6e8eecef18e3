"""Tumbling buckets in UTC, at fixed resolutions.

    event time   12:03:20
    5m           [12:00 ─ 12:05)
    1h           [12:00 ────────────── 13:00)
    1d           [00:00 ──────────────────────────────── 24:00)

A listing falls in exactly one bucket per resolution, so counts add up: every longer window is a
sum of buckets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

DAY_S: Final = 86_400
# Counting stops this long after a bucket's retention ends: whatever views still show is counted,
# even where the clocks of processor and store differ.
RETENTION_MARGIN_S: Final = DAY_S


@dataclass(frozen=True, slots=True)
class Resolution:
    """A bucket length in seconds and how long its counts are kept (None: for ever)."""

    name: str
    seconds: int
    retention_days: int | None

    def bucket_of(self, event_s: int) -> int:
        """Start of the bucket, in epoch seconds, that holds ``event_s``."""
        return event_s - event_s % self.seconds

    def counts_at(self, bucket_s: int, now_s: int) -> bool:
        """Whether a bucket is still worth counting at ``now_s``: not past retention and margin."""
        if self.retention_days is None:
            return True
        return bucket_s + self.retention_days * DAY_S + RETENTION_MARGIN_S > now_s


RESOLUTIONS: Final = (
    Resolution("5m", 300, 14),
    Resolution("1h", 3_600, 365),
    Resolution("1d", DAY_S, None),
)


class BucketKey(NamedTuple):
    """A bucket: its resolution and its start, both in seconds."""

    resolution_s: int
    bucket_s: int
