"""A listing goes where any other Kafka client would send its id."""

from __future__ import annotations

import pytest
from kafka.partitioner import DefaultPartitioner

from trends.wire.partition import home_partition


class Cluster:
    """What the partitioner asks of Kafka's metadata: one topic of so many partitions."""

    def __init__(self, partitions: int) -> None:
        self._count = partitions

    def topics(self, *_: object) -> set[str]:
        return {"listings"}

    def partitions_for_topic(self, topic: str) -> set[int]:
        return set(range(self._count))

    available_partitions_for_topic = partitions_for_topic


@pytest.mark.parametrize("partitions", [1, 2, 3, 4, 12, 10_000])
@pytest.mark.parametrize("listing_id", ["a", "arxiv:2503.00001", "title:標題", "é" * 300, "🙂"])
def test_home_partition_is_the_partition_of_kafka_pythons_default_partitioner(
    listing_id: str, partitions: int
) -> None:
    key = listing_id.encode()
    theirs = DefaultPartitioner().partition(
        "listings", listing_id, key, None, None, Cluster(partitions)
    )
    assert home_partition(listing_id, partitions) == theirs


@pytest.mark.parametrize(
    ("key", "murmur2"),
    # From Kafka's own UtilsTest.java.
    [("21", -973932308), ("foobar", -790332482), ("a-little-bit-long-string", -985981536)],
)
def test_home_partition_is_as_kafkas_own_tests_say(key: str, murmur2: int) -> None:
    assert home_partition(key, 1_000_003) == (murmur2 & 0x7FFFFFFF) % 1_000_003


def test_ids_spread_over_all_partitions() -> None:
    homes = [home_partition(f"arxiv:2503.{number:05}", 4) for number in range(4_000)]
    assert all(800 < homes.count(partition) < 1_200 for partition in range(4))
