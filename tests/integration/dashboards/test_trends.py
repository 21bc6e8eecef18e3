"""What the dashboard Trends shows, number by number, is what a recount of the listings says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from clickhouse_connect.driver.client import Client

from tests.support.board_shares import drawn_share
from tests.support.board_store import LONG, NEW, SHORT, SOURCES, UPVOTES_LATER
from tests.support.board_truth import DAY, Points, Truth, counted, with_name
from tests.support.boards import NOBODY, Board, chosen
from trends.grafana.variables import ALL

QUOTED = "Schrödinger's cats"
RANGES = {"hour": DAY / 24, "day": DAY, "week": 7 * DAY, "90 days": 90 * DAY, "5 years": 1826 * DAY}
CHOICES = {
    "everything": ((ALL,), (ALL,)),
    "a source": (SOURCES[:1], (ALL,)),
    "tags": ((ALL,), ("sea", "power", "land")),
    "both": (SOURCES[1:], ("power", "land")),
}

Make = Callable[..., Board]


@pytest.fixture(scope="module")
def truth(filled: Client) -> Truth:
    return Truth(filled)


@pytest.fixture
def trends(filled: Client, now: datetime) -> Make:
    """The dashboard over a range that ends now, or earlier."""

    def made(length: timedelta = 90 * DAY, end: datetime = now) -> Board:
        return Board("trends", filled, end - length, end)

    return made


def values(**more: Any) -> dict[str, Any]:
    return {**chosen(kind="term", search="", name=NOBODY), **more}


def utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)


@pytest.mark.parametrize(("sources", "tags"), CHOICES.values(), ids=CHOICES)
@pytest.mark.parametrize("length", RANGES.values(), ids=RANGES)
def test_listings_are_counted_once_whatever_is_chosen(
    trends: Make, truth: Truth, now: datetime, length: timedelta, sources: Any, tags: Any
) -> None:
    points = Points.of(now - length, now)
    rows = truth.within(points.first, points.after, sources, tags)
    asked = values(source=sources, tag=tags)
    shown = trends(length).rows("Listings in the range", **asked)
    expected = counted(rows, lambda row: points.at(row.at))
    assert {utc(row["time"]): row["listings"] for row in shown} == expected
    shown = trends(length).rows("Listings by source", **asked)
    assert {(utc(row["time"]), row["source"]): row["listings"] for row in shown} == Counter(
        (points.at(row.at), row.source) for row in rows
    )


@pytest.mark.parametrize("sources", [(ALL,), SOURCES[2:]], ids=str)
def test_the_range_before_is_as_long(
    trends: Make, truth: Truth, now: datetime, sources: Any
) -> None:
    points = Points.of(now - 30 * DAY, now)
    after = len(truth.within(points.first, points.after, sources))
    before = len(truth.within(points.before, points.first, sources))
    (row,) = trends(30 * DAY).rows("Against the range before", **values(source=sources))
    assert row["change"] == pytest.approx(after / before - 1)


def test_a_range_before_the_first_listing_is_no_comparison(trends: Make) -> None:
    (row,) = trends(300 * DAY).rows("Against the range before", **values())
    assert row["change"] is None


def test_the_newest_listing_is_of_what_is_chosen(trends: Make, truth: Truth) -> None:
    for sources in ((ALL,), SOURCES[1:2]):
        (row,) = trends().rows("Newest listing", **values(source=sources))
        rows = truth.within(
            datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), sources
        )
        assert row["newest"] == max(row.at for row in rows).timestamp() * 1_000


@pytest.mark.parametrize("kind", ["term", "topic"])
@pytest.mark.parametrize(
    ("window", "length", "span"),
    [
        ("auto", DAY, 1),
        ("auto", 10 * DAY, 7),
        ("auto", 90 * DAY, 28),
        ("auto", 800 * DAY, 364),
        ("7", 90 * DAY, 7),
        ("364", DAY, 364),
    ],
)
def test_top_is_the_ranking_of_the_window(
    trends: Make,
    filled: Client,
    now: datetime,
    kind: str,
    window: str,
    length: timedelta,
    span: int,
) -> None:
    board, asked = trends(length), values(kind=kind, window=window)
    for title, ordering in (("Top", "docs"), ("Rising", "rise")):
        expected = filled.query(
            "SELECT rank, name, docs, docs_before, lift FROM ranked WHERE kind = %(kind)s "
            "AND ordering = %(ordering)s AND span = %(span)s AND last_day = %(day)s ORDER BY rank",
            parameters={"kind": kind, "ordering": ordering, "span": span, "day": now.date()},
        ).result_rows
        shown = board.rows(title, **asked)
        keys = ("rank", "name", "listings", "before", "lift")
        assert [tuple(row[key] for key in keys) for row in shown] == list(expected)
    days = "1 day" if span == 1 else f"{span} days"
    (row,) = board.rows("Ranking shown", **asked)
    assert row["ranking"] == f"{days} to {now:%Y-%m-%d}"


def test_a_line_of_the_ranking_has_the_listings_with_any_of_its_names(
    trends: Make, truth: Truth, now: datetime
) -> None:
    (line,) = [row for row in trends().rows("Top", **values()) if row["name"] == "GTT"]
    assert line["counted as"] == f"{LONG}, {SHORT}"
    last = Points.of(now - 28 * DAY, now)
    rows = truth.within(last.after - 28 * DAY, last.after)
    both = with_name(rows, "term", LONG, SHORT)
    assert line["listings"] == len(both)
    assert line["share"] == pytest.approx(len(both) / len(rows))


def test_an_earlier_range_shows_the_ranking_of_its_end(trends: Make, now: datetime) -> None:
    yesterday = now.replace(hour=0, minute=0) - timedelta(minutes=1)
    (row,) = trends(30 * DAY, yesterday).rows("Ranking shown", **values())
    assert row["ranking"] == f"28 days to {yesterday:%Y-%m-%d}"
    assert trends(30 * DAY, now - 30 * DAY).rows("Top", **values()) == []


def test_the_trend_is_of_the_range_and_each_ones_own(trends: Make) -> None:
    rows = {row["name"]: row["trend"] for row in trends().rows("Top", **values())}
    assert set(map(len, rows.values())) == {24}
    assert all("█" in trend for trend in rows.values())
    (rising,) = [row for row in trends().rows("Rising", **values()) if row["name"] == NEW]
    assert rising["trend"].startswith("▁" * 20)
    assert rising["trend"][-1] in "▇█"


def test_new_is_what_was_never_there_before(trends: Make, truth: Truth, now: datetime) -> None:
    shown = {row["name"]: row for row in trends().rows("New", **values())}
    mentions = [row.at for row in with_name(truth.rows, "term", NEW)]
    assert shown[NEW]["listings"] == len(mentions)
    assert shown[NEW]["first seen"] == f"{min(mentions):%Y-%m-%d}"
    assert "GTT" not in shown
    (count,) = trends().rows("New names", **values())
    assert count["new"] == len(shown)
    assert min(mentions) > now - 28 * DAY


# A stored name is drawn alone; a line of several is drawn as its most frequent one.
NAMES = (QUOTED, "GTT", "Robot arm 6 grasps", NEW, "gtt")
STORED = ("schrodinger cat", LONG, "robot arm 6 grasp", NEW, SHORT)
LABELS = (QUOTED, f"GTT (counted as {LONG})", *NAMES[2:])


@pytest.mark.parametrize("choice", ["everything", "both"])
@pytest.mark.parametrize("length", RANGES.values(), ids=RANGES)
def test_chosen_names_are_counted_point_by_point(
    trends: Make, truth: Truth, now: datetime, length: timedelta, choice: str
) -> None:
    sources, tags = CHOICES[choice]
    board, points = trends(length), Points.of(now - length, now)
    asked = values(source=sources, tag=tags, name=(*NAMES, "a sixth is left out"))
    rows = truth.within(points.first, points.after, sources, tags)
    every = counted(rows, lambda row: points.at(row.at))
    docs = {
        (at, label): sum(points.at(row.at) == at for row in with_name(rows, "term", stored))
        for at in every
        for label, stored in zip(LABELS, STORED, strict=True)
    }
    shown = board.rows("Listings point by point", **asked)
    assert {(utc(row["time"]), row["name"]): row["listings_with_it"] for row in shown} == docs
    shares = board.rows("Share of the chosen names", **asked)
    assert {(utc(row["time"]), row["name"]): row["share"] for row in shares} == pytest.approx(
        {key: drawn_share(docs[key], key[0], every) for key in docs}
    )
    so_far = board.rows("Listings so far", **asked)[-len(LABELS) :] if every else []
    assert {row["name"]: row["listings_so_far"] for row in so_far} == {
        label: sum(docs[at, label] for at in every) for label in LABELS if every
    }


def test_sources_one_by_one_add_up_to_all(trends: Make) -> None:
    board = trends(40 * DAY)
    title, column = "Listings point by point", "listings_with_it"
    per_source: Counter[tuple[datetime, str]] = Counter()
    for source in SOURCES:
        for row in board.rows(title, **values(name=NAMES, source=(source,))):
            per_source[row["time"], row["name"]] += row[column]
    total = {(r["time"], r["name"]): r[column] for r in board.rows(title, **values(name=NAMES))}
    assert per_source == total
    assert sum(total.values()) > 100


@pytest.mark.parametrize("sources", [(ALL,), SOURCES[:1]], ids=str)
def test_the_table_of_chosen_names_has_every_name_of_a_line(
    trends: Make, truth: Truth, now: datetime, sources: Any
) -> None:
    points = Points.of(now - 30 * DAY, now)
    rows = truth.within(points.first, points.after, sources)
    before = truth.within(points.before, points.first, sources)
    shown = trends(30 * DAY).rows("The chosen names", **values(name=("GTT", NEW), source=sources))
    assert [(row["name"], row["counted as"], row["drawn"]) for row in shown] == [
        ("GTT", LONG, "drawn"),
        ("GTT", SHORT, ""),
        (NEW, NEW, "drawn"),
    ]
    for row in shown:
        docs, docs_before = (
            len(with_name(each, "term", row["counted as"])) for each in (rows, before)
        )
        assert (row["listings"], row["before"]) == (docs, docs_before)
        assert row["share"] == pytest.approx(docs / len(rows))
        if docs_before:
            lift = docs / len(rows) / (docs_before / len(before))
            assert row["lift"] == pytest.approx(lift)
        else:
            assert row["lift"] is None


def test_the_top_five_are_those_of_the_ranking(trends: Make, truth: Truth, now: datetime) -> None:
    top = trends().rows("Top", **values())[:5]
    shown = trends().rows("Share of the top five", **values())
    points = Points.of(now - 90 * DAY, now)
    rows = truth.within(points.first, points.after)
    every = counted(rows, lambda row: points.at(row.at))
    for line in top:
        names = line["counted as"].split(", ")
        label = f"{line['name']} (counted as {names[0]})" if len(names) > 1 else line["name"]
        docs = counted(with_name(rows, "term", names[0]), lambda row: points.at(row.at))
        share = {utc(row["time"]): row["share"] for row in shown if row["name"] == label}
        assert share == pytest.approx({at: drawn_share(docs.get(at, 0), at, every) for at in every})
    assert len({row["name"] for row in shown}) == 5


@pytest.mark.parametrize("sources", [(ALL,), SOURCES[:1]], ids=str)
def test_what_is_mentioned_together_is_measured_against_the_same_days(
    trends: Make, truth: Truth, now: datetime, sources: Any
) -> None:
    rows = truth.within(now - 90 * DAY, now + timedelta(seconds=1))
    days = truth.newest_days("term", (LONG, SHORT), rows, 1_000, 14)
    sample = [
        row
        for row in truth.within(min(days), now + DAY, sources)
        if row.at.replace(hour=0, minute=0, second=0) in days
    ]
    chosen_ones = with_name(sample, "term", LONG, SHORT)
    shown = {
        row["name"]: row
        for row in trends().rows("Mentioned together", **values(name=("GTT",), source=sources))
    }
    assert "light by reinforcement learning" in shown
    assert not {"GTT", "GTT at sea", "LLMs", "C++"} & set(shown)
    stored = "light by reinforcement learning"
    row = shown[stored]
    together = len(with_name(chosen_ones, "term", stored))
    assert row["together"] == together
    assert row["share"] == pytest.approx(together / len(chosen_ones))
    in_all = len(with_name(sample, "term", stored)) / len(sample)
    assert row["lift"] == pytest.approx(together / len(chosen_ones) / in_all)


@pytest.mark.parametrize("sources", [(ALL,), SOURCES[:1], SOURCES[1:]], ids=str)
def test_the_listings_are_the_newest_with_any_of_the_names(
    trends: Make, truth: Truth, now: datetime, sources: Any
) -> None:
    rows = truth.within(now - 90 * DAY, now + timedelta(seconds=1))
    days = truth.newest_days("term", (LONG, SHORT, NEW), rows, 50 if ALL in sources else 5_000, 40)
    rows = truth.within(now - 90 * DAY, now + timedelta(seconds=1), sources)
    found = sorted(
        (
            row.at
            for row in with_name(rows, "term", LONG, SHORT, NEW)
            if row.at.replace(hour=0, minute=0, second=0) in days
        ),
        reverse=True,
    )
    shown = trends().rows("The listings", **values(name=("GTT", NEW), source=sources))
    assert [utc(row["listed"]) for row in shown] == found[:50]
    assert {row["source"] for row in shown} <= set(SOURCES if ALL in sources else sources)


def test_listings_have_their_newest_upvotes_and_only_web_addresses(
    trends: Make, filled: Client
) -> None:
    shown = trends(10 * DAY).rows("The listings", **values(name=("GTT",)))
    expected = {
        (row[0], row[1]): row[2]
        for row in filled.query("SELECT title, event_time, upvotes FROM listings").result_rows
    }
    assert len(shown) == 50
    for row in shown:
        assert row["upvotes"] == expected[row["title"], row["listed"]]
        assert row["address"] == "" or row["address"].startswith("https://example.org/")
    assert UPVOTES_LATER in {row["upvotes"] for row in shown}


@pytest.mark.parametrize(
    ("search", "kind", "expected"),
    [
        ("gtt", "term", {"GTT", "GTT at sea", "gtt", "gtt at sea"}),
        ("Gated Tidal Turbines", "term", {LONG}),
        ("schrödinger's", "term", {QUOTED}),
        ("c+", "term", {"C++"}),
        ("nothing of the kind", "term", set()),
        ("robot", "topic", {"Robotics"}),
    ],
)
def test_the_search_finds_ranked_and_stored_names(
    trends: Make, search: str, kind: str, expected: set[str]
) -> None:
    found = {row["name"] for row in trends().rows("$name", **values(search=search, kind=kind))}
    assert expected <= found
    assert bool(expected) == bool(found)


def test_the_first_name_to_choose_is_on_top_of_the_ranking(trends: Make) -> None:
    top = trends().rows("Top", **values())[0]["name"]
    assert trends().rows("$name", **values())[0]["name"] == top


def test_what_is_chosen_stays_to_be_chosen_while_it_exists(trends: Make) -> None:
    picked = (QUOTED, "robot arm", "never counted")
    found = [row["name"] for row in trends().rows("$name", **values(search="lattice", name=picked))]
    assert set(found[:2]) == {QUOTED, "robot arm"}
    assert NEW in found[2:]
    assert "never counted" not in found
    assert trends().rows("$name", **values(kind="topic", search="zzz", name=picked)) == []


def test_sources_and_tags_are_those_that_there_are(trends: Make) -> None:
    assert {row["source"] for row in trends().rows("$source", **values())} == set(SOURCES)
    assert {row["tag"] for row in trends().rows("$tag", **values())} == {"sea", "power", "land"}


def test_nothing_chosen_is_what_is_on_top(trends: Make) -> None:
    top = trends().rows("Top", **values())[0]
    for name in (NOBODY, (top["name"],)):
        shown = trends().rows("The chosen names", **values(name=name))
        assert {row["name"] for row in shown} == {top["name"]}


def test_topics_are_compared_like_terms(trends: Make, truth: Truth, now: datetime) -> None:
    points = Points.of(now - 20 * DAY, now)
    rows = truth.within(points.first, points.after)
    shown = trends(20 * DAY).rows("The chosen names", **values(kind="topic", name=("Robotics",)))
    assert [(row["counted as"], row["listings"]) for row in shown] == [
        ("Robotics", len(with_name(rows, "topic", "Robotics")))
    ]
    listed = trends(20 * DAY).rows("The listings", **values(kind="topic", name=("Robotics",)))
    assert {row["title"].partition(" ")[0] for row in listed} == {"Robot"}
