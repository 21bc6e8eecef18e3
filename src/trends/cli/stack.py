"""What a command works on: the embedded stack or real servers, found or started."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from clickhouse_connect.driver.client import Client

from trends.cli.interrupt import Interrupted, raise_if_interrupted
from trends.cli.output import err, say
from trends.cli.waiting import (
    WAIT_LIMIT_S,
    needs_kafka,
    wait_for_kafka,
    wait_for_servers,
    wait_for_store,
)
from trends.clock import SystemClock
from trends.embedded.stack import Part, Stack, running_stack
from trends.embedded.state import is_alive, read_state
from trends.errors import ConfigError
from trends.settings import Settings
from trends.store.access import store_access
from trends.store.client import connect
from trends.store.migrate import prepare_store
from trends.wire.access import KafkaAccess, kafka_access


@contextmanager
def stack(
    settings: Settings, parts: Collection[Part], *, wait_limit_s: float | None = WAIT_LIMIT_S
) -> Iterator[Stack]:
    """A stack with at least ``parts``, its schema up to date.

    Raises:
        Unavailable: if a server that settings name does not answer within ``wait_limit_s``.
    """
    clock = SystemClock()
    wait_for_servers(settings, parts, clock, say, wait_limit_s)
    with running_stack(settings, clock, parts, _tell) as running:
        # A stack that runs already may be in the middle of starting one of its own again.
        if running.kafka and not settings.kafka and needs_kafka(parts):
            wait_for_kafka(settings, running.kafka, clock, say)
        if not settings.clickhouse:
            wait_for_store(settings, running.clickhouse, clock, say)
        prepare_store(store_access(settings, running.clickhouse))
        try:
            raise_if_interrupted()
            yield running
        except Interrupted:
            _tell("stopping; another Ctrl-C ends it at once")
            raise


@contextmanager
def connected_store(settings: Settings, *, read_only: bool = False) -> Iterator[Client]:
    """A client of the store, as the read-only user if so wanted."""
    with stack(settings, {Part.STORE}) as running:
        url = running.reader if read_only else running.clickhouse
        client = connect(store_access(settings, url), read_only=read_only)
        try:
            yield client
        finally:
            client.close()


def broker_access(settings: Settings) -> KafkaAccess:
    """How to reach the broker: the one that settings name, or the one of the running stack.

    Raises:
        ConfigError: if there is none: a broker of our own would have no topics yet.
    """
    state = read_state(settings.data_dir.absolute())
    running = state is not None and is_alive(settings.data_dir.absolute(), state)
    bootstrap = settings.kafka or (state.addresses.get("kafka", "") if running and state else "")
    if not bootstrap:
        raise ConfigError("no broker runs here: start `trends up`, or set TRENDS_KAFKA")
    wait_for_kafka(settings, bootstrap, SystemClock(), say)
    return kafka_access(settings, bootstrap)


def watched(running: Stack, *more: Callable[[], None]) -> Callable[[], None]:
    """For those who wait: raises when waiting is in vain, or no longer wanted."""

    def check() -> None:
        raise_if_interrupted()
        running.check()
        for check_more in more:
            check_more()

    return check


def _tell(text: str) -> None:
    if err.is_terminal:
        err.print(text, style="dim", markup=False)
