"""The topics: created when absent, and which incarnation of them is there now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from trends.errors import Fatal, Unavailable
from trends.settings import Settings

_NO_TOPIC_ID = "00000000-0000-0000-0000-000000000000"
REQUEST_TIMEOUT_MS = 10_000


@dataclass(frozen=True, slots=True)
class TopicInfo:
    """One incarnation of a topic: a re-created topic has another ``topic_id``."""

    name: str
    topic_id: str
    partitions: int


@contextmanager
def translated() -> Iterator[None]:
    """Turns errors of the Kafka client into ours.

    Raises:
        Unavailable: always; every failure here can be mended by waiting or by the operator.
    """
    try:
        yield
    except (KafkaError, OSError) as error:
        raise Unavailable(f"Kafka: {type(error).__name__}: {error}") from error


@contextmanager
def admin(bootstrap: str) -> Iterator[KafkaAdminClient]:
    """An admin client for a few calls."""
    with translated():
        client = KafkaAdminClient(
            bootstrap_servers=bootstrap.split(","), request_timeout_ms=REQUEST_TIMEOUT_MS
        )
        try:
            yield client
        finally:
            client.close()


def ensure_topics(settings: Settings, bootstrap: str) -> TopicInfo:
    """Creates the topics that are not there and describes the one with listings."""
    limits = {"max.message.bytes": str(settings.message_max_bytes)}
    wanted = (
        NewTopic(
            settings.listings_topic,
            num_partitions=settings.partitions,
            replication_factor=settings.replication_factor,
            topic_configs=limits,
        ),
        NewTopic(
            settings.dead_topic,
            num_partitions=1,
            replication_factor=settings.replication_factor,
            topic_configs=limits,
        ),
        # Whoever has its only partition is the alerter that leads.
        NewTopic(
            settings.spikes_topic,
            num_partitions=1,
            replication_factor=settings.replication_factor,
            topic_configs=limits,
        ),
    )
    with admin(bootstrap) as client:
        there = set(client.list_topics())
        for topic in wanted:
            if topic.name not in there:
                try:
                    client.create_topics([topic])
                except TopicAlreadyExistsError:
                    continue  # another process was faster
        return _describe(client, settings.listings_topic)


def describe_topic(bootstrap: str, name: str) -> TopicInfo:
    """The present incarnation of a topic.

    Raises:
        Unavailable: if the topic or the broker is not there.
    """
    with admin(bootstrap) as client:
        return _describe(client, name)


def _describe(client: KafkaAdminClient, name: str) -> TopicInfo:
    (topic,) = client.describe_topics([name])
    if topic["error_code"]:
        raise Unavailable(f"Kafka: topic {name!r}: error {topic['error_code']}")
    topic_id = str(topic["topic_id"])
    if topic_id == _NO_TOPIC_ID:
        raise Fatal(f"Kafka: topic {name!r} has no id; counts need brokers of version 2.8 or newer")
    return TopicInfo(name, topic_id, len(topic["partitions"]))


def group_is_active(bootstrap: str, group: str) -> bool:
    """Whether the consumer group has members now."""
    with admin(bootstrap) as client:
        try:
            described = client.describe_groups([group])
        except ValueError:
            # The embedded broker answers with permissions that the client does not know. One
            # processor too many does no harm; none would be waited for in vain.
            return False
    return any(members.get("members") for members in described.values())
