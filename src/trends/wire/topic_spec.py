"""The topics as they should be: partitions, replicas, retention, compaction. Asks no broker.

In: settings. Out: a specification of each topic, and in what a real topic differs from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from trends.settings import Settings

DAY_MS: Final = 86_400_000
SPIKES_WHOLE_DAYS: Final = 30
"""Every transition of an alert stays for so long; then the last one of each alert does."""


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """One topic as it should be.

    Attributes:
        name: of the topic.
        partitions, replicas: how many.
        one_partition: whether more partitions than one would do harm.
        configs: Kafka's name of a configuration to its value.
    """

    name: str
    partitions: int
    replicas: int
    one_partition: bool
    configs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TopicState:
    """One topic as it is; ``configs`` is None where the broker does not tell them."""

    partitions: int
    replicas: int
    configs: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What is otherwise than it should be.

    Attributes:
        topic: its name.
        what: ``partitions``, ``replicas`` or a configuration.
        wanted, real: values as text.
        obstacle: why it cannot be changed here; empty where it can.
    """

    topic: str
    what: str
    wanted: str
    real: str
    obstacle: str = ""

    def __str__(self) -> str:
        return f"{self.topic}: {self.what} is {self.real}, wanted {self.wanted}"


def topic_specs(settings: Settings) -> tuple[TopicSpec, ...]:
    """Every topic of this project.

    Listings and dead letters are read in order and once, so they are deleted by age. The topic of
    spikes is read by programs that come and go and want to know how alerts stand: its messages
    have the alert's id as key, so that compaction leaves each alert's last transition, and the
    lag leaves whoever was away for less than a month every transition.
    """
    common = {
        "min.insync.replicas": str(settings.min_insync_replicas),
        "max.message.bytes": str(settings.message_max_bytes),
        # As its producer compressed it: a broker that compresses anew does so for every message.
        "compression.type": "producer",
    }
    replicas = settings.replication_factor
    return (
        TopicSpec(
            settings.listings_topic,
            settings.partitions,
            replicas,
            False,
            common | _deleted_after(settings.listings_retention_days),
        ),
        TopicSpec(
            settings.dead_topic,
            1,
            replicas,
            False,
            common | _deleted_after(settings.dead_retention_days),
        ),
        TopicSpec(
            settings.spikes_topic,
            1,
            replicas,
            # Whoever has its only partition is the alerter that leads.
            True,
            common
            | _deleted_after(settings.spikes_retention_days)
            | {
                "cleanup.policy": "compact,delete",
                "min.compaction.lag.ms": str(SPIKES_WHOLE_DAYS * DAY_MS),
            },
        ),
    )


def differences(spec: TopicSpec, state: TopicState) -> list[Difference]:
    """In what a real topic differs from its specification."""
    return [*_partition_difference(spec, state), *_other_differences(spec, state)]


def _partition_difference(spec: TopicSpec, state: TopicState) -> Iterator[Difference]:
    if state.partitions == spec.partitions:
        return
    obstacle = ""
    if spec.one_partition:
        obstacle = "two alerters would lead; delete the topic, and it is made anew"
    elif state.partitions > spec.partitions:
        obstacle = (
            "Kafka cannot take partitions away; "
            f"make {state.partitions} the number that is wanted (TRENDS_PARTITIONS)"
        )
    yield Difference(spec.name, "partitions", str(spec.partitions), str(state.partitions), obstacle)


def _other_differences(spec: TopicSpec, state: TopicState) -> Iterator[Difference]:
    if state.replicas != spec.replicas:
        obstacle = "kafka-reassign-partitions moves replicas between brokers"
        yield Difference(spec.name, "replicas", str(spec.replicas), str(state.replicas), obstacle)
    for name, wanted in spec.configs.items():
        real = None if state.configs is None else state.configs.get(name)
        # What the broker does not tell cannot be said to differ.
        if real is not None and _normal(real) != _normal(wanted):
            yield Difference(spec.name, name, wanted, real)


def _deleted_after(days: int) -> dict[str, str]:
    return {"cleanup.policy": "delete", "retention.ms": str(days * DAY_MS)}


def _normal(value: str) -> frozenset[str]:
    """A list of words, as of ``cleanup.policy``, is the same in any order."""
    return frozenset(part.strip() for part in value.split(","))
