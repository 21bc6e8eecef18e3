"""The schema of a cluster: what a server says to its statements, tables and queries.

There is no cluster here. Statements are parsed as they are; tables are Distributed over one group,
or, for plans of queries, over two that are away.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from tests.contract.flushes import DAY, NOON, Batch
from tests.support.clickhouse import ClickHouseServer
from tests.support.clickhouse_cluster import (
    CLUSTER,
    DOUBLE,
    FAR,
    HEAVY,
    ClusterOfOne,
    cluster_client,
    local_form,
)
from trends.errors import ConfigError, Fatal
from trends.processor.flush import write_flush
from trends.store.clickhouse_rebuild import ClickHouseRebuild
from trends.store.client import CLUSTER_SETTINGS, connect
from trends.store.cluster import Schema
from trends.store.cluster_check import check_cluster, check_homes
from trends.store.migrate import migrate, migrations, statements

OTHERS = (
    "CREATE DATABASE IF NOT EXISTS `d`",
    "TRUNCATE TABLE term_counts",
    "ALTER TABLE topic_counts DROP PARTITION ID 'a-b-c'",
    "ALTER TABLE term_counts ADD COLUMN IF NOT EXISTS x UInt8",
    "DROP VIEW IF EXISTS terms",
)


@pytest.fixture
def client(cluster_of_one: ClusterOfOne) -> Iterator[Client]:
    """Of a database of this test's own."""
    database = f"test_{uuid.uuid4().hex[:8]}"
    made = cluster_client(cluster_of_one.url)
    try:
        made.command(f"CREATE DATABASE {database}")
        made.database = database
        yield made
        made.command(f"DROP DATABASE {database}")
    finally:
        made.close()


def every_form() -> list[str]:
    schema = Schema(CLUSTER, "d")
    given = [each for _, _, sql in migrations() for each in statements(sql)]
    return [form for each in (*given, *OTHERS) for form in schema.forms(each)]


def test_a_server_parses_every_statement(clickhouse: ClickHouseServer) -> None:
    client = connect(clickhouse.url, database="default")
    try:
        for form in every_form():
            parsed = client.query("SELECT formatQuery({sql:String})", {"sql": form}).result_rows
            assert ("ON CLUSTER" in parsed[0][0]) == ("ON CLUSTER" in form)
    finally:
        client.close()


def test_a_server_knows_every_setting_of_a_cluster(clickhouse: ClickHouseServer) -> None:
    client = connect(clickhouse.url, database="default")
    try:
        known = client.query(
            "SELECT name FROM system.settings WHERE has({names:Array(String)}, name) "
            "AND NOT is_obsolete",
            {"names": list(CLUSTER_SETTINGS)},
        ).result_rows
    finally:
        client.close()
    assert {name for (name,) in known} == CLUSTER_SETTINGS.keys()


def test_a_second_migration_has_nothing_to_do(client: Client) -> None:
    database = str(client.database)
    applied = migrate(client, database, CLUSTER)
    assert applied == [f"{number:04d}_{name}" for number, name, _ in migrations()]
    assert migrate(client, database, CLUSTER) == []


def test_a_rebuild_empties_the_tables_that_rows_are_in(client: Client) -> None:
    migrate(client, str(client.database), CLUSTER)
    old, new = (ClickHouseRebuild(client, number, CLUSTER) for number in (1, 2))
    for store in (old, new):
        counts = {DAY: {"graph": (1, 2)}}
        batch = Batch(totals={DAY: 1}, terms=counts, topics=counts)
        write_flush(store, [batch.flush()], NOON)
    tables = ("term_counts", "term_days", "topic_counts")
    assert all(rows(client, table) for table in tables)
    new.drop_terms()
    new.drop_older_topics()
    assert [rows(client, table) for table in tables] == [0, 0, 1]
    assert rows(client, "topic_counts WHERE generation = 2") == 1


def rows(client: Client, source: str) -> int:
    return int(client.query(f"SELECT count() FROM {source}").result_rows[0][0])


def test_no_view_asks_one_group_for_what_others_have(client: Client) -> None:
    """A reader sends no settings, so a server refuses a view that joins what is spread."""
    schema = Schema(FAR, str(client.database))
    for _, _, sql in migrations():
        for statement in statements(sql):
            if not statement.startswith("INSERT"):
                for form in schema.forms(statement):
                    client.command(local_form(form))
    client.set_client_setting("distributed_product_mode", "deny")
    views = client.query(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'View'"
    ).result_rows
    assert len(views) >= 10
    said = {name: plan(client, f"SELECT * FROM {name}") for (name,) in views}
    # A plan may need a value from a group, and these are away; 288 is the refusal.
    assert {name: text for name, text in said.items() if "Code: 288" in text} == {}
    joined = "SELECT 1 FROM term_counts WHERE term IN (SELECT term FROM term_days)"
    assert "Code: 288" in plan(client, joined)
    client.set_client_setting("distributed_product_mode", "global")
    assert "Code: 288" not in plan(client, joined)


def plan(client: Client, sql: str) -> str:
    """The plan of a query, or what the server says instead."""
    try:
        return str(client.query(f"EXPLAIN {sql}").result_rows)
    except DatabaseError as error:
        return str(error)


# -- checks at the start ----------------------------------------------------------------------


def test_a_cluster_that_is_set_up_rightly_passes(client: Client) -> None:
    check_cluster(client, CLUSTER)
    check_cluster(client, FAR)


@pytest.mark.parametrize(
    ("cluster", "said"),
    [
        ("unheard_of", f"no such cluster; it has {DOUBLE}, {FAR}"),
        (DOUBLE, "internal_replication"),
        (HEAVY, "no weight"),
    ],
)
def test_a_cluster_that_would_count_wrongly_is_refused(
    client: Client, cluster: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=f"TRENDS_CLICKHOUSE_CLUSTER='{cluster}'.*{said}"):
        check_cluster(client, cluster)


def test_counts_that_now_belong_elsewhere_stop_everything(client: Client) -> None:
    """As if the cluster had been one group larger when they were stored."""
    migrate(client, str(client.database), CLUSTER)
    insert = (
        "INSERT INTO bucket_totals (shard, resolution, bucket, listings, version) VALUES "
        "('{}', '1d', '2026-01-01', 1, 1)"
    )
    at_home, away = shards_by_home(client)
    client.command(insert.format(at_home))
    check_homes(client, CLUSTER)
    check_homes(client, FAR)
    client.command(insert.format(away))
    check_homes(client, CLUSTER)
    with pytest.raises(Fatal, match=f"counts of {away} are in shard 1 of ClickHouse cluster 'far'"):
        check_homes(client, FAR)


def shards_by_home(client: Client) -> tuple[str, str]:
    """A shard that belongs to the first of two groups, and one that belongs to the second."""
    rows = client.query(
        "SELECT minIf(name, home = 0), minIf(name, home = 1) FROM (SELECT concat('l/x/', "
        "toString(number)) AS name, cityHash64(name) % 2 AS home FROM numbers(20))"
    ).result_rows
    return rows[0][0], rows[0][1]
