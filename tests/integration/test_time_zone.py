"""A store on a machine whose time zone is not UTC counts, ranks and explains the same days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from clickhouse_connect.driver.client import Client

from tests.support.clickhouse import SERVER, EmbeddedClickHouse
from tests.support.history import Writer, empty_store
from tests.support.rankings import DAY, LAST_DAY, history
from trends.detection.spike import Kind
from trends.ranker.lines import ranked_lines
from trends.store.evidence import mentioning
from trends.store.first_seen import terms_first_seen
from trends.store.rankings import Ordering, RankingKey

ZONES = ["Asia/Tokyo", "America/Los_Angeles"]


@pytest.fixture(scope="module", params=ZONES)
def client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    program = ("env", f"TZ={request.param}", *SERVER)
    server = EmbeddedClickHouse(tmp_path_factory.mktemp("zone"), program)
    server.start()
    try:
        with empty_store(server) as client:
            assert client.command("SELECT serverTimezone()") == request.param
            Writer(client, shards=2).write(list(history(4)))
            yield client
    finally:
        server.stop()


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


@pytest.mark.parametrize("age", range(4))
def test_a_day_is_ranked_as_a_whole_and_alone(client: Client, age: int) -> None:
    key = RankingKey(Kind.TERM, Ordering.DOCS, 1, LAST_DAY - age * DAY)
    lines, totals = ranked_lines(client, key)
    assert (totals.listings, totals.listings_before) == (10, 0 if age == 3 else 10)
    assert max(line.docs for line in lines) == 10


def test_the_listings_behind_a_day_are_all_of_that_day(client: Client) -> None:
    start = midnight(LAST_DAY)
    found = mentioning(client, start, start + DAY, ["quantization"], [])
    assert sorted(one.id for one in found) == sorted(f"{LAST_DAY}:{n}" for n in range(10))
    assert {one.event_time.replace(tzinfo=UTC) - start for one in found} == {
        timedelta(hours=hour) for hour in range(10)
    }


def test_a_name_is_first_seen_on_its_first_day(client: Client) -> None:
    first = LAST_DAY - 3 * DAY
    assert terms_first_seen(client, ["quantization"], midnight(first)) == {}
    seen = terms_first_seen(client, ["quantization"], midnight(first + DAY))
    assert seen == {"quantization": first}
