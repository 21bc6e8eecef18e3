"""Every query of a dashboard or of a file of alert rules, expanded as Grafana would send it. Pure.

In: the file's JSON or YAML as read, a time range, values of variables. Out: queries with what
their answers must look like. Runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from trends.errors import ConfigError
from trends.grafana.macros import expand_macros
from trends.grafana.model import (
    DATASOURCE_UID,
    Json,
    Panel,
    annotation_definitions,
    panels,
    query_of,
    variable_definitions,
    variables_of,
)
from trends.grafana.variables import Variable, interpolate
from trends.grafana.window import Window, parse_duration, window_of

SCREEN_POINTS: Final = 1_600
"""Width of a dashboard; a panel without maxDataPoints asks for as many points as it is wide."""
GRID_COLUMNS: Final = 24
VARIABLE_POINTS: Final = 1_000
_FORMAT_TIME_SERIES: Final = 0
_FORMAT_TABLE: Final = 1


class Contract(StrEnum):
    """What an answer must look like."""

    TIME_SERIES = "time series"
    TABLE = "table"
    VARIABLE = "variable"
    ANNOTATION = "annotation"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Query:
    """One query, ready to run.

    Attributes:
        source: title of the dashboard, or name of the group of rules.
        name: title of the panel or rule; name of the variable or annotation.
        path: where it stands in the file.
        ref_id: which of the panel's queries.
        contract: what its answer must look like.
        raw_sql: as it stands in the file.
        sql: expanded.
        window: what it was expanded for.
    """

    source: str
    name: str
    path: str
    ref_id: str
    contract: Contract
    raw_sql: str
    sql: str
    window: Window

    @property
    def where(self) -> str:
        """Which one this is, for messages."""
        return f"{self.source}: {self.name} ({self.path}, {self.ref_id})"


def dashboard_queries(
    dashboard: Json,
    start: datetime,
    end: datetime,
    values: Mapping[str, str | tuple[str, ...]] | None = None,
    options: Mapping[str, tuple[str, ...]] | None = None,
) -> list[Query]:
    """Queries of variables, annotations and panels, in this order.

    Args:
        dashboard: as its file has it.
        start: of the dashboard's time range.
        end: of it.
        values: what is chosen, by variable; else what the file has chosen. ``$__all`` is all.
        options: what there is to choose, for variables whose "all" is written out.

    Raises:
        ConfigError: naming the panel and the variable or macro that cannot be expanded.
    """
    title = str(dashboard.get("title", ""))
    variables = variables_of(dashboard, values, options)
    whole = window_of(start, end, VARIABLE_POINTS)
    found = []
    for path, definition in variable_definitions(dashboard):
        query = query_of(definition) if definition.get("type") == "query" else None
        if query is not None:
            name = f"${definition.get('name')}"
            found.append(_query(title, name, path, query, Contract.VARIABLE, variables, whole))
    for path, definition in annotation_definitions(dashboard):
        query = query_of(definition)
        if query is not None:
            name = f"annotation {definition.get('name')}"
            found.append(_query(title, name, path, query, Contract.ANNOTATION, variables, whole))
    for panel in panels(dashboard):
        found.extend(_panel_queries(title, panel, variables, start, end))
    return found


def alert_queries(provisioning: Json, now: datetime) -> list[Query]:
    """Queries of every rule in a file of alerting, as the server evaluates them at ``now``.

    Raises:
        ConfigError: naming the rule and the macro that cannot be expanded.
    """
    found = []
    for group in provisioning.get("groups") or ():
        for place, rule in enumerate(group.get("rules") or ()):
            for index, data in enumerate(rule.get("data") or ()):
                if data.get("datasourceUid") != DATASOURCE_UID:
                    continue
                found.append(
                    _query(
                        str(group.get("name", "")),
                        str(rule.get("title", "")),
                        f"rules[{place}].data[{index}]",
                        data.get("model") or {},
                        Contract.ALERT,
                        {},
                        _alert_window(data, now),
                    )
                )
    return found


def panel_window(panel: Json, start: datetime, end: datetime) -> Window:
    """The window that a panel asks for: its own range and interval, if it has them."""
    if panel.get("timeShift"):
        shift = parse_duration(str(panel["timeShift"]))
        start, end = start - shift, end - shift
    if panel.get("timeFrom"):
        start = end - parse_duration(str(panel["timeFrom"]).removeprefix("now-"))
    width = (panel.get("gridPos") or {}).get("w", GRID_COLUMNS)
    points = panel.get("maxDataPoints") or SCREEN_POINTS * width // GRID_COLUMNS
    interval = panel.get("interval")
    at_least = parse_duration(str(interval)) if interval else timedelta(0)
    return window_of(start, end, int(points), at_least)


def _panel_queries(
    title: str, panel: Panel, variables: Mapping[str, Variable], start: datetime, end: datetime
) -> Iterator[Query]:
    for path, target in panel.targets:
        where = f"{title}: {panel.name} ({path})"
        try:
            window = panel_window(panel.json, start, end)
        except ConfigError as error:
            raise ConfigError(f"{where}: {error}") from error
        yield _query(
            title, panel.name, path, target, panel_contract(target, where), variables, window
        )


def panel_contract(target: Json, where: str = "query") -> Contract:
    """What a panel's query promises by its ``format``.

    Raises:
        ConfigError: if it is neither a time series nor a table.
    """
    format_ = target.get("format")
    if format_ == _FORMAT_TIME_SERIES:
        return Contract.TIME_SERIES
    if format_ == _FORMAT_TABLE:
        return Contract.TABLE
    raise ConfigError(f"{where}: format is {format_!r}; 0 is a time series, 1 a table")


def _alert_window(data: Json, now: datetime) -> Window:
    range_ = data.get("relativeTimeRange") or {}
    start = now - timedelta(seconds=float(range_.get("from", 0)))
    end = now - timedelta(seconds=float(range_.get("to", 0)))
    interval_ms = (data.get("model") or {}).get("intervalMs", 1_000)
    return Window(start, end, timedelta(milliseconds=float(interval_ms)))


def _query(
    source: str,
    name: str,
    path: str,
    query: Json,
    contract: Contract,
    variables: Mapping[str, Variable],
    window: Window,
) -> Query:
    raw, ref_id = str(query.get("rawSql", "")), str(query.get("refId", ""))
    where = f"{source}: {name} ({path}, {ref_id})"
    if not raw.strip():
        raise ConfigError(f"{where}: no rawSql")
    text = raw if contract is Contract.ALERT else interpolate(raw, variables, window, where)
    sql = expand_macros(text, window, where)
    for left in ("$__", "${"):
        if left in sql:
            raise ConfigError(f"{where}: {sql[sql.index(left) :][:40]!r} is left unexpanded")
    return Query(source, name, path, ref_id, contract, raw, sql, window)
