"""`trends alerts`: what it refuses before it asks any store, and what needs none."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from tests.unit.alerting.transitions import spike
from trends.alerting.notify.message import explained, subject
from trends.alerting.notify.notifier import MemoryNotifier
from trends.alerting.rules_load import load_rules
from trends.cli.alerts_list import fitted
from trends.cli.alerts_show import series_line
from trends.cli.alerts_try import attempt, trial
from trends.cli.main import app
from trends.cli.output import cell, table_of
from trends.clock import ManualClock
from trends.errors import Unavailable
from trends.http.errors import Refused

NOW = datetime(2026, 3, 2, 15, 20, tzinfo=UTC)
COMMANDS = ["list", "show", "silence", "silences", "unsilence", "rules", "test"]
SECRET = "https://hooks.example.org/services/verysecret"
RULES = f"""
rules:
  - name: taking-off
    kinds: [term]
    names: [agent*, "*robot*"]
    watch: [tokamak]
    quiet_hours: {{from: 22:00, to: "07:00", timezone: Europe/Berlin, days: [mon, tue]}}
    cool_down: 2d
    route: [slack, log]
notifiers:
  slack: {{type: slack, url: "{SECRET}", timeout: 2s, send_resolved: false}}
  mail: {{type: email, host: smtp.example.org, from: a@example.org, to: [b@example.org]}}
"""
WRONG = "rules:\n  - name: taking-off\n    min_doc: 3\n    route: [slak]\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["alerts", *arguments], catch_exceptions=False)


def refused(*arguments: str) -> str:
    """The one line that says what to change."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line


