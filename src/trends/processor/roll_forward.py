"""Completes the shards of a log that is gone.

A crash of the whole machine, with a broker that keeps its log in memory, can leave listings that
are stored but not yet counted: the listings of a flush are written before its counts. There is no
log to read again, and a source that delivers again meets duplicates. So whoever opens a partition
counts such listings from their stored texts, under the rule of replay, before anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from trends.analysis.interface import BatchAnalyser
from trends.counting.buckets import Resolution
from trends.counting.counts import ShardCounts
from trends.processor.flush import write_flush
from trends.processor.shard import load_missing
from trends.store.interface import Checkpoint, Flush, ShardInfo, Store


def roll_forward(
    store: Store,
    current: ShardInfo,
    analyser: BatchAnalyser,
    resolutions: Sequence[Resolution],
    now: datetime,
) -> int:
    """Counts what earlier incarnations left behind for the opener of ``current``.

    Returns:
        The number of listings beyond the checkpoints that were completed.
    """
    completed = 0
    for shard in store.unfinished_shards(current.topic, current.topic_id):
        # Partition counts may differ between incarnations; each old shard has one heir.
        if shard.partition % current.partitions == current.partition:
            completed += _complete(store, shard.name, analyser, resolutions, now)
    return completed


def _complete(
    store: Store,
    shard: str,
    analyser: BatchAnalyser,
    resolutions: Sequence[Resolution],
    now: datetime,
) -> int:
    checkpoint = store.checkpoint(shard) or Checkpoint(shard, version=-1)
    counts = ShardCounts(resolutions, store.stored_buckets(shard))
    completed = 0
    version = checkpoint.version
    rows = store.listings_after(shard, checkpoint.version)
    for offset, group in groupby(rows, key=lambda row: row.position.offset):
        texts = list(group)
        batch = analyser.batch([(row.title, row.text) for row in texts])
        keys = counts.keys((row.event_s for row in texts), int(now.timestamp()))
        load_missing(store, shard, counts, keys)
        counts.apply(offset, [row.event_s for row in texts], batch, keys)
        completed += len(texts)
        version = offset
    if not completed:
        # Someone was faster. A checkpoint says that all before it is counted under our generation,
        # which is not for us to say.
        return 0
    done = replace(checkpoint, version=version, accepted=checkpoint.accepted + completed)
    write_flush(store, [Flush(done, [], [], [], counts.take_change(version))], now)
    return completed
