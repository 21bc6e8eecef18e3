"""Stores that dashboards are asked of, as the read-only user."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from clickhouse_connect.driver.client import Client

from trends.clock import SystemClock
from trends.embedded.stack import Part, running_stack
from trends.settings import load_settings
from trends.store.client import connect
from trends.store.migrate import prepare_store


@pytest.fixture(scope="package")
def now() -> datetime:
    """When the filled store's listings end."""
    return SystemClock().now().replace(second=0, microsecond=0)


@pytest.fixture(scope="package")
def filled(tmp_path_factory: pytest.TempPathFactory, now: datetime) -> Iterator[Client]:
    """A counted and ranked store."""
    # Kafka's client warns while it is loaded, which pytest forgives tests, but not this file.
    from tests.support.board_store import fill, listings

    settings = load_settings(data_dir=tmp_path_factory.mktemp("boards"))
    clock = SystemClock()
    with running_stack(settings, clock, {Part.STORE}) as stack:
        prepare_store(stack.clickhouse)
        writer = connect(stack.clickhouse)
        fill(writer, listings(now), clock)
        writer.close()
        client = connect(stack.reader)
        yield client
        client.close()


@pytest.fixture(scope="package")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A store that nothing was ever written to."""
    settings = load_settings(data_dir=tmp_path_factory.mktemp("empty"))
    with running_stack(settings, SystemClock(), {Part.STORE}) as stack:
        prepare_store(stack.clickhouse)
        client = connect(stack.reader)
        yield client
        client.close()
