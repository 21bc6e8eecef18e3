"""The repository's dashboards and rules, and the examples of who is told, sent to a Grafana."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from tests.integration.grafana.conftest import STORE
from tests.support.grafana_server import ADMIN, GrafanaServer
from trends.cli.main import app
from trends.grafana.environment import variables_in
from trends.grafana.finding import strings

ROOT = Path(__file__).parents[3]
ALERTING = ROOT / "deploy" / "grafana" / "provisioning" / "alerting"
EXAMPLES = ROOT / "deploy" / "grafana" / "examples"


@pytest.fixture
def alerting(tmp_path: Path) -> Path:
    """The rules with the examples copied to them, as README.md says."""
    folder = tmp_path / "alerting"
    shutil.copytree(ALERTING, folder)
    for path in EXAMPLES.glob("*.yaml"):
        shutil.copy(path, folder)
    return folder


@pytest.fixture
def variables(server: GrafanaServer, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Sets what the commands and the examples take from the environment; names of the latter."""
    points = yaml.safe_load((EXAMPLES / "contact-points.yaml").read_text(encoding="utf-8"))
    named = sorted({name for _, text in strings(points) for name in variables_in(text)})
    for name in named:
        monkeypatch.setenv(name, f"https://example.org/{name}")
    monkeypatch.setenv("TRENDS_GRAFANA", server.url)
    monkeypatch.setenv("TRENDS_GRAFANA_TOKEN", ADMIN)
    monkeypatch.setenv("TRENDS_GRAFANA_CLICKHOUSE", STORE)
    return named


def run(command: str, alerting: Path, *options: str) -> Result:
    arguments = ["grafana", command, "--with-policies", f"--alerting={alerting}", *options]
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def test_all_of_them_arrive_and_a_second_sync_does_nothing(
    server: GrafanaServer, alerting: Path, variables: list[str]
) -> None:
    assert run("diff", alerting).exit_code == 1
    first = run("sync", alerting)
    assert first.exit_code == 0, first.stderr
    assert {path.stem for path in (ROOT / "dashboards").glob("*.json")} == {
        uid.removeprefix("trends-") for uid in server.state.dashboards
    }
    state = server.state
    assert set(state.timings) == {"trends-nights", "trends-weekends"}
    assert list(state.templates) == ["trends"]
    told = json.dumps(list(state.points.values()))
    assert all(f"https://example.org/{name}" in told for name in variables)
    assert "$" not in told
    assert [route["receiver"] for route in state.policies["routes"]] == [
        *("trends-research-chat", "trends-research-mail", "trends-pager", "trends-operators")
    ]

    before = len(server.writes)
    again = run("sync", alerting, "--format", "json")
    assert again.exit_code == 0
    assert {row["action"] for row in json.loads(again.stdout)} == {"unchanged"}
    assert len(server.writes) == before
    assert run("diff", alerting).exit_code == 0, "nothing differs"


def test_a_change_in_the_browser_is_found_and_undone(
    server: GrafanaServer, alerting: Path, variables: list[str]
) -> None:
    run("sync", alerting)
    server.state.policies["routes"][0]["repeat_interval"] = "1h"
    server.state.timings["trends-nights"]["time_intervals"] = []
    found = run("diff", alerting)
    assert found.exit_code == 1
    assert "2 of" in found.stderr
    assert run("sync", alerting).exit_code == 0
    assert run("diff", alerting).exit_code == 0


def test_a_variable_that_is_not_set_stops_it_before_anything_is_done(
    server: GrafanaServer, alerting: Path, variables: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in variables:
        with monkeypatch.context() as patch:
            patch.delenv(name)
            result = run("sync", alerting)
        assert result.exit_code == 2
        assert f"no {name};" in result.stderr
    assert server.writes == []


def test_the_check_of_the_repository_looks_at_them(
    alerting: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    runner = CliRunner()
    assert runner.invoke(app, ["grafana", "check"]).exit_code == 0
    assert runner.invoke(app, ["grafana", "check", str(EXAMPLES)]).exit_code == 0
    assert runner.invoke(app, ["grafana", "check", f"--alerting={alerting}"]).exit_code == 0
    broken = tmp_path / "broken"
    shutil.copytree(EXAMPLES, broken)
    file = broken / "templates.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(".Labels.lift", ".Labels.factor"))
    monkeypatch.setattr("trends.cli.grafana_check.examples", lambda: broken)
    for arguments in ([], [str(broken)]):
        result = runner.invoke(app, ["grafana", "check", *arguments])
        assert result.exit_code == 1
        assert f"{file}:templates[0].template: line" in result.stdout
