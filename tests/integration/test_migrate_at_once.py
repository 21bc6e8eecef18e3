"""Several services start on an empty store at once: each finds the schema whole, none undoes it."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from clickhouse_connect.driver.client import Client

from tests.support.clickhouse import ClickHouseServer
from tests.support.waiting import wait_for
from trends.errors import Unavailable
from trends.store import migration_lock as locks
from trends.store.client import connect
from trends.store.migrate import migrations, prepare_store
from trends.store.migration_lock import migration_lock


def test_services_that_start_at_once_migrate_once(clickhouse: ClickHouseServer) -> None:
    url = f"{clickhouse.url}/test_{uuid.uuid4().hex[:8]}"
    with ThreadPoolExecutor(4) as services:
        applied = list(services.map(prepare_store, [url] * 4))
    assert sorted(map(len, applied)) == [0, 0, 0, len(migrations())]
    client = connect(url)
    try:
        assert client.query("EXISTS TABLE migration_lock").result_rows == [(0,)]
        done = client.query("SELECT count() FROM schema_migrations").result_rows
        assert done == [(len(migrations()),)]
    finally:
        client.close()


def _is_free(client: Client) -> bool:
    try:
        with migration_lock(client):
            return True
    except Unavailable:
        return False


def test_a_holder_that_lives_keeps_the_lock_and_a_dead_one_loses_it(
    clickhouse: ClickHouseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"{clickhouse.url}/kept_{uuid.uuid4().hex[:8]}"
    prepare_store(url)
    monkeypatch.setattr(locks, "STALE_S", 4)
    monkeypatch.setattr(locks, "RENEW_EVERY_S", 0.3)
    client = connect(url)
    try:
        with migration_lock(client):
            end_s = time.monotonic() + 9  # twice as long as an untouched lock would last
            while time.monotonic() < end_s:
                assert not _is_free(client)
                time.sleep(0.2)
        assert _is_free(client)
        client.command("CREATE TABLE migration_lock (holder String) ENGINE = Memory")
        assert not _is_free(client)
        wait_for(lambda: _is_free(client), 30, "the lock of a dead holder is free")
    finally:
        client.close()
