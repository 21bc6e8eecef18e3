"""Counts of windows, asked in three ways, equal a recount of the listings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from clickhouse_connect.driver.client import Client

from tests.support.clickhouse import ClickHouseServer
from tests.support.history import MemoryCounts, Told, Writer, empty_store
from trends.analysis.interface import ANALYSIS_VERSION
from trends.analysis.segment import Bigrams
from trends.analysis.taxonomy import default_text
from trends.clock import ManualClock
from trends.detection.horizons import BY_NAME, HORIZONS, Horizon
from trends.detection.source import Background, CountSource, Name, Span, span_at
from trends.detection.spike import Kind
from trends.store.clickhouse import ClickHouseStore
from trends.store.generations import Generation, put_generation
from trends.store.live_counts import BACKGROUND_EVERY_S, LiveCounts
from trends.store.loaded_counts import LoadedCounts
from trends.store.window_counts import StoreCounts

# Far from any retention: a store may delete what is old.
NOW = datetime(2098, 6, 2, 9, 30, tzinfo=UTC)
MIN_DOCS = 3
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ODD = [
    "it's",
    'a "b"',
    "back\\slash",
    "tab\tnewline\n",
    "nul\0l",
    "100 %(names)s",
    "词 向量",
    "x" * 300,
]


def told(seed: int, many: int, days: float, until: datetime = NOW) -> list[Told]:
    """Listings of ``days``, more of the last ones, with a few names each."""
    random = np.random.default_rng(seed)
    names = ["name 1", *ODD, *(f"name {number}" for number in range(2, 40))]
    weights = 1 / np.arange(1, len(names) + 1)
    weights /= weights.sum()
    return [
        Told(
            id=f"{seed}:{number}",
            at=(until - timedelta(days=float(days * random.random() ** 2))).replace(microsecond=0),
            terms={
                name: int(random.integers(1, 4))
                for name in random.choice(names, int(random.integers(0, 6)), False, weights)
            },
            # A topic may have the name of a term, and is another thing.
            topics={f"name {random.integers(3)}": 1} if number % 3 else {},
        )
        for number in range(many)
    ]


EARLY = told(1, 900, 400)
LATER = [*told(2, 300, 3), *told(4, 60, 0.2, NOW - timedelta(days=2, hours=4))]
# Listings into the past, after it was counted.
LATE = [replace(one, at=one.at - 40 * DAY) for one in told(3, 100, 30)]
ALL = [*EARLY, *LATER, *LATE]


@pytest.fixture(scope="module")
def client(clickhouse: ClickHouseServer) -> Iterator[Client]:
    with empty_store(clickhouse) as client:
        client.command("SYSTEM STOP MERGES")
        try:
            writer = Writer(client, shards=3)
            for start in range(0, len(EARLY), 150):
                writer.write(EARLY[start : start + 150])
            writer.write(LATER)
            writer.write(LATE)
            yield client
        finally:
            client.command("SYSTEM START MERGES")


def by_name(source: CountSource, span: Span, min_docs: int = MIN_DOCS) -> dict[Name, list[int]]:
    """Name to docs, mentions, and docs of each window of the past."""
    found = source.window(span, min_docs)
    names = [found.name(place) for place in range(len(found.keys))]
    assert len(set(names)) == len(names) == len(found.docs) == len(found.mentions)
    past = source.past(span, names)
    return {
        name: [int(found.docs[place]), int(found.mentions[place]), *past[place].tolist()]
        for place, name in enumerate(names)
    }


def background(source: CountSource, span: Span, min_docs: int = MIN_DOCS) -> dict[Name, int]:
    """Docs of the past, of the names of the window."""
    found = source.window(span, min_docs)
    known = source.background(span, min_docs)
    assert (np.diff(known.keys.astype(object)) > 0).all()
    assert (known.in_all >= np.maximum(known.docs, min_docs)).all()
    docs = known.docs_of(found.keys)
    return {found.name(place): int(docs[place]) for place in range(len(found.keys))}


def same(source: CountSource, span: Span, listings: Sequence[Told] = ALL) -> None:
    """``source`` says of ``span`` what a recount says."""
    oracle = MemoryCounts(listings)
    exposed, expected = source.exposure(span), oracle.exposure(span)
    assert exposed.listings.tolist() == expected.listings.tolist()
    assert exposed.concentration == pytest.approx(expected.concentration)
    assert by_name(source, span) == by_name(oracle, span)


SPANS = [
    *(span_at(horizon, NOW) for horizon in HORIZONS),
    *(span_at(horizon, NOW - timedelta(days=2, hours=5)) for horizon in HORIZONS),
    span_at(BY_NAME["day"], NOW - 45 * DAY),
    span_at(BY_NAME["week"], NOW - 44 * DAY),
]
IDS = [f"{span.horizon.name} {span.start:%m-%d %H}" for span in SPANS]


@pytest.mark.parametrize("span", SPANS, ids=IDS)
def test_the_store_says_what_a_recount_says(client: Client, span: Span) -> None:
    same(StoreCounts(client), span)


@pytest.mark.parametrize("span", SPANS, ids=IDS)
def test_loaded_counts_say_the_same(client: Client, span: Span) -> None:
    source = LoadedCounts(client, span.horizon, span.first, span.end, MIN_DOCS)
    same(source, span)
    wider = LoadedCounts(client, span.horizon, span.first - 9 * DAY, span.end + 9 * DAY, MIN_DOCS)
    same(wider, span)


@pytest.mark.parametrize("span", SPANS, ids=IDS)
def test_the_background_is_that_of_all_names(client: Client, span: Span) -> None:
    stored = StoreCounts(client).background(span, MIN_DOCS)
    loaded = LoadedCounts(client, span.horizon, span.first, span.end, MIN_DOCS).background(
        span, MIN_DOCS
    )
    expected = MemoryCounts(ALL).background(span, MIN_DOCS)
    assert len(loaded.keys) == len(expected.keys)
    # By whole days, a store may count more; fewer hypotheses than there are would be wrong.
    assert len(stored.keys) >= len(expected.keys)
    assert sorted(loaded.in_all) == sorted(expected.in_all)
    assert sum(stored.in_all) >= sum(expected.in_all)
    assert sorted(loaded.reference.tolist()) == sorted(expected.reference.tolist())
    assert len(stored.reference) >= len(expected.reference)
    if span.horizon.bucket == DAY:
        assert sorted(stored.in_all) == sorted(expected.in_all)
        assert sorted(stored.reference.tolist()) == sorted(expected.reference.tolist())
        for source in (
            StoreCounts(client),
            LoadedCounts(client, span.horizon, span.first, span.end, MIN_DOCS),
        ):
            assert background(source, span) == background(MemoryCounts(ALL), span)


def test_references_are_the_same_whoever_chooses_them(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And whatever else was loaded: listings that come later must not change the choice."""
    for module in ("window_counts", "loaded_counts"):
        monkeypatch.setattr(f"trends.store.{module}.REFERENCES", 5)
    span = span_at(BY_NAME["day"], NOW - DAY)
    stored, short, wide = (
        source.background(span, MIN_DOCS).reference.tolist()
        for source in (
            StoreCounts(client),
            LoadedCounts(client, span.horizon, span.first, span.end, MIN_DOCS),
            LoadedCounts(client, span.horizon, span.first - 90 * DAY, NOW + DAY, MIN_DOCS),
        )
    )
    assert len(short) == 5
    assert short == wide
    assert sorted(stored) == sorted(short)


