"""One process at a time brings a schema up to date: a table that exists is the lock.

Two that migrate an empty store at once would each run statements that the other's rows do not
survive: a table is dropped and made anew. ClickHouse creates a table for one of them only. The lock
is of one server; on a cluster, start one service first.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from threading import Event, Thread
from typing import Final

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from trends.errors import Unavailable
from trends.store.client import error_code

log = logging.getLogger(__name__)

TABLE: Final = "migration_lock"
STALE_S: Final = 60
"""Unchanged for longer than this, its holder is taken for dead."""
RENEW_EVERY_S: Final = 10.0
"""A statement that copies a large table takes minutes; the table is touched meanwhile."""
_ALREADY_EXISTS: Final = 57


@contextmanager
def migration_lock(client: Client) -> Iterator[None]:
    """Holds the lock of the client's database.

    Raises:
        Unavailable: if another process has it; try again.
    """
    try:
        client.command(f"CREATE TABLE {TABLE} (holder String) ENGINE = Memory")
    except ClickHouseError as error:
        if error_code(error) != _ALREADY_EXISTS:
            raise
        _drop_if_stale(client)
        raise Unavailable("another process is bringing the schema up to date") from error
    over = Event()
    renewing = Thread(target=_renew, args=(client, over), name="migration-lock", daemon=True)
    renewing.start()
    try:
        yield
    finally:
        over.set()
        renewing.join()
        client.command(f"DROP TABLE IF EXISTS {TABLE}")


def _renew(client: Client, over: Event) -> None:
    for number in count(1):
        if over.wait(RENEW_EVERY_S):
            return
        try:
            client.command(f"ALTER TABLE {TABLE} MODIFY COMMENT 'renewed {number} times'")
        except ClickHouseError as error:
            log.warning("the lock of the schema could not be renewed: %s", error)


def _drop_if_stale(client: Client) -> None:
    rows = client.query(
        "SELECT dateDiff('second', metadata_modification_time, now()) FROM system.tables "
        f"WHERE database = currentDatabase() AND name = '{TABLE}'"
    ).result_rows
    if rows and int(rows[0][0]) > STALE_S:
        client.command(f"DROP TABLE IF EXISTS {TABLE}")
