"""What the topics should be, and in what a real one differs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from trends.settings import Settings
from trends.wire.topic_spec import TopicSpec, TopicState, differences, topic_specs

DAY_MS = 86_400_000


def specs(**settings: Any) -> dict[str, TopicSpec]:
    return {spec.name: spec for spec in topic_specs(Settings(**settings))}


def as_wanted(spec: TopicSpec) -> TopicState:
    return TopicState(spec.partitions, spec.replicas, dict(spec.configs))


def test_the_topics_follow_the_settings() -> None:
    found = specs(
        listings_topic="l",
        dead_topic="d",
        spikes_topic="s",
        partitions=8,
        replication_factor=3,
        min_insync_replicas=2,
        listings_retention_days=7,
        dead_retention_days=8,
        spikes_retention_days=9,
        message_max_bytes=1 << 20,
    )
    assert [(name, spec.partitions, spec.replicas) for name, spec in found.items()] == [
        ("l", 8, 3),
        ("d", 1, 3),
        ("s", 1, 3),
    ]
    days = {name: int(spec.configs["retention.ms"]) / DAY_MS for name, spec in found.items()}
    assert days == {"l": 7, "d": 8, "s": 9}
    assert {spec.configs["min.insync.replicas"] for spec in found.values()} == {"2"}
    assert {spec.configs["max.message.bytes"] for spec in found.values()} == {str(1 << 20)}


def test_only_the_topic_of_spikes_is_compacted_and_not_before_a_month() -> None:
    found = specs()
    policies = {name: spec.configs["cleanup.policy"] for name, spec in found.items()}
    assert policies == {
        "listings": "delete",
        "listings.dead": "delete",
        "spikes": "compact,delete",
    }
    assert int(found["spikes"].configs["min.compaction.lag.ms"]) == 30 * DAY_MS


@pytest.mark.parametrize("name", ["listings", "listings.dead", "spikes"])
def test_a_topic_that_is_as_it_should_be_differs_in_nothing(name: str) -> None:
    spec = specs()[name]
    assert differences(spec, as_wanted(spec)) == []


def test_the_order_of_policies_does_not_matter() -> None:
    spec = specs()["spikes"]
    configs = {**spec.configs, "cleanup.policy": "delete, compact"}
    assert differences(spec, replace(as_wanted(spec), configs=configs)) == []


def test_a_configuration_that_differs_is_told_and_others_are_nobodys_business() -> None:
    spec = specs()["listings"]
    configs = {**spec.configs, "retention.ms": "1", "segment.ms": "5"}
    (found,) = differences(spec, replace(as_wanted(spec), configs=configs))
    assert (found.what, found.real, found.obstacle) == ("retention.ms", "1", "")
    assert str(found) == "listings: retention.ms is 1, wanted 2592000000"


@pytest.mark.parametrize("configs", [None, {}])
def test_what_the_broker_does_not_tell_does_not_differ(configs: dict[str, str] | None) -> None:
    spec = specs()["listings"]
    assert differences(spec, replace(as_wanted(spec), configs=configs)) == []


def test_partitions_can_be_added_and_not_taken_away() -> None:
    spec = specs(partitions=8)["listings"]
    (fewer,) = differences(spec, replace(as_wanted(spec), partitions=4))
    (more,) = differences(spec, replace(as_wanted(spec), partitions=16))
    assert fewer.obstacle == ""
    assert "Kafka cannot take partitions away" in more.obstacle


def test_the_topic_of_spikes_must_not_grow() -> None:
    spec = specs()["spikes"]
    (found,) = differences(spec, replace(as_wanted(spec), partitions=2))
    assert "two alerters would lead" in found.obstacle


def test_replicas_are_moved_by_kafkas_own_tool() -> None:
    spec = specs(replication_factor=3)["listings"]
    (found,) = differences(spec, replace(as_wanted(spec), replicas=1))
    assert "kafka-reassign-partitions" in found.obstacle
