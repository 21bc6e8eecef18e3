"""The lint finds each planted error where it is, and nothing in a good dashboard."""

from __future__ import annotations

from typing import Any

import pytest
from grafana_foundation_sdk.models import units

from tests.support.grafana_plants import BY_LINT, FIXTURES, Plant, dashboards, good
from trends.grafana.lint import lint
from trends.grafana.lint_dashboard import lint_together
from trends.grafana.units import UNITS, unit_problem

PATH = FIXTURES / "dashboards" / "trends.json"


def findings(dashboard: dict[str, Any]) -> list[tuple[str, str]]:
    """Paths and messages of what is wrong with it, beside the good ones."""
    return [
        (finding.path, finding.message)
        for path, finding in lint({**dashboards(), PATH: dashboard}, {})
        if path == PATH
    ]


def test_good_dashboards_pass() -> None:
    assert list(lint(dashboards(), {})) == []


@pytest.mark.parametrize("plant", BY_LINT, ids=str)
def test_a_planted_error_is_found_where_it_is(plant: Plant) -> None:
    assert any(path.startswith(plant.path) for path, _ in findings(plant.planted()))


@pytest.mark.parametrize("key", ["uid", "title"])
def test_two_dashboards_do_not_share_what_tells_them_apart(key: str) -> None:
    one, other = good(), {**good(), "uid": "other", "title": "Other"}
    assert list(lint_together({"a": one, "b": other})) == []
    other[key] = one[key]
    ((file, finding),) = lint_together({"a": one, "b": other})
    assert (file, finding.path) == ("b", key)
    assert "a too" in finding.message


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"panels": None, "templating": [], "annotations": 3, "time": "now", "tags": "trends"},
        {"panels": [3, {}, {"type": "row"}, {"fieldConfig": 3, "targets": [{}], "type": "stat"}]},
        {"panels": [{"type": "stat", "fieldConfig": {"overrides": [{}, {"matcher": 3}]}}]},
        {"templating": {"list": [{}, 3, {"type": "query", "query": {"rawSql": 3}}]}},
        {"annotations": {"list": [{}, {"target": {"rawSql": None}}]}, "links": [{"type": 3}]},
    ],
)
def test_a_dashboard_of_another_shape_is_told_and_breaks_nothing(broken: dict[str, Any]) -> None:
    assert findings(broken)


@pytest.mark.parametrize(
    "unit", ["short", "percentunit", "suffix: docs", "time:YYYY", "currency:$"]
)
def test_units_are_grafanas_or_made_by_its_rules(unit: str) -> None:
    assert unit_problem(unit) == ""


def test_units_are_those_of_grafanas_development_kit() -> None:
    theirs = {
        value for name, value in vars(units).items() if isinstance(value, str) and name[0] != "_"
    }
    assert theirs <= UNITS
    assert UNITS - theirs == {"lengthcm"}  # younger than the kit
