"""A topic that grows changes what is at home where; the counts must not notice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.property.lines import HORIZON_S, NOW, readable
from tests.property.simulation import Simulation
from tests.property.test_exact_counts import check_acceptance, check_counts
from trends.processor.shard import ShardLimits
from trends.wire.partition import home_partition


def id_with_homes(of_two: int, of_three: int) -> str:
    """An id that belongs to these partitions of a topic with two, and with three."""
    return next(
        name
        for name in map(str, range(1_000))
        if (home_partition(name, 2), home_partition(name, 3)) == (of_two, of_three)
    )


@pytest.mark.parametrize("atoms", range(14))
def test_a_line_that_growth_brings_home_counts_although_a_part_of_the_flush_is_stored(
    atoms: int,
) -> None:
    at_home = readable(id_with_homes(1, 1), NOW - timedelta(hours=1), "alpha")
    # As a producer sends it that knows of the third partition before the processor does.
    brought_home = readable(id_with_homes(0, 1), NOW - timedelta(hours=1), "alpha")
    simulation = Simulation(ShardLimits(HORIZON_S, 1_000, 1_000), partitions=2)
    simulation.deliver([at_home, brought_home], misroute_to=1)
    owner = simulation.worker(1)
    owner.read(simulation.topic.logs[1], 1, simulation.now)
    simulation.begin_flush(owner)
    owner.write(atoms)  # the listing, the forward, then totals (3), topics (3), terms (3) by bucket
    simulation.grow()
    simulation.drain()
    check_acceptance(simulation)
    check_counts(simulation)


def test_a_line_from_beyond_the_horizon_counts_though_growth_sends_it_there_and_back() -> None:
    line = readable("a", NOW, "alpha")
    assert [home_partition("a", partitions) for partitions in (2, 3, 4)] == [0, 1, 0]
    simulation = Simulation(ShardLimits(HORIZON_S, 1_000, 1_000), partitions=2)
    simulation.deliver([line], -timedelta(seconds=HORIZON_S))
    simulation.drain()
    simulation.deliver([line], timedelta(seconds=1))
    simulation.grow()
    simulation.drain()
    simulation.grow()
    simulation.drain()
    check_acceptance(simulation)
    check_counts(simulation)
    assert len(simulation.store.listings) == 2
