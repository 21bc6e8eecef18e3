"""Before a shard is opened, all of it is counted under the generation that its opener counts by.

A processor of an older generation may have stored more after the rebuild had counted the shard, or
may have died in the middle. What it stored is in the listings, so the opener counts from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from trends.analysis.interface import BatchAnalyser
from trends.counting.buckets import Resolution
from trends.processor.recount import recount
from trends.processor.roll_forward import roll_forward
from trends.store.interface import ShardInfo
from trends.store.rebuild import Due, RebuildStore


def take_over(
    store: RebuildStore,
    info: ShardInfo,
    analyser: BatchAnalyser,
    resolutions: Sequence[Resolution],
    now: datetime,
) -> int:
    """Counts what earlier generations and lost logs left behind for the opener of ``info``.

    Returns:
        The number of listings that a lost log had left uncounted.
    """
    catch_up(store, analyser, resolutions, now, store.shards_of(info))
    completed = roll_forward(store, info, analyser, resolutions, now)
    if completed:
        # Their listings still carry the generation of whoever stored them.
        catch_up(store, analyser, resolutions, now, store.shards_of(info))
    return completed


def catch_up(
    store: RebuildStore,
    analyser: BatchAnalyser,
    resolutions: Sequence[Resolution],
    now: datetime,
    shards: set[str] | None = None,
) -> int:
    """Counts what an older generation stored of ``shards`` (None: of all).

    Returns:
        The number of listings counted.
    """
    states = [state for state in store.shard_states() if shards is None or state.shard in shards]
    due = {state.shard: Due(state.version, state.counted) for state in states}
    listings = recount(store, analyser, resolutions, due, now) if due else 0
    store.write_counted(
        {state.shard: state.version for state in states if state.counted < state.version}
    )
    return listings


def is_counted(store: RebuildStore, info: ShardInfo, version: int) -> bool:
    """Whether all that the opener of ``info`` answers for is counted under the generation.

    That is its own shard up to offset ``version``, and the shards of lost logs as far as they are
    stored: a processor of an older generation may have completed one a moment ago.
    """
    ours = store.shards_of(info)
    states = {state.shard: state for state in store.shard_states() if state.shard in ours}
    own = states.pop(info.name, None)
    if version >= 0 and (own is None or own.counted < version):
        return False
    return all(state.counted >= state.version for state in states.values())
