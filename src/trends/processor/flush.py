"""The order in which a flush reaches the store. Each step can be repeated without harm.

listings, sightings,       what was decided about every line comes first: whoever reads the log
forwards, dead letters     again after a part of the counts is stored must decide the same
totals                     names every bucket that may hold counts
topics, terms              absolute values at the flush's version
checkpoint                 last: from here on the log is not read again
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

from trends.store.interface import Flush, Store

Step = Callable[[str], AbstractContextManager[None]]
"""Given the name of a table, what surrounds the step that writes it."""


def _bare(_table: str) -> AbstractContextManager[None]:
    return nullcontext()


def write_flush(store: Store, flushes: Sequence[Flush], at: datetime, step: Step = _bare) -> None:
    """Stores what the shards took; all of it, or a prefix of the steps if this process dies."""
    with step("listings_counted"):
        store.write_listings(flushes)
    with step("sightings"):
        store.write_sightings(flushes)
    with step("forwards"):
        store.write_forwards(flushes)
    with step("dead_letters"):
        store.write_dead_letters([letter for flush in flushes for letter in flush.dead_letters])
    with step("bucket_totals"):
        store.write_totals(flushes)
    with step("topic_counts"):
        store.write_topics(flushes)
    with step("term_counts"):
        store.write_terms(flushes)
    with step("checkpoints"):
        store.write_checkpoints([flush.checkpoint for flush in flushes], at)
