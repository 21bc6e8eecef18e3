"""A dashboard with answers to its queries, as the page draws it.

In: a dashboard's JSON, a time range, values of variables, and something that runs SQL. Out: the
page's data, and its height.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import frames

from trends.errors import TrendsError
from trends.grafana.contract import Columns, Rows
from trends.grafana.model import variable_definitions, variables_of
from trends.grafana.panels import Contract, Query, dashboard_queries
from trends.grafana.variables import Variable

CELL: Final = 38
BAR: Final = 64
MARGIN: Final = 8
_HIDDEN: Final = 2

Run = Callable[[str], tuple[Columns, Rows]]


@dataclass(frozen=True, slots=True)
class View:
    """What of a dashboard is drawn.

    Attributes:
        file: name of the picture.
        dashboard: name of the dashboard's file.
        start: beginning of its range; ``end`` its end.
        values: what is chosen, where it is not what the file has.
        rows: titles of the rows to draw, a row being drawn open; all of them if empty. Panels above
            the first row are the row "".
        width: of the picture, in pixels.
    """

    file: str
    dashboard: str
    start: datetime
    end: datetime
    values: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    rows: Collection[str] = ()
    width: int = 1_600
    theme: str = "dark"


def picture_of(
    dashboard: Mapping[str, Any], view: View, run: Run
) -> tuple[dict[str, Any], list[str]]:
    """The page's data, and which queries the store refused."""
    problems: list[str] = []
    shown = laid_out(dashboard, view.rows)
    menus = _menus(shown, view, run)
    options = {name: tuple(menu) for name, menu in menus.items()}
    variables = variables_of(shown, view.values, options)
    answers: dict[int, list[dict[str, Any]]] = {}
    annotations = []
    for query in dashboard_queries(shown, view.start, view.end, view.values, options):
        if query.contract is Contract.VARIABLE:
            continue
        try:
            columns, rows = run(query.sql)
        except TrendsError as error:
            problems.append(f"{query.where}: {error}")
            continue
        if query.contract is Contract.ANNOTATION:
            annotations.append(_annotation(shown, query, columns, rows))
        else:
            made = frames.time_series if query.contract is Contract.TIME_SERIES else frames.table
            answers.setdefault(_place(query.path), []).append(
                {"refId": query.ref_id, "fields": made(columns, rows)}
            )
    texts = {
        name: _shown_text(variable, menus.get(name, {})) for name, variable in variables.items()
    }
    picture = {
        "title": shown["title"],
        "theme": view.theme,
        "width": view.width,
        "from": frames.json_value(view.start),
        "to": frames.json_value(view.end),
        "range": f"{view.start:%Y-%m-%d %H:%M} to {view.end:%Y-%m-%d %H:%M} UTC",
        "variables": [
            {"label": json.get("label") or json["name"], "text": texts[json["name"]]}
            for _, json in variable_definitions(shown)
            if json.get("hide", 0) != _HIDDEN
        ],
        "texts": texts,
        "annotations": [each for each in annotations if each["times"]],
        "panels": [
            {"panel": panel, "answers": answers.get(place, [])}
            for place, panel in enumerate(shown["panels"])
        ],
    }
    return picture, problems


def height_of(picture: Mapping[str, Any]) -> int:
    """Pixels that the page is high."""
    cells = max(
        each["panel"]["gridPos"]["y"] + each["panel"]["gridPos"]["h"] for each in picture["panels"]
    )
    return int(BAR + cells * CELL + MARGIN)


def laid_out(dashboard: Mapping[str, Any], titles: Collection[str]) -> dict[str, Any]:
    """The dashboard with the wanted rows alone, open, one below the other."""
    sections: list[tuple[str, list[dict[str, Any]]]] = [("", [])]
    for panel in sorted(copy.deepcopy(dashboard["panels"]), key=_position):
        if panel["type"] == "row":
            sections.append(
                (panel["title"], [panel, *sorted(panel.pop("panels", []), key=_position)])
            )
        else:
            sections[-1][1].append(panel)
    unknown = set(titles) - {title for title, _ in sections}
    if unknown:
        raise ValueError(f"no rows {sorted(unknown)}")
    placed: list[dict[str, Any]] = []
    below = 0
    for title, section in sections:
        if not section or (titles and title not in titles):
            continue
        top = min(panel["gridPos"]["y"] for panel in section)
        for panel in section:
            panel["gridPos"]["y"] += below - top
        below = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in section)
        placed += section
    return {**dashboard, "panels": placed}


def _position(panel: Mapping[str, Any]) -> tuple[int, int]:
    return panel["gridPos"]["y"], panel["gridPos"]["x"]


def _menus(dashboard: Mapping[str, Any], view: View, run: Run) -> dict[str, dict[str, str]]:
    """What there is to choose, of variables that the store answers: value and text."""
    menus: dict[str, dict[str, str]] = {}
    asking = {**dashboard, "panels": [], "annotations": {}}
    # Until it is known what there is, "all" stands for nothing.
    unknown: dict[str, tuple[str, ...]] = dict.fromkeys(variables_of(dashboard, view.values), ())
    for query in dashboard_queries(asking, view.start, view.end, view.values, unknown):
        _, rows = run(query.sql)
        name = query.name.removeprefix("$")
        menus[name] = {str(row[0]): str(row[-1]) for row in rows}
    return menus


def _shown_text(variable: Variable, menu: Mapping[str, str]) -> str:
    if variable.is_all:
        return "All"
    values = (variable.value,) if isinstance(variable.value, str) else variable.value
    return " + ".join(menu.get(value, value) for value in values)


def _annotation(
    dashboard: Mapping[str, Any], query: Query, columns: Columns, rows: Rows
) -> dict[str, Any]:
    definition = dashboard["annotations"]["list"][_place(query.path)]
    places = {name: place for place, (name, _) in enumerate(columns)}
    end = places.get("timeEnd")
    filter_ = definition.get("filter") or {}
    return {
        "name": definition["name"],
        "color": definition.get("iconColor", "red"),
        "panels": None if not filter_ or filter_.get("exclude") else filter_.get("ids"),
        "times": [
            {
                "time": frames.json_value(row[places["time"]]),
                "timeEnd": None if end is None else frames.json_value(row[end]),
                "text": str(row[places["text"]]),
            }
            for row in rows
        ],
    }


def _place(path: str) -> int:
    """The number in the first brackets."""
    return int(path[path.index("[") + 1 : path.index("]")])


def empty_panels(picture: Mapping[str, Any]) -> Iterable[str]:
    """Titles of panels that ask and got nothing."""
    for each in picture["panels"]:
        answers: Sequence[Mapping[str, Any]] = each["answers"]
        if answers and not any(column["values"] for one in answers for column in one["fields"]):
            yield each["panel"].get("title", "")