def test_no_name_of_a_past_of_hours_is_left_out(clickhouse: ClickHouseServer) -> None:
    """Which begins within a day."""
    span = span_at(BY_NAME["hour"], NOW)
    mentions = [
        *(
            Told(id=f"{n}", at=span.first + n * timedelta(hours=1), terms={"a": 1})
            for n in range(4)
        ),
        Told(id="5", at=span.start, terms={"a": 1}),
    ]
    with empty_store(clickhouse) as client:
        Writer(client).write(mentions)
        for least in (2, 5):
            assert len(StoreCounts(client).background(span, least).keys) == 1


def test_the_worlds_are_worth_comparing() -> None:
    found = [len(by_name(MemoryCounts(ALL), span)) for span in SPANS]
    assert min(found) >= 1
    assert sum(many >= 10 for many in found) >= 5
    names = set(by_name(MemoryCounts(ALL), span_at(BY_NAME["month"], NOW)))
    assert {Name(Kind.TERM, name) for name in ODD} & names
    assert Name(Kind.TERM, "name 1") in names
    assert Name(Kind.TOPIC, "name 1") in names


@pytest.mark.parametrize("name", ODD)
def test_names_of_any_characters_are_found(client: Client, name: str) -> None:
    span = span_at(BY_NAME["month"], NOW)
    one = [Name(Kind.TERM, name)]
    expected = MemoryCounts(ALL).past(span, one)
    assert expected.any()
    assert StoreCounts(client).past(span, one).tolist() == expected.tolist()


