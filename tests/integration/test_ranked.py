"""Rankings and series from a store: exact under all names, and the stored counts untouched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from clickhouse_connect.driver.client import Client

from trends.analysis.kernel import KernelAnalyser
from trends.analysis.segment import Bigrams
from trends.analysis.taxonomy import default_taxonomy, default_text
from trends.clock import SystemClock
from trends.counting.buckets import RESOLUTIONS
from trends.embedded.stack import Part, running_stack
from trends.model import Listing
from trends.processor.flood import FloodGuard
from trends.processor.flush import write_flush
from trends.processor.shard import ShardLimits, ShardProcessor
from trends.settings import load_settings
from trends.store.clickhouse import ClickHouseStore
from trends.store.client import connect
from trends.store.generations import counting_generation
from trends.store.interface import ShardInfo
from trends.store.migrate import prepare_store
from trends.store.ranked import ranked_terms
from trends.store.ranked_counts import Windows
from trends.store.ranked_raw import raw_counts
from trends.store.ranked_series import merged_series, names_of
from trends.wire.codec import encode_line

# Hours are kept for a year.
NOW = SystemClock().now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=30)
WINDOWS = Windows(NOW - timedelta(days=7), NOW, NOW + timedelta(days=7))
TITLES = [
    # (days from the start of the window, title, text)
    *[(day, "Power of the sea", "Gated tidal turbines (GTT) turn") for day in range(4)],
    *[(day, "A GTT at sea", "") for day in range(5)],
    (5, "GTT and gated tidal turbines", ""),
    (5, "Gatedtidal turbine", ""),
    *[(-2, "Gated tidal turbines at rest", "") for _ in range(2)],
    *[(-1, "A GTT at rest", "") for _ in range(1)],
    *[(day, "Quantization of ships", "") for day in range(-7, 7)],
]
GTT = ["gated tidal turbine", "gatedtidal turbine", "gtt"]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    settings = load_settings(data_dir=tmp_path_factory.mktemp("ranked"))
    clock = SystemClock()
    with running_stack(settings, clock, {Part.STORE}) as stack:
        prepare_store(stack.clickhouse)
        client = connect(stack.clickhouse)
        generation = counting_generation(client, Bigrams(), default_text(), clock.now())
        store = ClickHouseStore(client, generation.number)
        shard = ShardProcessor(
            ShardInfo("listings", "ranked", 0, 1),
            store,
            KernelAnalyser(default_taxonomy(), Bigrams()),
            RESOLUTIONS,
            ShardLimits(),
            FloodGuard(1_000, 0.2),
        )
        now = clock.now()
        for offset, (day, title, text) in enumerate(TITLES):
            listing = Listing(
                id=f"ranked:{offset}",
                title=title,
                text=text,
                listed_at=NOW + timedelta(days=day, hours=offset % 24),
            )
            shard.process(offset, encode_line(listing), now, now)
        write_flush(store, [shard.take_flush()], now)
        yield client
        client.close()


def docs_by_hand(client: Client, names: list[str], start: datetime, end: datetime) -> int:
    """Listings with any of the names, from the view that people query."""
    sql = (
        "SELECT count() FROM listings WHERE hasAny(terms, {names:Array(String)}) "
        "AND event_time >= {start:DateTime} AND event_time < {end:DateTime}"
    )
    parameters = {"names": names, "start": start, "end": end}
    return int(client.query(sql, parameters=parameters).result_rows[0][0])


def test_a_merged_line_counts_each_listing_once_in_both_windows(client: Client) -> None:
    ranking = ranked_terms(client, WINDOWS, 10)
    (line,) = [line for line in ranking.lines if "gtt" in line.entry.names]
    assert sorted(line.entry.names) == GTT
    assert line.entry.docs == docs_by_hand(client, GTT, WINDOWS.start, WINDOWS.end) == 11
    assert line.entry.docs_before == docs_by_hand(client, GTT, WINDOWS.before, WINDOWS.start) == 3
    assert line.entry.docs < sum(one.docs for one in line.entry.counted)


def test_every_line_of_a_ranking_is_exact(client: Client) -> None:
    for rising in (False, True):
        for line in ranked_terms(client, WINDOWS, 50, rising=rising).lines:
            names = list(line.entry.names)
            assert line.entry.docs == docs_by_hand(client, names, WINDOWS.start, WINDOWS.end)
            assert line.entry.docs_before == docs_by_hand(
                client, names, WINDOWS.before, WINDOWS.start
            )


def test_parts_are_not_beside_the_whole_and_say_so(client: Client) -> None:
    ranking = ranked_terms(client, WINDOWS, 50)
    names = {name for line in ranking.lines for name in line.entry.names}
    assert not names & {"gated", "gated tidal", "turbine"}
    (part,) = [one for one in ranking.left_out if one.entry.name == "gated tidal"]
    assert part.entry.left_out is not None
    assert part.entry.left_out.key == "gatedtidalturbine"


def test_what_was_there_before_does_not_rise(client: Client) -> None:
    rising = [line.entry.name for line in ranked_terms(client, WINDOWS, 50, rising=True).lines]
    assert "quantization" not in rising
    assert ranked_terms(client, WINDOWS, 1).totals.listings_before == 10


def test_a_window_without_listings_has_no_ranking(client: Client) -> None:
    year = timedelta(days=365)
    empty = Windows(WINDOWS.before - year, WINDOWS.start - year, WINDOWS.end - year)
    ranking = ranked_terms(client, empty, 10)
    assert (ranking.lines, ranking.left_out, ranking.totals.listings) == ([], [], 0)


def test_raw_names_are_the_stored_ones(client: Client) -> None:
    counted, totals = raw_counts(client, "terms", WINDOWS, 500, by_rise=False)
    by_name = {one.name: one for one in counted}
    assert {name: by_name[name].docs for name in GTT} == {
        "gated tidal turbine": 5,
        "gatedtidal turbine": 1,
        "gtt": 6,
    }
    assert by_name["gated tidal turbine"].docs_before == 2
    assert (totals.listings, totals.listings_before) == (18, 10)


def test_raw_topics_are_those_of_the_taxonomy(client: Client) -> None:
    for by_rise in (False, True):
        counted, _ = raw_counts(client, "topics", WINDOWS, 500, by_rise=by_rise)
        assert max(one.docs for one in counted) == 7
        assert all(one.docs_before == 7 for one in counted if one.docs == 7)


@pytest.mark.parametrize("typed", ["GTT", "GTTs", "gated tidal turbines", "Gated-Tidal turbine"])
def test_a_series_counts_all_names_however_asked(client: Client, typed: str) -> None:
    (thing,) = names_of(client, [typed])
    assert sorted(thing.names) == GTT
    series = merged_series(client, thing, "1d")
    days = {(row[0].date() - NOW.date()).days: row[2] for row in series if row[2]}
    assert days == {-2: 2, -1: 1, 0: 2, 1: 2, 2: 2, 3: 2, 4: 1, 5: 2}


def test_two_names_of_one_thing_are_one_series(client: Client) -> None:
    assert [thing.typed for thing in names_of(client, ["GTT", "gated tidal turbine"])] == ["GTT"]


def test_hours_add_up_to_days(client: Client) -> None:
    (thing,) = names_of(client, ["gtt"])
    totals = [
        sum(row[2] for row in merged_series(client, thing, resolution))
        for resolution in ("1h", "1d")
    ]
    assert totals == [14, 14]


def test_a_series_of_what_was_never_counted_is_empty(client: Client) -> None:
    (thing,) = names_of(client, ["no such thing"])
    assert (thing.name, thing.names) == ("no such thing", ())
    rows = merged_series(client, thing, "1d")
    assert len(rows) == 14
    assert not any(row[2] for row in rows)
    assert names_of(client, ["..."]) == []
