"""Between Faust and the shards: takes messages, flushes in the background, acknowledges.

Two threads do the work, so that the event loop stays free for Kafka's heartbeats: one counts
(messages are taken one after the other), one writes. While a flush is written, counting goes on;
the next flush waits for the one before. When the store is away, a flush is tried again until it is
back, messages pile up to a limit, and then reading stops.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, Final, TypeVar

from faust.types import TP, EventT, Message

from trends.clock import Clock
from trends.metrics.patience import patiently_async
from trends.metrics.vitals import KAFKA, STORE, Vitals
from trends.processor.flush import write_flush
from trends.processor.gap import REWIND_AFTER_S, Gap
from trends.processor.measures import Measures, rows_of
from trends.processor.outlet import Outlet
from trends.processor.shard import ShardProcessor
from trends.processor.slot import FlushTimes, Slot, arrival
from trends.store.interface import Flush, Store
from trends.store.samples import Sample

log = logging.getLogger(__name__)

CLOSE_TIMEOUT_S: Final = 5.0

T = TypeVar("T")


class Pipeline:
    """Owns the open shards of this process."""

    def __init__(
        self,
        store: Store,
        outlet: Outlet,
        clock: Clock,
        vitals: Vitals,
        measures: Measures,
        *,
        flush_interval_s: float,
        flush_listings: int,
        rewind: Callable[[TP, int], Coroutine[Any, Any, None]],
    ) -> None:
        """``store`` is used by the writing thread alone; shards bring their own to count with.

        ``rewind`` makes the consumer read a partition on at an offset.
        """
        self._store = store
        self._outlet = outlet
        self._clock = clock
        self._vitals = vitals
        self._measures = measures
        self._flush_interval_s = flush_interval_s
        self._flush_listings = flush_listings
        self._rewind = rewind
        self._slots: dict[TP, Slot] = {}
        self._counting = ThreadPoolExecutor(1, thread_name_prefix="counting")
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="writing")
        self._taking = asyncio.Lock()
        self._flushing = asyncio.Lock()
        self._flush_now = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    # -- partitions ---------------------------------------------------------------------------

    def position(self, tp: TP, generation: int) -> int | None:
        """Where an open shard reads on; None if it must be opened for this generation."""
        slot = self._slots.get(tp)
        return slot.shard.next_offset if slot and slot.generation == generation else None

    async def open(
        self, tp: TP, generation: int, log_end: int, build: Callable[[], ShardProcessor]
    ) -> int:
        """Opens a shard in place of what an earlier generation left; returns where it reads on."""
        async with self._taking:
            self._slots.pop(tp, None)
            shard = await self.count(build)
            self._slots[tp] = Slot(
                shard=shard,
                generation=generation,
                opened_at=shard.next_offset,
                log_end=log_end,
                caught_up_at=self._clock.now(),
                stored=shard.checkpoint,
            )
            self._measures.opened(shard.info)
            return shard.next_offset

    async def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """Flushes and forgets every shard. What the timeout cuts off is read again by its heir."""
        try:
            await asyncio.wait_for(self.flush(), timeout_s)
        except TimeoutError:
            log.warning("partitions left before the flush was stored; their log is read again")
        async with self._taking:
            self._slots.clear()
            self._room.set()

    # -- messages -----------------------------------------------------------------------------

    async def take(self, event: EventT[Any]) -> None:
        """Counts one message; its acknowledgement follows when its counts are stored."""
        await self._room.wait()
        message = event.message
        async with self._taking:
            slot = self._slots.get(message.tp)
            if slot is None or slot.generation != message.generation_id:
                # Fetched for an assignment that is over, or before this one was opened: it is read
                # again from the checkpoint, by whoever has the partition then.
                return
            if message.offset < slot.shard.next_offset:
                slot.check_replayed(message.offset)
                event.ack()
                return
            if message.offset > slot.shard.next_offset and not self._is_next(slot, message):
                return
            now = self._clock.now()
            arrived = arrival(message.timestamp)
            await self.count(
                partial(slot.shard.process, message.offset, message.value, arrived, now),
                asks=False,
            )
            slot.taken.append(event)
            slot.caught_up_at = arrived if arrived.timestamp() > 0 else now
            pending = self.pending
        if pending >= self._flush_listings:
            self._flush_now.set()
            if pending >= 2 * self._flush_listings:
                self._room.clear()

    def _is_next(self, slot: Slot, message: Message) -> bool:
        """Whether what lies before a message is not in Kafka; else it is read again first."""
        wanted, tp = slot.shard.next_offset, message.tp
        if slot.gap is None or slot.gap.wanted != wanted:
            slot.gap = Gap(wanted, message.offset)
        if slot.gap.is_real(message.offset):
            log.warning(
                "%s: no messages at offsets %d to %d; Kafka's retention deleted them, or a "
                "transaction took them",
                slot.shard.info.name,
                wanted,
                message.offset - 1,
            )
            return True
        if slot.rewinding is None or slot.rewinding.done():
            log.info("%s: offset %d came before %d", slot.shard.info.name, message.offset, wanted)
            slot.gap.asked += 1
            # Not awaited: the consumer may be in a rebalance that waits for this pipeline.
            slot.rewinding = asyncio.create_task(self._read_again(slot, tp, wanted))
        return False

    async def _read_again(self, slot: Slot, tp: TP, offset: int) -> None:
        await asyncio.sleep(REWIND_AFTER_S)
        while self._slots.get(tp) is slot:  # else the partition is another generation's
            try:
                await self._rewind(tp, offset)
                return
            except Exception as error:
                log.warning("%s is not read again at %d yet: %s", tp, offset, error)
            await asyncio.sleep(REWIND_AFTER_S)

    async def run_flushes(self) -> None:
        """Flushes at least once per interval while there is anything new; runs until cancelled."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._flush_now.wait(), self._flush_interval_s)
            self._flush_now.clear()
            await self.flush()

    async def flush(self) -> None:
        """Stores what was taken since the last flush and acknowledges it."""
        async with self._flushing:
            started_s = self._clock.monotonic_s()
            async with self._taking:
                batch = await self.count(self._collect, KAFKA, asks=False)
                self._room.set()
            if not batch:
                return
            flushes = [flush for _, flush, _ in batch]
            letters = [letter for flush in flushes for letter in flush.dead_letters]
            if letters:
                await self._write(partial(self._outlet.dead, letters), KAFKA)
            rows = rows_of(flushes)
            step = partial(self._measures.insert, rows)
            await self._write(
                partial(write_flush, self._store, flushes, self._clock.now(), step), STORE
            )
            took_s = self._clock.monotonic_s() - started_s
            self._measures.flushed(took_s, rows)
            for slot, flush, events in batch:
                for event in events:
                    event.ack()
                self._note(slot, flush, round(1_000 * took_s))
                await self.count(partial(slot.shard.flushed, flush), asks=False)

    def _collect(self) -> list[tuple[Slot, Flush, list[EventT[Any]]]]:
        ready = [slot for slot in self._slots.values() if slot.shard.has_progress]
        # Sent before the checkpoint passes them: a crash sends them twice, never not at all. All
        # of it comes before the first take_flush, for sending may fail and be tried again.
        self._outlet.forward([row for slot in ready for row in slot.shard.elsewhere])
        batch = []
        for slot in ready:
            flush = slot.shard.take_flush()
            events, slot.taken = slot.taken, []
            batch.append((slot, flush, events))
        return batch

    # -- how it is doing ----------------------------------------------------------------------

    def samples(self, log_end: Callable[[TP], int | None]) -> dict[int, Sample]:
        """Partition to how it is doing; ``log_end`` is what Kafka last said of it, if anything."""
        now = self._clock.now()
        return {tp.partition: slot.sample(log_end(tp), now) for tp, slot in self._slots.items()}

    def take_samples(self, log_end: Callable[[TP], int | None]) -> dict[int, Sample]:
        """The same, for the store: the next ones tell of flushes after these."""
        samples = self.samples(log_end)
        for slot in self._slots.values():
            slot.flush_times = FlushTimes()
        return samples

    def give_back(self, samples: Mapping[int, Sample]) -> None:
        """These could not be stored: the next ones tell of their flushes, too."""
        for slot in self._slots.values():
            sample = samples.get(slot.shard.info.partition)
            if sample is not None and sample.stored.shard == slot.shard.info.name:
                slot.flush_times.give_back(sample)

    @property
    def pending(self) -> int:
        """Lines that wait for a flush."""
        return sum(slot.shard.pending for slot in self._slots.values())

    def _note(self, slot: Slot, flush: Flush, took_ms: int) -> None:
        self._measures.stored(slot.shard.info, slot.stored, flush)
        slot.stored = flush.checkpoint
        slot.flush_times.add(took_ms)

    # -- threads and retries ------------------------------------------------------------------

    async def count(
        self, work: Callable[[], T], dependency: str = STORE, *, asks: bool = True
    ) -> T:
        """Runs ``work`` on the counting thread, again and again while ``dependency`` is away.

        Args:
            work: what to run.
            dependency: the server that it may need.
            asks: whether it needs that server each time.
        """
        return await self._retried(self._counting, work, dependency, asks=asks)

    async def _write(self, work: Callable[[], T], dependency: str) -> T:
        return await self._retried(self._writing, work, dependency)

    async def _retried(
        self,
        threads: ThreadPoolExecutor,
        work: Callable[[], T],
        dependency: str,
        *,
        asks: bool = True,
    ) -> T:
        loop = asyncio.get_running_loop()
        return await patiently_async(
            lambda: loop.run_in_executor(threads, work), dependency, self._vitals, asks=asks
        )

    def stop_threads(self) -> None:
        """Lets the threads end; nothing may be taken afterwards."""
        self._counting.shutdown(wait=False, cancel_futures=True)
        self._writing.shutdown(wait=False, cancel_futures=True)
