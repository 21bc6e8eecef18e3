"""The topics: created when absent, and which incarnation of them is there now."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import (
    AuthorizationError,
    KafkaError,
    MessageSizeTooLargeError,
    SaslAuthenticationFailedError,
    TopicAlreadyExistsError,
    UnsupportedSaslMechanismError,
)

from trends.errors import ConfigError, Fatal, Unavailable
from trends.settings import Settings
from trends.wire.access import KafkaAccess, kafka_access
from trends.wire.knock import knock
from trends.wire.topic_spec import TopicSpec, differences, topic_specs
from trends.wire.topic_state import topic_state

log = logging.getLogger(__name__)

_NO_TOPIC_ID: Final = "00000000-0000-0000-0000-000000000000"
REQUEST_TIMEOUT_MS: Final = 10_000
CONNECT_TIMEOUT_MS: Final = 30_000


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
        ConfigError: if the user is refused, or may not do this; if a message is too long.
        Unavailable: otherwise; it can be mended by waiting or by the operator.
    """
    try:
        yield
    except (SaslAuthenticationFailedError, UnsupportedSaslMechanismError) as error:
        raise ConfigError(
            f"Kafka refuses the login: {error}; correct TRENDS_KAFKA_USER, TRENDS_KAFKA_PASSWORD "
            "or TRENDS_KAFKA_SASL_MECHANISM"
        ) from error
    except AuthorizationError as error:
        raise ConfigError(
            f"Kafka: {type(error).__name__}: {error}; let the user of TRENDS_KAFKA_USER do this"
        ) from error
    except MessageSizeTooLargeError as error:
        raise ConfigError(
            f"Kafka: {error}; raise TRENDS_MESSAGE_MAX_BYTES and the topic's max.message.bytes, or "
            "lower TRENDS_BATCH_BYTES"
        ) from error
    except (KafkaError, OSError) as error:
        raise Unavailable(f"Kafka: {type(error).__name__}: {error}") from error


@contextmanager
def admin(
    access: KafkaAccess,
    request_timeout_ms: int = REQUEST_TIMEOUT_MS,
    connect_timeout_ms: int = CONNECT_TIMEOUT_MS,
) -> Iterator[KafkaAdminClient]:
    """An admin client for a few calls.

    Raises:
        ConfigError: if Kafka does not let us in.
        Unavailable: if it does not answer.
    """
    knock(access, request_timeout_ms / 1_000)
    with translated():
        client = KafkaAdminClient(
            **access.client_options(),
            request_timeout_ms=request_timeout_ms,
            bootstrap_timeout_ms=connect_timeout_ms,
        )
        try:
            yield client
        finally:
            client.close()


def ensure_topics(settings: Settings, bootstrap: str) -> TopicInfo:
    """Creates the topics that are not there and describes the one with listings.

    One that is there stays as it is; where it is otherwise than it should be, a warning says so.
    """
    with admin(kafka_access(settings, bootstrap)) as client:
        there = set(client.list_topics())
        for spec in topic_specs(settings):
            if spec.name in there:
                _warn_of_differences(client, spec)
                continue
            try:
                client.create_topics([new_topic(spec)])
            except TopicAlreadyExistsError:
                continue  # another process was faster
        return _describe(client, settings.listings_topic)


def new_topic(spec: TopicSpec) -> NewTopic:
    """A topic as kafka-python creates it."""
    return NewTopic(
        spec.name,
        num_partitions=spec.partitions,
        replication_factor=spec.replicas,
        topic_configs=dict(spec.configs),
    )


def _warn_of_differences(client: KafkaAdminClient, spec: TopicSpec) -> None:
    state = topic_state(client, spec.name)
    found = [] if state is None else differences(spec, state)
    if found:
        log.warning("%s; see `trends kafka-topics`", "; ".join(map(str, found)))


def describe_topic(access: KafkaAccess, name: str) -> TopicInfo:
    """The present incarnation of a topic.

    Raises:
        Unavailable: if the topic or the broker is not there.
    """
    with admin(access) as client:
        return _describe(client, name)


def _describe(client: KafkaAdminClient, name: str) -> TopicInfo:
    (topic,) = client.describe_topics([name])
    if topic["error_code"]:
        raise Unavailable(f"Kafka: topic {name!r}: error {topic['error_code']}")
    topic_id = str(topic["topic_id"])
    if topic_id == _NO_TOPIC_ID:
        raise Fatal(f"Kafka: topic {name!r} has no id; counts need brokers of version 2.8 or newer")
    return TopicInfo(name, topic_id, len(topic["partitions"]))


def group_is_active(access: KafkaAccess, group: str) -> bool:
    """Whether the consumer group has members now."""
    with admin(access) as client:
        try:
            described = client.describe_groups([group])
        except ValueError:
            # The embedded broker answers with permissions that the client does not know. One
            # processor too many does no harm; none would be waited for in vain.
            return False
    return any(members.get("members") for members in described.values())
