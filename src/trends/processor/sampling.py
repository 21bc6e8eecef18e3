"""Shows how the open partitions are doing: as metrics each second, as rows every few seconds.

In: the pipeline's slots, and what Kafka last said about the ends of their logs. Out: gauges, and
rows of `pipeline_samples`, also when nothing arrives: a row is the processor's heartbeat.

Rows go to the store through a client and a thread of their own. On the writing thread they would
wait behind a flush that takes long, and so be missing just when they have something to say; on the
counting thread they would hold up listings. What goes wrong here never reaches the counting.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Final

from clickhouse_connect.driver.client import Client
from faust.types import TP

from trends.clock import Clock
from trends.processor.measures import Measures
from trends.processor.pipeline import Pipeline
from trends.store.samples import write_samples

log = logging.getLogger(__name__)

SHOW_EVERY_S: Final = 1.0

LogEnd = Callable[[TP], int | None]


class Sampling:
    """Runs beside the pipeline, on the event loop.

    Args:
        client: of the store, for samples alone.
        processor: the name of this one, as samples have it.
        every_s: how often rows are stored.
        measures: for the gauges.
        clock: of the machine.
    """

    def __init__(
        self, client: Client, processor: str, every_s: float, measures: Measures, clock: Clock
    ) -> None:
        self._client = client
        self._processor = processor
        self._every_s = every_s
        self._measures = measures
        self._clock = clock
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="sampling")
        self._opened = asyncio.Event()
        self._fails = False

    def opened(self) -> None:
        """Partitions were opened: a row is due, from which all that is counted now differs."""
        self._opened.set()

    async def run(self, pipeline: Pipeline, log_end: LogEnd) -> None:
        """Shows and stores until cancelled."""
        await asyncio.gather(self._show(pipeline, log_end), self._store(pipeline, log_end))

    def stop(self) -> None:
        """Lets the thread end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _show(self, pipeline: Pipeline, log_end: LogEnd) -> None:
        while True:
            self._measures.show(pipeline.samples(log_end), pipeline.pending, self._clock.now())
            await asyncio.sleep(SHOW_EVERY_S)

    async def _store(self, pipeline: Pipeline, log_end: LogEnd) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._opened.wait(), self._every_s)
            self._opened.clear()
            await self.store(pipeline, log_end)

    async def store(self, pipeline: Pipeline, log_end: LogEnd) -> None:
        """Stores one row per open shard; a failure is told, and made up for by the next ones."""
        taken = pipeline.take_samples(log_end)
        if not taken:
            return
        samples = list(taken.values())
        write = partial(write_samples, self._client, samples, self._processor, self._clock.now())
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, write)
        except Exception as error:
            # Whatever it is, counts are worth more than pictures of counting.
            pipeline.give_back(taken)
            self._measures.meters.samples_failed.inc()
            if not self._fails:
                log.warning("samples for dashboards are not stored: %s", error)
            self._fails = True
        else:
            if self._fails:
                log.info("samples for dashboards are stored again")
            self._fails = False
