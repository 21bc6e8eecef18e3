"""A ClickHouse cluster as far as it can be had in one process: one group, of one server.

Tables of it are really Distributed, over plain ones: the engine in a library has neither a queue of
statements for a cluster nor a keeper for replicas, so `local_form` takes both out of statements.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clickhouse_connect.driver.client import Client

from tests.support.clickhouse import EmbeddedClickHouse
from trends.store.access import StoreAccess
from trends.store.client import connect

CLUSTER = "trends"
FAR = "far"  # two groups, away: good for plans of queries, not for running them
DOUBLE = "double"  # whose tables are told to replicate by themselves and by their cluster
HEAVY = "heavy"  # one group takes more than the other
ROOT = Path(__file__).parents[2]


def _group(port: int, replication: bool = True, weight: int = 1) -> str:
    return f"""<shard><weight>{weight}</weight>
    <internal_replication>{str(replication).lower()}</internal_replication>
    <replica><host>127.0.0.1</host><port>{port}</port></replica></shard>"""


_CLUSTERS = {
    CLUSTER: (_group(9000),),
    FAR: (_group(1), _group(2)),
    DOUBLE: (_group(9000, replication=False),),
    HEAVY: (_group(1), _group(2, weight=2)),
}
# The first port is only what the engine knows itself by; nothing listens there.
CONFIG = f"""<clickhouse><tcp_port>9000</tcp_port><remote_servers>{
    "".join(f"<{name}>{''.join(groups)}</{name}>" for name, groups in _CLUSTERS.items())
}</remote_servers></clickhouse>"""
_ON_CLUSTER = re.compile(r" ON CLUSTER `\w+`")
_REPLICATED = re.compile(r"\bReplicated(\w*MergeTree)\('[^']*', '[^']*'(?:, )?")


class ClusterOfOne(EmbeddedClickHouse):
    """The embedded server with a configuration that has a cluster."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        config = folder / "cluster.xml"
        config.write_text(CONFIG)
        # The configuration's name goes before the server's own arguments.
        program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
        program += f"from {__name__} import main; main()"
        super().__init__(folder, program=(sys.executable, "-c", program, str(config)))


@contextmanager
def running_cluster(folder: Path) -> Iterator[ClusterOfOne]:
    """A running server; always a process of our own, whatever else can be had."""
    server = ClusterOfOne(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def cluster_client(url: str, *, database: str = "default", read_only: bool = False) -> Client:
    """A client as a processor of a cluster has it, except for what one server cannot do."""
    access = StoreAccess(url, cluster=CLUSTER)
    client = connect(access, database=database, read_only=read_only)
    command = client.command

    def local_command(cmd: str, *args: Any, **options: Any) -> Any:
        return command(local_form(cmd), *args, **options)

    client.command = local_command  # type: ignore[method-assign]
    return client


def local_form(statement: str) -> str:
    """The statement for this server alone, and without a keeper."""
    return _REPLICATED.sub(r"\1(", _ON_CLUSTER.sub("", statement))


def main() -> None:
    """Serves, with the configuration named by the first argument."""
    # Only here: the library is large, and every test run reads this module.
    import chdb

    from trends.embedded.clickhouse.__main__ import main as serve

    config = sys.argv.pop(1)
    opened: Any = chdb.connect

    def connect_configured(address: str) -> Any:
        return opened(f"{address}?config-file={config}")

    chdb.connect = connect_configured
    sys.exit(serve())
