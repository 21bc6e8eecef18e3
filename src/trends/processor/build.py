"""Puts a processor together from settings: waits for its servers, then connects."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    wait_exponential,
)

from trends.analysis.plain import PlainAnalyser
from trends.clock import Clock
from trends.errors import ConfigError, Unavailable
from trends.processor.app import Processor
from trends.processor.taxonomy_file import load_taxonomy
from trends.settings import Settings
from trends.store.clickhouse import ClickHouseStore
from trends.store.client import connect
from trends.store.migrate import prepare_store
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
    for name in await _patiently(partial(prepare_store, settings.clickhouse)):
        log.info("migrated: %s", name)
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


async def _patiently(work: Callable[[], T]) -> T:
    async for attempt in AsyncRetrying(
        retry=retry_if_exception_type(Unavailable),
        wait=wait_exponential(multiplier=0.2, max=10),
        before_sleep=_tell,
    ):
        with attempt:
            return await asyncio.get_running_loop().run_in_executor(None, work)
    raise AssertionError("retries never end")


def _tell(state: RetryCallState) -> None:
    pause_s = state.next_action.sleep if state.next_action else 0.0
    error = state.outcome.exception() if state.outcome else None
    log.warning("waiting %.1f s: %s", pause_s, error)
