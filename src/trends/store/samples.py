"""Rows of `pipeline_samples`: how each shard was doing at a moment, for dashboards and alerts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pyarrow as pa
from clickhouse_connect.driver.client import Client

from trends.store.client import translated
from trends.store.interface import Checkpoint

TABLE: Final = "pipeline_samples"
_UINT32_MAX: Final = (1 << 32) - 1


@dataclass(frozen=True, slots=True)
class Sample:
    """How a shard is doing.

    Args:
        position: the next offset to read.
        log_end: the offset after the last one that is known to be in the log.
        behind_s: age of the last message taken, if others wait.
        stored: the shard's checkpoint as it is in the store: an heir never counts from less.
        flushes: those since the last sample that brought something of the shard, ...
        flush_ms_total: ... how long they took together, ...
        flush_ms_max: ... and the longest of them.
    """

    position: int
    log_end: int
    behind_s: float
    stored: Checkpoint
    flushes: int
    flush_ms_total: int
    flush_ms_max: int


def samples_table(samples: Sequence[Sample], processor: str, at: datetime) -> pa.Table:
    """The rows."""
    stored = [sample.stored for sample in samples]
    columns: dict[str, pa.Array] = {
        "at": pa.array([at] * len(samples), pa.timestamp("ms", "UTC")),
        "processor": pa.array([processor] * len(samples), pa.string()),
        "shard": pa.array([checkpoint.shard for checkpoint in stored], pa.string()),
        "behind_s": pa.array([sample.behind_s for sample in samples], pa.float64()),
        "watermark": pa.array([checkpoint.watermark_s for checkpoint in stored], pa.uint32()),
    }
    for name in ("position", "log_end"):
        columns[name] = pa.array([getattr(sample, name) for sample in samples], pa.uint64())
    for name in ("accepted", "duplicates", "dead", "forwarded", "late", "lateness_max_s"):
        columns[name] = pa.array([getattr(each, name) for each in stored], pa.uint64())
    for name in ("flushes", "flush_ms_total", "flush_ms_max"):
        # A flush may have waited for the store for as long as it takes.
        values = [min(getattr(sample, name), _UINT32_MAX) for sample in samples]
        columns[name] = pa.array(values, pa.uint32())
    return pa.table(columns)


def write_samples(client: Client, samples: Sequence[Sample], processor: str, at: datetime) -> None:
    """Stores samples that were taken at the same moment.

    Raises:
        Unavailable: if the store is away.
    """
    with translated():
        client.insert_arrow(TABLE, samples_table(samples, processor, at))
