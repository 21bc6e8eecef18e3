"""How far the processors are with what was sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from clickhouse_connect.driver.client import Client

from trends.clock import Clock
from trends.store.interface import ShardInfo
from trends.store.queries import checkpoint_versions
from trends.wire.publisher import SentMessage
from trends.wire.topics import TopicInfo

POLL_S: Final = 0.2

Offsets = Mapping[str, Mapping[int, int]]
"""Per shard: offset of a message to its number of lines."""


def sent_offsets(topic: TopicInfo, sent: Sequence[SentMessage]) -> Offsets:
    """Where the messages stand, by the shard that counts them."""
    offsets: dict[str, dict[int, int]] = {}
    for message in sent:
        info = ShardInfo(topic.name, topic.topic_id, message.partition, topic.partitions)
        offsets.setdefault(info.name, {})[message.offset] = message.lines
    return offsets


def wait_until_counted(
    client: Client,
    offsets: Offsets,
    clock: Clock,
    check: Callable[[], None],
    progress: Callable[[int], None],
) -> None:
    """Returns when every message is behind its shard's checkpoint.

    Args:
        client: of the store.
        offsets: the messages to wait for.
        clock: to wait with.
        check: called between looks; raises when waiting is in vain.
        progress: called with the number of lines counted so far.
    """
    while True:
        versions = checkpoint_versions(client)
        counted = sum(
            lines
            for shard, messages in offsets.items()
            for offset, lines in messages.items()
            if offset <= versions.get(shard, -1)
        )
        progress(counted)
        if counted == sum(sum(messages.values()) for messages in offsets.values()):
            return
        check()
        clock.sleep(POLL_S)
