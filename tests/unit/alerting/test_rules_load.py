"""A rules file: read as written, and every error told with field, line, value and remedy."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from trends.alerting.rules import Rules
from trends.alerting.rules_load import load_rules, parse_rules
from trends.alerting.rules_notifiers import EmailConfig, SlackConfig, WebhookConfig
from trends.errors import ConfigError

ENVIRONMENT = {
    "SMTP_PASSWORD": "hunter2-of-mail",
    "HOOK_SECRET": "whsec_aHVudGVyMg==",
    "SLACK_URL": "https://hooks.example.org/services/T0/B0/verysecret",
    "GRAFANA_TOKEN": "glsa_verysecret",
    "EMPTY": "",
}
FULL = """
rules:
  - name: taking-off
    kinds: [term]
    horizons: [day]
    names: ["*"]
    min_docs: 5
    min_lift: 2
    false_discovery_rate: 1e-2
    severity: critical
    cool_down: 1h30m
    quiet_hours: {from: 22:00, to: "07:00", timezone: Europe/Berlin, days: [mon, tue]}
    route: [log, team-mail, hook, slack, grafana]
notifiers:
  team-mail: {type: email, host: smtp.example.org, username: trends, password_env: SMTP_PASSWORD,
              from: Trends <trends@example.org>, to: [team@example.org]}
  hook: {type: webhook, url: "https://user:pass@example.org/x?key=verysecret",
         secret_env: HOOK_SECRET, timeout: 2s}
  slack: {type: slack, url_env: SLACK_URL, send_resolved: false}
  grafana: {type: grafana, url: "http://localhost:3000/", token_env: GRAFANA_TOKEN}
