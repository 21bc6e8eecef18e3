"""The topics as they are on a broker, and making them as they should be.

In: an admin client and specifications. Out: states; on request, changed configurations and more
partitions. Never takes anything away: no topic, no partition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import KafkaError

from trends.errors import Unavailable
from trends.wire.topic_spec import Difference, TopicSpec, TopicState

_DONE: Final = "OK"


def topic_state(client: KafkaAdminClient, name: str) -> TopicState | None:
    """A topic as it is; None if it is not there."""
    # Asking for a topic by name would have some brokers create it.
    if name not in client.list_topics():
        return None
    (topic,) = client.describe_topics([name])
    partitions = topic["partitions"]
    replicas = min((len(each["replica_nodes"]) for each in partitions), default=0)
    return TopicState(len(partitions), replicas, _configs(client, name))


def _configs(client: KafkaAdminClient, name: str) -> Mapping[str, str] | None:
    resource = ConfigResource(ConfigResourceType.TOPIC, name)
    try:
        described = client.describe_configs([resource], config_filter="all")
    except (KafkaError, ValueError):
        return None  # the embedded broker does not know the request, or answers it in its own way
    values: dict[str, Any] = described.get("topic", {}).get(name, {})
    return {key: str(value["value"]) for key, value in values.items()} or None


def change(client: KafkaAdminClient, spec: TopicSpec, found: Sequence[Difference]) -> None:
    """Makes a topic as it should be, as far as nothing stands in the way.

    Args:
        client: may alter topics.
        spec: the topic as it should be.
        found: in what it differs; those with an obstacle stay as they are.

    Raises:
        Unavailable: if the broker cannot.
    """
    possible = [each for each in found if not each.obstacle]
    configs = {each.what: each.wanted for each in possible if each.what in spec.configs}
    try:
        if configs:
            resource = ConfigResource(ConfigResourceType.TOPIC, spec.name, configs)
            answer = client.alter_configs([resource])["topic"][spec.name]
            if answer != _DONE:
                raise Unavailable(f"Kafka: it does not change topic {spec.name!r}: {answer}")
        if any(each.what == "partitions" for each in possible):
            client.create_partitions({spec.name: spec.partitions})
    except (KeyError, ValueError) as error:
        raise Unavailable(f"Kafka: it cannot change topic {spec.name!r}: {error}") from error
