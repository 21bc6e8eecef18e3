"""Answers made into frames, rows laid out, choices, and the moment that a picture stands at."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.support.pictures import render_module
from trends.errors import ConfigError
from trends.grafana.contract import Columns, Rows

frames = render_module("frames")
layout = render_module("layout")
choices = render_module("choices")
standing = render_module("standing")
picture = render_module("picture")

NOON = datetime(2025, 9, 29, 12, tzinfo=UTC)
NOON_MS = 1_759_147_200_000
LATER = datetime(2025, 9, 29, 13, tzinfo=UTC)


def test_a_series_for_each_combination_of_strings_with_gaps_where_nothing_came() -> None:
    columns = [("time", "DateTime('UTC')"), ("name", "String"), ("docs", "UInt64")]
    rows = [(LATER, "b", 2), (NOON, "a", 1), (LATER, "a", 3)]
    time, *series = frames.time_series(columns, rows)
    assert time["values"] == [NOON_MS, NOON_MS + 3_600_000]
    assert [(each["labels"], each["values"]) for each in series] == [
        ({"name": "a"}, [1, 3]),
        ({"name": "b"}, [None, 2]),
    ]


def test_without_strings_columns_stay_as_they_came() -> None:
    columns = [("time", "DateTime('UTC')"), ("docs", "UInt64")]
    assert frames.time_series(columns, [(NOON, 1)]) == frames.table(columns, [(NOON, 1)])


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (NOON, NOON_MS),
        (NOON.replace(tzinfo=None), NOON_MS),
        (date(1970, 1, 2), 86_400_000),
        (float("nan"), None),
        (float("inf"), None),
        (0.25, 0.25),
        (None, None),
        (True, True),
        (["a", 1.5], ["a", 1.5]),
        (("a", NOON), ["a", NOON_MS]),
    ],
)
def test_values_are_as_json_has_them(value: Any, shown: Any) -> None:
    assert frames.json_value(value) == shown


def test_a_table_knows_grafanas_types() -> None:
    columns = [("day", "Date"), ("docs", "UInt64"), ("name", "String"), ("new", "Bool")]
    made = frames.table(columns, [(date(1970, 1, 1), 3, "a", False)])
    assert [each["type"] for each in made] == ["time", "number", "string", "boolean"]


def panel(title: str, y: int, kind: str = "stat", **more: Any) -> dict[str, Any]:
    grid = {"x": 0, "y": y, "w": 24, "h": 1 if kind == "row" else 4}
    return {"title": title, "type": kind, "gridPos": grid, **more}


BOARD = {
    "title": "Board",
    "panels": [
        panel("first", 0),
        panel("Shut", 4, "row", panels=[panel("inner", 5)], collapsed=True),
        panel("Open", 9, "row"),
        panel("last", 10),
    ],
}


def test_wanted_rows_stand_one_below_the_other() -> None:
    placed = layout.laid_out(BOARD, ["", "Open"])["panels"]
    assert [(each["title"], each["gridPos"]["y"]) for each in placed] == [
        ("first", 0),
        ("Open", 4),
        ("last", 5),
    ]
    assert layout.height_of(placed) == layout.BAR + 9 * layout.CELL + layout.MARGIN


def test_all_rows_are_open_and_the_file_is_left_alone() -> None:
    placed = layout.laid_out(BOARD, ())["panels"]
    assert [each["title"] for each in placed] == ["first", "Shut", "inner", "Open", "last"]
    assert "panels" in BOARD["panels"][1]


def test_a_row_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match="Board has no rows Gone"):
        layout.laid_out(BOARD, ["Gone"])


def variable(name: str, query: str = "", kind: str = "query", **more: Any) -> dict[str, Any]:
    current = {"text": "", "value": ""}
    return {"name": name, "type": kind, "query": query, "current": current, **more}


def test_what_is_chosen_is_what_there_is_or_the_first_of_it() -> None:
    board = {"templating": {"list": [variable("alert"), variable("topic")]}}
    menus = {"alert": {"7": "GPT-5, firing"}, "topic": {"Agents": "Agents", "Video": "Video"}}
    assert choices.chosen(board, {"alert": "gone", "topic": "Video"}, menus) == {
        "alert": "7",
        "topic": "Video",
    }


def test_options_in_the_file_have_texts() -> None:
    board = {"templating": {"list": [variable("kind", "terms : term, topic", "custom")]}}
    menus = choices.menus_of(board, NOON, LATER, {}, lambda sql: ([], []))
    assert menus == {"kind": {"term": "terms", "topic": "topic"}}


@pytest.mark.parametrize(
    ("sql", "asked"),
    [
        ("SELECT now()", "SELECT toDateTime('2025-09-29 12:00:00', 'UTC')"),
        ("SELECT now64(3)", "SELECT toDateTime64('2025-09-29 12:00:00', 3, 'UTC')"),
        ("SELECT now64()", "SELECT toDateTime64('2025-09-29 12:00:00', 3, 'UTC')"),
        ("SELECT unknow(), is_now()", "SELECT unknow(), is_now()"),
    ],
)
def test_a_query_stands_at_the_end_of_its_range(sql: str, asked: str) -> None:
    assert standing.standing_at(sql, NOON) == asked


def board_with(sql: str) -> dict[str, Any]:
    source = {"type": "grafana-clickhouse-datasource", "uid": "clickhouse"}
    target = {"refId": "A", "datasource": source, "editorType": "sql", "rawSql": sql}
    asking = panel("asks", 0, datasource=source, targets=[{**target, "format": 1}])
    return {"title": "Board", "panels": [asking], "templating": {"list": []}}


def test_a_picture_has_the_answers_of_the_store_at_the_end_of_its_range() -> None:
    asked = []

    def run(sql: str) -> tuple[Columns, Rows]:
        asked.append(sql)
        return [("docs", "UInt64")], [(3,)]

    view = picture.View("file", "board", NOON, LATER)
    made, problems = picture.picture_of(board_with("SELECT now()"), view, run)
    assert asked == ["SELECT toDateTime('2025-09-29 13:00:00', 'UTC')"]
    assert made["panels"][0]["answers"] == [
        {"refId": "A", "fields": [{"name": "docs", "type": "number", "values": [3]}]}
    ]
    assert problems == []
    assert list(picture.empty_panels(made)) == []


def test_refused_and_empty_panels_are_told() -> None:
    def refused(sql: str) -> tuple[Columns, Rows]:
        raise ConfigError(f"no {sql}")

    view = picture.View("file", "board", NOON, LATER)
    _, problems = picture.picture_of(board_with("SELECT 1"), view, refused)
    assert ["no SELECT 1" in problem for problem in problems] == [True]
    made, _ = picture.picture_of(board_with("SELECT 1"), view, lambda sql: ([("a", "String")], []))
    assert list(picture.empty_panels(made)) == ["asks"]