@pytest.fixture(autouse=True)
def no_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nothing answers there: a command that asks the store fails.
    monkeypatch.setenv("TRENDS_CLICKHOUSE", "http://127.0.0.1:1/trends")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES)
    return path


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help_and_can_speak_json(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert "--format <table|json>" in result.stdout


@pytest.mark.parametrize(
    "value", ["", "7", "d", "-1d", "soon", "0d", "99999999999999d", "P1X", "\x1b[2Jd"]
)
@pytest.mark.parametrize(("command", "option"), [("list", "--since"), ("silence", "--for")])
def test_a_duration_that_is_none(command: str, option: str, value: str) -> None:
    pattern = ["agents"] if command == "silence" else []
    line = refused(command, *pattern, f"{option}={value}")
    assert line.startswith(f"error: {option} {value!r} ".replace("\\\\", "\\"))
    assert "must be" in line or "write one such as" in line


def test_a_silence_is_neither_too_long_nor_too_short() -> None:
    line = refused("silence", "agents", "--for", "366d")
    assert line == "error: --for '366d' must be between 1 minute and 365 days"
    assert "between 1 minute" in refused("silence", "agents", "--for", "59s")


def test_a_silence_needs_a_pattern_that_can_match() -> None:
    assert "PATTERN ' ' matches no name" in refused("silence", " ", "--for", "1d")
    assert "too long" in refused("silence", "x" * 2_000, "--for", "1d")
    assert "--comment" in refused("silence", "x", "--for", "1d", "--comment", "y" * 2_000)


def test_a_silence_without_an_end_is_none() -> None:
    result = run("silence", "agents")
    assert result.exit_code == 2
    assert "--for" in result.stderr


def test_the_built_in_rules() -> None:
    result = run("rules")
    assert result.exit_code == 0
    first, *rows = result.stdout.splitlines()
    assert first.split()[:3] == ["rule", "severity", "horizons"]
    built_in = [rule.name for rule in load_rules(None, {}).rules]
    assert [row.split()[0] for row in rows] == built_in
    assert result.stderr == f"the built-in rules: {len(built_in)} rules, no errors\n"


def test_rules_are_shown_with_what_they_leave_out_and_without_secrets(file: Path) -> None:
    result = run("rules", str(file))
    assert result.exit_code == 0
    assert (
        "names agent*, *robot*; watch tokamak; quiet 22:00 to 07:00 Europe/Berlin (mon, tue)"
        in (result.stdout)
    )
    assert "2 days" in result.stdout
    assert "smtp.example.org" in result.stdout
    assert "verysecret" not in result.stdout + result.stderr
    assert "notifier mail is in no rule's route" in result.stderr


def test_rules_as_json_have_no_secrets_either(file: Path) -> None:
    result = run("rules", str(file), "--format", "json")
    found = json.loads(result.stdout)
    assert (found["ok"], found["origin"]) == (True, str(file))
    assert found["rules"][0]["cool_down"] == "P2D"
    assert found["notifiers"]["slack"]["type"] == "slack"
    assert "verysecret" not in result.stdout


def test_settings_name_the_rules(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRENDS_RULES", str(file))
    assert f"{file}: 1 rule, no errors" in run("rules").stderr


def test_all_that_is_wrong_with_rules_is_said(file: Path) -> None:
    file.write_text(WRONG)
    result = run("rules", str(file))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "min_doc" in result.stderr
    assert "did you mean 'min_docs'?" in result.stderr
    assert "no such file" in refused("rules", str(file.parent / "gone.yaml")).lower()


def test_a_notifier_that_is_none(file: Path) -> None:
    line = refused("test", "slak", "--rules", str(file))
    assert line == (
        "error: NOTIFIER 'slak' is not in the rules; did you mean 'slack'? known: log, mail, slack"
    )


def test_the_log_can_always_be_tested(caplog: pytest.LogCaptureFixture) -> None:
    result = run("test", "log", "--format", "json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert (found["notifier"], found["type"], found["result"]) == ("log", "log", "delivered")
    assert run("test", "log").stdout.startswith("log: delivered in ")


def test_a_test_alert_says_that_it_is_one() -> None:
    transition = trial("slack", NOW).transition
    message = explained(transition)
    assert subject(transition).startswith("[warning] test alert: TEST: nothing has risen")
    assert "TEST" in message.summary
    assert all("TEST" in item.title for item in message.evidence)


def test_no_receiver_takes_a_test_alert_for_a_repetition() -> None:
    first, second = trial("slack", NOW), trial("slack", NOW + timedelta(microseconds=1))
    assert first.id != second.id
    assert first.id != trial("mail", NOW).id


@pytest.mark.parametrize(
    ("failure", "result"),
    [(None, "delivered"), (Refused("404"), "refused"), (Unavailable("gone"), "unavailable")],
)
def test_what_came_of_a_try(failure: Exception | None, result: str) -> None:
    notifier = MemoryNotifier()
    notifier.failures = [failure] if failure else []
    found, message, took_s = attempt(notifier, trial("memory", NOW), ManualClock(NOW))
    assert (found, message, took_s) == (result, str(failure or ""), 0.0)
    assert len(notifier.sent) == (failure is None)


ROW: dict[str, object] = {
    "id": "abcdefgh",
    "state": "resolved",
    "since": "2026-03-02 15:00",
    "name": "A name of thirty-two characters.",
    "kind": "topic",
    "horizon": "week",
    "observed": 1_234,
    "expected": 3.14159,
    "lift": 4.5,
    "q": 1.234e-05,
    "rule": "taking-off",
    "told": "retrying slack (12 tries: no answer within 10 s); delivered log",
}


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160, 1_000])
@pytest.mark.parametrize("name", ["A name of thirty-two characters.", "大" * 20])
def test_a_narrow_terminal_shows_fewer_columns_and_these_whole(name: str, width: int) -> None:
    rows, columns = fitted([{**ROW, "name": name}], list(ROW), width)
    console = Console(width=width, file=StringIO())
    with console.capture() as shown:
        console.print(table_of(rows, columns))
    head, line = shown.get().splitlines()
    assert head.split() == columns
    assert line.startswith("abcdefgh  resolved  ")
    assert name[:7] in line
    assert "retrying slack (12" in line
    for column in {"since", "rule", "q"} & {*columns}:
        assert cell(ROW[column]) in line
    assert (columns == list(ROW)) == (width >= 160), "all, where there is room"


def test_a_series_is_a_row_of_bars() -> None:
    line = series_line(spike(), unicode=True)
    assert line.startswith("▁▂▂▁▁▂▂▁▁▂▂▁▁▂▂▁▁▂▂▁█  21 days from 2026-02-10 00:00 UTC, at most 14")
    assert series_line(spike(), unicode=False).isascii()
