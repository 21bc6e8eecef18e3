"""The order of a flush: evidence, counts, checkpoint."""

from __future__ import annotations

from unittest.mock import Mock

from tests.unit.processor.shards import NOW, line, memory_store, opened, take
from trends.processor.flush import write_flush


def test_the_evidence_comes_first_and_the_checkpoint_last() -> None:
    shard = opened(memory_store())
    take(shard, line("a"), line("a"), b"bad")
    flush = shard.take_flush()
    store = Mock()
    write_flush(store, [flush], NOW)
    assert [call[0] for call in store.mock_calls] == [
        *("write_listings", "write_sightings", "write_forwards", "write_dead_letters"),
        *("write_totals", "write_topics", "write_terms"),
        "write_checkpoints",
    ]
    store.write_dead_letters.assert_called_once_with(flush.dead_letters)
    store.write_checkpoints.assert_called_once_with([flush.checkpoint], NOW)
