"""Between Faust and the shards: takes messages, flushes in the background, acknowledges.

Two threads do the work, so that the event loop stays free for Kafka's heartbeats: one counts
(messages are taken one after the other), one writes. While a flush is written, counting goes on;
the next flush waits for the one before. When the store is away, a flush is tried again until it is
back, messages pile up to a limit, and then reading stops.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, TypeVar

from faust.types import TP, EventT

from trends.clock import Clock
from trends.errors import Fatal, Unavailable
from trends.processor.flush import write_flush
from trends.processor.outlet import Outlet
from trends.processor.shard import ShardProcessor
from trends.store.interface import Flush, Store

log = logging.getLogger(__name__)

RETRY_FIRST_S: Final = 0.2
RETRY_LAST_S: Final = 10.0
CLOSE_TIMEOUT_S: Final = 5.0
ARRIVED_MAX_S: Final = (1 << 32) - 1

T = TypeVar("T")


def arrival(timestamp_s: float | None) -> datetime:
    """When a message arrived, from its timestamp in Kafka.

    Whoever sends can put anything there: nothing, -1, milliseconds for seconds. Any moment will do
    as long as it is the same each time the message is read, and one that the store can hold.
    """
    return datetime.fromtimestamp(min(max(timestamp_s or 0.0, 0.0), ARRIVED_MAX_S), UTC)


@dataclass(slots=True)
class Slot:
    """An open shard, the group generation that it was opened in, and what waits for its ack."""

    shard: ShardProcessor
    generation: int
    opened_at: int
    log_end: int
    taken: list[EventT[Any]] = field(default_factory=list)

    def check_replayed(self, offset: int) -> None:
        """Tells an offset that was read twice from one that was given twice.

        Raises:
            Fatal: if the log ended before what is counted and begins anew: it was cut off.
        """
        # Only together: some brokers list too small an end (see embedded.broker).
        if self.log_end < self.opened_at and offset < self.opened_at:
            raise Fatal(
                f"{self.shard.info.name}: counted up to offset {self.opened_at - 1}, but the log "
                f"ends at {self.log_end}: Kafka lost its tail, and offsets are given out again. "
                "Re-create the topic, so that it gets a new id, and deliver again"
            )


class Pipeline:
    """Owns the open shards of this process."""

    def __init__(
        self,
        store: Store,
        outlet: Outlet,
        clock: Clock,
        *,
        flush_interval_s: float,
        flush_listings: int,
        generation: Callable[[], int],
        on_fatal: Callable[[BaseException], None],
    ) -> None:
        """``store`` is used by the writing thread alone; shards bring their own to count with."""
        self._store = store
        self._outlet = outlet
        self._clock = clock
        self._flush_interval_s = flush_interval_s
        self._flush_listings = flush_listings
        self.generation = generation
        self._on_fatal = on_fatal
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
            self._slots[tp] = Slot(shard, generation, shard.next_offset, log_end)
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
                # Of an assignment that is over: read again from the checkpoint.
                if message.generation_id == self.generation():
                    self._on_fatal(
                        Unavailable(f"{message.tp} was assigned but could not be opened")
                    )
                return
            if message.offset < slot.shard.next_offset:
                slot.check_replayed(message.offset)
                event.ack()
                return
            work = partial(
                slot.shard.process,
                message.offset,
                message.value,
                arrival(message.timestamp),
                self._clock.now(),
            )
            await self.count(work)
            slot.taken.append(event)
            pending = sum(slot.shard.pending for slot in self._slots.values())
        if pending >= self._flush_listings:
            self._flush_now.set()
            if pending >= 2 * self._flush_listings:
                self._room.clear()

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
            async with self._taking:
                batch = await self.count(self._collect)
                self._room.set()
            if not batch:
                return
            flushes = [flush for _, flush, _ in batch]
            letters = [letter for flush in flushes for letter in flush.dead_letters]
            await self._write(partial(self._outlet.dead, letters))
            await self._write(partial(write_flush, self._store, flushes, self._clock.now()))
            for slot, flush, events in batch:
                for event in events:
                    event.ack()
                await self.count(partial(slot.shard.flushed, flush))

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

    # -- threads and retries ------------------------------------------------------------------

    async def count(self, work: Callable[[], T]) -> T:
        """Runs ``work`` on the counting thread, again and again while a dependency is away."""
        return await self._retried(self._counting, work)

    async def _write(self, work: Callable[[], T]) -> T:
        return await self._retried(self._writing, work)

    async def _retried(self, threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        delay_s = RETRY_FIRST_S
        while True:
            try:
                return await loop.run_in_executor(threads, work)
            except Unavailable as error:
                log.warning("waiting %.1f s: %s", delay_s, error)
                await asyncio.sleep(delay_s)
                delay_s = min(2 * delay_s, RETRY_LAST_S)

    def stop_threads(self) -> None:
        """Lets the threads end; nothing may be taken afterwards."""
        self._counting.shutdown(wait=False, cancel_futures=True)
        self._writing.shutdown(wait=False, cancel_futures=True)
