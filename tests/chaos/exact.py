"""That counts are exact in the end."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.pipeline import CLOCK
from trends.analysis.reference import ReferenceAnalyser
from trends.analysis.segment import Bigrams
from trends.analysis.taxonomy import default_taxonomy
from trends.model import Listing
from trends.store.client import connect
from trends.store.verify import verify


def check_exact(url: str, load: Sequence[Listing]) -> None:
    """Every listing of ``load`` counts once, every count is that of a recount, no line is dead."""
    client = connect(url)
    try:
        verdict = verify(client, ReferenceAnalyser(default_taxonomy(), Bigrams()), 90, CLOCK)
        assert verdict.equal, (verdict.different, verdict.differences, verdict.counted_twice)
        ids = client.query("SELECT id FROM listings").result_rows
        assert sorted(row[0] for row in ids) == sorted({listing.id for listing in load})
        assert verdict.listings == len(ids)
        assert client.command("SELECT count() FROM dead_letters") == 0
        by_resolution = client.query(
            "SELECT resolution, sum(listings) FROM totals GROUP BY resolution ORDER BY resolution"
        ).result_rows
        assert ("1d", len(ids)) in [tuple(row) for row in by_resolution]
        print(f"equal: {verdict.numbers:,} counts of {len(ids):,} listings")
    finally:
        client.close()
