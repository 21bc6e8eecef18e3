"""A pipeline of logs, processors and one store, in which every misfortune can be arranged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.property.faults import Crash, FaultyStore, Step, crash_after
from tests.property.lines import NOW, TAXONOMY, Line, Message, forwarded
from trends.analysis.kernel import KernelAnalyser
from trends.analysis.segment import Bigrams
from trends.analysis.taxonomy import parse_taxonomy
from trends.counting.buckets import RESOLUTIONS
from trends.errors import Unavailable
from trends.processor.flood import FloodGuard
from trends.processor.flush import write_flush
from trends.processor.roll_forward import roll_forward
from trends.processor.shard import ShardLimits, ShardProcessor
from trends.store.interface import Flush, ShardInfo
from trends.store.memory import MemoryStore
from trends.wire.partition import home_partition

ZOMBIES_MAX = 2
ANALYSER = KernelAnalyser(parse_taxonomy(TAXONOMY, "test"), Bigrams())


class Worker:
    """A process that owns one partition, or goes on as if it did."""

    def __init__(self, info: ShardInfo, store: MemoryStore, limits: ShardLimits) -> None:
        self.partition = info.partition
        self._reading = FaultyStore(store)
        self._writing = FaultyStore(store)
        flood = FloodGuard(window=1_000, share=1.0)
        self.shard = ShardProcessor(info, self._reading, ANALYSER, RESOLUTIONS, limits, flood)
        self._flush: Flush | None = None
        self._steps: list[Step] = []
        self._left: list[Step] = []

    def read(self, log: Sequence[Message], messages: int, now: datetime) -> None:
        """Takes the next messages of the log."""
        for offset in range(self.shard.next_offset, len(log))[:messages]:
            self.shard.process(offset, log[offset].value, log[offset].arrived, now)

    def read_again(self, log: Sequence[Message], offset: int, now: datetime) -> None:
        """Takes a message that it has taken before."""
        if offset < self.shard.next_offset:
            self.shard.process(offset, log[offset].value, log[offset].arrived, now)

    def read_in_outage(self, log: Sequence[Message], reads: int, now: datetime) -> None:
        """The store goes away after so many reads in the middle of a message, and comes back."""
        left = reads

        def on_read() -> None:
            nonlocal left
            if left == 0:
                raise Unavailable("the store is away")
            left -= 1

        self._reading.on_read = on_read
        offset = self.shard.next_offset
        try:
            self.read(log, 1, now)
        except Unavailable:
            assert self.shard.next_offset == offset
        finally:
            self._reading.on_read = lambda: None
        self.read(log, 1, now)

    @property
    def can_flush(self) -> bool:
        """Whether there is something new and no other flush is on its way."""
        return self._flush is None and self.shard.has_progress

    def begin_flush(self, now: datetime) -> None:
        """Takes a flush and plans its writes."""
        self._flush = self.shard.take_flush()
        self._steps = []
        self._writing.on_write = self._steps.append
        write_flush(self._writing, [self._flush], now)
        self.lose_acknowledgement()

    def lose_acknowledgement(self) -> None:
        """What was written so far must be written again: nobody knows that it is stored."""
        self._left = [list(step) for step in self._steps]

    def write(self, atoms: int, pick: int = 0) -> None:
        """Writes so many atoms; ``pick`` varies which of a step comes first."""
        while atoms > 0 and any(self._left):
            step = next(step for step in self._left if step)
            step.pop(pick % len(step))()
            atoms -= 1
        if self._flush is not None and not any(self._left):
            self.shard.flushed(self._flush)
            self._flush = None

    def write_all_but(self, atoms: int, pick: int = 0) -> None:
        """Writes what is left of the flush except for its last atoms."""
        self.write(sum(map(len, self._left)) - atoms, pick)


@dataclass(slots=True)
class Topic:
    """One incarnation; ``grown`` once its number of partitions has changed."""

    topic_id: str
    partitions: int
    logs: list[list[Message]]
    grown: bool = False


class Simulation:
    """The whole of it. Workers open when they are first needed."""

    def __init__(self, limits: ShardLimits, partitions: int) -> None:
        self.limits = limits
        self.store = MemoryStore(home_partition)
        self.now = NOW
        self.delivered: list[Line] = []
        self.incarnations = 0
        self._new_topic(partitions)

    def _new_topic(self, partitions: int) -> None:
        self.incarnations += 1
        logs: list[list[Message]] = [[] for _ in range(partitions)]
        self.topic = Topic(f"id{self.incarnations}", partitions, logs)
        self._lose_workers()

    def _lose_workers(self) -> None:
        self.workers: dict[int, Worker] = {}
        self.zombies: list[Worker] = []

    def shard_info(self, partition: int) -> ShardInfo:
        return ShardInfo("listings", self.topic.topic_id, partition, self.topic.partitions)

    def deliver(
        self, lines: Sequence[Line], after: timedelta = timedelta(0), misroute_to: int | None = None
    ) -> None:
        """A producer packs lines into messages by home; bad lines go to partition 0.

        Args:
            after: when they arrive, seen from now.
            misroute_to: the partition of a producer with its own idea of homes.
        """
        self.delivered += lines
        packed: dict[int, list[Line]] = {}
        for line in lines:
            home = home_partition(line.id, self.topic.partitions) if line.id else 0
            if misroute_to is not None:
                home = misroute_to % self.topic.partitions
            packed.setdefault(home, []).append(line)
        if not lines:
            packed[0] = []
        for partition, message in packed.items():
            self.topic.logs[partition].append(Message(tuple(message), self.now + after))

    def worker(self, partition: int) -> Worker:
        """The partition's owner, opened as the processor opens it."""
        if partition not in self.workers:
            self.open(partition, crash_after_atoms=-1)
        return self.workers[partition]

    def open(self, partition: int, crash_after_atoms: int) -> None:
        """Opens a partition anew; its former owner, if any, is gone.

        Args:
            crash_after_atoms: how much of a roll-forward reaches the store; -1 for all of it.
        """
        self.workers.pop(partition, None)
        info = self.shard_info(partition)
        store = FaultyStore(self.store, on_write=crash_after(crash_after_atoms))
        try:
            roll_forward(store, info, ANALYSER, RESOLUTIONS, self.now)
        except Crash:
            return
        self.store.open_shard(info, self.now)
        self.workers[partition] = Worker(info, self.store, self.limits)

    def replace(self, partition: int, *, is_alive: bool) -> None:
        """Another process takes over; the former owner is dead, or goes on as a zombie."""
        former = self.worker(partition)
        self.open(partition, crash_after_atoms=-1)
        if is_alive:
            self.zombies = [*self.zombies[1 - ZOMBIES_MAX :], former]

    def begin_flush(self, worker: Worker) -> None:
        """What belongs elsewhere is sent there before the flush is taken."""
        if worker.can_flush:
            for forward in worker.shard.elsewhere:
                listing = forward.listing
                home = home_partition(listing.id, self.topic.partitions)
                original = self.topic.logs[worker.partition][forward.position.offset]
                # By one clock; where two differ, the horizon is as long as they say.
                arrived = max(self.now, original.arrived)
                self.topic.logs[home].append(Message((forwarded(listing),), arrived))
            worker.begin_flush(self.now)

    def recreate(self, partitions: int, order: Sequence[int], lines_per_message: int) -> None:
        """The log is gone with its processors; the source delivers everything again."""
        again, self.delivered = self.delivered, []
        self._new_topic(partitions)
        ranked = sorted(range(len(again)), key=lambda i: (order[i % len(order)], i))
        for start in range(0, len(again), lines_per_message):
            chunk = [again[i] for i in ranked[start : start + lines_per_message]]
            self.deliver(chunk)

    def grow(self) -> None:
        """One partition more; the group joins anew, in whatever state its flushes are."""
        self.topic.partitions += 1
        self.topic.logs.append([])
        self.topic.grown = True
        self._lose_workers()

    def drain(self) -> None:
        """Reads every log to its end and stores everything, after the zombies have had their say.

        A zombie writes what it has last, at whatever version it has come to.
        """
        self._finish_owners()
        for zombie in self.zombies:
            self._store(zombie)
        self._finish_owners()

    def _finish_owners(self) -> None:
        for _ in range(2):  # a listing travels at most once
            for partition in range(self.topic.partitions):
                worker = self.worker(partition)
                worker.read(self.topic.logs[partition], 1_000_000, self.now)
                self._store(worker)

    def _store(self, worker: Worker) -> None:
        worker.write_all_but(0)
        self.begin_flush(worker)
        worker.write_all_but(0)
