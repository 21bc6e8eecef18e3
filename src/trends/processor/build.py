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

from trends.analysis.kernel import KernelAnalyser
from trends.analysis.segment import segmenter
from trends.clock import Clock
from trends.errors import ConfigError, Unavailable
from trends.processor.app import Processor
from trends.processor.taxonomy_file import load_taxonomy, taxonomy_text
from trends.processor.warm_up import warm_up
from trends.settings import Settings
from trends.store.clickhouse import ClickHouseStore
from trends.store.clickhouse_rebuild import ClickHouseRebuild
from trends.store.client import connect
from trends.store.generations import counting_generation
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
    cutter = segmenter(settings.segmenter)
    wanted = load_taxonomy(settings, cutter)
    warming = asyncio.get_running_loop().run_in_executor(None, warm_up, wanted, cutter)
    await _patiently(partial(ensure_topics, settings, settings.kafka))
    for name in await _patiently(partial(prepare_store, settings.clickhouse)):
        log.info("migrated: %s", name)
    counting = await _patiently(partial(connect, settings.clickhouse))
    generation = await _patiently(
        partial(counting_generation, counting, cutter, taxonomy_text(settings)[0], clock.now())
    )
    taxonomy = generation.taxonomy(cutter)
    if taxonomy.fingerprint() != wanted.fingerprint():
        log.warning("settings name another taxonomy than the store counts by: run `trends rebuild`")
    writing = await _patiently(partial(connect, settings.clickhouse))
    await warming
    return Processor(
        settings,
        settings.kafka,
        ClickHouseRebuild(counting, generation.number),
        ClickHouseStore(writing, generation.number),
        KernelAnalyser(taxonomy, cutter),
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
