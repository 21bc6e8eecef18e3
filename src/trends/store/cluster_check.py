"""Whether a ClickHouse cluster is set up as exact counts need it; asked at every start."""

from __future__ import annotations

from clickhouse_connect.driver.client import Client

from trends.errors import ConfigError, Fatal
from trends.store.client import translated
from trends.store.cluster import SHARDING_KEY


def check_cluster(client: Client, cluster: str) -> None:
    """Looks at the cluster's configuration.

    Raises:
        ConfigError: if the server does not know it, or it would store rows twice or unevenly.
    """
    with translated():
        rows = client.query(
            "SELECT min(internal_replication), min(shard_weight), max(shard_weight) "
            "FROM system.clusters WHERE cluster = {cluster:String} HAVING count() > 0",
            parameters={"cluster": cluster},
        ).result_rows
        known = client.query("SELECT DISTINCT cluster FROM system.clusters").result_rows
    named = f"TRENDS_CLICKHOUSE_CLUSTER={cluster!r}"
    if not rows:
        names = ", ".join(sorted(str(name) for (name,) in known)) or "none"
        raise ConfigError(f"{named}: the server has no such cluster; it has {names}")
    replication, lightest, heaviest = rows[0]
    if not replication:
        raise ConfigError(
            f"{named}: set <internal_replication>true</internal_replication> in each shard of the "
            "server's remote_servers, for tables replicate by themselves"
        )
    if (lightest, heaviest) != (1, 1):
        raise ConfigError(
            f"{named}: give its shards no weight in the server's remote_servers, for where a row "
            "belongs must not depend on it"
        )


def check_homes(client: Client, cluster: str) -> None:
    """Looks whether what is stored is where it would be stored now.

    Raises:
        Fatal: if the cluster had another number of shards when this was stored: a row and a later
            version of it would be in two places, and both be counted.
    """
    with translated():
        rows = client.query(
            "SELECT toString(shard), part FROM "
            "(SELECT DISTINCT shard, _shard_num AS part FROM bucket_totals) WHERE part != 1 + "
            f"{SHARDING_KEY} % (SELECT max(shard_num) FROM system.clusters "
            "WHERE cluster = {cluster:String}) ORDER BY shard LIMIT 1",
            parameters={"cluster": cluster},
        ).result_rows
    if rows:
        shard, part = rows[0]
        raise Fatal(
            f"counts of {shard} are in shard {part} of ClickHouse cluster {cluster!r} and would "
            "not be stored there now, for it had another number of shards; give it that number "
            "again, or count into a new database"
        )
