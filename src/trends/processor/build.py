"""Puts a processor together from settings: waits for its servers, then connects."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from trends.analysis.kernel import KernelAnalyser
from trends.analysis.segment import segmenter
from trends.clock import Clock
from trends.errors import ConfigError
from trends.metrics.patience import patiently_async
from trends.metrics.vitals import KAFKA, STORE, Vitals
from trends.processor.app import Processor
from trends.processor.taxonomy_file import load_taxonomy, taxonomy_text
from trends.processor.warm_up import warm_up
from trends.settings import Settings
from trends.store.access import store_access
from trends.store.clickhouse import ClickHouseStore
from trends.store.clickhouse_rebuild import ClickHouseRebuild
from trends.store.client import connect
from trends.store.generations import counting_generation
from trends.store.migrate import prepare_store
from trends.wire.topics import ensure_topics

log = logging.getLogger(__name__)

T = TypeVar("T")


async def build_processor(settings: Settings, clock: Clock, vitals: Vitals) -> Processor:
    """Waits until broker and store answer, brings topics and schema up to date, connects.

    Args:
        settings: name servers and taxonomy.
        clock: of the machine.
        vitals: say meanwhile what is waited for.

    Raises:
        ConfigError: if a setting is missing or wrong.
    """
    if not settings.kafka or not settings.clickhouse:
        raise ConfigError("a processor needs TRENDS_KAFKA and TRENDS_CLICKHOUSE")
    store = store_access(settings, settings.clickhouse)
    cutter = segmenter(settings.segmenter)
    wanted = load_taxonomy(settings, cutter)
    loop = asyncio.get_running_loop()
    warming = loop.run_in_executor(None, warm_up, wanted, cutter)

    async def patiently(work: Callable[[], T], dependency: str = STORE) -> T:
        return await patiently_async(lambda: loop.run_in_executor(None, work), dependency, vitals)

    await patiently(partial(ensure_topics, settings, settings.kafka), KAFKA)
    for name in await patiently(partial(prepare_store, store)):
        log.info("migrated: %s", name)
    counting = await patiently(partial(connect, store))
    generation = await patiently(
        partial(counting_generation, counting, cutter, taxonomy_text(settings)[0], clock.now())
    )
    taxonomy = generation.taxonomy(cutter)
    if taxonomy.fingerprint() != wanted.fingerprint():
        log.warning("settings name another taxonomy than the store counts by: run `trends rebuild`")
    writing = await patiently(partial(connect, store))
    sampling = await patiently(partial(connect, store))
    await warming
    return Processor(
        settings,
        settings.kafka,
        ClickHouseRebuild(counting, generation.number, store.cluster),
        ClickHouseStore(writing, generation.number),
        sampling,
        KernelAnalyser(taxonomy, cutter),
        clock,
        vitals,
    )
