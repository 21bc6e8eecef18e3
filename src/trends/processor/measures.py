"""What the processor's metrics are told, once per flush or per second: never per listing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from prometheus_client import Gauge

from trends.clock import Clock
from trends.metrics.meters import ProcessorMeters
from trends.store.interface import Checkpoint, Flush, ShardInfo
from trends.store.samples import Sample

# Metric to the checkpoint's field that it counts.
_COUNTED: Final = ("accepted", "duplicates", "dead", "forwarded", "late")


class Measures:
    """Brings flushes and samples to the meters.

    Args:
        meters: of the processor.
        clock: of the machine.
    """

    def __init__(self, meters: ProcessorMeters, clock: Clock) -> None:
        self.meters = meters
        self._clock = clock
        self._shown: set[str] = set()

    @contextmanager
    def insert(self, rows: Mapping[str, int], table: str) -> Iterator[None]:
        """Around a step of a flush; one without rows does not reach the store."""
        started_s = self._clock.monotonic_s()
        try:
            yield
        finally:
            if rows[table]:
                took_s = self._clock.monotonic_s() - started_s
                self.meters.insert_duration.labels(table).observe(took_s)

    def stored(self, info: ShardInfo, before: Checkpoint, flush: Flush) -> None:
        """A flush is in the store; ``before`` is the checkpoint that it took the place of."""
        after = flush.checkpoint
        partition = str(info.partition)
        for name in _COUNTED:
            grown = getattr(after, name) - getattr(before, name)
            getattr(self.meters, name).labels(partition).inc(grown)

    def flushed(self, took_s: float, rows: Mapping[str, int]) -> None:
        """So long it took to bring so many rows to each table."""
        self.meters.flush_duration.observe(took_s)
        for table, number in rows.items():
            self.meters.flush_rows.labels(table).inc(number)

    def opened(self, info: ShardInfo) -> None:
        """Counters of a partition are there from its beginning, so that rates know their start."""
        for name in _COUNTED:
            getattr(self.meters, name).labels(str(info.partition))

    def show(self, samples: Mapping[int, Sample], pending: int, now: datetime) -> None:
        """How the open partitions are doing now; those that others have are no longer shown."""
        meters = self.meters
        meters.shards.set(len(samples))
        meters.pending.set(pending)
        for partition, sample in samples.items():
            stored = sample.stored
            self._set(meters.lag, partition, sample.log_end - sample.position)
            self._set(meters.behind, partition, sample.behind_s)
            self._set(meters.watermark, partition, stored.watermark_s)
            lag_s = now.timestamp() - stored.watermark_s if stored.watermark_s else 0.0
            self._set(meters.event_time_lag, partition, max(lag_s, 0.0))
            self._set(meters.lateness_max, partition, stored.lateness_max_s)
        shown = {str(partition) for partition in samples}
        for label in self._shown - shown:
            for each in self._per_partition():
                each.remove(label)
        self._shown = shown

    def _set(self, meter: Gauge, partition: int, value: float) -> None:
        meter.labels(str(partition)).set(value)

    def _per_partition(self) -> Sequence[Gauge]:
        meters = self.meters
        return (
            meters.lag,
            meters.behind,
            meters.watermark,
            meters.event_time_lag,
            meters.lateness_max,
        )


def rows_of(flushes: Sequence[Flush]) -> dict[str, int]:
    """Table to the rows that these flushes bring to it."""
    return {
        "listings_counted": sum(len(flush.listings) for flush in flushes),
        "sightings": sum(len(flush.sightings) for flush in flushes),
        "forwards": sum(len(flush.forwards) for flush in flushes),
        "dead_letters": sum(len(flush.dead_letters) for flush in flushes),
        "bucket_totals": sum(len(flush.counts.totals) for flush in flushes),
        "topic_counts": sum(
            len(changed) for flush in flushes for _, changed in flush.counts.topics.buckets
        ),
        "term_counts": sum(
            len(changed) for flush in flushes for _, changed in flush.counts.terms.buckets
        ),
        "checkpoints": len(flushes),
    }