def test_names_that_were_never_counted_have_a_past_of_zeros(client: Client) -> None:
    span = span_at(BY_NAME["day"], NOW)
    names = [Name(Kind.TERM, "no such"), Name(Kind.TOPIC, "nor such")]
    assert not StoreCounts(client).past(span, names).any()
    assert StoreCounts(client).past(span, []).shape == (0, span.horizon.windows)


@pytest.mark.parametrize("horizon", HORIZONS, ids=lambda horizon: horizon.name)
def test_where_nothing_was_listed_there_is_nothing(client: Client, horizon: Horizon) -> None:
    span = span_at(horizon, NOW - 4_000 * DAY)
    for source in (
        StoreCounts(client),
        LoadedCounts(client, horizon, span.first, span.end, MIN_DOCS),
    ):
        same(source, span)
        assert len(source.background(span, MIN_DOCS).keys) == 0


def test_an_empty_store_has_no_counts(clickhouse: ClickHouseServer) -> None:
    with empty_store(clickhouse) as client:
        for horizon in HORIZONS:
            span = span_at(horizon, NOW)
            same(StoreCounts(client), span, [])
            same(LoadedCounts(client, horizon, span.first, span.end, MIN_DOCS), span, [])


# -- generations --------------------------------------------------------------------------------


def test_topics_are_those_of_the_newest_generation_that_is_active(
    clickhouse: ClickHouseServer,
) -> None:
    span = span_at(BY_NAME["day"], NOW)
    first = told(5, 60, 10)
    second = [replace(one, topics={"Another": 1}) for one in first]
    with empty_store(clickhouse) as client:
        writer = Writer(client)
        writer.write(first)
        other = Generation(2, ANALYSIS_VERSION, Bigrams().name, default_text())
        put_generation(client, other, active=False, at=NOW)
        counted = Writer(client).flushes(second)
        ClickHouseStore(client, 2).write_topics(counted)
        same(StoreCounts(client), span, first)
        put_generation(client, other, active=True, at=NOW)
        same(StoreCounts(client), span, second)
        same(LoadedCounts(client, span.horizon, span.first, span.end, MIN_DOCS), span, second)


# -- live ---------------------------------------------------------------------------------------


