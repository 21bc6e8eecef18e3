"""An open shard as the pipeline holds it: what waits for its acknowledgement, and how it is doing.

All of it belongs to the event loop's thread.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from faust.types import EventT

from trends.errors import Fatal
from trends.processor.gap import Gap
from trends.processor.shard import ShardProcessor
from trends.store.interface import Checkpoint
from trends.store.samples import Sample

ARRIVED_MAX_S: Final = (1 << 32) - 1


def arrival(timestamp_s: float | None) -> datetime:
    """When a message arrived, from its timestamp in Kafka.

    Whoever sends can put anything there: nothing, -1, milliseconds for seconds. Any moment will do
    as long as it is the same each time the message is read, and one that the store can hold.
    """
    return datetime.fromtimestamp(min(max(timestamp_s or 0.0, 0.0), ARRIVED_MAX_S), UTC)


@dataclass(slots=True)
class FlushTimes:
    """Flushes since the last sample, in milliseconds."""

    flushes: int = 0
    total_ms: int = 0
    max_ms: int = 0

    def add(self, took_ms: int) -> None:
        """One more."""
        self.flushes += 1
        self.total_ms += took_ms
        self.max_ms = max(self.max_ms, took_ms)

    def give_back(self, sample: Sample) -> None:
        """Those of a sample that was not stored."""
        self.flushes += sample.flushes
        self.total_ms += sample.flush_ms_total
        self.max_ms = max(self.max_ms, sample.flush_ms_max)


@dataclass(slots=True)
class Slot:
    """An open shard.

    Args:
        shard: counts it.
        generation: of the group, that it was opened in.
        opened_at: the offset that it was opened at.
        log_end: the offset after the last one in the log, as far as it is known.
        caught_up_at: when the last message arrived that was taken; before any, when it was opened.
        stored: the checkpoint in the store.
        taken: messages that wait for their acknowledgement.
        flush_times: since the last sample.
        gap: offsets that were passed over, if any were.
        rewinding: tells the consumer to read them again.
    """

    shard: ShardProcessor
    generation: int
    opened_at: int
    log_end: int
    caught_up_at: datetime
    stored: Checkpoint
    taken: list[EventT[Any]] = field(default_factory=list)
    flush_times: FlushTimes = field(default_factory=FlushTimes)
    gap: Gap | None = None
    rewinding: asyncio.Task[None] | None = None

    def check_replayed(self, offset: int) -> None:
        """Tells an offset that was read twice from one that was given twice.

        Raises:
            Fatal: if the log ended before what is counted and begins anew: it was cut off.
        """
        # Only together: some brokers list too small an end (see embedded.broker).
        if self.log_end < self.opened_at and offset < self.opened_at:
            raise Fatal(
                f"{self.shard.info.name}: counted up to offset {self.opened_at - 1}, but the log "
                f"ends at {self.log_end}: Kafka lost its tail, and offsets are given out again. "
                "Re-create the topic, so that it gets a new id, and deliver again"
            )

    def sample(self, log_end: int | None, now: datetime) -> Sample:
        """How the shard is doing.

        Args:
            log_end: where the log ends, if Kafka has said so since the shard was opened.
            now: the wall-clock time.
        """
        position = self.shard.next_offset
        end = max(position, self.log_end, log_end or 0)
        behind_s = (now - self.caught_up_at).total_seconds() if position < end else 0.0
        times = self.flush_times
        return Sample(
            position=position,
            log_end=end,
            behind_s=max(behind_s, 0.0),
            stored=self.stored,
            flushes=times.flushes,
            flush_ms_total=times.total_ms,
            flush_ms_max=times.max_ms,
        )
