"""Every query of a file is found, expanded, and knows what its answer must look like."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from trends.errors import ConfigError
from trends.grafana.panels import Contract, alert_queries, dashboard_queries, panel_window

START = datetime(2025, 1, 1, tzinfo=UTC)
END = datetime(2025, 1, 8, tzinfo=UTC)
SOURCE = {"type": "grafana-clickhouse-datasource", "uid": "clickhouse"}


def target(sql: str, format_: Any = 1, ref_id: str = "A") -> dict[str, Any]:
    return {"refId": ref_id, "datasource": SOURCE, "format": format_, "rawSql": sql}


def dashboard(**parts: Any) -> dict[str, Any]:
    return {"title": "Trends", "panels": [], **parts}


def test_panels_rows_variables_and_annotations_are_all_found() -> None:
    queries = dashboard_queries(
        dashboard(
            templating={
                "list": [
                    {"name": "term", "type": "query", "query": target("SELECT 1"), "multi": False},
                    {"name": "old", "type": "query", "datasource": SOURCE, "query": "SELECT 2"},
                    {"name": "kind", "type": "custom", "query": "term,topic"},
                ]
            },
            annotations={
                "list": [
                    {"name": "own", "datasource": {"uid": "-- Grafana --"}, "builtIn": 1},
                    {"name": "spikes", "datasource": SOURCE, "target": target("SELECT 3")},
                ]
            },
            panels=[
                {"type": "row", "title": "shut", "panels": [{"targets": [target("SELECT 4")]}]},
                {"type": "text", "title": "words"},
                {
                    "title": "two",
                    "datasource": SOURCE,
                    "targets": [target("SELECT 5", 0), {"refId": "B", "format": 1, "rawSql": "6"}],
                },
                {"title": "other", "targets": [{"datasource": {"uid": "-- Mixed --"}}]},
            ],
        ),
        START,
        END,
    )
    assert [(query.name, query.path, query.sql, query.contract) for query in queries] == [
        ("$term", "templating.list[0]", "SELECT 1", Contract.VARIABLE),
        ("$old", "templating.list[1]", "SELECT 2", Contract.VARIABLE),
        ("annotation spikes", "annotations.list[1]", "SELECT 3", Contract.ANNOTATION),
        ("id None", "panels[0].panels[0].targets[0]", "SELECT 4", Contract.TABLE),
        ("two", "panels[2].targets[0]", "SELECT 5", Contract.TIME_SERIES),
        ("two", "panels[2].targets[1]", "6", Contract.TABLE),
    ]
    assert queries[-1].where == "Trends: two (panels[2].targets[1], B)"


def variables(*listed: dict[str, Any]) -> dict[str, Any]:
    return {"list": list(listed)}


def only_sql(json: dict[str, Any], **given: Any) -> str:
    return dashboard_queries(json, START, END, **given)[-1].sql


def test_a_variable_is_what_is_given_else_what_the_file_chose() -> None:
    json = dashboard(
        templating=variables(
            {"name": "k", "type": "custom", "query": "term, topic", "current": {"value": "topic"}},
            {"name": "first", "type": "custom", "query": "Hour : 1h,Day : 1d"},
            {"name": "s", "type": "query", "multi": True, "current": {"value": ["$__all"]}},
            {"name": "box", "type": "textbox", "query": "graph"},
        ),
        panels=[{"targets": [target("$k $first ${s:singlequote} $box")]}],
    )
    assert only_sql(json, options={"s": ("a", "b")}) == "topic 1h 'a','b' graph"
    given = {"k": "term", "s": "x", "box": "y"}
    assert only_sql(json, values=given) == "term 1h 'x' y"
    with pytest.raises(ConfigError, match=r"Trends: id None .* \$s stands for all"):
        only_sql(json)


@pytest.mark.parametrize(
    ("panel", "days", "interval_s"),
    [
        ({}, 7, 300),
        ({"gridPos": {"w": 6}}, 7, 1_800),
        ({"maxDataPoints": 100}, 7, 7_200),
        ({"interval": "1h"}, 7, 3_600),
        ({"timeFrom": "1d"}, 1, 60),
        ({"timeFrom": "now-1d"}, 1, 60),
    ],
)
def test_a_panel_has_its_own_window(panel: dict[str, Any], days: int, interval_s: int) -> None:
    window = panel_window(panel, START, END)
    assert (window.end - window.start).days == days
    assert window.interval.total_seconds() == interval_s


def test_a_panel_may_look_at_an_earlier_time() -> None:
    window = panel_window({"timeShift": "7d"}, START, END)
    assert (window.start, window.end) == (START - timedelta(7), START)


@pytest.mark.parametrize(
    ("panel", "said"),
    [
        ({"targets": [target("SELECT $__nonsense(a)")]}, r"\(panels\[0\].*nonsense"),
        ({"targets": [target("SELECT ${x")]}, "is left unexpanded"),
        ({"targets": [target("SELECT $x")]}, r"\$x is no variable"),
        ({"targets": [target("  ")]}, "no rawSql"),
        ({"targets": [target("SELECT 1", 2)]}, "format is 2"),
        ({"targets": [target("SELECT 1", None)]}, "format is None"),
        ({"targets": [target("SELECT 1")], "interval": "soon"}, "not a duration"),
    ],
)
def test_what_cannot_be_expanded_names_its_panel(panel: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=f"Trends: P .*{said}"):
        dashboard_queries(dashboard(panels=[{"title": "P", **panel}]), START, END)


def rule(sql: str, **model: Any) -> dict[str, Any]:
    query = {
        "refId": "A",
        "datasourceUid": "clickhouse",
        "relativeTimeRange": {"from": 600, "to": 60},
        "model": {"refId": "A", "rawSql": sql, **model},
    }
    threshold = {"refId": "C", "datasourceUid": "__expr__", "model": {"type": "threshold"}}
    return {
        "groups": [
            {"name": "pipeline", "rules": [{"title": "Stalled", "data": [query, threshold]}]}
        ]
    }


def test_a_rules_queries_are_expanded_for_its_own_range() -> None:
    (query,) = alert_queries(rule("$__fromTime $__toTime $__interval_s", intervalMs=60_000), END)
    assert query.sql == "toDateTime(1736293800) toDateTime(1736294340) 60"
    assert query.contract is Contract.ALERT
    assert query.where == "pipeline: Stalled (rules[0].data[0], A)"


def test_a_rule_without_an_interval_is_asked_by_the_second() -> None:
    (query,) = alert_queries(rule("$__interval_s"), END)
    assert query.sql == "1"


@pytest.mark.parametrize("sql", ["SELECT ${x}", "$__conditionalAll(1, $x)", "$__interval"])
def test_a_rule_has_no_browser(sql: str) -> None:
    with pytest.raises(ConfigError, match="pipeline: Stalled"):
        alert_queries(rule(sql), END)
