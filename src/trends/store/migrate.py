"""Brings a database to the newest schema; safe to run at every start and from several processes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files

from clickhouse_connect.driver.client import Client

from trends.errors import Fatal
from trends.store.client import connect, database_of, translated

_COMMENT = re.compile(r"^\s*--.*$", re.MULTILINE)


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


def migrate(client: Client, database: str) -> list[str]:
    """Applies what is missing. Every statement can be repeated, so a crash in between is mended.

    Returns:
        The names of the migrations applied now.

    Raises:
        Fatal: if the database is newer than this program.
    """
    applied_now = []
    with translated():
        client.command(f"CREATE DATABASE IF NOT EXISTS `{database}`")
        client.database = database
        client.command(
            "CREATE TABLE IF NOT EXISTS schema_migrations (number UInt32, name String, "
            "applied_at DateTime64(3, 'UTC') DEFAULT now64(3)) "
            "ENGINE = ReplacingMergeTree ORDER BY number"
        )
        result = client.query("SELECT DISTINCT number FROM schema_migrations")
        done = {int(row[0]) for row in result.result_rows}
        known = migrations()
        unknown = done - {number for number, _, _ in known}
        if unknown:
            raise Fatal(
                f"database {database!r} has migration {max(unknown)}, which this version of "
                "trends does not know; upgrade trends"
            )
        for number, name, sql in known:
            if number in done:
                continue
            for statement in statements(sql):
                client.command(statement)
            client.insert("schema_migrations", [[number, name]], column_names=["number", "name"])
            applied_now.append(f"{number:04d}_{name}")
    return applied_now


def prepare_store(url: str) -> list[str]:
    """Creates the database that ``url`` names and brings its schema up to date; see `migrate`."""
    client = connect(url, database="default")
    try:
        return migrate(client, database_of(url))
    finally:
        client.close()
