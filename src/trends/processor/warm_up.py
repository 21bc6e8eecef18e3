"""Has the kernels compiled, or loaded from their cache, before the first listing waits for them."""

from __future__ import annotations

from datetime import UTC, datetime

from trends.analysis.kernel import KernelAnalyser
from trends.analysis.segment import Segmenter
from trends.analysis.taxonomy import Taxonomy
from trends.counting.buckets import RESOLUTIONS
from trends.counting.counts import ShardCounts
from trends.model import Listing, Position
from trends.store.columns import listings_table, name_counts_tables
from trends.store.interface import Checkpoint, CountedListing, Flush


def warm_up(taxonomy: Taxonomy, cutter: Segmenter) -> None:
    """Takes one listing the whole way to the store's tables, and forgets it."""
    at = datetime(2000, 1, 1, tzinfo=UTC)
    listing = Listing(id="warm-up", title="large language models (LLMs)", listed_at=at)
    batch = KernelAnalyser(taxonomy, cutter).batch([(listing.title, listing.text)])
    counts = ShardCounts(RESOLUTIONS, ())
    event_s = int(at.timestamp())
    counts.apply(0, [event_s], batch, counts.keys([event_s], event_s))
    counted = CountedListing(listing, Position("", 0, 0), 0, batch, 0)
    flush = Flush(Checkpoint("", 0), [counted], [], [], counts.take_change(0))
    listings_table(flush.listings, 0)
    for kind in ("term", "topic"):
        list(name_counts_tables([flush], kind, 1))
