"""The lint of alerting finds each planted error where it is, and nothing in good files."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from tests.support.grafana_plants import FIXTURES
from trends.grafana.lint_alerts import anchors_of, lint_alerting

Files = dict[str, dict[str, Any]]
ANCHORS = frozenset({"trends-ingest-stalled", "trends-dead-letters"})


def good() -> Files:
    return {
        path.name: yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted((FIXTURES / "alerting").glob("*.yaml"))
    }


def findings(files: Files) -> list[tuple[str, str, str]]:
    return [
        (file, finding.path, finding.message) for file, finding in lint_alerting(files, ANCHORS)
    ]


def test_good_files_pass() -> None:
    assert findings(good()) == []
    assert list(lint_alerting(good(), None)) == []


def group(files: Files) -> dict[str, Any]:
    found: dict[str, Any] = files["rules.yaml"]["groups"][0]
    return found


def rule(files: Files, index: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = group(files)["rules"][index]
    return found


def data(files: Files, index: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = rule(files)["data"][index]
    return found


def model(files: Files, index: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = data(files, index)["model"]
    return found


def notify(files: Files, section: str) -> dict[str, Any]:
    found: dict[str, Any] = files["notify.yaml"][section][0]
    return found


RULE = "groups[0].rules[0]"
PLANTS: list[tuple[str, Callable[[Files], object], str]] = [
    ("apiVersion", lambda f: f["rules.yaml"].pop("apiVersion"), "apiVersion"),
    ("section", lambda f: f["rules.yaml"].update(rules=[]), "rules"),
    ("no group name", lambda f: group(f).pop("name"), "groups[0].name"),
    ("no folder", lambda f: group(f).pop("folder"), "groups[0].folder"),
    ("no interval", lambda f: group(f).pop("interval"), "groups[0].interval"),
    ("odd interval", lambda f: group(f).update(interval="15s"), "groups[0].interval"),
    ("no rules", lambda f: group(f).update(rules=[]), "groups[0].rules"),
    ("uid", lambda f: rule(f).update(uid="ingest stalled"), f"{RULE}.uid"),
    ("uid twice", lambda f: rule(f, 1).update(uid=rule(f)["uid"]), "groups[0].rules[1].uid"),
    (
        "title twice",
        lambda f: rule(f, 1).update(title=rule(f)["title"]),
        "groups[0].rules[1].title",
    ),
    ("no title", lambda f: rule(f).pop("title"), f"{RULE}.title"),
    ("no noDataState", lambda f: rule(f).pop("noDataState"), f"{RULE}.noDataState"),
    ("execErrState", lambda f: rule(f).update(execErrState="Err"), f"{RULE}.execErrState"),
    ("no for", lambda f: rule(f).pop("for"), f"{RULE}.for"),
    ("keepFiringFor", lambda f: rule(f).update(keepFiringFor="soon"), f"{RULE}.keepFiringFor"),
    ("paused", lambda f: rule(f).update(isPaused=True), f"{RULE}.isPaused"),
    ("no mark", lambda f: rule(f)["labels"].pop("app"), f"{RULE}.labels"),
    ("no severity", lambda f: rule(f)["labels"].pop("severity"), f"{RULE}.labels"),
    ("one dollar", lambda f: rule(f)["labels"].update(x="{{ $labels.x }}"), f"{RULE}.labels.x"),
    ("label no text", lambda f: rule(f)["labels"].update(x=3), f"{RULE}.labels.x"),
    ("no summary", lambda f: rule(f)["annotations"].pop("summary"), f"{RULE}.annotations.summary"),
    (
        "runbook elsewhere",
        lambda f: rule(f)["annotations"].update(runbook_url="https://example.org/"),
        f"{RULE}.annotations.runbook_url",
    ),
    (
        "runbook without heading",
        lambda f: rule(f)["annotations"].update(runbook_url="docs/operations.md#ingest"),
        f"{RULE}.annotations.runbook_url",
    ),
    ("no data", lambda f: rule(f).update(data=[]), f"{RULE}.data"),
    ("refId twice", lambda f: data(f, 1).update(refId="A"), f"{RULE}.data[1].refId"),
    ("refIds differ", lambda f: model(f).update(refId="B"), f"{RULE}.data[0].model.refId"),
    ("no model", lambda f: data(f).pop("model"), f"{RULE}.data[0].model"),
    ("source", lambda f: data(f).update(datasourceUid="ch"), f"{RULE}.data[0].datasourceUid"),
    (
        "range",
        lambda f: data(f).update(relativeTimeRange={"from": 0, "to": 600}),
        f"{RULE}.data[0].relativeTimeRange",
    ),
    ("no interval", lambda f: model(f).pop("intervalMs"), f"{RULE}.data[0].model.intervalMs"),
    ("no points", lambda f: model(f).pop("maxDataPoints"), f"{RULE}.data[0].model.maxDataPoints"),
    ("editor", lambda f: model(f).pop("editorType"), f"{RULE}.data[0].model.editorType"),
    ("format", lambda f: model(f).update(format=2), f"{RULE}.data[0].model.format"),
    ("no SQL", lambda f: model(f).update(rawSql=" "), f"{RULE}.data[0].model.rawSql"),
    ("variable", lambda f: model(f).update(rawSql="SELECT $x"), f"{RULE}.data[0].model.rawSql"),
    (
        "condition of the browser",
        lambda f: model(f).update(rawSql="SELECT $__conditionalAll(1, $x) ORDER BY 1"),
        f"{RULE}.data[0].model.rawSql",
    ),
    ("semicolon", lambda f: model(f).update(rawSql="SELECT 1;"), f"{RULE}.data[0].model.rawSql"),
    ("no reducer", lambda f: model(f, 1).pop("reducer"), f"{RULE}.data[1].model.reducer"),
    (
        "no mode",
        lambda f: model(f, 1)["settings"].update(mode="drop"),
        f"{RULE}.data[1].model.settings.mode",
    ),
    ("type", lambda f: model(f, 1).update(type="sum"), f"{RULE}.data[1].model.type"),
    (
        "of nothing",
        lambda f: model(f, 1).update(expression="X"),
        f"{RULE}.data[1].model.expression",
    ),
    ("not reduced", lambda f: model(f, 2).update(expression="A"), f"{RULE}.data[2]"),
    ("no part", lambda f: model(f, 2).update(expression="A"), f"{RULE}.data[1]"),
    (
        "no params",
        lambda f: model(f, 2)["conditions"][0]["evaluator"].update(params=[]),
        f"{RULE}.data[2].model.conditions[0].evaluator.params",
    ),
    (
        "evaluator",
        lambda f: model(f, 2)["conditions"][0]["evaluator"].update(type="above"),
        f"{RULE}.data[2].model.conditions[0].evaluator.type",
    ),
    ("no condition", lambda f: rule(f).pop("condition"), f"{RULE}.condition"),
    ("condition of nobody", lambda f: rule(f).update(condition="D"), f"{RULE}.condition"),
    ("condition no threshold", lambda f: rule(f).update(condition="B"), f"{RULE}.condition"),
    ("receiver", lambda f: notify(f, "policies").update(receiver="x"), "policies[0].receiver"),
    (
        "receiver of a route",
        lambda f: notify(f, "policies")["routes"][0].update(receiver="x"),
        "policies[0].routes[0].receiver",
    ),
    (
        "mute time",
        lambda f: notify(f, "policies")["routes"][0].update(mute_time_intervals=["x"]),
        "policies[0].routes[0].mute_time_intervals",
    ),
    (
        "matcher",
        lambda f: notify(f, "policies")["routes"][0].update(object_matchers=[["a", "~", "b"]]),
        "policies[0].routes[0].object_matchers[0]",
    ),
    (
        "receiver of a rule",
        lambda f: rule(f).update(notification_settings={"receiver": "x"}),
        f"{RULE}.notification_settings.receiver",
    ),
    ("point", lambda f: notify(f, "contactPoints").pop("receivers"), "contactPoints[0].receivers"),
    (
        "uid of a receiver",
        lambda f: notify(f, "contactPoints")["receivers"][0].pop("uid"),
        "contactPoints[0].receivers[0].uid",
    ),
    ("mute time", lambda f: notify(f, "muteTimes").pop("time_intervals"), "muteTimes[0]"),
    ("template", lambda f: notify(f, "templates").pop("template"), "templates[0]"),
    (
        "two trees",
        lambda f: f["rules.yaml"].update(policies=f["notify.yaml"]["policies"]),
        "policies[0]",
    ),
]


@pytest.mark.parametrize(
    ("plant", "path"),
    [(plant, path) for _, plant, path in PLANTS],
    ids=[name for name, _, _ in PLANTS],
)
def test_a_planted_error_is_found_where_it_is(plant: Callable[[Files], object], path: str) -> None:
    files = copy.deepcopy(good())
    plant(files)
    assert path in [found for _, found, _ in findings(files)]


def test_math_over_reduced_queries_is_a_chain() -> None:
    files = good()
    rule(files)["data"][2]["model"] = {"refId": "C", "type": "math", "expression": "$B > 10 * ${B}"}
    assert findings(files) == []


@pytest.mark.parametrize(
    "broken",
    [
        {"groups": 3, "policies": {}, "contactPoints": [3]},
        {"groups": [{"rules": [{"data": [{}, {"datasourceUid": "__expr__"}], "labels": []}]}]},
        {
            "groups": [
                {
                    "rules": [
                        {
                            "data": [
                                {
                                    "refId": "A",
                                    "datasourceUid": "__expr__",
                                    "model": {"refId": "A", "type": "math", "expression": "$A"},
                                }
                            ],
                            "condition": "A",
                        }
                    ]
                }
            ]
        },
        {"policies": [{"routes": [{"object_matchers": ["a=b"]}]}]},
    ],
)
def test_a_file_of_another_shape_is_told_and_breaks_nothing(broken: dict[str, Any]) -> None:
    assert findings({"broken.yaml": broken})


def test_headings_are_linked_to_as_they_are_shown() -> None:
    text = '# Operations\n## `ingest-stalled`: what to do?\n<a id="own"></a>\ntext #none\n'
    assert anchors_of(text) == {"operations", "ingest-stalled-what-to-do", "own"}
