"""What `trends rebuild` decides to do, from what the store has on record."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from clickhouse_connect.driver.client import Client

from tests.support.clickhouse import ClickHouseServer
from trends.analysis.interface import ANALYSIS_VERSION
from trends.analysis.segment import Bigrams
from trends.clock import ManualClock
from trends.errors import ConfigError, Fatal, Unavailable
from trends.processor.plan import Plan, Way, plan_rebuild, record_plan
from trends.store.client import connect
from trends.store.generations import (
    Generation,
    active_generation,
    counting_generation,
    put_generation,
)
from trends.store.migrate import migrate

NOW = datetime(2025, 3, 1, tzinfo=UTC)
BOATS, BIRDS = "Boats: [keel]\n", "Birds: [heron]\n"


@pytest.fixture
def client(clickhouse: ClickHouseServer) -> Iterator[Client]:
    database = f"plan_{uuid.uuid4().hex[:12]}"
    client = connect(clickhouse.url, database="default")
    try:
        migrate(client, database)
        yield client
        client.command(f"DROP DATABASE {database}")
    finally:
        client.close()


def store_a_listing(client: Client) -> None:
    client.command("INSERT INTO listings_counted (id, shard) VALUES ('a', 't/1/0')")


def put(client: Client, number: int, text: str, *, active: bool, segmenter: str = "") -> None:
    generation = Generation(number, ANALYSIS_VERSION, segmenter or "bigrams", text)
    put_generation(client, generation, active=active, at=NOW)


def planned(client: Client, text: str) -> tuple[Way, int]:
    plan = plan_rebuild(client, Bigrams(), text, "test")
    return plan.way, plan.target.number


def test_an_empty_store_takes_any_taxonomy_at_once(client: Client) -> None:
    plan = plan_rebuild(client, Bigrams(), BOATS, "test")
    assert plan.way is Way.NOTHING
    record_plan(client, plan, ManualClock(NOW))
    assert counting_generation(client, Bigrams(), BIRDS, NOW).taxonomy_text == BOATS
    assert planned(client, BOATS) == (Way.NOTHING, 1)


def test_the_taxonomy_in_force_needs_nothing_and_other_aliases_are_put_on_record(
    client: Client,
) -> None:
    store_a_listing(client)
    put(client, 3, BOATS, active=True)
    text = "Boats:\n  phrases: [keel]\n  aliases: [ships]\n"
    plan = plan_rebuild(client, Bigrams(), text, "test")
    assert (plan.way, plan.target.number) == (Way.NOTHING, 3)
    record_plan(client, plan, ManualClock(NOW))
    active = active_generation(client)
    assert active is not None
    assert active.taxonomy().resolve("Ships") == "Boats"


def test_another_taxonomy_is_counted_beside_the_one_in_force(client: Client) -> None:
    store_a_listing(client)
    put(client, 1, BOATS, active=True)
    plan = plan_rebuild(client, Bigrams(), BIRDS, "test")
    assert (plan.way, plan.target.number) == (Way.TOPICS, 2)
    record_plan(client, plan, ManualClock(NOW))
    active = active_generation(client)
    assert active is not None
    assert active.number == 1
    assert planned(client, BIRDS) == (Way.TOPICS, 2)  # taken up


def test_the_way_back_from_a_rebuild_that_was_given_up_is_a_rebuild(client: Client) -> None:
    store_a_listing(client)
    put(client, 1, BOATS, active=True)
    put(client, 2, BIRDS, active=False)
    assert planned(client, BOATS) == (Way.TOPICS, 3)
    put(client, 3, BOATS, active=True)
    assert planned(client, BOATS) == (Way.NOTHING, 3)


def test_another_segmenter_counts_everything_and_so_does_the_way_back(client: Client) -> None:
    store_a_listing(client)
    put(client, 1, BOATS, active=True, segmenter="words/1")
    assert planned(client, BOATS) == (Way.EVERYTHING, 2)
    with pytest.raises(Fatal, match="trends rebuild"):
        counting_generation(client, Bigrams(), BOATS, NOW)
    put(client, 2, BOATS, active=True)
    put(client, 3, BOATS, active=False, segmenter="words/1")
    assert planned(client, BOATS) == (Way.EVERYTHING, 4)
    with pytest.raises(Fatal, match="did not come to its end"):
        counting_generation(client, Bigrams(), BOATS, NOW)


def test_a_store_of_the_first_analysis_is_counted_anew(client: Client) -> None:
    store_a_listing(client)
    assert planned(client, BOATS) == (Way.EVERYTHING, 1)


def test_two_rebuilds_at_the_same_moment_are_told_apart(client: Client) -> None:
    store_a_listing(client)
    put(client, 1, BOATS, active=True)
    plan = plan_rebuild(client, Bigrams(), BIRDS, "test")

    class Slow(ManualClock):
        def sleep(self, seconds: float) -> None:
            put(client, 2, "Winds: [gust]\n", active=False)

    with pytest.raises(Unavailable, match="at the same time"):
        record_plan(client, Plan(plan.way, plan.target, is_new=True), Slow(NOW))


def test_a_taxonomy_with_errors_is_refused_before_anything_is_recorded(client: Client) -> None:
    store_a_listing(client)
    with pytest.raises(ConfigError, match=r"other\.yaml"):
        plan_rebuild(client, Bigrams(), "Boats: 7\n", "other.yaml")
    assert client.command("SELECT count() FROM generations") == 0
