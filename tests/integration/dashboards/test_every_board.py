"""Every query of every dashboard: over any range, whatever is chosen, and on a store without data.

Here only whether panels, variables and annotations can use the answers; what the numbers are is for
the tests of each dashboard.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from clickhouse_connect.driver.client import Client

from tests.support.board_pipeline import NOW
from tests.support.board_store import KETTLE, NEW, SOURCES
from tests.support.boards import FOLDER, NOBODY, Board, board, chosen
from trends.grafana.variables import ALL

if TYPE_CHECKING:
    from tests.support.board_alerts import Alerts
    from tests.support.observed import Observed

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NAMES = ("trends", "topics", "spikes", "pipeline")
# Of several values, none may have a backslash before a quote or at its end: Grafana quotes them,
# and leaves backslashes as they are.
ODD = (
    "it's",
    '"quoted"',
    "a\\b",
    "Ünïcødé 東京 🙂",
    "') OR 1=1 --",
    "'; DROP TABLE listings_stored; --",
    "/* $1 */ {a:String} %s ?",
    "two\nlines",
)
ODDEST = "\\' OR 1=1 -- \\"
"""For one value alone."""

Choice = Mapping[str, str | tuple[str, ...]]
NOTHING: Mapping[str, Choice] = {
    "trends": chosen(kind="term", search="", name=NOBODY),
    "topics": chosen(area="*", topic="Language models"),
    "spikes": {
        **dict.fromkeys(("kind", "horizon", "severity", "rule"), (ALL,)),
        "search": "",
        "alert": "",
    },
    "pipeline": {"shard": (ALL,)},
}
"""When nobody has chosen anything."""
SOMETHING: Mapping[str, Choice] = {
    "trends": {
        **chosen(source=SOURCES, tag=("sea",), kind="topic", search="robot"),
        "name": ("Robotics", "Agents"),
        "resolution": "1h",
        "window": "7",
    },
    "topics": {
        **chosen(source=SOURCES[2:], area="Language models", topic="Language models"),
        "resolution": "1d",
        "window": "364",
    },
    "spikes": {
        "kind": ("topic", "term"),
        "horizon": ("day", "month"),
        "severity": ("warning",),
        "rule": ("taking-off",),
        "search": "kettle",
    },
    "pipeline": {"shard": ("listings/first/0",)},
}
HOSTILE: Mapping[str, Choice] = {
    "trends": {"source": ODD, "tag": ODD, "kind": "term", "search": ODDEST, "name": ODD},
    "topics": {"source": ODD, "tag": (ALL,), "area": ODDEST, "topic": ODDEST},
    "spikes": {
        **dict.fromkeys(("kind", "horizon", "severity", "rule"), ODD),
        "search": ODDEST,
        "alert": ODDEST,
    },
    "pipeline": {"shard": ODD},
}
RANGES: Mapping[str, tuple[timedelta, Mapping[str, Choice]]] = {
    "a minute": (MINUTE, NOTHING),
    "six hours": (DAY / 4, SOMETHING),
    "90 days": (90 * DAY, HOSTILE),
    "five years": (1826 * DAY, SOMETHING),
}
"""Each range with some choice; all pairs would take long and show nothing more. Nothing chosen over
90 days is what `test_no_panel_is_empty_that_should_not_be` asks."""


Make = Callable[[str, timedelta], Board]


@pytest.fixture
def boards(filled: Client, alerts: Alerts, now: datetime, piped: Observed) -> Make:
    """A dashboard over the store that it has something to show of, until that one's end."""
    del alerts

    def made(name: str, length: timedelta) -> Board:
        client, end = (piped.reader, NOW) if name == "pipeline" else (filled, now)
        return Board(name, client, end - length, end)

    return made


def test_these_are_all() -> None:
    assert sorted(NAMES) == sorted(file.stem for file in FOLDER.glob("*.json"))
    for name in NAMES:
        defined = {each["name"]: each for each in board(name)["templating"]["list"]}
        for choices in (NOTHING, SOMETHING, HOSTILE):
            assert set(choices[name]) <= set(defined)
        free = {name for name, each in defined.items() if each["type"] != "custom"}
        assert free <= set(HOSTILE[name]), "each of these could be anything"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("length", "choices"), RANGES.values(), ids=RANGES)
def test_answers_keep_their_contract(
    boards: Make, name: str, length: timedelta, choices: Mapping[str, Choice]
) -> None:
    shown = boards(name, length).answers(choices[name])
    assert len(shown) > 10


@pytest.mark.parametrize("name", NAMES)
def test_a_store_without_data_is_no_error(empty: Client, now: datetime, name: str) -> None:
    found = Board(name, empty, now - 30 * DAY, now).answers(NOTHING[name])
    assert len(found) > 10


EMPTY: Mapping[str, Mapping[str, str]] = {
    "trends": {},
    "topics": {},
    "spikes": {},
    "pipeline": {"Growth": "no listings were written to that store, so no table has a month"},
}
"""Panels that show nothing although the store has data, and why."""


@pytest.mark.parametrize("name", NAMES)
def test_no_panel_is_empty_that_should_not_be(boards: Make, alerts: Alerts, name: str) -> None:
    asked: dict[str, Any] = {**NOTHING[name]}
    (kettle,) = [alert for alert in alerts.standing if alert.spike.name == KETTLE]
    if name == "trends":
        asked["name"] = (NEW,)  # there is an alert on it
    if name == "spikes":
        asked["alert"] = kettle.id
    found = boards(name, DAY / 4 if name == "pipeline" else 90 * DAY).answers(asked)
    assert {title for title, rows in found.items() if not rows} == set(EMPTY[name])


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("trends", "Listings in the range"),
        ("trends", "Listings by source"),
        ("trends", "The listings"),
        ("topics", "Listings in the range"),
        ("topics", "Topics"),
        ("topics", "The listings of $topic"),
        ("spikes", "Firing now"),
        ("spikes", "Alerts of the range"),
        ("spikes", "Strongest spikes"),
        ("spikes", "What is told of it"),
        ("pipeline", "Partitions"),
    ],
)
def test_what_is_chosen_stays_a_value(boards: Make, name: str, title: str) -> None:
    """Were any of it taken for SQL, there would be rows."""
    shown = boards(name, 90 * DAY)
    assert shown.rows(title, **NOTHING[name]) or title == "What is told of it"
    assert shown.rows(title, **HOSTILE[name]) == []
