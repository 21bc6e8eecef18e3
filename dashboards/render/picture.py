"""A dashboard with answers to its queries, as the page draws it.

In: a dashboard's JSON, what of it to draw, and something that runs SQL. Out: the page's data.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import frames
from choices import Run, Values, chosen, menus_of, shown_text, shown_variables
from layout import laid_out
from standing import standing_at

from trends.errors import TrendsError
from trends.grafana.contract import Columns, Rows
from trends.grafana.model import variables_of
from trends.grafana.panels import Contract, Query, dashboard_queries

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """What of a dashboard is drawn.

    Attributes:
        file: name of the picture.
        dashboard: name of the dashboard's file.
        start: beginning of its range.
        end: end of its range.
        values: what is chosen, where it is not what the file has.
        rows: titles of the rows to draw; see `laid_out`.
        width: of the picture, in pixels.
        theme: ``dark`` or ``light``.
    """

    file: str
    dashboard: str
    start: datetime
    end: datetime
    values: Values = field(default_factory=dict)
    rows: Collection[str] = ()
    width: int = 1_600
    theme: str = "dark"


def picture_of(dashboard: Mapping[str, Any], view: View, ask: Run) -> tuple[Json, list[str]]:
    """The page's data, and which queries the store refused; the present is the range's end.

    Raises:
        ConfigError: if a query cannot be expanded, or the dashboard lacks a wanted row.
    """

    def run(sql: str) -> tuple[Columns, Rows]:
        return ask(standing_at(sql, view.end))

    shown = laid_out(dashboard, view.rows)
    menus = menus_of(shown, view.start, view.end, view.values, run)
    values = chosen(shown, view.values, menus)
    options = {name: tuple(menu) for name, menu in menus.items()}
    texts = {
        name: shown_text(variable, menus.get(name, {}))
        for name, variable in variables_of(shown, values, options).items()
    }
    queries = dashboard_queries(shown, view.start, view.end, values, options)
    answers, annotations, problems = _answered(shown, queries, run)
    picture = {
        "title": shown["title"],
        "theme": view.theme,
        "width": view.width,
        "from": frames.json_value(view.start),
        "to": frames.json_value(view.end),
        "range": f"{view.start:%Y-%m-%d %H:%M} to {view.end:%Y-%m-%d %H:%M} UTC",
        "variables": shown_variables(shown, texts),
        "texts": texts,
        "annotations": annotations,
        "panels": [
            {"panel": panel, "answers": answers.get(place, [])}
            for place, panel in enumerate(shown["panels"])
        ],
    }
    return picture, problems


def empty_panels(picture: Mapping[str, Any]) -> Iterator[str]:
    """Titles of panels that ask and got nothing."""
    for each in picture["panels"]:
        answers = each["answers"]
        if answers and not any(column["values"] for one in answers for column in one["fields"]):
            yield each["panel"].get("title", "")


def _answered(
    dashboard: Mapping[str, Any], queries: Collection[Query], run: Run
) -> tuple[dict[int, list[Json]], list[Json], list[str]]:
    """Answers by the panel's place, annotations, and what was refused."""
    answers: dict[int, list[Json]] = {}
    annotations, problems = [], []
    for query in queries:
        if query.contract is Contract.VARIABLE:
            continue
        try:
            columns, rows = run(query.sql)
        except TrendsError as error:
            problems.append(f"{query.where}: {error}")
            continue
        place = _first_number(query.path)
        if query.contract is Contract.ANNOTATION:
            definition = dashboard["annotations"]["list"][place]
            annotations.append(_annotation(definition, columns, rows))
        else:
            made = frames.time_series if query.contract is Contract.TIME_SERIES else frames.table
            answer = {"refId": query.ref_id, "fields": made(columns, rows)}
            answers.setdefault(place, []).append(answer)
    return answers, annotations, problems


def _annotation(definition: Mapping[str, Any], columns: Columns, rows: Rows) -> Json:
    places = {name: place for place, (name, _) in enumerate(columns)}
    end = places.get("timeEnd")
    only = definition.get("filter") or {}
    return {
        "name": definition["name"],
        "color": definition.get("iconColor", "red"),
        "panels": {"exclude": bool(only.get("exclude", True)), "ids": only.get("ids", [])},
        "times": [
            {
                "time": frames.json_value(row[places["time"]]),
                "timeEnd": None if end is None else frames.json_value(row[end]),
            }
            for row in rows
        ],
    }


def _first_number(path: str) -> int:
    """The number in the first brackets."""
    return int(path[path.index("[") + 1 : path.index("]")])
