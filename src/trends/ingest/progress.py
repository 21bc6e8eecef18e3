"""How far the processors are with what was sent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from clickhouse_connect.driver.client import Client

from trends.clock import Clock
from trends.errors import Unavailable
from trends.store.interface import ShardInfo
from trends.store.queries import checkpoint_versions
from trends.wire.access import KafkaAccess
from trends.wire.publisher import SentMessage
from trends.wire.topics import TopicInfo, describe_topic

log = logging.getLogger(__name__)

POLL_S: Final = 0.2
POLL_AWAY_MAX_S: Final = 5.0
TOPIC_CHECK_S: Final = 3.0

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
    """Returns when every message is behind its shard's checkpoint; waits for a store that is away.

    Args:
        client: of the store.
        offsets: the messages to wait for.
        clock: to wait with.
        check: called between looks; raises when waiting is in vain.
        progress: called with the number of lines counted so far.
    """
    total = sum(sum(messages.values()) for messages in offsets.values())
    pause_s = POLL_S
    while True:
        check()
        try:
            versions = checkpoint_versions(client)
        except Unavailable as error:
            pause_s = min(2 * pause_s, POLL_AWAY_MAX_S)
            log.warning("looking again in %.1f s: %s", pause_s, error)
        else:
            pause_s = POLL_S
            counted = sum(
                lines
                for shard, messages in offsets.items()
                for offset, lines in messages.items()
                if offset <= versions.get(shard, -1)
            )
            progress(counted)
            if counted == total:
                return
        clock.sleep(pause_s)


class TopicWatch:
    """Tells those who wait for offsets of a topic that it is no longer the same topic."""

    def __init__(self, access: KafkaAccess, topic: TopicInfo, clock: Clock) -> None:
        self._access = access
        self._topic = topic
        self._clock = clock
        self._looked_s = clock.monotonic_s()

    def check(self) -> None:
        """Looks now and then.

        Raises:
            Unavailable: if the topic was re-created, so that what was sent may be gone with it.
        """
        if self._clock.monotonic_s() - self._looked_s < TOPIC_CHECK_S:
            return
        self._looked_s = self._clock.monotonic_s()
        try:
            now = describe_topic(self._access, self._topic.name)
        except Unavailable as error:
            log.warning("cannot look at the topic: %s", error)
            return
        if now.topic_id != self._topic.topic_id:
            raise Unavailable(
                f"topic {self._topic.name!r} was re-created meanwhile (a broker in memory loses "
                "its log when it ends); do this again: what is counted already counts once"
            )
