"""Several services start on an empty store at once: each finds the schema whole, none undoes it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.support.clickhouse import ClickHouseServer
from trends.store.client import connect
from trends.store.migrate import migrations, prepare_store


def test_services_that_start_at_once_migrate_once(clickhouse: ClickHouseServer) -> None:
    url = f"{clickhouse.url}/at_once"
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
