"""The stores that must keep the contract; a new one is one more entry in ``STORES``."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from tests.support.clickhouse import ClickHouseServer
from tests.support.clickhouse_cluster import CLUSTER, ClusterOfOne, cluster_client
from trends.store.clickhouse import ClickHouseStore
from trends.store.client import connect
from trends.store.generations import FIRST
from trends.store.interface import Store
from trends.store.memory import MemoryStore
from trends.store.migrate import migrate
from trends.wire.partition import home_partition


@contextmanager
def memory_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    yield MemoryStore(home_partition)


@contextmanager
def clickhouse_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    server: ClickHouseServer = request.getfixturevalue("clickhouse")
    database = f"contract_{uuid.uuid4().hex[:12]}"
    client = connect(server.url, database="default")
    try:
        migrate(client, database)
        yield ClickHouseStore(client, FIRST)
        client.command(f"DROP DATABASE {database}")
    finally:
        client.close()


@contextmanager
def cluster_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    server: ClusterOfOne = request.getfixturevalue("cluster_of_one")
    client = cluster_client(server.url)
    try:
        # One database for all tests: this one takes seconds to migrate.
        migrate(client, "contract", CLUSTER)
        kept = client.query(
            "SELECT name FROM system.tables WHERE database = 'contract' "
            "AND engine LIKE '%MergeTree' AND name != 'schema_migrations'"
        ).result_rows
        for (table,) in kept:
            client.command(f"TRUNCATE TABLE {table}")
        yield ClickHouseStore(client, FIRST)
    finally:
        client.close()


STORES: dict[str, Callable[[pytest.FixtureRequest], AbstractContextManager[Store]]] = {
    "memory": memory_store,
    "clickhouse": clickhouse_store,
    "clickhouse_cluster": cluster_store,
}
