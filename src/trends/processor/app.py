"""Builds the Faust app around a pipeline and runs it until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Coroutine, Mapping
from functools import partial
from typing import Any, Final, cast

from clickhouse_connect.driver.client import Client
from faust.exceptions import ConsumerNotStarted
from faust.streams import Stream
from faust.transport.drivers.aiokafka import Consumer
from faust.types import TP, StreamT

from trends.analysis.interface import BatchAnalyser
from trends.clock import Clock
from trends.counting.buckets import DAY_S, RESOLUTIONS
from trends.errors import Unavailable
from trends.metrics.meters import ProcessorMeters
from trends.metrics.vitals import KAFKA, PARTITIONS, STORE, Vitals
from trends.processor.assignment import Assignment
from trends.processor.flood import FloodGuard
from trends.processor.measures import Measures
from trends.processor.outlet import Outlet
from trends.processor.pipeline import Pipeline
from trends.processor.sampling import Sampling
from trends.processor.shard import ShardLimits, ShardProcessor
from trends.processor.takeover import is_counted, take_over
from trends.processor.transport import FOR_EVER_S, CheckpointConsumer, ProcessorApp
from trends.settings import Settings
from trends.store.interface import ShardInfo, Store
from trends.store.rebuild import RebuildStore
from trends.wire.access import kafka_access
from trends.wire.topics import TopicInfo, describe_topic

log = logging.getLogger(__name__)

TOPIC_CHECK_INTERVAL_S: Final = 10.0
GENERATION_CHECK_INTERVAL_S: Final = 2.0
ASSIGNMENT_CHECK_INTERVAL_S: Final = 5.0
STOP_TIMEOUT_S: Final = 15.0
# Messages that Faust may hold for us; one can have 256 KiB, so the default of 4,096 is a gigabyte.
BUFFERED_MESSAGES: Final = 64


class Processor:
    """One processor process: joins the group, counts its partitions, stops cleanly.

    The two stores and the client are connections of their own: one counts, one writes, one says how
    that goes.
    """

    def __init__(
        self,
        settings: Settings,
        bootstrap: str,
        counting_store: RebuildStore,
        writing_store: Store,
        sampling_client: Client,
        analyser: BatchAnalyser,
        clock: Clock,
        vitals: Vitals,
    ) -> None:
        self._settings = settings
        self._bootstrap = bootstrap
        self._access = kafka_access(settings, bootstrap)
        self._store = counting_store
        self._analyser = analyser
        self._clock = clock
        self._outlet = Outlet(settings, bootstrap, clock)
        self._topic: TopicInfo | None = None
        self._failure: BaseException | None = None
        self._stopping = asyncio.Event()
        self._assignment = Assignment(clock)
        self._app = self._build_app()
        self._vitals = vitals
        measures = Measures(ProcessorMeters(vitals.registry), clock)
        name = f"{socket.gethostname()}:{os.getpid()}"
        self._sampling = Sampling(sampling_client, name, settings.sample_every_s, measures, clock)
        self._pipeline = Pipeline(
            writing_store,
            self._outlet,
            clock,
            vitals,
            measures,
            flush_interval_s=settings.flush_interval_s,
            flush_listings=settings.flush_listings,
            rewind=self._rewind,
        )

    def stop(self) -> None:
        """Asks `run` to finish: what was taken is flushed first. For a signal handler."""
        self._stopping.set()

    async def run(self) -> None:
        """Counts until `stop`.

        Raises:
            Fatal: if going on would do harm; what was taken before is flushed.
            Unavailable: if a new process would fare better, e.g. after the topic was re-created, or
                when Faust gave up; it waits for its servers before it starts.
        """
        works: tuple[Coroutine[Any, Any, None], ...] = (
            self._begin(),
            self._pipeline.run_flushes(),
            self._app.end(),
            self._watch_topic(),
            self._watch_generation(),
            self._watch_assignment(),
            self._sampling.run(self._pipeline, self._log_end),
        )
        tasks = [asyncio.create_task(self._watched(work)) for work in works]
        await self._stopping.wait()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=STOP_TIMEOUT_S)
        await self._ended(self._pipeline.close(STOP_TIMEOUT_S), "the last flush")
        await self._ended(self._app.stop(), "Faust")
        self._pipeline.stop_threads()
        self._sampling.stop()
        self._outlet.close()
        if self._failure is not None:
            raise self._failure

    async def _begin(self) -> None:
        await self._app.begin()
        log.info("processor started: group %s on %s", self._settings.group, self._bootstrap)

    async def _ended(self, work: Coroutine[Any, Any, None], what: str) -> None:
        """Waits for the end of something, but not for ever.

        A partition may be in the middle of being opened, by a store that is away; and after a crash
        Faust may wait for its own thread, which is gone.
        """
        task = asyncio.create_task(work)
        _, waiting = await asyncio.wait({task}, timeout=STOP_TIMEOUT_S)
        if waiting:
            log.warning("%s has not ended after %.0f s; leaving", what, STOP_TIMEOUT_S)
        elif error := task.exception():
            log.warning("%s has failed: %r", what, error)
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        if self._failure is None:
            self._failure = error
        self._stopping.set()

    async def _watched(self, work: Any) -> None:
        try:
            await work
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            log.debug("stopping", exc_info=True)
            self._fail(error)

    def _build_app(self) -> ProcessorApp:
        settings = self._settings
        session_s = settings.session_timeout_s
        app = ProcessorApp(
            settings.group,
            **self._access.faust_options(),
            store="memory://",
            web_enabled=False,
            topic_disable_leader=True,
            topic_allow_declare=False,
            consumer_auto_offset_reset="earliest",
            consumer_max_fetch_size=max(settings.message_max_bytes, 1 << 20),
            stream_buffer_maxsize=BUFFERED_MESSAGES,
            # A message is acknowledged when its counts are stored, not when an agent has seen it.
            stream_wait_empty=False,
            stream_processing_timeout=86_400.0,
            broker_max_poll_records=BUFFERED_MESSAGES,
            # After so long without reading anything a member leaves its group, and aiokafka never
            # lets it join again: a spare without a partition would be one for a day only.
            broker_max_poll_interval=FOR_EVER_S,
            broker_session_timeout=session_s,
            broker_heartbeat_interval=session_s / 4,
            broker_rebalance_timeout=session_s,
            broker_commit_interval=1.0,
            broker_commit_livelock_soft_timeout=86_400.0,
        )
        topic = app.topic(
            settings.listings_topic,
            key_type=bytes,
            value_type=bytes,
            key_serializer="raw",
            value_serializer="raw",
        )

        async def listings(stream: StreamT[bytes]) -> None:
            async for event in cast(Stream[bytes], stream).noack().events():
                await self._watched(self._pipeline.take(event))
                if self._stopping.is_set():
                    # Nothing after a failure may be taken: its predecessors were not.
                    await asyncio.Event().wait()

        app.agent(topic, name="listings")(listings)
        app.positions = self._positions
        app.opening = self._assignment.opening
        app.on_partitions_revoked.connect(self._on_revoked)
        app.on_partitions_assigned.connect(self._on_assigned)
        return app

    async def _on_revoked(self, *_: Any, **__: Any) -> None:
        self._vitals.readiness.miss(PARTITIONS, "the group shares its partitions out anew")
        self._assignment.revoked()
        await self._pipeline.close(self._settings.session_timeout_s / 2)

    async def _on_assigned(self, *received: Any, **__: Any) -> None:
        _, assigned = received
        self._assignment.dealt(assigned)
        if not assigned:
            # It stands by: there are more processors than partitions.
            self._vitals.readiness.meet(PARTITIONS)

    async def _rewind(self, tp: TP, offset: int) -> None:
        await cast(CheckpointConsumer, self._app.consumer).read_on_at({tp: offset})

    def _log_end(self, tp: TP) -> int | None:
        """Where Kafka said last that the log ends; asks nobody."""
        try:
            return self._app.consumer.highwater(tp)
        except (AssertionError, AttributeError, KeyError, ConsumerNotStarted):
            # The consumer's own thread may be in the middle of a rebalance.
            return None

    async def _positions(self, consumer: Consumer, tps: set[TP]) -> Mapping[TP, int]:
        generation = self._app.consumer_generation_id
        known = {tp: self._pipeline.position(tp, generation) for tp in tps}
        if all(position is not None for position in known.values()):
            self._vitals.readiness.meet(PARTITIONS)
            return {tp: position for tp, position in known.items() if position is not None}
        self._vitals.readiness.miss(PARTITIONS, f"{len(tps)} partitions are being opened")
        topic = await self._pipeline.count(
            partial(describe_topic, self._access, self._settings.listings_topic), KAFKA
        )
        self._topic = topic
        earliest = await consumer.earliest_offsets(*tps)
        ends = await consumer.highwaters(*tps)
        positions: dict[TP, int] = {}
        for tp in sorted(tps):
            info = ShardInfo(topic.name, topic.topic_id, tp.partition, topic.partitions)
            build = partial(self._open_shard, info)
            position = await self._pipeline.open(tp, generation, ends[tp], build)
            if earliest[tp] > position:
                log.error(
                    "%s: Kafka's retention deleted offsets %d to %d before they were counted; "
                    "deliver their listings again",
                    info.name,
                    position,
                    earliest[tp] - 1,
                )
            positions[tp] = position
        log.info("counting %s", ", ".join(f"{tp.partition}@{at}" for tp, at in positions.items()))
        self._vitals.readiness.meet(PARTITIONS)
        self._sampling.opened()
        return positions

    def _open_shard(self, info: ShardInfo) -> ShardProcessor:
        settings = self._settings
        limits = ShardLimits(
            horizon_s=settings.horizon_days * DAY_S,
            seen_capacity=settings.seen_capacity,
            counts_capacity=settings.counts_capacity,
        )
        flood = FloodGuard(settings.flood_window, settings.flood_share)
        while True:
            now = self._clock.now()
            completed = take_over(self._store, info, self._analyser, RESOLUTIONS, now)
            if completed:
                log.warning("completed %d listings that a lost log had left uncounted", completed)
            self._store.open_shard(info, now)
            shard = ShardProcessor(info, self._store, self._analyser, RESOLUTIONS, limits, flood)
            # A processor of an older generation may have stored more in between.
            if is_counted(self._store, info, shard.next_offset - 1):
                return shard

    async def _watch_topic(self) -> None:
        """Stops when the topic is re-created or grows, which the group may not notice for long.

        Offsets of a re-created topic start again, and ids of a grown one have other homes: only
        shards that are opened anew may count them.
        """
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(TOPIC_CHECK_INTERVAL_S)
            try:
                topic = await loop.run_in_executor(
                    None, describe_topic, self._access, self._settings.listings_topic
                )
            except Unavailable as error:
                log.warning("cannot look at the topic: %s", error)
                self._vitals.away(KAFKA, error)
                continue
            self._vitals.answered(KAFKA)
            if self._topic not in (None, topic):
                raise Unavailable(f"the topic is now {topic}, was {self._topic}; starting anew")

    async def _watch_generation(self) -> None:
        """Stops when a rebuild has made another generation the one that people see.

        What this processor still stores under its own is harmless: nobody sees it, and whoever
        opens the shard next counts its listings under the new one.
        """
        own = self._store.generation
        while True:
            await asyncio.sleep(GENERATION_CHECK_INTERVAL_S)
            newest = await self._pipeline.count(self._store.newest_active, STORE)
            if newest > own:
                raise Unavailable(
                    f"topics are now counted by generation {newest}, was {own}; starting anew"
                )

    async def _watch_assignment(self) -> None:
        """Stops when partitions were dealt out and nobody opens them."""
        while True:
            await asyncio.sleep(ASSIGNMENT_CHECK_INTERVAL_S)
            generation = self._app.consumer_generation_id
            neglected = self._assignment.neglected(partial(self._is_open, generation))
            if neglected:
                raise Unavailable(f"{neglected[0]} was assigned but not opened; starting anew")

    def _is_open(self, generation: int, tp: TP) -> bool:
        return self._pipeline.position(tp, generation) is not None
