"""What the dashboard Topics shows, number by number, is what a recount of the listings says.

A listing counts for a topic if it mentions it or one within it: here that is told from the
taxonomy's own file and what the listing itself mentions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from clickhouse_connect.driver.client import Client

from tests.support.board_shares import drawn_share
from tests.support.board_store import LONG, SHORT, SOURCES
from tests.support.board_truth import DAY, Points, Row, Truth, counted, with_name
from tests.support.boards import Board, chosen
from trends.analysis.taxonomy import default_taxonomy
from trends.grafana.variables import ALL

HOUR = DAY / 24
RANGES = {"hour": HOUR, "day": DAY, "week": 7 * DAY, "90 days": 90 * DAY, "5 years": 1826 * DAY}
CHOICES = {
    "everything": ((ALL,), (ALL,)),
    "a source": (SOURCES[2:], (ALL,)),
    "tags": ((ALL,), ("sea", "power")),
    "both": (SOURCES[:2], ("land",)),
}
EVERY = "*"
BARS = "▁▂▃▄▅▆▇█"

Make = Callable[..., Board]


@dataclass(frozen=True)
class Tree:
    """The taxonomy, as its file has it."""

    parents: dict[str, str]

    @property
    def order(self) -> list[str]:
        """Parents before what is within them, else as in the file."""
        return list(self._below(""))

    def _below(self, parent: str) -> Iterator[str]:
        for name in self.within(parent):
            yield name
            yield from self._below(name)

    def within(self, parent: str) -> list[str]:
        return [name for name, above in self.parents.items() if above == parent]

    def path(self, name: str) -> list[str]:
        """From the top down to the topic."""
        above = self.parents[name]
        return [*(self.path(above) if above else ()), name]

    def shown(self, area: str) -> list[str]:
        return [name for name in self.order if area == EVERY or area in self.path(name)]

    def family(self, area: str) -> list[str]:
        """On top of the tree, or right within the area."""
        return self.within("" if area == EVERY else area)


@pytest.fixture(scope="module")
def tree() -> Tree:
    return Tree({topic.name: topic.parent or "" for topic in default_taxonomy().topics})


@pytest.fixture(scope="module")
def truth(filled: Client, tree: Tree) -> Truth:
    """Each listing with the topics that it counts for."""
    truth = Truth(filled)
    truth.rows = [
        replace(row, topics=frozenset(above for name in row.topics for above in tree.path(name)))
        for row in truth.rows
    ]
    return truth


@pytest.fixture
def topics(filled: Client, now: datetime) -> Make:
    """The dashboard over a range that ends now, or earlier."""

    def made(length: timedelta = 90 * DAY, end: datetime = now) -> Board:
        return Board("topics", filled, end - length, end)

    return made


def values(area: str = EVERY, topic: str = "Robotics", **more: Any) -> dict[str, Any]:
    return {**chosen(area=area, topic=topic), **more}


def utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)


def lines(shown: list[dict[str, Any]], column: str) -> dict[str, dict[datetime, float]]:
    """Series by topic."""
    found: dict[str, dict[datetime, float]] = {}
    for row in shown:
        found.setdefault(row["topic"], {})[utc(row["time"])] = row[column]
    return found


@pytest.mark.parametrize(("sources", "tags"), CHOICES.values(), ids=CHOICES)
@pytest.mark.parametrize("length", [DAY, 90 * DAY], ids=["day", "90 days"])
def test_listings_and_how_many_have_a_topic(
    topics: Make,
    tree: Tree,
    truth: Truth,
    now: datetime,
    length: timedelta,
    sources: Any,
    tags: Any,
) -> None:
    board, points = topics(length), Points.of(now - length, now)
    rows = truth.within(points.first, points.after, sources, tags)
    asked = values(source=sources, tag=tags)
    shown = board.rows("Listings in the range", **asked)
    assert {utc(row["time"]): row["listings"] for row in shown} == counted(
        rows, lambda row: points.at(row.at)
    )
    (row,) = board.rows("With a topic", **asked)
    assert row["covered"] == pytest.approx(sum(bool(row.topics) for row in rows) / len(rows))
    mentioned = {name for row in rows for name in row.topics}
    for area in (EVERY, "Agents"):
        (row,) = board.rows("Topics mentioned", **{**asked, "area": area})
        within = tree.shown(area)
        assert row == {"mentioned": len(mentioned & {*within}), "in the taxonomy": len(within)}


@pytest.mark.parametrize(
    ("length", "choice", "area"),
    [
        (HOUR, "everything", EVERY),
        (DAY, "a source", EVERY),
        (7 * DAY, "tags", EVERY),
        (50 * DAY, "everything", EVERY),
        (50 * DAY, "both", EVERY),
        (90 * DAY, "everything", "Agents"),
        (1826 * DAY, "a source", EVERY),
    ],
)
def test_the_tree(
    topics: Make,
    tree: Tree,
    truth: Truth,
    now: datetime,
    length: timedelta,
    choice: str,
    area: str,
) -> None:
    sources, tags = CHOICES[choice]
    points = Points.of(now - length, now)
    rows = truth.within(points.first, points.after, sources, tags)
    before = truth.within(points.before, points.first, sources, tags)
    shown = topics(length).rows("Topics", **values(area, source=sources, tag=tags))
    assert [row["named"] for row in shown] == tree.shown(area)
    for row in shown:
        name = row["named"]
        docs, docs_before = (len(with_name(each, "topic", name)) for each in (rows, before))
        assert (row["listings"], row["before"]) == (docs, docs_before), name
        assert row["within"] == tree.parents[name]
        depth = len(tree.path(name)) - 1
        assert row["shown_as"] == f"{chr(0xA0) * 3 * depth}{'└ ' if depth else ''}{name}"
        assert row["share"] == pytest.approx(docs / len(rows))
        assert row["trend"] == trend(points, rows, name)
        if docs_before:
            lift = docs / len(rows) / (docs_before / len(before))
            assert row["lift"] == pytest.approx(lift)
        else:
            assert row["lift"] is None
    assert sum(row["listings"] for row in shown) > 0


def trend(points: Points, rows: list[Row], name: str) -> str:
    """Shares of at most 24 parts of whole buckets, against the greatest of them."""
    buckets = (points.after - points.first) // points.bucket
    each = (buckets // 24 + 1) * points.bucket
    parts = -(-(points.after - points.first) // each)
    docs, listings = [0] * parts, [0] * parts
    for row in rows:
        listings[(row.at - points.first) // each] += 1
    for row in with_name(rows, "topic", name):
        docs[(row.at - points.first) // each] += 1
    if not sum(docs):
        return ""
    shares = [many / of if of else 0.0 for many, of in zip(docs, listings, strict=True)]
    return "".join(BARS[round(7 * share / max(shares))] for share in shares)


@pytest.mark.parametrize("area", [EVERY, "Agents"])
@pytest.mark.parametrize(
    ("window", "length", "span"), [("auto", DAY, 1), ("auto", 90 * DAY, 28), ("7", 90 * DAY, 7)]
)
def test_rising_is_the_ranking_of_the_window_within_the_area(
    topics: Make,
    tree: Tree,
    filled: Client,
    now: datetime,
    area: str,
    window: str,
    length: timedelta,
    span: int,
) -> None:
    ranked = filled.query(
        "SELECT name, docs, docs_before, lift, rise FROM ranked WHERE kind = 'topic' AND "
        "ordering = 'rise' AND span = %(span)s AND last_day = %(day)s ORDER BY rank",
        parameters={"span": span, "day": now.date()},
    ).result_rows
    shown = topics(length).rows("Rising", **values(area, window=window))
    assert [tuple(row.values()) for row in shown] == [
        (*row, tree.parents[row[0]]) for row in ranked if row[0] in tree.shown(area)
    ]
    (row,) = topics(length).rows("Ranking shown", **values(area, window=window))
    assert row["ranking"] == f"{span} day{'s' * (span > 1)} to {now:%Y-%m-%d}"


def test_something_rises(topics: Make) -> None:
    assert topics().rows("Rising", **values())
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    assert topics(90 * DAY, long_ago).rows("Rising", **values()) == []


@pytest.mark.parametrize(
    ("length", "cell", "choice", "area"),
    [
        (HOUR, HOUR / 12, "everything", EVERY),
        (DAY, HOUR, "tags", EVERY),
        (7 * DAY, 6 * HOUR, "everything", "Agents"),
        (40 * DAY, DAY, "a source", EVERY),
        (90 * DAY, 7 * DAY, "everything", EVERY),
        (90 * DAY, 7 * DAY, "both", "Agents"),
        (1826 * DAY, 28 * DAY, "everything", EVERY),
    ],
)
def test_the_heat_map_is_the_share_by_its_own_mean(
    topics: Make,
    tree: Tree,
    truth: Truth,
    now: datetime,
    length: timedelta,
    cell: timedelta,
    choice: str,
    area: str,
) -> None:
    sources, tags = CHOICES[choice]
    points = Points.of(now - length, now)
    cells = Points(points.start, points.end, cell, points.bucket)
    rows = truth.within(cells.first, points.after, sources, tags)
    every = counted(rows, lambda row: cells.at(row.at))
    expected = {}
    for name in (*([area] if area != EVERY else []), *tree.family(area)):
        mentioning = with_name(rows, "topic", name)
        docs = counted(mentioning, lambda row: cells.at(row.at))
        if mentioning:
            mean = len(mentioning) / len(rows)
            expected[name] = {at: docs.get(at, 0) / every[at] / mean for at in every}
    shown = topics(length).rows("Heat map", **values(area, source=sources, tag=tags))
    found = lines(shown, "times_its_mean")
    assert found == {name: pytest.approx(expected[name]) for name in expected}
    # From top to bottom as the tree has them.
    assert list(found) == [name for name in tree.order if name in expected]


@pytest.mark.parametrize(
    ("length", "choice", "area", "topic"),
    [
        (HOUR, "everything", EVERY, "Agents"),
        (DAY, "both", EVERY, "Agents"),
        (7 * DAY, "everything", "Agents", "Agents"),
        (90 * DAY, "everything", EVERY, "AI for science"),
        (90 * DAY, "tags", "AI for science", "AI for science"),
        (1826 * DAY, "a source", EVERY, "Robotics"),
    ],
)
def test_shares_of_the_largest_and_of_one_topic(
    topics: Make,
    tree: Tree,
    truth: Truth,
    now: datetime,
    length: timedelta,
    choice: str,
    area: str,
    topic: str,
) -> None:
    sources, tags = CHOICES[choice]
    board, points = topics(length), Points.of(now - length, now)
    rows = truth.within(points.first, points.after, sources, tags)
    every = counted(rows, lambda row: points.at(row.at))
    asked = values(area, topic, source=sources, tag=tags)

    def shares(name: str) -> Any:
        docs = counted(with_name(rows, "topic", name), lambda row: points.at(row.at))
        return pytest.approx({at: drawn_share(docs.get(at, 0), at, every) for at in every})

    def largest(names: list[str]) -> list[str]:
        size = {name: len(with_name(rows, "topic", name)) for name in names}
        return [name for name in sorted(names, key=lambda one: (-size[one], one)) if size[name]]

    found = lines(board.rows("Share of the largest topics", **asked), "share")
    assert list(found) == largest(tree.family(area))[:8]
    assert found == {name: shares(name) for name in found}

    found = lines(board.rows("Share of listings: $topic", **asked), "share")
    assert list(found) == [*largest([topic]), *largest(tree.within(topic))][:8]
    assert found == {name: shares(name) for name in found}

    shown = board.rows("Listings point by point: $topic", **asked)
    docs = counted(with_name(rows, "topic", topic), lambda row: points.at(row.at))
    assert {utc(row["time"]): row["listings"] for row in shown} == {
        at: docs.get(at, 0) for at in every
    }


def test_points_are_as_fine_as_chosen(topics: Make, truth: Truth, now: datetime) -> None:
    points = Points(now - 20 * DAY, now, HOUR, HOUR)
    rows = truth.within(points.first, points.after)
    shown = topics(20 * DAY).rows("Listings in the range", **values(resolution="1h"))
    assert {utc(row["time"]): row["listings"] for row in shown} == counted(
        rows, lambda row: points.at(row.at)
    )


@pytest.mark.parametrize("sources", [(ALL,), SOURCES[:1]], ids=str)
def test_terms_of_a_topic_are_measured_against_the_same_days(
    topics: Make, truth: Truth, now: datetime, sources: Any
) -> None:
    topic = "Reinforcement learning"
    rows = truth.within(now - 90 * DAY, now + timedelta(seconds=1))
    days = truth.newest_days("topic", (topic,), rows, 1_000, 14)
    sample = [
        row
        for row in truth.within(min(days), now + DAY, sources)
        if row.at.replace(hour=0, minute=0, second=0) in days
    ]
    topical = with_name(sample, "topic", topic)
    asked = values(topic=topic, source=sources)
    shown = {row["name"]: row for row in topics().rows("Terms of $topic", **asked)}
    assert not {"C++", "lattice engine"} & set(shown)
    # The first is a line of the ranking with two names.
    for name, stored in (("GTT", (LONG, SHORT)), ("grasp", ("grasp",))):
        row, together = shown[name], len(with_name(topical, "term", *stored))
        assert row["together"] == together
        assert row["share"] == pytest.approx(together / len(topical))
        in_all = len(with_name(sample, "term", *stored)) / len(sample)
        assert row["lift"] == pytest.approx(together / len(topical) / in_all)


@pytest.mark.parametrize("sources", [(ALL,), SOURCES[2:]], ids=str)
def test_the_listings_of_a_topic_are_the_newest(
    topics: Make, tree: Tree, truth: Truth, now: datetime, sources: Any
) -> None:
    rows = truth.within(now - 90 * DAY, now + timedelta(seconds=1))
    enough = 50 if ALL in sources else 5_000
    days = truth.newest_days("topic", ("Agents",), rows, enough, 40)
    rows = truth.within(now - 90 * DAY, now + timedelta(seconds=1), sources)
    found = sorted(
        (
            row.at
            for row in with_name(rows, "topic", "Agents")
            if row.at.replace(hour=0, minute=0, second=0) in days
        ),
        reverse=True,
    )
    shown = topics().rows("The listings of $topic", **values(topic="Agents", source=sources))
    assert [utc(row["listed"]) for row in shown] == found[:50]
    assert {row["source"] for row in shown} <= set(SOURCES if ALL in sources else sources)
    assert {row["address"].partition("://")[0] for row in shown} == {"", "https"}


def test_areas_and_topics_to_choose_from(topics: Make, tree: Tree) -> None:
    parents = [name for name in tree.order if tree.within(name)]
    shown = topics().rows("$area", **values())
    assert [tuple(row.values()) for row in shown] == [
        (EVERY, "All topics"),
        *((name, name) for name in parents),
    ]
    for area in (EVERY, "Agents"):
        shown = topics().rows("$topic", **values(area))
        assert [tuple(row.values()) for row in shown] == [
            (name, f"{'   ' * (len(tree.path(name)) - 1)}{name}") for name in tree.shown(area)
        ]
