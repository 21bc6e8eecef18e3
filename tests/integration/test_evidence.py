"""The listings behind a spike, as a store has them: of the window, and as they were by then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from clickhouse_connect.driver.client import Client

from tests.support.clickhouse import ClickHouseServer
from tests.support.history import Told, Writer, empty_store, evidence_of
from trends.model import Listing, Position
from trends.store.evidence import Mentioning, mentioning
from trends.store.interface import Sighting

DAY = timedelta(days=1)
START = datetime(2098, 6, 2, tzinfo=UTC)
END = START + DAY
QUOTES = 'it\'s 100 % \\ "odd"\t\x01'

TOLD = [
    Told(id="first", at=START, terms={"glider": 2, "net": 1}, title_terms=1, upvotes=3),
    Told(
        id="full",
        at=START + DAY / 2,
        terms={"glider": 1, "gtt": 1},
        topics={"Flight": 1},
        acronyms={"gtt": "gated tidal turbine"},
        title="Über gliders",
        text="Gated tidal turbines (GTT)",
        url="https://example.org/full",
        source="papers",
        tags=("air", "sea"),
    ),
    Told(id="topic", at=END - timedelta(seconds=1), topics={"Flight": 1}),
    Told(id="odd", at=START + DAY / 4, terms={QUOTES: 1, "x" * 300: 1}),
    Told(id="other", at=START + DAY / 3, terms={"turbine": 1}),
    Told(id="before", at=START - timedelta(seconds=1), terms={"glider": 1}),
    Told(id="after", at=END, terms={"glider": 1}),
]


@pytest.fixture(scope="module")
def client(clickhouse: ClickHouseServer) -> Iterator[Client]:
    with empty_store(clickhouse) as client:
        writer = Writer(client, shards=2)
        writer.write(TOLD)
        writer.write([])
        for number, (listing_id, at, upvotes) in enumerate(
            [
                ("first", START + DAY / 8, 10),
                ("first", START + DAY / 2, 40),
                ("first", START + DAY / 4, 20),
                ("first", END, 999),
                ("full", START + DAY / 4, 70),  # seen before it was listed first: arrived late
                ("full", START + 3 * DAY / 4, None),
                ("odd", START + DAY / 2, 0),
                ("odd", END + DAY, 999),
            ]
        ):
            seen = Listing(id=listing_id, title="T", listed_at=at, upvotes=upvotes)
            (flush, _) = writer.flushes([])
            flush = replace(flush, sightings=[Sighting(seen, Position("told", number, 0))])
            writer.store.write_sightings([flush])
        yield client


def ask(client: Client, terms: list[str], topics: list[str], **more: int) -> list[Mentioning]:
    return mentioning(client, START, END, terms, topics, **more)


def test_listings_of_the_window_that_mention_any_name_newest_first(client: Client) -> None:
    assert [one.id for one in ask(client, ["glider"], [])] == ["full", "first"]
    assert [one.id for one in ask(client, ["net", "turbine"], [])] == ["other", "first"]
    assert [one.id for one in ask(client, [], ["Flight"])] == ["topic", "full"]
    assert [one.id for one in ask(client, ["glider"], ["Flight"])] == ["topic", "full", "first"]
    assert ask(client, ["Flight"], ["glider"]) == []
    assert ask(client, [], []) == []


def test_a_listing_is_told_whole(client: Client) -> None:
    (full,) = ask(client, ["gtt"], [])
    expected = evidence_of(next(one for one in TOLD if one.id == "full"))
    assert replace(full, upvotes=None, event_time=full.event_time.replace(tzinfo=UTC)) == expected


@pytest.mark.parametrize("name", [QUOTES, "x" * 300])
def test_names_of_any_characters_are_asked_for(client: Client, name: str) -> None:
    assert [one.id for one in ask(client, [name, "no such"], [])] == ["odd"]


def test_upvotes_are_those_of_the_newest_sighting_in_time(client: Client) -> None:
    by_id = {one.id: one.upvotes for one in ask(client, ["glider", QUOTES, "turbine"], [])}
    assert by_id["first"] == 40
    assert by_id["odd"] == 0
    assert by_id["other"] is None


def test_with_a_limit_the_newest_are_told(client: Client) -> None:
    assert [one.id for one in ask(client, ["glider"], ["Flight"], limit=2)] == ["topic", "full"]


def test_a_sighting_from_before_the_first_listing_does_not_overrule_it(
    clickhouse: ClickHouseServer,
) -> None:
    """As in the view `listings`."""
    with empty_store(clickhouse) as client:
        writer = Writer(client)
        writer.write([Told(id="a", at=START + DAY / 2, terms={"glider": 1}, upvotes=50)])
        seen = Listing(id="a", title="T", listed_at=START, upvotes=3)
        (flush,) = writer.flushes([])
        writer.store.write_sightings(
            [replace(flush, sightings=[Sighting(seen, Position("told", 9, 0))])]
        )
        rows = client.query("SELECT upvotes FROM listings").result_rows
        assert [tuple(row) for row in rows] == [(50,)]
        assert [one.upvotes for one in ask(client, ["glider"], [])] == [50]