class Watched(StoreCounts):
    """Notes the names whose past is asked for."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.names: list[Name] = []
        self.backgrounds = 0

    def past(self, span: Span, names: Sequence[Name]) -> np.ndarray:
        self.names += names
        return super().past(span, names)

    def background(self, span: Span, min_docs: int) -> Background:
        self.backgrounds += 1
        return super().background(span, min_docs)


def test_live_counts_follow_every_change(clickhouse: ClickHouseServer) -> None:
    span = span_at(BY_NAME["day"], NOW)
    with empty_store(clickhouse) as client:
        writer = Writer(client, shards=2)
        source = Watched(client)
        live = LiveCounts(source, ManualClock(NOW))
        known: list[Told] = []
        late = [replace(one, at=one.at - 5 * DAY) for one in told(8, 40, 20)]
        for more in (told(6, 200, 30), told(7, 50, 0.3), late, told(9, 50, 0.3), []):
            if more:
                writer.write(more)
                known += more
            same(live, span, known)
            same(live, span_at(BY_NAME["week"], NOW), known)


def test_live_counts_see_a_rise_in_whatever_shard(clickhouse: ClickHouseServer) -> None:
    """Also where no shard alone has many listings of it, or where only few have come since."""
    span = span_at(BY_NAME["day"], NOW)
    a, b, other = (
        [Told(id=f"{name}{n}", at=NOW, terms={name: 1}) for n in range(9)]
        for name in ("a", "b", "c")
    )
    flushes = [
        # Shard by shard in turn: first a has 4 and 1, b has 3 and 1, and c the rest.
        [a[0], a[1], a[2], b[0], a[3], other[0], a[4], other[1], b[1], other[2], b[2], other[3]],
        [b[3], other[4], other[5], a[5]],
        [other[6], b[4]],
        [other[7], b[5]],
    ]
    with empty_store(clickhouse) as client:
        writer = Writer(client, shards=2)
        live = LiveCounts(StoreCounts(client), ManualClock(NOW))
        known: list[Told] = []
        for flush in flushes:
            writer.write(flush)
            known += flush
            live.exposure(span)
            expected = by_name(MemoryCounts(known), span, 5)
            assert by_name(StoreCounts(client), span, 5) == expected
            assert by_name(live, span, 5) == expected
        assert {name.name for name in expected} == {"a", "b", "c"}


def test_live_counts_ask_for_a_past_once(clickhouse: ClickHouseServer) -> None:
    span = span_at(BY_NAME["day"], NOW)
    with empty_store(clickhouse) as client:
        writer = Writer(client)
        writer.write([*told(6, 200, 30), *told(7, 50, 0.3)])
        source = Watched(client)
        live = LiveCounts(source, ManualClock(NOW))
        live.exposure(span)
        names = list(by_name(live, span))
        assert sorted(source.names) == sorted(names)
        writer.write(told(9, 60, 0.3))
        live.exposure(span)
        more = list(by_name(live, span))
        assert len(more) > len(names)
        assert sorted(source.names) == sorted(more)
        # In another order, with others: the rows are still those of their names.
        mixed = [*reversed(more), Name(Kind.TERM, "name 39")]
        assert live.past(span, mixed).tolist() == StoreCounts(client).past(span, mixed).tolist()
        writer.write([replace(told(4, 1, 1)[0], at=span.start - DAY)])
        live.exposure(span)
        source.names.clear()
        by_name(live, span)
        assert sorted(source.names) == sorted(more)


def test_a_window_that_rolls_on_has_a_past_of_its_own(clickhouse: ClickHouseServer) -> None:
    known = told(6, 400, 12)
    with empty_store(clickhouse) as client:
        Writer(client).write(known)
        live = LiveCounts(StoreCounts(client), ManualClock(NOW))
        for days in range(3):
            span = span_at(BY_NAME["day"], NOW - (2 - days) * DAY)
            live.keep([span])
            same(live, span, known)


def test_each_hour_of_a_day_has_the_reference_of_its_own_past(clickhouse: ClickHouseServer) -> None:
    with empty_store(clickhouse) as client:
        Writer(client).write(told(6, 400, 12))
        live = LiveCounts(StoreCounts(client), ManualClock(NOW))
        spans = [span_at(BY_NAME["hour"], NOW - back * HOUR) for back in range(3)]
        assert len({span.start.date() for span in spans}) == 1
        references = [live.background(span, MIN_DOCS).reference.tolist() for span in spans]
        fresh = [StoreCounts(client).background(span, MIN_DOCS).reference for span in spans]
        assert references == [each.tolist() for each in fresh]
        assert references[0] != references[1]


def test_what_is_known_of_all_names_is_asked_for_now_and_then(
    clickhouse: ClickHouseServer,
) -> None:
    span = span_at(BY_NAME["day"], NOW)
    clock = ManualClock(NOW)
    with empty_store(clickhouse) as client:
        Writer(client).write(told(6, 200, 30))
        source = Watched(client)
        live = LiveCounts(source, clock)
        for advance_s, asked in ((0, 1), (BACKGROUND_EVERY_S - 1, 1), (1, 2), (0, 2)):
            clock.advance(advance_s)
            live.background(span, MIN_DOCS)
            assert source.backgrounds == asked
        live.background(span, MIN_DOCS + 1)
        assert source.backgrounds == 3
        live.keep([])
        live.background(span, MIN_DOCS)
        assert source.backgrounds == 4
