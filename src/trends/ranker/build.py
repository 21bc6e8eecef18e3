"""Puts a ranker together from settings: waits for its store, then connects."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial

from clickhouse_connect.driver.client import Client

from trends.clock import Clock
from trends.errors import ConfigError
from trends.metrics.meters import RankerMeters
from trends.metrics.patience import patiently
from trends.metrics.vitals import STORE, Vitals
from trends.ranker.board import StoreBoard
from trends.ranker.ranker import Ranker
from trends.settings import Settings
from trends.store.access import StoreAccess, store_access
from trends.store.client import connect, translated
from trends.store.migrate import prepare_store

log = logging.getLogger(__name__)


@contextmanager
def built_ranker(settings: Settings, clock: Clock, vitals: Vitals) -> Iterator[Ranker]:
    """Waits until the store answers, brings its schema up to date, connects.

    Raises:
        ConfigError: if a setting is wrong.
    """
    if not settings.clickhouse:
        raise ConfigError("a ranker needs TRENDS_CLICKHOUSE")
    store = store_access(settings, settings.clickhouse)
    for name in patiently(partial(prepare_store, store), STORE, vitals, clock):
        log.info("migrated: %s", name)
    with closing(patiently(partial(_connected, store), STORE, vitals, clock)) as client:
        board = StoreBoard(client, clock)
        yield Ranker(board, settings.rank_every_s, clock, vitals, RankerMeters(vitals.registry))


def _connected(store: StoreAccess) -> Client:
    """A client that leaves half of the store's cores to those who count, alert or ask."""
    client = connect(store)
    with translated():
        threads = client.query("SELECT toUInt32(getSetting('max_threads'))").result_rows[0][0]
    client.set_client_setting("max_threads", max(1, int(threads) // 2))
    return client