"""


def parsed(text: str) -> Rules:
    return parse_rules(text, "my.yaml", ENVIRONMENT)


def test_everything_is_read_as_written() -> None:
    rules = parsed(FULL)
    (rule,) = rules.rules
    assert (rule.false_discovery_rate, rule.cool_down) == (0.01, timedelta(minutes=90))
    assert rule.quiet_hours is not None
    assert (rule.quiet_hours.start_min, rule.quiet_hours.end_min) == (22 * 60, 7 * 60)
    mail, hook, slack = (rules.notifiers[name] for name in ("team-mail", "hook", "slack"))
    assert isinstance(mail, EmailConfig)
    assert isinstance(hook, WebhookConfig)
    assert isinstance(slack, SlackConfig)
    assert mail.port_used == 587
    assert mail.password is not None
    assert mail.password.get_secret_value() == ENVIRONMENT["SMTP_PASSWORD"]
    assert slack.url.get_secret_value() == ENVIRONMENT["SLACK_URL"]
    assert not slack.send_resolved
    assert hook.timeout_s == 2


def test_no_secret_is_printed() -> None:
    rules = parsed(FULL)
    printed = f"{rules.redacted()} {rules!r} {rules}"
    for secret in ("hunter2", "aHVudGVyMg", "verysecret", "pass@"):
        assert secret not in printed
    assert "smtp.example.org" in printed


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("45s", 45),
        ("1.5h", 5_400),
        ("6h", 21_600),
        ("7d", 604_800),
        ("2w", 1_209_600),
        ("P1DT2H", 93_600),
    ],
)
def test_durations_are_short_or_iso(text: str, duration: int) -> None:
    rules = parsed(f"rules: [{{name: a, cool_down: {text}}}]")
    assert rules.rules[0].cool_down == timedelta(seconds=duration)


def of_rule(field: str) -> str:
    return f"rules:\n  - name: first\n  - name: second\n    {field}\n"


def of_notifier(fields: str) -> str:
    return f"rules: [{{name: a}}]\nnotifiers:\n  it: {{{fields}}}\n"


MAIL = "type: email, host: h, from: a@example.org, to: [b@example.org]"

# One case a line, however long.
# fmt: off
BAD = {
    "min_lift too low": (
        of_rule("min_lift: 0.5"),
        ["my.yaml: rules[1].min_lift (line 4): 0.5", "greater than or equal to 1"],
    ),
    "min_lift no number": (of_rule('min_lift: "2"'), ["rules[1].min_lift", "'2'", "valid number"]),
    "min_lift endless": (of_rule("min_lift: 1e999"), ["rules[1].min_lift", "finite"]),
    "min_docs zero": (
        of_rule("min_docs: 0"),
        ["rules[1].min_docs (line 4): 0", "greater than or equal to 1"],
    ),
    "min_docs true": (of_rule("min_docs: true"), ["rules[1].min_docs", "True", "valid integer"]),
    "rate zero": (
        of_rule("false_discovery_rate: 0"),
        ["rules[1].false_discovery_rate", "greater than 0"],
    ),
    "rate too high": (of_rule("false_discovery_rate: 0.6"), ["0.6", "less than or equal to 0.5"]),
    "unknown field": (
        of_rule("min_lfit: 3"),
        ["rules[1].min_lfit (line 4)", "did you mean 'min_lift'?", "known: name, kinds"],
    ),
    "unknown at the top": (
        "rule: []",
        ["rule (line 1)", "did you mean 'rules'?", "rules is missing"],
    ),
    "unknown kind": (
        of_rule("kinds: [terms]"),
        ["rules[1].kinds[0] (line 4): 'terms'", "'term' or 'topic'"],
    ),
    "no kind": (of_rule("kinds: []"), ["rules[1].kinds", "must not be empty"]),
    "unknown horizon": (
        of_rule("horizons: [year]"),
        ["rules[1].horizons[0]", "'year'", "'day', 'week' or 'month'"],
    ),
    "unknown severity": (of_rule("severity: page"), ["'page'", "'info', 'warning' or 'critical'"]),
    "names no list": (
        of_rule("names: world*"),
        ["rules[1].names", "'world*'", "must be a list, such as [a, b]"],
    ),
    "name a number": (of_rule("names: [42]"), ["rules[1].names[0]", "42", "put it in quotes"]),
    "empty pattern": (of_rule('exclude: [""]'), ["rules[1].exclude[0]", "''", "must not be empty"]),
    "cool_down without unit": (
        of_rule("cool_down: 30"),
        ["rules[1].cool_down", "30", "30m, 6h or 7d"],
    ),
    "cool_down nonsense": (of_rule("cool_down: soon"), ["'soon'", "30m, 6h or 7d"]),
    "cool_down too long": (of_rule("cool_down: 99999999999999d"), ["no duration that can be"]),
    "cool_down a year and more": (
        of_rule("cool_down: 366d"),
        ["'366d'", "between 0 seconds and 365 days"],
    ),
    "wrong name": (
        "rules: [{name: Taking Off}]",
        ["rules[0].name (line 1): 'Taking Off'", "small letters"],
    ),
    "no name": ("rules: [{kinds: [term]}]", ["rules[0].name (line 1) is missing"]),
    "same names": (
        "rules:\n  - name: a\n  - name: b\n  - name: a\n",
        ["rules[2].name (line 4): 'a'", "stands for 2 rules"],
    ),
    "no rules": ("rules: []", ["rules (line 1)", "must not be empty"]),
    "rules no list": ("rules: {name: a}", ["rules", "must be a list"]),
    "rule no mapping": (
        "rules: [taking-off]",
        ["rules[0] (line 1): 'taking-off'", "must be a mapping"],
    ),
    "an empty file": ("", ["my.yaml", "must have `rules:`"]),
    "a list": ("- a", ["my.yaml", "must have `rules:`"]),
    "unknown route": (
        of_rule("route: [log, lgo]"),
        ["rules[1].route[1] (line 4): 'lgo'", "no notifier", "did you mean 'log'?", "known: log"],
    ),
    "route twice": (of_rule("route: [log, log]"), ["rules[1].route", "names 'log' twice"]),
    "quiet zone": (
        of_rule('quiet_hours: {from: "22:00", to: "07:00", timezone: Europe/Berlni}'),
        ["rules[1].quiet_hours.timezone (line 4): 'Europe/Berlni'", "no time zone"],
    ),
    "quiet zone as a path": (
        of_rule('quiet_hours: {from: "22:00", to: "07:00", timezone: ../x}'),
        ["'../x'", "no time zone"],
    ),
    "quiet time": (
        of_rule("quiet_hours: {from: 22, to: 7:00}"),
        ["quiet_hours.from (line 4): 22", "'7:00'", 'such as "22:00"'],
    ),
    "quiet day": (
        of_rule('quiet_hours: {from: "22:00", to: "07:00", days: [monday]}'),
        ["quiet_hours.days[0]", "'monday'", "'mon', 'tue'"],
    ),
    "quiet for no time": (
        of_rule('quiet_hours: {from: "07:00", to: "07:00"}'),
        ["rules[1].quiet_hours", "lasts no time"],
    ),
    "quiet for ever": (of_rule('quiet_hours: {from: "00:00", to: "24:00"}'), ["never ends"]),
    "quiet field": (
        of_rule('quiet_hours: {form: "22:00", to: "07:00"}'),
        ["quiet_hours.form", "did you mean 'from'?", "quiet_hours.from (line 4) is missing"],
    ),
    "no type": (
        of_notifier("url: x"),
        ["notifiers.it (line 3)", "has no type", "email, grafana, log, slack, webhook"],
    ),
    "unknown type": (
        of_notifier("type: webhok"),
        ["notifiers.it", "'webhok'", "did you mean 'webhook'?"],
    ),
    "bad url": (
        of_notifier("type: webhook, url: example.org/secretpath"),
        ["notifiers.it.url (line 3)", "https://host/path"],
    ),
    "bad port": (
        of_notifier('type: webhook, url: "http://h:99999/"'),
        ["notifiers.it.url", "https://host/path"],
    ),
    "no url": (of_notifier("type: webhook"), ["notifiers.it.url (line 3) is missing", "url_env"]),
    "variable not set": (
        of_notifier("type: slack, url_env: SLACK_URI"),
        ["my.yaml: notifiers.it.url_env (line 3): 'SLACK_URI'", "not set in the environment"],
    ),
    "variable empty": (
        of_notifier("type: slack, url_env: EMPTY"),
        ["notifiers.it.url_env", "'EMPTY'", "not set"],
    ),
    "secret twice": (
        of_notifier("type: webhook, url: 'http://h/', secret: s3cr3t, secret_env: HOOK_SECRET"),
        ["notifiers.it.secret", "twice"],
    ),
    "secret not base64": (
        of_notifier("type: webhook, url: 'http://h/', secret: 'whsec_s3cr3t!'"),
        ["notifiers.it.secret", "base64 behind whsec_"],
    ),
    "field of a notifier": (
        of_notifier(f"{MAIL}, pasword: s3cr3t"),
        ["notifiers.it.pasword", "did you mean 'password'?"],
    ),
    "notifier no mapping": (
        "rules: [{name: a}]\nnotifiers: {it: 'https://hooks/s3cr3t'}",
        ["notifiers.it"],
    ),
    "password without a user": (
        of_notifier(f"{MAIL}, password: s3cr3t"),
        ["notifiers.it", "go together"],
    ),
    "password readable": (
        of_notifier(f"{MAIL}, username: u, password: s3cr3t, tls: none"),
        ["notifiers.it", "starttls or implicit"],
    ),
    "unknown tls": (
        of_notifier(f"{MAIL}, tls: ssl"),
        ["notifiers.it.tls", "'ssl'", "'starttls', 'implicit' or 'none'"],
    ),
    "port of mail": (of_notifier(f"{MAIL}, port: 70000"), ["notifiers.it.port", "70000", "65535"]),
    "address": (
        of_notifier("type: email, host: h, from: trends, to: [b@example.org]"),
        ["notifiers.it.from (line 3): 'trends'", "team@example.org"],
    ),
    "no recipient": (
        of_notifier("type: email, host: h, from: a@example.org, to: []"),
        ["notifiers.it.to", "must not be empty"],
    ),
    "timeout": (
        of_notifier("type: log, timeout: 1h"),
        ["notifiers.it.timeout", "'1h'", "between 0.1 seconds and 5 minutes"],
    ),
    "grafana with a query": (
        of_notifier("type: grafana, url: 'http://h/?x=1', token: s3cr3t"),
        ["notifiers.it.url", "address alone"],
    ),
    "grafana without token": (
        of_notifier("type: grafana, url: 'http://h/'"),
        ["notifiers.it.token", "is missing", "token_env"],
    ),
    "log as mail": (
        f"rules: [{{name: a}}]\nnotifiers: {{log: {{{MAIL}}}}}",
        ["notifiers.log", "name of the log"],
    ),
    "notifier's name": (
        "rules: [{name: a}]\nnotifiers: {My Mail: {type: log}}",
        ["notifiers.My Mail", "small letters"],
    ),
    "no YAML": ("rules:\n  - name: [a\n  - b: c\n", ["my.yaml: line 3", "not YAML"]),
    "a tab": ("rules:\n\t- name: a", ["my.yaml: line 2", "not YAML"]),
    "a control character": ("rules: \x00", ["my.yaml", "not YAML"]),
    "a key twice": (
        "rules:\n  - name: a\n    min_docs: 5\n    min_docs: 6\n",
        ["my.yaml, line 4", "'min_docs' stands twice"],
    ),
    "python object": (
        "rules: !!python/object/apply:os.system [ls]",
        ["my.yaml: line 1", "not YAML"],
    ),
    "two documents": ("rules: []\n---\nrules: []", ["my.yaml: line 2", "not YAML"]),
}
# fmt: on


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_told_with_place_value_and_remedy(case: str) -> None:
    text, parts = BAD[case]
    with pytest.raises(ConfigError) as caught:
        parsed(text)
    told = str(caught.value)
    assert [part for part in parts if part not in told] == [], told
    assert "s3cr3t" not in told
    assert "secretpath" not in told


def test_all_errors_are_told_at_once() -> None:
    with pytest.raises(ConfigError, match=r"my.yaml has 2 errors:\n  rules.*\n  rules"):
        parsed("rules: [{name: a, min_docs: 0, min_lift: 0}]")


def test_aliases_that_unfold_without_end_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 9):
        repeated = ", ".join([f"*a{level - 1}"] * 10)
        lines.append(f"a{level}: &a{level} [{repeated}]")
    with pytest.raises(ConfigError, match="more than 100,000 values"):
        parsed("\n".join(lines))


def test_an_alias_of_itself_is_refused() -> None:
    with pytest.raises(ConfigError, match="nested too deeply"):
        parsed("rules: &a [*a]")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"missing.yaml: No such file.*name a file of rules"):
        load_rules(tmp_path / "missing.yaml", {})
    (tmp_path / "latin.yaml").write_bytes(b"rules: \xe9")
    with pytest.raises(ConfigError, match=r"latin.yaml is not UTF-8"):
        load_rules(tmp_path / "latin.yaml", {})


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("rules: [{name: mine}]", encoding="utf-8")
    assert load_rules(tmp_path / "rules.yaml", {}).rules[0].name == "mine"
