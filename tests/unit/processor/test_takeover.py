"""What a processor does before it opens a shard that another generation counted."""

from __future__ import annotations

import pytest

from tests.unit.processor.shards import INFO, LIMITS, NOW, flush, line, opened, take
from trends.analysis.kernel import KernelAnalyser
from trends.analysis.segment import Bigrams
from trends.analysis.taxonomy import parse_taxonomy
from trends.counting.buckets import RESOLUTIONS, BucketKey
from trends.processor import recount
from trends.processor.flood import FloodGuard
from trends.processor.roll_forward import roll_forward
from trends.processor.shard import ShardProcessor
from trends.processor.takeover import catch_up, is_counted, take_over
from trends.store.interface import ShardInfo
from trends.store.memory_rebuild import MemoryRebuild
from trends.wire.partition import home_partition

OTHER = KernelAnalyser(parse_taxonomy("Letters: [alpha, gamma]", "test"), Bigrams())
TODAY = BucketKey(86_400, int(NOW.timestamp()) - 12 * 3_600)


@pytest.fixture
def store() -> MemoryRebuild:
    return MemoryRebuild(home_partition)


def newer(store: MemoryRebuild) -> MemoryRebuild:
    """The store as the second generation sees it."""
    other = store.under(2)
    assert isinstance(other, MemoryRebuild)
    return other


def docs(store: MemoryRebuild) -> dict[str, int]:
    """Topics of the day under the store's generation."""
    return {name: row[1] for (_, key, name), row in store.topics.items() if key == TODAY}


def test_what_an_older_generation_stored_is_counted_before_the_log_is_read_on(
    store: MemoryRebuild,
) -> None:
    shard = opened(store)
    take(shard, line("a"), line("b", "beta"), line("c", "gamma"))
    flush(store, shard)
    take_over(newer(store), INFO, OTHER, RESOLUTIONS, NOW)
    assert docs(store) == {"Greek": 2}
    assert docs(newer(store)) == {"Letters": 2}
    assert set(store.generations.values()) == {1, 2}
    heir = ShardProcessor(
        INFO, newer(store), OTHER, RESOLUTIONS, LIMITS, FloodGuard(window=1_000, share=1.0)
    )
    take(heir, line("d"))
    flush(newer(store), heir)
    assert docs(newer(store)) == {"Letters": 3}


def test_a_flush_between_takeover_and_opening_is_noticed(store: MemoryRebuild) -> None:
    shard = opened(store)
    take(shard, line("a"))
    flush(store, shard)
    take_over(newer(store), INFO, OTHER, RESOLUTIONS, NOW)
    assert is_counted(newer(store), INFO, 0)
    take(shard, line("b"))
    flush(store, shard)
    assert not is_counted(newer(store), INFO, 1)
    take_over(newer(store), INFO, OTHER, RESOLUTIONS, NOW)
    assert is_counted(newer(store), INFO, 1)
    assert docs(newer(store)) == {"Letters": 2}


def test_rolling_forward_what_another_has_rolled_forward_vouches_for_nothing(
    store: MemoryRebuild, monkeypatch: pytest.MonkeyPatch
) -> None:
    shard = opened(store)
    take(shard, line("a"))
    flush(store, shard)
    # It was unfinished a moment ago; an older generation has finished it since.
    monkeypatch.setattr(MemoryRebuild, "unfinished_shards", lambda *_: [INFO])
    current = ShardInfo("listings", "id2", 0, 1)
    assert roll_forward(newer(store), current, OTHER, RESOLUTIONS, NOW) == 0
    assert not is_counted(newer(store), INFO, 0)


def test_a_lost_log_is_completed_under_the_generation_of_who_opens_next(
    store: MemoryRebuild,
) -> None:
    shard = opened(store)
    take(shard, line("a"))
    flush(store, shard)
    take(shard, line("b"))
    store.write_listings([shard.take_flush()])
    current = ShardInfo("listings", "id2", 0, 1)
    assert take_over(newer(store), current, OTHER, RESOLUTIONS, NOW) == 1
    assert docs(newer(store)) == {"Letters": 2}
    for key in store.listings:
        assert store.generations[key] == 2


def test_a_day_of_many_pages_is_read_again_and_not_kept(
    store: MemoryRebuild, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recount, "LISTINGS_AT_ONCE", 1)
    shard = opened(store)
    take(shard, *(line(f"n{number}", "alpha gamma") for number in range(20)))
    flush(store, shard)
    assert catch_up(newer(store), OTHER, RESOLUTIONS, NOW) == 20
    assert docs(newer(store)) == {"Letters": 20}
    assert {row.batch[row.row].topics["Letters"] for row in store.listings.values()} == {2}
    assert catch_up(newer(store), OTHER, RESOLUTIONS, NOW) == 0
