"""The order in which a flush reaches the store. Each step can be repeated without harm.

listings, sightings,       what was decided about every line comes first: whoever reads the log
forwards, dead letters     again after a part of the counts is stored must decide the same
totals                     names every bucket that may hold counts
topics, terms              absolute values at the flush's version
checkpoint                 last: from here on the log is not read again
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from trends.store.interface import Flush, Store


def write_flush(store: Store, flushes: Sequence[Flush], at: datetime) -> None:
    """Stores what the shards took; all of it, or a prefix of the steps if this process dies."""
    store.write_listings(flushes)
    store.write_sightings(flushes)
    store.write_forwards(flushes)
    store.write_dead_letters([letter for flush in flushes for letter in flush.dead_letters])
    store.write_totals(flushes)
    store.write_topics(flushes)
    store.write_terms(flushes)
    store.write_checkpoints([flush.checkpoint for flush in flushes], at)
