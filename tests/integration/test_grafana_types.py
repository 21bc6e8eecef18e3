"""Grafana's own types, through TypeScript's compiler, find what they can of planted errors."""

from __future__ import annotations

from typing import Any

import pytest

from tests.grafana_types.tsc import install, npm, type_problems
from tests.support.grafana_plants import BY_LINT, BY_TYPES, FIXTURES, dashboards
from tests.support.need import cannot_be_had
from trends.grafana.lint import lint

PATH = FIXTURES / "dashboards" / "trends.json"


@pytest.fixture(scope="module")
def problems() -> dict[str, list[str]]:
    """What the types say of the good dashboards and of each planted error; one run for all."""
    npm_path = npm()
    if npm_path is None:
        cannot_be_had("npm")
    install(npm_path)
    files: dict[str, dict[str, Any]] = {
        **{path.name: json for path, json in dashboards().items()},
        **{plant.name: plant.planted() for plant in (*BY_TYPES, *BY_LINT)},
    }
    found: dict[str, list[str]] = {name: [] for name in files}
    for problem in type_problems(files):
        name, _, rest = problem.partition(":")
        found[name].append(rest)
    return found


def test_good_dashboards_are_of_grafanas_types(problems: dict[str, list[str]]) -> None:
    assert [problems[path.name] for path in dashboards()] == [[], []]


def test_the_types_find_their_errors_where_they_are(problems: dict[str, list[str]]) -> None:
    missed = [
        plant.name
        for plant in BY_TYPES
        if not any(problem.startswith(plant.path) for problem in problems[plant.name])
    ]
    assert missed == []


def test_types_and_lint_together_find_every_error(problems: dict[str, list[str]]) -> None:
    missed = [
        plant.name
        for plant in (*BY_TYPES, *BY_LINT)
        if not problems[plant.name]
        and not any(path == PATH for path, _ in lint({**dashboards(), PATH: plant.planted()}, {}))
    ]
    assert missed == []


def test_neither_check_could_be_left_out(problems: dict[str, list[str]]) -> None:
    only_types = [
        plant.name
        for plant in BY_TYPES
        if not any(path == PATH for path, _ in lint({**dashboards(), PATH: plant.planted()}, {}))
    ]
    only_lint = [plant.name for plant in BY_LINT if not problems[plant.name]]
    assert len(only_types) >= 10
    assert len(only_lint) >= 20
