"""Whatever befalls rebuilds and processors: topics equal a recount by the taxonomy in force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import cast

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.property.lines import HORIZON_S
from tests.property.oracle import RETENTION_S, Cell, recount, stored_counts, visible
from tests.property.rebuilds import RebuildSimulation, taxonomy_of
from tests.property.test_exact_counts import (
    ManyTopics,
    _budget,
    check_acceptance,
    check_bookkeeping,
)
from trends.analysis.reference import ReferenceAnalyser
from trends.analysis.segment import Bigrams
from trends.processor.shard import ShardLimits

_some = st.integers(0, 5)
_atoms = st.sampled_from([-1, -1, 0, 1, 2, 3, 5, 8, 13, 21])
# (which worker, how many messages it reads, how many atoms of a flush it writes then); or one that
# knows of the generation before alone opens a partition.
OPENS = -1
_deeds = st.lists(
    st.tuples(_some, st.integers(0, 3), st.sampled_from([OPENS, 0, 1, 2, 4, 8, 12, 12])), max_size=8
)
Deeds = Sequence[tuple[int, int, int]]


class Rebuilds(ManyTopics):
    """All misfortunes of before, and rebuilds that others disturb and that die."""

    @initialize(
        partitions=st.sampled_from([1, 1, 2]),
        seen_capacity=st.sampled_from([1, 4, 1_000]),
        counts_capacity=st.sampled_from([0, 6, 1_000]),
    )
    def begin(self, partitions: int, seen_capacity: int, counts_capacity: int) -> None:
        limits = ShardLimits(HORIZON_S, seen_capacity, counts_capacity)
        self.simulation = RebuildSimulation(limits, partitions)

    @property
    def _rebuilds(self) -> RebuildSimulation:
        return cast(RebuildSimulation, self.simulation)

    def _meanwhile(self, deeds: Deeds) -> list[Callable[[], None]]:
        return [partial(self._do, *deed) for deed in deeds]

    def _do(self, index: int, messages: int, atoms: int) -> None:
        if atoms == OPENS:
            self._open_late(index)
            return
        known = [*self.simulation.workers.values(), *self.simulation.zombies]
        if known:
            worker = known[index % len(known)]
            self._read(worker, messages)
            self.simulation.begin_flush(worker)
            worker.write(atoms)

    @rule(crash=_atoms, go_on=st.booleans(), deeds=_deeds)
    def rebuild_topics(self, crash: int, go_on: bool, deeds: Deeds) -> None:
        self._rebuilds.meanwhile = self._meanwhile(deeds)
        self._rebuilds.rebuild(crash, go_on=go_on, everything=False)

    @rule(crash=_atoms)
    def finish(self, crash: int) -> None:
        self._rebuilds.finish_rebuild(crash)

    @rule(crash=_atoms)
    def rebuild_everything(self, crash: int) -> None:
        self._rebuilds.stop_all()
        self._rebuilds.meanwhile = []
        if crash >= 0:
            self._rebuilds.rebuild(crash, go_on=False, everything=True)
        if crash < 0 or self._rebuilds.building is not None:
            self._rebuilds.rebuild(-1, go_on=True, everything=True)

    @rule(index=_some, crash=_atoms, is_late=st.booleans(), deeds=_deeds)
    def take_over(self, index: int, crash: int, is_late: bool, deeds: Deeds) -> None:
        """Also by one that asked for the generation a moment before there was a newer one."""
        self._rebuilds.meanwhile = self._meanwhile(deeds)
        self._open(index, crash, self._rebuilds.newest - is_late)

    def _open_late(self, index: int) -> None:
        self._open(index, -1, self._rebuilds.newest - 1)

    def _open(self, index: int, crash: int, generation: int) -> None:
        simulation = self._rebuilds
        partition = index % simulation.topic.partitions
        if partition in simulation.workers:
            simulation.zombies = [*simulation.zombies[-1:], simulation.workers[partition]]
        simulation.open(partition, crash, max(generation, 1))

    def teardown(self) -> None:
        if hasattr(self, "simulation"):
            self._rebuilds.meanwhile = []
            self.simulation.drain()
            check_counts(self._rebuilds)
            check_listings(self._rebuilds)
            check_acceptance(self.simulation)
            check_bookkeeping(self.simulation)


def check_counts(simulation: RebuildSimulation) -> None:
    """Terms and totals equal the recount; topics do under the generation that people see."""
    now_s = int(simulation.now.timestamp())
    texts = [
        (int(row.listing.event_time.timestamp()), row.listing.title, row.listing.text)
        for row in simulation.store.listings.values()
    ]
    wanted = {cell: row for cell, row in recount(texts, now_s).items() if cell[2] != "topic"}
    wanted |= visible(_topics(simulation.newest, texts), now_s)
    assert stored_counts(simulation.under(simulation.newest), now_s) == wanted


def _topics(generation: int, texts: Sequence[tuple[int, str, str]]) -> dict[Cell, tuple[int, int]]:
    reference = ReferenceAnalyser(taxonomy_of(generation), Bigrams())
    docs: Counter[Cell] = Counter()
    mentions: Counter[Cell] = Counter()
    for event_s, title, text in texts:
        (analysis,) = reference.analyse([(title, text)])
        for length_s in RETENTION_S:
            for topic, number in analysis.topics.items():
                cell = length_s, event_s // length_s * length_s, "topic", topic
                docs[cell] += 1
                mentions[cell] += number
    return {cell: (docs[cell], mentions[cell]) for cell in docs}


def check_listings(simulation: RebuildSimulation) -> None:
    """Each listing carries the generation that people see, or a later one that was given up."""
    store = simulation.store
    for key, row in store.listings.items():
        generation = store.generations[key]
        assert generation >= simulation.newest, f"{key} is behind"
        reference = ReferenceAnalyser(taxonomy_of(generation), Bigrams())
        (analysis,) = reference.analyse([(row.listing.title, row.listing.text)])
        assert set(row.batch.topics.names(row.row)) == analysis.topics.keys()


TestRebuilds = Rebuilds.TestCase
TestRebuilds.settings = _budget
