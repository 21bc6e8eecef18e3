"""What is wrong with panels: their place, words, units, data source and overrides. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from trends.grafana.finding import Finding, is_object, is_whole, objects
from trends.grafana.lint_sql import lint_sql
from trends.grafana.model import DATASOURCE_UID, PLUGIN
from trends.grafana.panel_types import (
    FIELD_PROPERTIES,
    MATCHERS,
    PANEL_TYPES,
    TRANSFORMATIONS,
    WITHOUT_DATA,
    WITHOUT_UNIT,
)
from trends.grafana.units import unit_problem

COLUMNS: Final = 24
# Panels that show what another one has asked.
_OTHER_PANEL: Final = "-- Dashboard --"
_QUERY_TYPES: Final = {0: "timeseries", 1: "table", 2: "logs"}
_CUSTOM: Final = re.compile(r"custom\.[a-zA-Z]\w*(\.\w+)*")
Json = Mapping[str, Any]


def lint_panels(
    panels: object, path: str, variables: Mapping[str, Json], ids: set[int]
) -> Iterator[Finding]:
    """What is wrong with panels that stand side by side, and with those in their rows.

    Args:
        ids: those met before; those of these panels are added.
    """
    listed = list(objects(panels, path))
    yield from _places(listed)
    for where, panel in listed:
        yield from _id(panel, where, ids)
        if not str(panel.get("title") or "").strip():
            yield Finding(where, "no title")
        repeat = panel.get("repeat")
        if repeat and repeat not in variables:
            yield Finding(f"{where}.repeat", f"${repeat} is not defined")
        if panel.get("type") == "row":
            yield from lint_panels(panel.get("panels"), f"{where}.panels", variables, ids)
        else:
            yield from _panel(panel, where, variables)


def _id(panel: Json, path: str, ids: set[int]) -> Iterator[Finding]:
    id_ = panel.get("id")
    if not is_whole(id_) or id_ < 1:
        yield Finding(f"{path}.id", f"{id_!r} is no id: a number from 1")
    elif id_ in ids:
        yield Finding(f"{path}.id", f"{id_} is the id of another panel")
    else:
        ids.add(id_)


def _places(listed: list[tuple[str, dict[str, Any]]]) -> Iterator[Finding]:
    taken: dict[tuple[int, int], str] = {}
    for path, panel in listed:
        at, place = f"{path}.gridPos", panel.get("gridPos")
        numbers = [place.get(key) for key in "xywh"] if is_object(place) else []
        if len(numbers) != 4 or not all(is_whole(number) for number in numbers):
            yield Finding(at, "must have the whole numbers x, y, w and h")
            continue
        x, y, w, h = (int(number) for number in numbers if number is not None)
        if x < 0 or y < 0 or w < 1 or h < 1 or x + w > COLUMNS:
            yield Finding(at, f"x={x} y={y} w={w} h={h} is not within {COLUMNS} columns")
            continue
        cells = [(column, line) for column in range(x, x + w) for line in range(y, y + h)]
        others = sorted({taken[cell] for cell in cells if cell in taken})
        if others:
            yield Finding(at, f"lies over {', '.join(others)}")
        taken.update(dict.fromkeys(cells, path))


def _panel(panel: Json, path: str, variables: Mapping[str, Json]) -> Iterator[Finding]:
    type_ = panel.get("type")
    if type_ not in PANEL_TYPES:
        yield Finding(f"{path}.type", f"{type_!r} is no panel of Grafana's own")
    if not str(panel.get("description") or "").strip():
        yield Finding(path, "no description")
    yield from _units(panel, path)
    yield from _overrides(panel, path)
    for where, transformation in objects(panel.get("transformations"), f"{path}.transformations"):
        if transformation.get("id") not in TRANSFORMATIONS:
            yield Finding(f"{where}.id", f"{transformation.get('id')!r} is no transformation")
    if type_ not in WITHOUT_DATA:
        yield from _data(panel, path, variables)


def _data(panel: Json, path: str, variables: Mapping[str, Json]) -> Iterator[Finding]:
    if _uid(panel) == _OTHER_PANEL:
        return
    if "datasource" in panel:
        yield from lint_source(panel, path)
    targets = list(objects(panel.get("targets"), f"{path}.targets"))
    if not targets:
        yield Finding(f"{path}.targets", "asks nothing")
    refs: set[str] = set()
    for where, target in targets:
        ref = str(target.get("refId") or "")
        if not ref or ref in refs:
            yield Finding(f"{where}.refId", f"{ref!r} must be there, and once")
        refs.add(ref)
        yield from lint_source(target, where)
        yield from lint_target(target, where)
        yield from lint_sql(
            target.get("rawSql"),
            f"{where}.rawSql",
            variables,
            series=target.get("format") == 0,
        )


def lint_source(part: Json, path: str) -> Iterator[Finding]:
    """What is wrong with the data source that a panel or query names."""
    source = part.get("datasource")
    if not is_object(source) or source.get("uid") != DATASOURCE_UID:
        yield Finding(f"{path}.datasource", f"its uid must be {DATASOURCE_UID!r}")
    elif source.get("type") != PLUGIN:
        yield Finding(f"{path}.datasource", f"its type must be {PLUGIN!r}")


def lint_target(target: Json, path: str) -> Iterator[Finding]:
    """What is wrong with a query, but for its SQL."""
    if target.get("editorType") != "sql":
        yield Finding(f"{path}.editorType", "must be 'sql'")
    expected = _QUERY_TYPES.get(target.get("format", -1))
    if expected is None:
        yield Finding(f"{path}.format", "must be 0, a time series, or 1, a table")
    elif target.get("queryType") != expected:
        yield Finding(f"{path}.queryType", f"must be {expected!r}, as its format says")


def _uid(part: Json) -> object:
    source = part.get("datasource")
    return source.get("uid") if is_object(source) else source


def _defaults(panel: Json) -> dict[str, Any]:
    config = panel.get("fieldConfig")
    found = config.get("defaults") if is_object(config) else None
    return found if is_object(found) else {}


def _override_list(panel: Json, path: str) -> list[tuple[str, dict[str, Any]]]:
    config = panel.get("fieldConfig")
    found = config.get("overrides") if is_object(config) else None
    return list(objects(found, f"{path}.fieldConfig.overrides"))


def _units(panel: Json, path: str) -> Iterator[Finding]:
    default = _defaults(panel).get("unit")
    given = [] if default is None else [(f"{path}.fieldConfig.defaults.unit", default)]
    for where, override in _override_list(panel, path):
        for at, item in objects(override.get("properties"), f"{where}.properties"):
            if item.get("id") == "unit":
                given.append((f"{at}.value", item.get("value")))
    options = panel.get("options")
    cells = options.get("cellValues") if is_object(options) else None
    if is_object(cells) and "unit" in cells:
        given.append((f"{path}.options.cellValues.unit", cells["unit"]))
    for where, unit in given:
        problem = unit_problem(unit) if isinstance(unit, str) else f"unit {unit!r} is no text"
        if problem:
            yield Finding(where, problem)
    if not given and panel.get("type") not in WITHOUT_UNIT:
        yield Finding(f"{path}.fieldConfig", "no unit, neither for all fields nor for one")


def _overrides(panel: Json, path: str) -> Iterator[Finding]:
    asked = json.dumps([panel.get("targets"), panel.get("transformations")], ensure_ascii=False)
    for where, override in _override_list(panel, path):
        matcher = override.get("matcher")
        if not is_object(matcher) or matcher.get("id") not in MATCHERS:
            yield Finding(f"{where}.matcher", "its id is no matcher of fields")
            continue
        yield from _matcher(matcher, f"{where}.matcher", asked, panel)
        properties = list(objects(override.get("properties"), f"{where}.properties"))
        if not properties:
            yield Finding(f"{where}.properties", "sets nothing")
        for at, item in properties:
            id_ = str(item.get("id"))
            if id_ not in FIELD_PROPERTIES and not _CUSTOM.fullmatch(id_):
                yield Finding(f"{at}.id", f"{id_!r} is nothing that an override can set")


def _matcher(matcher: Json, path: str, asked: str, panel: Json) -> Iterator[Finding]:
    id_, options = matcher["id"], matcher.get("options")
    if id_ == "byName" and str(options) not in asked and "$" not in str(options):
        yield Finding(f"{path}.options", f"no query of the panel names a field {options!r}")
    if id_ == "byRegexp":
        try:
            re.compile(str(options).strip("/"))
        except re.error as error:
            yield Finding(f"{path}.options", f"{options!r} is no regular expression: {error}")
    if id_ == "byFrameRefID":
        refs = {target.get("refId") for _, target in objects(panel.get("targets"), "")}
        if options not in refs:
            yield Finding(f"{path}.options", f"the panel has no query {options!r}")
