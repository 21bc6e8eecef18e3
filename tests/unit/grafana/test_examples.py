"""The examples of who is told: complete, without secrets, with messages that say what matters."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.grafana_messages import alert, program, told
from trends.grafana.alert_fields import columns, fields_of
from trends.grafana.environment import variables_in
from trends.grafana.files import rules_of_checkout
from trends.grafana.finding import strings
from trends.grafana.lint_alerts import anchors_of, lint_alerting

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "deploy" / "grafana" / "examples"
README = EXAMPLES / "README.md"
TITLE = '{{ template "trends.title" . }}'
TEXT = '{{ template "trends.message" . }}'
SLACK_TITLE = '{{ template "trends.slack.title" . }}'
SLACK_TEXT = '{{ template "trends.slack.text" . }}'
Files = dict[str, dict[str, Any]]


def examples() -> Files:
    return {
        path.name: yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted(EXAMPLES.glob("*.yaml"))
    }


def rules() -> list[dict[str, Any]]:
    return list(rules_of_checkout().values())


def rule(uid: str) -> dict[str, Any]:
    (found,) = (
        rule
        for document in rules()
        for group in document["groups"]
        for rule in group["rules"]
        if rule["uid"] == uid
    )
    assert isinstance(found, dict)
    return found


def findings(files: Files) -> list[str]:
    runbook = anchors_of((ROOT / "docs" / "operations.md").read_text(encoding="utf-8"))
    return [
        f"{file}:{finding.path}: {finding.message}"
        for file, finding in lint_alerting(files, runbook, rules())
    ]


def test_there_is_one_file_for_each_kind_of_object() -> None:
    assert {name: set(json) - {"apiVersion"} for name, json in examples().items()} == {
        "contact-points.yaml": {"contactPoints"},
        "mute-timings.yaml": {"muteTimes"},
        "notification-policies.yaml": {"policies"},
        "templates.yaml": {"templates"},
    }


def test_nothing_is_wrong_with_them() -> None:
    assert findings(examples()) == []


def test_who_is_told_stands_in_the_environment_and_each_variable_is_explained() -> None:
    points = examples()["contact-points.yaml"]["contactPoints"]
    named = {name for _, text in strings(points) for name in variables_in(text)}
    for path, text in strings(points):
        if path.endswith((".addresses", ".url", "credentials")):
            assert re.fullmatch(r"\$\{ALERT_[A-Z_]+\}", text), path
    explained = set(re.findall(r"\bALERT_[A-Z_]+\b", README.read_text(encoding="utf-8")))
    assert named == explained
    # Variables that begin so and are no settings would keep our own commands from starting.
    assert not any(name.startswith("TRENDS_") for name in named)


def test_every_contact_point_template_and_mute_time_is_used() -> None:
    files = examples()
    policies = str(files["notification-policies.yaml"])
    for section, name in (("contactPoints", "contact-points"), ("muteTimes", "mute-timings")):
        for item in files[f"{name}.yaml"][section]:
            assert f"'{item['name']}'" in policies


def set_at(files: Files, file: str, path: str, old: str, new: str) -> None:
    """Replaces a text in one value of one file; ``path`` is as findings have it."""
    *keys, last = [int(key) if key.isdigit() else key for key in re.findall(r"\w+", path)]
    place: Any = files[file]
    for key in keys:
        place = place[key]
    assert old in str(place[last])
    place[last] = str(place[last]).replace(old, new) if old else new


T = "templates[0].template"
MAIL = "contactPoints[0].receivers[0].settings"
CHAT = "policies[0].routes[0]"
PLANTS = [
    ("templates", T, "evidence_url_3", "evidence_url_4", "no rule gives a label 'evidence_url_4'"),
    ("templates", T, ".Labels.lift", ".Labels.factor", "no rule gives a label 'factor'"),
    ("templates", T, ".Annotations.dashboard", ".Annotations.link", "an annotation 'link'"),
    ("templates", T, ".Annotations.dashboard", ".Annotations.__dashboardUid__", "an annotation"),
    ("templates", T, ".CommonLabels.alertname", ".Labels.alertname", "a message has no .Labels"),
    ("templates", T, ".PanelURL", ".PanelUrl", "an alert has no .PanelUrl"),
    (
        "templates",
        T,
        "range .Alerts.Firing",
        "range .Alerts.firing",
        "is a list and has no .firing",
    ),
    ("templates", T, "reReplaceAll", "replaceAll", "there is no function 'replaceAll'"),
    ("templates", T, '{{ template "trends.spike" . }}', '{{ template "x" . }}', "no template 'x'"),
    (
        "templates",
        T,
        'define "trends.alert"',
        'define "trends.alarm"',
        "no template 'trends.alert'",
    ),
    ("templates", T, 'define "trends.name"', 'define "trends.alert"', "is in templates.yaml"),
    ("templates", T, '{{ define "trends.title" -}}', "", "end of nothing"),
    ("templates", T, "{{ else }}Over: {{ end }}", "{{ else }}Over: ", "define within define"),
    ("templates", T, "{{ .Labels.usual }}", "{{ .Labels.usual }", "is not closed"),
    ("templates", T, "(len .Alerts)", '(len (index .Labels "x"))', "no rule gives a label 'x'"),
    ("contact-points", f"{MAIL}.subject", "trends.title", "trends.titel", "no template"),
    ("contact-points", f"{MAIL}.message", " }}", " }", "is not closed"),
    ("contact-points", f"{MAIL}.addresses", "${ALERT_MAIL_RESEARCH}", "", "must have addresses"),
    (
        "contact-points",
        "contactPoints[1].receivers[0].settings.url",
        "${ALERT_SLACK_RESEARCH_URL}",
        "https://hooks.example.org/T0",
        "is a secret",
    ),
    ("notification-policies", f"{CHAT}.receiver", "chat", "chta", "none of the contact points"),
    ("notification-policies", f"{CHAT}.group_by[1]", "alert", "id", "no rule gives a label 'id'"),
    ("notification-policies", f"{CHAT}.repeat_interval", "4d", "1w", "remembers five days"),
    ("notification-policies", f"{CHAT}.repeat_interval", "4d", "1m", "shorter than group_interval"),
    ("notification-policies", f"{CHAT}.group_interval", "5m", "0s", "more than nothing"),
    ("notification-policies", f"{CHAT}.group_wait", "0s", "soon", "must be a duration"),
    (
        "notification-policies",
        f"{CHAT}.object_matchers[1][2]",
        "Topic spike",
        "Spike",
        "no rule has the title 'Spike'",
    ),
    ("notification-policies", f"{CHAT}.object_matchers[0][0]", "app", "team", "label 'team'"),
    (
        "notification-policies",
        "policies[0].routes[1].mute_time_intervals[0]",
        "nights",
        "night",
        "none of the mute times",
    ),
    (
        "mute-timings",
        "muteTimes[0].time_intervals[0].times[1].end_time",
        "24:00",
        "07:00",
        "ends before it starts",
    ),
    (
        "mute-timings",
        "muteTimes[1].time_intervals[0].weekdays[0]",
        "saturday",
        "sat",
        "is no weekday",
    ),
]


@pytest.mark.parametrize(("file", "path", "old", "new", "said"), PLANTS)
def test_a_planted_error_is_found(file: str, path: str, old: str, new: str, said: str) -> None:
    files = copy.deepcopy(examples())
    set_at(files, f"{file}.yaml", path, old, new)
    found = findings(files)
    assert [text for text in found if said in text], found


@pytest.mark.parametrize(
    ("receiver", "key", "value", "said"),
    [
        (0, "adresses", "a", "settings.adresses: is nothing that Grafana knows"),
        (1, "token", "${T}", "must have recipient"),
    ],
)
def test_a_setting_that_grafana_would_ignore_is_found(
    receiver: int, key: str, value: str, said: str
) -> None:
    files = copy.deepcopy(examples())
    points = files["contact-points.yaml"]["contactPoints"]
    points[receiver]["receivers"][0]["settings"][key] = value
    assert [text for text in findings(files) if said in text]


@pytest.mark.parametrize(
    ("key", "value"), [("mute_time_intervals", ["trends-nights"]), ("continue", True)]
)
def test_the_root_of_policies_takes_everything(key: str, value: object) -> None:
    files = copy.deepcopy(examples())
    files["notification-policies.yaml"]["policies"][0][key] = value
    assert [text for text in findings(files) if "the root takes every alert" in text]


def test_without_rules_at_hand_labels_are_not_judged() -> None:
    assert list(lint_alerting(examples(), None)) == []
    assert fields_of([]) is None


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT a, t.b, f(c, 'x, FROM') AS d FROM t", ["a", "b", "d"]),
        ("SELECT (SELECT 1 FROM x) AS a, `b` AS `c` /* FROM */ FROM t", ["a", "c"]),
        ("SELECT count()", []),
        ("SELECT a, f(b FROM t", ["a"]),
        ("WITH x AS (SELECT 1) SELECT a FROM x", []),
    ],
)
def test_labels_of_a_query_are_the_columns_that_it_ends_with(sql: str, names: list[str]) -> None:
    assert columns(sql) == names


# What people read


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return program(tmp_path_factory.mktemp("go"))


def templates() -> list[str]:
    return [item["template"] for item in examples()["templates.yaml"]["templates"]]


def spike(*, over: bool = False, **changed: str) -> dict[str, Any]:
    labels = {
        "alertname": "Topic spike",
        "app": "trends",
        "grafana_folder": "Trends",
        "alert": "agents-20251103T0900",
        "name": "World model",
        "kind": "term",
        "horizon": "day",
        "rule": "taking-off",
        "severity": "warning",
        "observed": "41",
        "usual": "6.2",
        "lift": "6.6",
        "evidence": "A world model of cats",
        "evidence_url": "https://example.org/cats?a=1&b=2",
        "evidence_2": "Dogs, too",
        "evidence_url_2": "",
        "evidence_3": "",
        "evidence_url_3": "",
        **changed,
    }
    asked = {
        column
        for data in rule("trends-spike-firing")["data"][:1]
        for column in columns(data["model"]["rawSql"])
    } - {"firing"}
    assert asked <= set(labels)
    dashboard = "https://grafana.example.org/d/trends-spikes?var-alert=agents-20251103T0900"
    return alert(labels, {"summary": "s", "description": "d", "dashboard": dashboard}, over=over)


def pipeline(uid: str, *, over: bool = False, **annotations: str) -> dict[str, Any]:
    found = rule(uid)
    labels = {**found["labels"], "alertname": found["title"]}
    runbook = found["annotations"]["runbook_url"]
    said = {"summary": "Counts are 9m behind", "description": "Nothing is lost."}
    return alert(labels, {**said, "runbook_url": runbook, **annotations}, over=over)


def test_a_mail_tells_a_spike_with_its_figures_and_listings(built: Path) -> None:
    assert told(built, templates(), TITLE, spike()) == (
        "Spike: World model (term), 6.6 times as many as usual"
    )
    assert told(built, templates(), TEXT, spike()).splitlines() == [
        "World model (term) is rising.",
        "",
        "Observed: 41 listings in the present day",
        "Expected: 6.2",
        "Factor: 6.6",
        "Rule: taking-off (warning), Monday 3 November 2025 09:30 UTC",
        "",
        "Listings:",
        "- A world model of cats",
        "  https://example.org/cats?a=1&b=2",
        "- Dogs, too",
        "",
        "All of them, and its curve: "
        "https://grafana.example.org/d/trends-spikes?var-alert=agents-20251103T0900",
        "Silence: https://grafana.example.org/alerting/silence/new?a=b&matcher=x",
        "",
    ]


def test_a_mail_tells_that_a_spike_is_over(built: Path) -> None:
    assert told(built, templates(), TITLE, spike(over=True)).startswith("Over: World model (term)")
    assert told(built, templates(), TEXT, spike(over=True)).splitlines() == [
        "Over:",
        "- World model (term), from 3 Nov 09:30 to 3 Nov 10:00 UTC",
    ]


def test_spikes_that_somebody_groups_are_all_told(built: Path) -> None:
    other = spike(name="Agents", alert="b", evidence="", evidence_2="")
    assert told(built, templates(), TITLE, spike(), other) == "Spike: 2 spikes"
    text = told(built, templates(), TEXT, spike(), other)
    assert "World model (term) is rising." in text
    assert "Agents (term) is rising." in text
    assert text.count("Listings:") == 1


def test_a_chat_tells_a_spike_with_links_and_escapes_what_anybody_wrote(built: Path) -> None:
    told_title = told(built, templates(), SLACK_TITLE, spike(name="<!channel> R&D"))
    assert told_title == "Spike: &lt;!channel&gt; R&amp;D (term), 6.6 times as many as usual"
    shown = spike(evidence="<!here> | you", evidence_url="https://example.org/a|b>c&d", name="<!x>")
    assert told(built, templates(), SLACK_TEXT, shown).splitlines() == [
        "*&lt;!x&gt; (term)*: 41 listings in the present day, 6.2 expected, factor 6.6",
        "• <https://example.org/abc&amp;d|&lt;!here&gt; | you>",
        "• Dogs, too",
        "<https://grafana.example.org/d/trends-spikes?var-alert=agents-20251103T0900|All of them, "
        "and its curve> · "
        "<https://grafana.example.org/alerting/silence/new?a=b&amp;matcher=x|Silence>",
    ]


def test_a_mail_tells_what_fires_in_the_pipeline_and_what_to_do(built: Path) -> None:
    group = [pipeline("trends-consumer-lag"), pipeline("trends-dead-letters", over=True)]
    assert told(built, templates(), TITLE, *group) == "1 firing: Consumer lag. "
    assert told(built, templates(), TEXT, *group).splitlines() == [
        "Consumer lag (warning), since 3 Nov 09:30 UTC",
        "Counts are 9m behind",
        "Nothing is lost.",
        "What to do: docs/operations.md#trends-consumer-lag",
        "Panel: https://grafana.example.org/d/trends-pipeline?from=1&to=2&viewPanel=21",
        "Silence: https://grafana.example.org/alerting/silence/new?a=b&matcher=x",
        "",
        "Over:",
        "- Dead letters, from 3 Nov 09:30 to 3 Nov 10:00 UTC",
    ]


def test_an_outage_of_the_store_is_told_under_the_name_of_its_rule(built: Path) -> None:
    away = pipeline("trends-store-behind", Error="connection refused <x>")
    away["Labels"] |= {"alertname": "DatasourceError", "rulename": "Store behind"}
    assert told(built, templates(), TITLE, away) == "1 firing: Store behind. "
    text = told(built, templates(), TEXT, away)
    assert "The rule cannot be evaluated: connection refused <x>" in text
    assert "Counts are" not in text
    slack = told(built, templates(), SLACK_TEXT, away)
    assert "connection refused &lt;x&gt;" in slack
    assert "docs/operations.md#trends-store-behind" in slack


def test_alerts_of_others_that_end_at_the_root_are_told_too(built: Path) -> None:
    theirs = alert({"alertname": "Disk full"}, {})
    assert told(built, templates(), TITLE, theirs) == "1 firing: Disk full. "
    for text in (TEXT, SLACK_TEXT, SLACK_TITLE):
        assert "Disk full" in told(built, templates(), text, theirs)


def test_the_program_fails_where_grafana_would(built: Path) -> None:
    with pytest.raises(ValueError, match="can't evaluate field Labels"):
        told(built, [], "{{ .Labels.name }}", spike())
    assert told(built, [], "<{{ .CommonLabels.nobody }}>", spike()) == "<>"
