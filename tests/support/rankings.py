"""A small history that has something to rank, and rankings as they stand in a store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from clickhouse_connect.driver.client import Client

from tests.support.history import Told
from trends.ranker.lines import ranked_lines
from trends.store.rankings import RankingKey

DAY = timedelta(days=1)
LAST_DAY = date(2025, 10, 31)  # a Friday
LONG = "gated tidal turbine"


def told(day: date, number: int, *terms: str, topics: tuple[str, ...] = ()) -> Told:
    """A listing of that day; its title says what it is about."""
    return Told(
        id=f"{day}:{number}",
        at=datetime(day.year, day.month, day.day, number % 24, tzinfo=UTC),
        terms=dict.fromkeys(terms, 1 + number % 2),
        topics=dict.fromkeys(topics, 1),
        title_terms=len(terms),
        title=" and ".join(term.title() for term in terms),
        acronyms={"gtt": LONG} if {"gtt", LONG} <= set(terms) else {},
    )


def history(days: int = 20) -> Iterator[Told]:
    """``days`` days with ten listings each; a turbine of three names rises at the end."""
    for age in range(days):
        day = LAST_DAY - age * DAY
        for number in range(10):
            names = ["quantization"] if number % 2 else [f"robot {number}", "quantization"]
            if number < (6 if age < 4 else int(age % 5 == 0)):
                names += ["gtt", LONG] if number == 0 else [LONG] if number % 2 else ["gtt"]
            topics = ("energy", "hardware") if "gtt" in names else ("hardware",)
            yield told(day, number, *names, topics=topics)


def ranked_rows(client: Client, key: RankingKey) -> list[dict[str, Any]]:
    """The lines of a ranking as the view has them, in order."""
    rows = client.query(
        "SELECT * FROM ranked WHERE kind = {kind:String} AND ordering = {ordering:String} "
        "AND span = {span:UInt16} AND last_day = {last_day:Date} ORDER BY rank",
        parameters=key._asdict(),
    )
    return list(rows.named_results())


def assert_as_computed(client: Client, key: RankingKey) -> None:
    """The ranking is, line by line, what would be computed now."""
    lines, totals = ranked_lines(client, key)
    names = ("name", "docs", "mentions", "docs_before", "share", "lift", "rise", "first_seen")
    rows = ranked_rows(client, key)
    assert [[row[name] for name in names] for row in rows] == [
        [getattr(line, name) for name in names] for line in lines
    ], key
    assert [row["rank"] for row in rows] == list(range(1, len(lines) + 1))
    assert [tuple(row["names"]) for row in rows] == [line.names for line in lines]
    assert {(row["listings"], row["listings_before"]) for row in rows} <= {
        (totals.listings, totals.listings_before)
    }
