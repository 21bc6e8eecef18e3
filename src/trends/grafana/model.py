"""Dashboards as JSON, walked: panels, what they ask, and the variables they may use. Pure.

In: a dashboard as Grafana exports it. Out: its parts with a path that names each in messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from trends.grafana.variables import Variable

PLUGIN: Final = "grafana-clickhouse-datasource"
DATASOURCE_UID: Final = "clickhouse"
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel that is not a row.

    Attributes:
        json: the panel itself.
        path: where it stands, as ``panels[3]`` or ``panels[3].panels[0]``.
    """

    json: Json
    path: str

    @property
    def name(self) -> str:
        return str(self.json.get("title") or f"id {self.json.get('id')}")

    @property
    def type(self) -> str:
        return str(self.json.get("type", ""))

    @property
    def targets(self) -> list[tuple[str, Json]]:
        """What it asks the store, each with its path."""
        found = _dicts(self.json.get("targets"))
        return [
            (f"{self.path}.targets[{index}]", target)
            for index, target in found
            if asks_store(target, self.json)
        ]


def panels(dashboard: Json) -> Iterator[Panel]:
    """Every panel, also those of rows that are shut; not the rows."""
    for index, panel in _dicts(dashboard.get("panels")):
        path = f"panels[{index}]"
        if panel.get("type") == "row":
            yield from (
                Panel(inner, f"{path}.panels[{place}]")
                for place, inner in _dicts(panel.get("panels"))
            )
        else:
            yield Panel(panel, path)


def variable_definitions(dashboard: Json) -> list[tuple[str, Json]]:
    """Variables as the file has them, each with its path."""
    listed = _dicts(_within(dashboard, "templating").get("list"))
    return [(f"templating.list[{index}]", item) for index, item in listed]


def annotation_definitions(dashboard: Json) -> list[tuple[str, Json]]:
    """Annotations that ask the store, each with its path; not Grafana's own."""
    listed = _dicts(_within(dashboard, "annotations").get("list"))
    return [
        (f"annotations.list[{index}]", item) for index, item in listed if asks_store(item, item)
    ]


def variables_of(
    dashboard: Json,
    values: Mapping[str, str | tuple[str, ...]] | None = None,
    options: Mapping[str, tuple[str, ...]] | None = None,
) -> dict[str, Variable]:
    """Every variable with its value: the given one, else the one that the file has chosen.

    Args:
        values: by name.
        options: what there is to choose, for variables that stand for all of it.
    """
    values, options = values or {}, options or {}
    found = {}
    for _, json in variable_definitions(dashboard):
        name = str(json.get("name", ""))
        given = values.get(name)
        several = bool(json.get("multi"))
        chosen = given if given is not None else _chosen(json)
        if several and isinstance(chosen, str):
            chosen = (chosen,)
        found[name] = Variable(
            name,
            chosen,
            _text(json) if given is None else "",
            options.get(name, custom_options(json)),
            str(json.get("allValue") or "") or None,
        )
    return found


def custom_options(definition: Json) -> tuple[str, ...] | None:
    """Values of a variable whose options stand in the file; None if a query finds them."""
    if definition.get("type") not in ("custom", "interval"):
        return None
    parts = str(definition.get("query", "")).split(",")
    # `shown : value` has both.
    return tuple(part.rpartition(" : ")[2].strip() for part in parts if part.strip())


def query_of(definition: Json) -> Json | None:
    """What a variable or annotation asks the store; None if it asks nothing."""
    for key in ("query", "target"):
        query = definition.get(key)
        if isinstance(query, Mapping) and "rawSql" in query:
            return query
    if definition.get("type") == "query" and isinstance(definition.get("query"), str):
        return {"refId": "variable", "rawSql": definition["query"]}
    return definition if "rawSql" in definition else None


def asks_store(part: Json, outer: Json) -> bool:
    """Whether a target, or the panel it is of, names the ClickHouse plugin."""
    source = part.get("datasource") or outer.get("datasource")
    if isinstance(source, Mapping):
        return source.get("type") == PLUGIN or source.get("uid") == DATASOURCE_UID
    return "rawSql" in part


def _chosen(json: Json) -> str | tuple[str, ...]:
    value = _within(json, "current").get("value")
    if isinstance(value, list):
        return tuple(map(str, value))
    if value is not None:
        return str(value)
    if json.get("type") in ("textbox", "constant"):
        return str(json.get("query") or "")
    return next(iter(custom_options(json) or ()), ())


def _text(json: Json) -> str:
    text = _within(json, "current").get("text", "")
    return " + ".join(map(str, text)) if isinstance(text, list) else str(text)


def _within(json: Json, key: str) -> Json:
    found = json.get(key)
    return found if isinstance(found, Mapping) else {}


def _dicts(found: object) -> list[tuple[int, Json]]:
    if not isinstance(found, list):
        return []
    return [(index, item) for index, item in enumerate(found) if isinstance(item, Mapping)]
