"""The doctor on Kafka: does it answer, is the topic right, who counts, and how far are they.

In: an address. Out: checks, and the log's end per partition for the checks of the store. Short
timeouts everywhere; never creates a topic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kafka import TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, OffsetSpec
from kafka.errors import KafkaError

from trends.cli.doctor_check import Check, Section
from trends.cli.waiting import kafka_answers_us, single_servers
from trends.settings import Settings
from trends.store.interface import ShardInfo
from trends.wire.access import kafka_access
from trends.wire.topic_spec import differences, topic_specs
from trends.wire.topic_state import topic_state
from trends.wire.topics import TopicInfo, translated
from trends.wire.topics import admin as connected

TIMEOUT_MS: Final = 3_000
DAY_MS: Final = 86_400_000
RETENTION_WARN_MS: Final = DAY_MS
NO_TOPIC_ID: Final = "00000000-0000-0000-0000-000000000000"


@dataclass(slots=True)
class LogEnds:
    """The present incarnation of the topic and where its partitions end; filled by the checks."""

    topic: TopicInfo | None = None
    ends: dict[int, int] = field(default_factory=dict)

    def by_shard(self) -> dict[str, int]:
        """Shard name to the offset that its next message gets."""
        topic = self.topic
        if topic is None:
            return {}
        return {
            ShardInfo(topic.name, topic.topic_id, partition, topic.partitions).name: end
            for partition, end in self.ends.items()
        }


def check_kafka(
    settings: Settings, bootstrap: str, processor_runs: bool | None, found: LogEnds
) -> Iterator[Check]:
    """All about Kafka.

    Args:
        settings: name topic and group.
        bootstrap: where it is.
        processor_runs: whether the embedded stack has a processor, where that is known.
        found: takes what the store's checks need.
    """
    section = Section("Kafka")
    remedy = "start it, or correct TRENDS_KAFKA"
    yield from section.guarded(
        "server", lambda: _check(settings, bootstrap, processor_runs, found, section), remedy
    )


def _check(
    settings: Settings,
    bootstrap: str,
    processor_runs: bool | None,
    found: LogEnds,
    section: Section,
) -> Iterator[Check]:
    access = kafka_access(settings, bootstrap)
    servers = single_servers(access)
    silent = [server.bootstrap for server in servers if not kafka_answers_us(server)]
    if len(silent) == len(servers):
        yield section.fail(
            "server", f"no answer at {bootstrap}", "start it, or correct TRENDS_KAFKA"
        )
        return
    if silent:
        yield section.warn(
            "server", f"no answer at {', '.join(silent)}", "look after these brokers"
        )
    with connected(access, TIMEOUT_MS, TIMEOUT_MS) as admin:
        with translated():
            brokers = len(admin.describe_cluster()["brokers"])
        yield section.ok("server", f"{bootstrap}, {brokers} brokers, {access.security}")
        yield from _check_topic(admin, settings, found, section)
        yield from _check_specs(admin, settings, section)
        if found.topic is not None:
            yield _check_group(admin, settings, processor_runs, found, section)


def _check_topic(
    admin: KafkaAdminClient, settings: Settings, found: LogEnds, section: Section
) -> Iterator[Check]:
    name = settings.listings_topic
    with translated():
        # Asking for a topic by name would have some brokers create it.
        if name not in admin.list_topics():
            yield section.warn(
                "topic", f"{name!r} is not there", "the first processor or `trends replay` makes it"
            )
            return
        (topic,) = admin.describe_topics([name])
    info = TopicInfo(name, str(topic["topic_id"]), len(topic["partitions"]))
    if info.topic_id == NO_TOPIC_ID:
        yield section.fail(
            "topic", f"{name!r} has no id", "counts need brokers of version 2.8 or newer"
        )
        return
    leaderless = [p["partition_index"] for p in topic["partitions"] if p["leader_id"] < 0]
    if leaderless:
        yield section.fail(
            "topic", f"partitions {leaderless} have no leader", "look after Kafka's brokers"
        )
        return
    partitions = [TopicPartition(name, number) for number in range(info.partitions)]
    with translated():
        ends = admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
    found.topic = info
    found.ends = {partition.partition: at.offset for partition, at in ends.items()}
    messages = sum(found.ends.values())
    yield section.ok(
        "topic",
        f"{name!r}: {info.partitions} partitions, id {info.topic_id}, {messages:,} messages",
    )
    yield _check_config(_config(admin, name), settings, section)


def _check_specs(admin: KafkaAdminClient, settings: Settings, section: Section) -> Iterator[Check]:
    """Whether the topics are as settings want them."""
    for spec in topic_specs(settings):
        with translated():
            state = topic_state(admin, spec.name)
        if state is None:
            continue
        found = differences(spec, state)
        told = "" if state.configs is not None else "; the broker does not tell configurations"
        if not found:
            yield section.ok("topics", f"{spec.name!r} is as settings want it{told}")
            continue
        said = "; ".join(map(str, found)) + told
        yield section.warn("topics", said, "`trends kafka-topics` tells more, and changes it")


def _config(admin: KafkaAdminClient, name: str) -> Mapping[str, str]:
    resource = ConfigResource(ConfigResourceType.TOPIC, name)
    with translated():
        described = admin.describe_configs([resource], config_filter="all")
    values: dict[str, Any] = described.get("topic", {}).get(name, {})
    return {key: str(value["value"]) for key, value in values.items()}


def _check_config(config: Mapping[str, str], settings: Settings, section: Section) -> Check:
    retention = config.get("retention.ms")
    message_max = config.get("max.message.bytes")
    if message_max is not None and int(message_max) < settings.batch_bytes + (64 << 10):
        return section.fail(
            "topic settings",
            f"max.message.bytes={int(message_max):,} is less than our messages have",
            "raise it, or lower TRENDS_BATCH_BYTES",
        )
    if retention is None:
        return section.ok("topic settings", "no retention.ms; the broker's default holds")
    if int(retention) < 0:
        return section.ok("topic settings", "messages are kept for ever")
    days = int(retention) / DAY_MS
    if int(retention) < RETENTION_WARN_MS:
        return section.warn(
            "topic settings",
            f"messages are kept {days:.2g} days",
            "raise retention.ms: what it deletes before it is counted is lost",
        )
    return section.ok("topic settings", f"messages are kept {days:.3g} days")


def _check_group(
    admin: KafkaAdminClient,
    settings: Settings,
    processor_runs: bool | None,
    found: LogEnds,
    section: Section,
) -> Check:
    with translated():
        committed = admin.list_group_offsets(settings.group).get(settings.group, {})
    offsets = {
        at.partition: max(meta.offset, 0)
        for at, meta in committed.items()
        if at.topic == settings.listings_topic
    }
    lags = {number: max(end - offsets.get(number, 0), 0) for number, end in found.ends.items()}
    members = _members(admin, settings.group)
    active = processor_runs if members is None else members > 0
    who = {None: "members unknown", True: "at work", False: "no member"}[active]
    if members is not None:
        who = f"{members} members"
    shown = ", ".join(f"{number}: {lag:,}" for number, lag in sorted(lags.items()))
    detail = f"{settings.group!r}: {who}; messages not acknowledged by partition: {shown}"
    if active is False:
        make = section.fail if any(lags.values()) else section.warn
        return make("processors", detail, "start one: `trends up`")
    return section.ok("processors", detail)


def _members(admin: KafkaAdminClient, group: str) -> int | None:
    """How many processors the group has; None where the broker cannot say."""
    try:
        described = admin.describe_groups([group])
    except (KafkaError, ValueError):
        # ValueError: the embedded broker answers with permissions that the client does not know.
        return None
    return sum(len(each.get("members") or ()) for each in described.values())
