"""What a command works on: the embedded stack or real servers, found or started."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from clickhouse_connect.driver.client import Client

from trends.cli.output import err
from trends.clock import SystemClock
from trends.embedded.stack import Part, Stack, running_stack
from trends.processor.build import prepare_store
from trends.settings import Settings
from trends.store.client import connect


@contextmanager
def stack(settings: Settings, parts: Collection[Part]) -> Iterator[Stack]:
    """A stack with at least ``parts``, its schema up to date."""
    with running_stack(settings, SystemClock(), parts, _tell) as running:
        prepare_store(running.clickhouse)
        yield running


@contextmanager
def connected_store(settings: Settings, *, read_only: bool = False) -> Iterator[Client]:
    """A client of the store, as the read-only user if so wanted."""
    with stack(settings, {Part.STORE}) as running:
        client = connect(running.reader if read_only else running.clickhouse)
        try:
            yield client
        finally:
            client.close()


def _tell(text: str) -> None:
    if err.is_terminal:
        err.print(f"[dim]{text}[/]")
