"""Whatever happens to processors, messages and the store: the counts equal the batch recount."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import combinations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.property.lines import HORIZON_S, Line, Message, arrivals
from tests.property.lines import lines as some_lines
from tests.property.oracle import Verdict, one_run, recount, stored_counts
from tests.property.simulation import Simulation, Worker
from trends.processor.shard import ShardLimits
from trends.store.interface import CountedListing
from trends.wire.partition import home_partition

_some = st.integers(0, 5)
_few = st.integers(0, 3)
_atoms = st.sampled_from([0, 1, 1, 2, 2, 3, 4, 6, 9, 12])
FATES = ("crash", "crash", "depose", "lose the acknowledgement", "go on", "go on")


class OneTopic(RuleBasedStateMachine):
    """Arranges misfortunes in any order; in the end everything is drained and judged."""

    simulation: Simulation

    @initialize(
        partitions=st.sampled_from([1, 1, 2]),
        seen_capacity=st.sampled_from([1, 2, 4, 1_000]),
        counts_capacity=st.sampled_from([0, 1, 6, 1_000]),
    )
    def begin(self, partitions: int, seen_capacity: int, counts_capacity: int) -> None:
        limits = ShardLimits(HORIZON_S, seen_capacity, counts_capacity)
        self.simulation = Simulation(limits, partitions)

    def _anyone(self, index: int) -> Worker:
        """An owner or a zombie."""
        partitions = self.simulation.topic.partitions
        everyone = [self.simulation.worker(partition) for partition in range(partitions)]
        everyone += self.simulation.zombies
        return everyone[index % len(everyone)]

    def _log_of(self, worker: Worker) -> Sequence[Message]:
        return self.simulation.topic.logs[worker.partition]

    def _read(self, worker: Worker, messages: int) -> None:
        worker.read(self._log_of(worker), messages, self.simulation.now)

    def _write_a_part(self, worker: Worker, atoms: int, pick: int, from_end: bool) -> None:
        self._read(worker, 3)
        self.simulation.begin_flush(worker)
        if from_end:
            worker.write_all_but(atoms, pick)
        else:
            worker.write(atoms, pick)

    @rule(
        lines=some_lines,
        after=arrivals,
        misroute_to=st.sampled_from([None, None, None, None, 0, 1]),
        index=_some,
        messages=_few,
    )
    def deliver_and_read(
        self,
        lines: Sequence[Line],
        after: timedelta,
        misroute_to: int | None,
        index: int,
        messages: int,
    ) -> None:
        self.simulation.deliver(lines, after, misroute_to)
        self._read(self._anyone(index), messages)

    @rule(index=_some, messages=_few)
    def read(self, index: int, messages: int) -> None:
        self._read(self._anyone(index), messages)

    @rule(index=_some, offset=_some)
    def read_again(self, index: int, offset: int) -> None:
        worker = self._anyone(index)
        worker.read_again(self._log_of(worker), offset, self.simulation.now)

    @rule(index=_some, reads=st.integers(0, 2))
    def lose_the_store_while_reading(self, index: int, reads: int) -> None:
        worker = self._anyone(index)
        worker.read_in_outage(self._log_of(worker), reads, self.simulation.now)

    @rule(index=_some, messages=_few)
    def read_and_flush(self, index: int, messages: int) -> None:
        worker = self._anyone(index)
        worker.write_all_but(0)
        self._read(worker, messages)
        self.simulation.begin_flush(worker)
        worker.write_all_but(0)

    @rule(index=_some, atoms=_atoms, pick=_few, from_end=st.booleans(), then=st.sampled_from(FATES))
    def write_a_part_of_a_flush(
        self, index: int, atoms: int, pick: int, from_end: bool, then: str
    ) -> None:
        worker = self._anyone(index)
        self._write_a_part(worker, atoms, pick, from_end)
        if then == "lose the acknowledgement":
            worker.lose_acknowledgement()
        elif then != "go on" and worker not in self.simulation.zombies:
            self.simulation.replace(worker.partition, is_alive=then == "depose")

    @rule(index=_some, atoms=_atoms, lines=some_lines, after=arrivals)
    def read_while_a_flush_is_written(
        self, index: int, atoms: int, lines: Sequence[Line], after: timedelta
    ) -> None:
        worker = self._anyone(index)
        self._write_a_part(worker, atoms, index, from_end=True)
        self.simulation.deliver(lines, after)
        self._read(worker, 4)
        worker.write_all_but(0)
        self.simulation.deliver(lines)
        self._read(worker, 4)

    @rule(index=_some, is_alive=st.booleans())
    def replace_an_owner(self, index: int, is_alive: bool) -> None:
        self.simulation.replace(index % self.simulation.topic.partitions, is_alive=is_alive)

    @precondition(lambda self: self.simulation.zombies)
    @rule(index=_some)
    def bury_a_zombie(self, index: int) -> None:
        del self.simulation.zombies[index % len(self.simulation.zombies)]

    @rule(hours=st.sampled_from([1, 24, 72]))
    def let_time_pass(self, hours: int) -> None:
        self.simulation.now += timedelta(hours=hours)

    def teardown(self) -> None:
        if hasattr(self, "simulation"):
            self.simulation.drain()
            check_counts(self.simulation)
            check_acceptance(self.simulation)
            check_bookkeeping(self.simulation)


class ManyTopics(OneTopic):
    """The same, and the topic is re-created, or grows; no processor outlives that."""

    @precondition(lambda self: self.simulation.incarnations < 4)
    @rule(
        index=_some,
        atoms=_atoms,
        from_end=st.booleans(),
        partitions=st.integers(1, 3),
        order=st.lists(_some, min_size=1, max_size=6),
        lines_per_message=st.integers(1, 4),
        crash_after_atoms=st.integers(-1, 8),
    )
    def recreate_the_topic_during_a_flush(
        self,
        index: int,
        atoms: int,
        from_end: bool,
        partitions: int,
        order: Sequence[int],
        lines_per_message: int,
        crash_after_atoms: int,
    ) -> None:
        self._write_a_part(self._anyone(index), atoms, index, from_end)
        self.simulation.recreate(partitions, order, lines_per_message)
        for partition in range(partitions):
            self.simulation.open(partition, crash_after_atoms)

    @precondition(lambda self: self.simulation.topic.partitions < 4)
    @rule(index=_some, atoms=_atoms, from_end=st.booleans())
    def grow_the_topic_during_a_flush(self, index: int, atoms: int, from_end: bool) -> None:
        self._write_a_part(self._anyone(index), atoms, index, from_end)
        self.simulation.grow()


def check_counts(simulation: Simulation) -> None:
    """The counts in the store equal a recount of the accepted listings."""
    now_s = int(simulation.now.timestamp())
    texts = [
        (int(row.listing.event_time.timestamp()), row.listing.title, row.listing.text)
        for row in simulation.store.listings.values()
    ]
    assert stored_counts(simulation.store, now_s) == recount(texts, now_s)


def arrivals_by_id(rows: Iterable[CountedListing]) -> dict[str, list[int]]:
    """When each id counted, in epoch seconds."""
    arrivals_s: dict[str, list[int]] = {}
    for row in rows:
        arrivals_s.setdefault(row.listing.id, []).append(row.arrived_s)
    return arrivals_s


def check_acceptance(simulation: Simulation) -> None:
    """Nothing readable is lost, and an id counts once within the horizon."""
    counted = arrivals_by_id(simulation.store.listings.values())
    for listing_id, arrivals_s in counted.items():
        for one, other in combinations(arrivals_s, 2):
            assert abs(one - other) > HORIZON_S, f"{listing_id} counts twice"
    for line in simulation.delivered:
        assert not line.id or line.id in counted, f"{line} is lost"
    for partition, log in enumerate(simulation.topic.logs):
        for message in log:
            arrived_s = int(message.arrived.timestamp())
            for line in message.lines:
                if line.id and home_partition(line.id, simulation.topic.partitions) == partition:
                    # On its way through another partition it may have arrived once more, later.
                    assert max(counted[line.id]) >= arrived_s - HORIZON_S, f"{line} is lost"


def check_bookkeeping(simulation: Simulation) -> None:
    """Each line of the present logs became what one undisturbed run would make of it."""
    store, topic = simulation.store, simulation.topic
    present = f"/{topic.topic_id}/"
    before = arrivals_by_id(
        row for row in store.listings.values() if present not in row.position.shard
    )
    for name, checkpoint in store.checkpoints.items():
        stored = [row for row in store.listings.values() if row.position.shard == name]
        assert checkpoint.accepted == len(stored)
    for partition, log in enumerate(topic.logs):
        shard = simulation.shard_info(partition).name
        wanted = one_run(log, partition, topic.partitions, before)
        got = Verdict(
            accepted={(p.offset, p.line) for _, p in store.listings if p.shard == shard},
            repeated={(p.offset, p.line) for _, p in store.sightings if p.shard == shard},
            dead={(row[1], row[2]) for row in store.dead_letters if row[0] == shard},
            elsewhere={(p.offset, p.line) for p in store.forwards if p.shard == shard},
        )
        assert got.dead == wanted.dead
        if topic.grown:  # then the order in which partitions are read decides what counts where
            continue
        assert got == wanted
        assert (shard in store.checkpoints) == bool(log)
        if log:
            checkpoint = store.checkpoints[shard]
            assert checkpoint.version == len(log) - 1
            assert checkpoint.duplicates == len(got.repeated)
            assert checkpoint.dead == len(got.dead)
            assert checkpoint.forwarded == len(got.elsewhere)


_budget = settings(max_examples=settings().max_examples * 10, stateful_step_count=30)

TestOneTopic = OneTopic.TestCase
TestOneTopic.settings = _budget
TestManyTopics = ManyTopics.TestCase
TestManyTopics.settings = _budget
