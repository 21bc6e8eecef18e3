"""Stores that dashboards are asked of, as the read-only user."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from clickhouse_connect.driver.client import Client

from trends.clock import SystemClock
from trends.embedded.stack import Part, Stack, running_stack
from trends.settings import load_settings
from trends.store.client import connect
from trends.store.migrate import prepare_store

# Kafka's client warns while it is loaded, which pytest forgives tests, but not this file.
if TYPE_CHECKING:
    from tests.support.board_alerts import Alerts
    from tests.support.board_spikes import Again, Make
    from tests.support.boards import Board
    from tests.support.observed import Observed


@pytest.fixture(scope="package")
def now() -> datetime:
    """When the filled store's listings end: 18:47, today or yesterday.

    The ranking of a day is another one in each of its hours, and so is what dashboards show.
    """
    now = SystemClock().now()
    end = now.replace(hour=18, minute=47, second=0, microsecond=0)
    return end if end <= now else end - timedelta(days=1)


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The server of the filled store."""
    settings = load_settings(data_dir=tmp_path_factory.mktemp("boards"))
    with running_stack(settings, SystemClock(), {Part.STORE}) as stack:
        prepare_store(stack.clickhouse)
        yield stack


@pytest.fixture(scope="package")
def filled(stack: Stack, now: datetime) -> Iterator[Client]:
    """A counted and ranked store."""
    from tests.support.board_store import fill, listings

    writer = connect(stack.clickhouse)
    fill(writer, listings(now), now)
    writer.close()
    client = connect(stack.reader)
    yield client
    client.close()


@pytest.fixture(scope="package")
def alerts(stack: Stack, filled: Client, now: datetime) -> Iterator[Alerts]:
    """The filled store's alerts; whoever asks for them finds them in ``filled``."""
    del filled
    from tests.support.board_alerts import watch

    writer = connect(stack.clickhouse)
    yield watch(writer, now)
    writer.close()


@pytest.fixture
def spikes(filled: Client, alerts: Alerts, now: datetime) -> Make:
    """The dashboard Spikes over a range that ends now, or earlier."""
    del alerts
    from tests.support.boards import Board

    def made(length: timedelta = timedelta(days=90), end: datetime = now) -> Board:
        return Board("spikes", filled, end - length, end)

    return made


@pytest.fixture(scope="package")
def again(filled: Client, alerts: Alerts, now: datetime) -> Again:
    """Detection on what the filled store has."""
    del filled
    from tests.support.board_spikes import Again

    return Again(alerts.client, now)


@pytest.fixture(scope="package")
def piped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observed]:
    """A store with samples of the pipeline."""
    from tests.support.board_pipeline import fill
    from tests.support.observed import observed_store

    with observed_store(tmp_path_factory.mktemp("pipeline")) as store:
        fill(store)
        yield store


@pytest.fixture(scope="package")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A store that nothing was ever written to."""
    settings = load_settings(data_dir=tmp_path_factory.mktemp("empty"))
    with running_stack(settings, SystemClock(), {Part.STORE}) as stack:
        prepare_store(stack.clickhouse)
        client = connect(stack.reader)
        yield client
        client.close()
