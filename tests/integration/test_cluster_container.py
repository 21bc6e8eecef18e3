"""The schema of a cluster on a real server with a keeper of its own: one group of one replica.

Runs where a Docker engine answers, and is left out elsewhere, also on CI.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.flushes import DAY, NOON, Batch, shard
from tests.support.clickhouse import IMAGE, PASSWORD, USERNAME
from tests.support.docker_engine import docker_answers
from tests.support.waiting import wait_for
from trends.cli.waiting import clickhouse_answers
from trends.embedded.ports import LOOPBACK, choose_ports
from trends.processor.flush import write_flush
from trends.store.access import StoreAccess
from trends.store.clickhouse_rebuild import ClickHouseRebuild
from trends.store.client import connect
from trends.store.migrate import migrations, prepare_store

pytestmark = pytest.mark.skipif(not docker_answers(), reason="no Docker engine answers")

CLUSTER = "trends"
CONFIG = f"""<clickhouse>
  <keeper_server>
    <tcp_port>9181</tcp_port>
    <server_id>1</server_id>
    <log_storage_path>/var/lib/clickhouse/coordination/log</log_storage_path>
    <snapshot_storage_path>/var/lib/clickhouse/coordination/snapshots</snapshot_storage_path>
    <raft_configuration>
      <server><id>1</id><hostname>localhost</hostname><port>9234</port></server>
    </raft_configuration>
  </keeper_server>
  <zookeeper><node><host>localhost</host><port>9181</port></node></zookeeper>
  <distributed_ddl><path>/clickhouse/task_queue/ddl</path></distributed_ddl>
  <macros><shard>1</shard><replica>one</replica></macros>
  <remote_servers><{CLUSTER}><shard>
    <internal_replication>true</internal_replication>
    <replica>
      <host>localhost</host><port>9000</port>
      <user>{USERNAME}</user><password>{PASSWORD}</password>
    </replica>
  </shard></{CLUSTER}></remote_servers>
</clickhouse>"""


@pytest.fixture
def access(tmp_path: Path) -> Iterator[StoreAccess]:
    from testcontainers.core.container import DockerContainer

    config = tmp_path / "cluster.xml"
    config.write_text(CONFIG)
    config.chmod(0o644)
    port = choose_ports(("clickhouse",), host="0.0.0.0")["clickhouse"]
    container = (
        DockerContainer(IMAGE)
        .with_bind_ports(8123, port)
        .with_env("CLICKHOUSE_USER", USERNAME)
        .with_env("CLICKHOUSE_PASSWORD", PASSWORD)
        .with_env("CLICKHOUSE_DEFAULT_ACCESS_MANAGEMENT", "1")
        .with_volume_mapping(str(config), "/etc/clickhouse-server/config.d/cluster.xml", "ro")
    )
    url = f"http://{USERNAME}:{PASSWORD}@{LOOPBACK}:{port}/trends"
    with container:
        wait_for(lambda: clickhouse_answers(url), 60, "ClickHouse in its container")
        yield StoreAccess(url, cluster=CLUSTER)


def test_counts_go_through_replicated_and_distributed_tables(access: StoreAccess) -> None:
    assert len(prepare_store(access)) == len(migrations())
    assert prepare_store(access) == []
    client = connect(access)
    try:
        tables = client.query(
            "SELECT name, engine FROM system.tables WHERE database = 'trends'"
        ).result_rows
        engines = {name: engine for name, engine in tables}  # noqa: C416 - its rows are untyped
        assert engines["term_counts"] == "Distributed"
        assert engines["term_counts_local"] == "ReplicatedReplacingMergeTree"
        assert engines["checkpoints"] == "ReplicatedReplacingMergeTree"
        store = ClickHouseRebuild(client, 1, CLUSTER)
        counts = {DAY: {"graph": (1, 2)}}
        for version in (1, 2):
            batch = Batch(version=version, totals={DAY: version}, terms=counts, topics=counts)
            write_flush(store, [batch.flush()], NOON)
        checkpoint = store.checkpoint(shard().name)
        assert checkpoint is not None
        assert checkpoint.version == 2
        assert store.load_buckets(shard().name, [DAY])[DAY].listings == 2
        store.drop_terms()
        ClickHouseRebuild(client, 2, CLUSTER).drop_older_topics()
        for table in ("term_counts", "term_days", "topic_counts"):
            assert client.query(f"SELECT count() FROM {table}").result_rows == [(0,)]
    finally:
        client.close()
