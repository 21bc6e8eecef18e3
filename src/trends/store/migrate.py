"""Brings a database to the newest schema; safe to run at every start and from several processes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Final

from clickhouse_connect.driver.client import Client
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from trends.errors import Fatal, Unavailable
from trends.store.access import StoreAccess
from trends.store.client import connect, database_of, translated
from trends.store.cluster import Schema
from trends.store.cluster_check import check_cluster, check_homes
from trends.store.generations import ensure_topic_tree
from trends.store.migration_lock import STALE_S, migration_lock

LOCK_WAIT_S: Final = 0.2

_COMMENT: Final = re.compile(r"^\s*--.*$", re.MULTILINE)
_MIGRATIONS_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS schema_migrations (number UInt32, name String, "
    "applied_at DateTime64(3, 'UTC') DEFAULT now64(3)) "
    "ENGINE = ReplacingMergeTree ORDER BY number"
)


def migrations() -> list[tuple[int, str, str]]:
    """(number, name, SQL) of every migration, in order."""
    found = []
    for file in files("trends.store.migrations").iterdir():
        if file.name.endswith(".sql"):
            number, _, name = file.name.removesuffix(".sql").partition("_")
            found.append((int(number), name, file.read_text(encoding="utf-8")))
    return sorted(found)


def statements(sql: str) -> Iterator[str]:
    """The statements of a migration; a semicolon ends one, comments are dropped."""
    for statement in _COMMENT.sub("", sql).split(";"):
        if statement.strip():
            yield statement.strip()


def migrate(client: Client, database: str, cluster: str = "") -> list[str]:
    """Applies what is missing. Every statement can be repeated, so a crash in between is mended.

    Args:
        client: may create databases; is set to ``database``.
        database: to bring up to date.
        cluster: of servers that all get the schema; empty: the one server.

    Returns:
        The names of the migrations applied now.

    Raises:
        Fatal: if the database is newer than this program.
    """
    schema = Schema(cluster, database)
    with translated():
        _create_database(client, database, schema)
        if not _missing(client, database):
            return []
        waiting = Retrying(
            retry=retry_if_exception_type(Unavailable),
            wait=wait_fixed(LOCK_WAIT_S),
            stop=stop_after_delay(2 * STALE_S),
            reraise=True,
        )
        return waiting(_apply_missing, client, database, schema)


def _missing(client: Client, database: str) -> set[int]:
    """Numbers of the migrations that are still to be applied."""
    result = client.query("SELECT DISTINCT number FROM schema_migrations")
    done = {int(row[0]) for row in result.result_rows}
    known = {number for number, _, _ in migrations()}
    if unknown := done - known:
        raise Fatal(
            f"database {database!r} has migration {max(unknown)}, which this version of "
            "trends does not know; upgrade trends"
        )
    return known - done


def _apply_missing(client: Client, database: str, schema: Schema) -> list[str]:
    applied_now = []
    with translated(), migration_lock(client):
        # Asked again: whoever had the lock before has done it.
        missing = _missing(client, database)
        for number, name, sql in migrations():
            # Also of those that are done: a later one may copy a table.
            prepared = [form for each in statements(sql) for form in schema.forms(each)]
            if number not in missing:
                continue
            for statement in prepared:
                client.command(statement)
            client.insert("schema_migrations", [[number, name]], column_names=["number", "name"])
            applied_now.append(f"{number:04d}_{name}")
    return applied_now


def prepare_store(where: str | StoreAccess) -> list[str]:
    """Creates the database that the URL names and brings its schema up to date; see `migrate`."""
    access = StoreAccess(where) if isinstance(where, str) else where
    client = connect(access, database="default")
    try:
        if access.cluster:
            check_cluster(client, access.cluster)
        applied = migrate(client, database_of(access.url), access.cluster)
        if access.cluster:
            check_homes(client, access.cluster)
        ensure_topic_tree(client)
        return applied
    finally:
        client.close()


def _create_database(client: Client, database: str, schema: Schema) -> None:
    """Creates what all else stands in, and sets the client to it."""
    # A statement for a cluster waits for every server, and most starts have nothing to change.
    if not schema.cluster or not _has_schema(client, database):
        for statement in schema.forms(f"CREATE DATABASE IF NOT EXISTS `{database}`"):
            client.command(statement)
        client.database = database
        for statement in schema.forms(_MIGRATIONS_TABLE):
            client.command(statement)
    client.database = database


def _has_schema(client: Client, database: str) -> bool:
    found = client.query(
        "SELECT count() FROM system.tables WHERE database = {database:String} "
        "AND name = 'schema_migrations'",
        parameters={"database": database},
    )
    return bool(found.result_rows[0][0])
