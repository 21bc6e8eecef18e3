"""Shards on a store in memory, and lines for them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from trends.analysis.kernel import KernelAnalyser
from trends.analysis.segment import Bigrams
from trends.analysis.taxonomy import parse_taxonomy
from trends.counting.buckets import RESOLUTIONS
from trends.processor.flood import FloodGuard
from trends.processor.flush import write_flush
from trends.processor.shard import ShardLimits, ShardProcessor
from trends.store.interface import Flush, ShardInfo
from trends.store.memory import MemoryStore
from trends.wire.partition import home_partition

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
ANALYSER = KernelAnalyser(parse_taxonomy("Greek: [alpha, beta]", "test"), Bigrams())
INFO = ShardInfo("listings", "id1", 0, 1)
LIMITS = ShardLimits(horizon_s=90 * 86_400, seen_capacity=1_000, counts_capacity=1_000)


def memory_store() -> MemoryStore:
    return MemoryStore(home_partition)


def opened(
    store: MemoryStore,
    info: ShardInfo = INFO,
    limits: ShardLimits = LIMITS,
    flood: FloodGuard | None = None,
) -> ShardProcessor:
    store.open_shard(info, NOW)
    return ShardProcessor(
        info, store, ANALYSER, RESOLUTIONS, limits, flood or FloodGuard(1_000, 1.0)
    )


def line(listing_id: str, title: str = "alpha", at: datetime = NOW, **fields: object) -> bytes:
    return json.dumps(
        {"id": listing_id, "title": title, "listed_at": at.isoformat(), **fields}
    ).encode()


def take(shard: ShardProcessor, *messages: bytes | None, days_later: float = 0) -> None:
    """Takes messages at the next offsets; all arrive at noon, or so many days later."""
    for value in messages:
        arrived = NOW + timedelta(days=days_later)
        shard.process(shard.next_offset, value, arrived, NOW)


def flush(store: MemoryStore, shard: ShardProcessor) -> Flush:
    taken = shard.take_flush()
    write_flush(store, [taken], NOW)
    shard.flushed(taken)
    return taken


def stored_ids(store: MemoryStore) -> list[str]:
    """Ids that count, by shard and position."""
    places = sorted((p.shard, p.offset, p.line, name) for name, p in store.listings)
    return [name for *_, name in places]
