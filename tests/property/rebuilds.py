"""The simulation with generations: rebuilds run, die and are taken up while processors count."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from tests.property.faults import Crash, FaultyStore, Step, nothing, write_all
from tests.property.lines import TAXONOMY
from tests.property.simulation import Simulation, Worker
from trends.analysis.batch import Batch
from trends.analysis.kernel import KernelAnalyser
from trends.analysis.segment import Bigrams
from trends.analysis.taxonomy import Taxonomy, parse_taxonomy
from trends.clock import ManualClock
from trends.counting.buckets import RESOLUTIONS
from trends.processor.flood import FloodGuard
from trends.processor.rebuild import Rebuild
from trends.processor.shard import ShardLimits, ShardProcessor
from trends.processor.takeover import is_counted, take_over
from trends.store.interface import Flush, ShardInfo
from trends.store.memory_rebuild import MemoryRebuild
from trends.store.rebuild import Due, Page, ShardDay, ShardState
from trends.wire.partition import home_partition

TAXONOMIES: Final = tuple(
    parse_taxonomy(text, "test")
    for text in (TAXONOMY, "Greek: [alpha]\nNew: [beta, deep learning]", "Deep: [deep]")
)
ANALYSERS: Final = [KernelAnalyser(taxonomy, Bigrams()) for taxonomy in TAXONOMIES]


def taxonomy_of(generation: int) -> Taxonomy:
    return TAXONOMIES[generation % len(TAXONOMIES)]


def analyser_of(generation: int) -> KernelAnalyser:
    return ANALYSERS[generation % len(ANALYSERS)]


class FaultyRebuild(FaultyStore):
    """A `RebuildStore` that fails like `FaultyStore`."""

    def __init__(
        self,
        store: MemoryRebuild,
        on_read: Callable[[], None] = nothing,
        on_write: Callable[[Step], None] = write_all,
    ) -> None:
        super().__init__(store, on_read, on_write)
        self._rebuild = store
        self.generation = store.generation

    def newest_active(self) -> int:
        self.on_read()
        return self._rebuild.newest_active()

    def shards_of(self, heir: ShardInfo) -> set[str]:
        self.on_read()
        return self._rebuild.shards_of(heir)

    def shard_states(self) -> list[ShardState]:
        self.on_read()
        return self._rebuild.shard_states()

    def days_due(self, due: Mapping[str, Due]) -> list[ShardDay]:
        self.on_read()
        return self._rebuild.days_due(due)

    def pages(self, days: Sequence[ShardDay], due: Mapping[str, Due]) -> Iterator[Page]:
        self.on_read()
        for page in self._rebuild.pages(days, due):
            yield page
            self.on_read()

    def rewrite(self, page: Page, rows: Sequence[int], batch: Batch, *, terms: bool) -> None:
        self.on_write([partial(self._rebuild.rewrite, page, rows, batch, terms=terms)])

    def write_counted(self, versions: Mapping[str, int]) -> None:
        self.on_write([partial(self._rebuild.write_counted, versions)])

    def drop_terms(self) -> None:
        self.on_write([self._rebuild.drop_terms])

    def drop_older_topics(self) -> None:
        self.on_write([self._rebuild.drop_older_topics])


class GenerationWorker(Worker):
    """A worker that counts under the generation of its store."""

    def __init__(self, info: ShardInfo, store: MemoryRebuild, limits: ShardLimits) -> None:
        self.partition = info.partition
        self.generation = store.generation
        self._reading = FaultyStore(store)
        self._writing = FaultyStore(store)
        flood = FloodGuard(window=1_000, share=1.0)
        self.shard = ShardProcessor(
            info, self._reading, analyser_of(store.generation), RESOLUTIONS, limits, flood
        )
        self._flush: Flush | None = None
        self._steps: list[Step] = []
        self._left: list[Step] = []


class RebuildSimulation(Simulation):
    """Workers come to count under the newest active generation; rebuilds make newer ones."""

    def __init__(self, limits: ShardLimits, partitions: int) -> None:
        super().__init__(limits, partitions)
        self.store: MemoryRebuild = MemoryRebuild(home_partition)
        self.building: int | None = None
        self.meanwhile: list[Callable[[], None]] = []
        """What others do while someone rebuilds or takes over, one at each read and write."""
        self._is_meanwhile = False

    @property
    def newest(self) -> int:
        return self.store.newest_active()

    def under(self, generation: int) -> MemoryRebuild:
        store = self.store.under(generation)
        assert isinstance(store, MemoryRebuild)
        return store

    def open(self, partition: int, crash_after_atoms: int, generation: int | None = None) -> None:
        """Opens a partition as the processor does, under the newest generation or another."""
        self.workers.pop(partition, None)
        info = self.shard_info(partition)
        inner = self.under(generation or self.newest)
        store = self._disturbed(inner, crash_after_atoms)
        try:
            while True:
                take_over(store, info, analyser_of(inner.generation), RESOLUTIONS, self.now)
                self.store.open_shard(info, self.now)
                store.on_read()
                worker = GenerationWorker(info, inner, self.limits)
                if is_counted(store, info, worker.shard.next_offset - 1):
                    break
        except Crash:
            return
        # Meanwhile another one may have been opened there.
        if partition in self.workers:
            self.zombies.append(self.workers[partition])
        self.workers[partition] = worker

    def rebuild(self, crash_after_atoms: int, *, go_on: bool, everything: bool) -> None:
        """One run of `trends rebuild`; -1 lets it come to its end."""
        if self.building is None or not go_on:
            self.building = max(self.newest, self.building or 0) + 1
        store = self._disturbed(self.under(self.building), crash_after_atoms)
        rebuild = self._rebuild(store)
        try:
            if everything:
                rebuild.build_everything()
            else:
                rebuild.build_topics()
            store.on_write([partial(self.store.active.add, self.building)])
            self.building = None
            rebuild.finish()
            rebuild.clean()
        except Crash:
            return

    def finish_rebuild(self, crash_after_atoms: int) -> None:
        """What a run does that finds its generation active."""
        rebuild = self._rebuild(self._disturbed(self.under(self.newest), crash_after_atoms))
        try:
            rebuild.finish()
            rebuild.clean()
        except Crash:
            return

    def _rebuild(self, store: FaultyRebuild) -> Rebuild:
        clock = ManualClock(self.now)
        return Rebuild(store, analyser_of(store.generation), RESOLUTIONS, clock)

    def stop_all(self) -> None:
        """No processor is left, not even a zombie."""
        self._lose_workers()

    def drain(self) -> None:
        """As ever, after the owners of older generations have made room."""
        for partition, worker in list(self.workers.items()):
            if isinstance(worker, GenerationWorker) and worker.generation < self.newest:
                self.replace(partition, is_alive=True)
        super().drain()

    def _disturbed(self, store: MemoryRebuild, crash_after_atoms: int) -> FaultyRebuild:
        left = crash_after_atoms

        def disturb() -> None:
            if self.meanwhile and not self._is_meanwhile:
                self._is_meanwhile = True
                try:
                    self.meanwhile.pop()()
                finally:
                    self._is_meanwhile = False

        def write(step: Step) -> None:
            nonlocal left
            for atom in step:
                disturb()
                if left == 0:
                    raise Crash
                left -= 1
                atom()

        return FaultyRebuild(store, disturb, write)
