"""Which parts of a stack a command needs that publishes and waits for the counts."""

from __future__ import annotations

from trends.cli.output import say
from trends.cli.waiting import wait_for_servers
from trends.clock import SystemClock
from trends.embedded.stack import COUNTING, Part
from trends.embedded.state import is_alive, read_state
from trends.errors import ConfigError
from trends.settings import Settings
from trends.wire.access import kafka_access
from trends.wire.topics import group_is_active


def parts_needed(settings: Settings) -> set[Part]:
    """All that counts; on a real Kafka a processor only if none is at work there.

    Raises:
        Unavailable: if that Kafka does not answer.
        ConfigError: if the processors at work there count into another store than ours, where
            we would wait in vain.
    """
    if not settings.kafka:
        return set(COUNTING)
    servers = {Part.BROKER, Part.STORE}
    wait_for_servers(settings, servers, SystemClock(), say)
    if not group_is_active(kafka_access(settings, settings.kafka), settings.group):
        return set(COUNTING)
    if not settings.clickhouse and not _stack_runs(settings):
        raise ConfigError(
            f"processors of group {settings.group!r} are at work on {settings.kafka} and count "
            "into a store that is not ours; name theirs with TRENDS_CLICKHOUSE"
        )
    return servers


def _stack_runs(settings: Settings) -> bool:
    folder = settings.data_dir.absolute()
    state = read_state(folder)
    return state is not None and is_alive(folder, state)
