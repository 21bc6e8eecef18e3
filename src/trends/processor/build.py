"""Puts a processor together from settings: waits for its servers, then connects."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from tenacity import AsyncRetrying, before_sleep_log, retry_if_exception_type, wait_exponential

from trends.analysis.plain import PlainAnalyser
from trends.analysis.taxonomy import Taxonomy, default_taxonomy, parse_taxonomy
from trends.clock import Clock
from trends.errors import ConfigError, Unavailable
from trends.processor.app import Processor
from trends.settings import Settings
from trends.store.clickhouse import ClickHouseStore
from trends.store.client import connect, database_of
from trends.store.migrate import migrate
from trends.wire.topics import ensure_topics

log = logging.getLogger(__name__)

T = TypeVar("T")


async def build_processor(settings: Settings, clock: Clock) -> Processor:
    """Waits until broker and store answer, brings topics and schema up to date, connects.

    Raises:
        ConfigError: if a setting is missing or wrong.
    """
    if not settings.kafka or not settings.clickhouse:
        raise ConfigError("a processor needs TRENDS_KAFKA and TRENDS_CLICKHOUSE")
    taxonomy = load_taxonomy(settings)
    await _patiently(partial(ensure_topics, settings, settings.kafka))
    await _patiently(partial(prepare_store, settings.clickhouse))
    counting = await _patiently(partial(connect, settings.clickhouse))
    writing = await _patiently(partial(connect, settings.clickhouse))
    return Processor(
        settings,
        settings.kafka,
        ClickHouseStore(counting),
        ClickHouseStore(writing),
        PlainAnalyser(taxonomy),
        clock,
    )


def load_taxonomy(settings: Settings) -> Taxonomy:
    """The user's taxonomy, or the built-in one."""
    path = settings.taxonomy
    if path is None:
        return default_taxonomy()
    try:
        return parse_taxonomy(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"taxonomy {path}: {error}") from error


def prepare_store(url: str) -> None:
    """Creates the database and brings its schema up to date."""
    client = connect(url, database="default")
    try:
        for name in migrate(client, database_of(url)):
            log.info("migrated: %s", name)
    finally:
        client.close()


async def _patiently(work: Callable[[], T]) -> T:
    async for attempt in AsyncRetrying(
        retry=retry_if_exception_type(Unavailable),
        wait=wait_exponential(multiplier=0.2, max=10),
        before_sleep=before_sleep_log(log, logging.WARNING),
    ):
        with attempt:
            return await asyncio.get_running_loop().run_in_executor(None, work)
    raise AssertionError("retries never end")
