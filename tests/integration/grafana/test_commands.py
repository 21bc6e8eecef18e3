"""The commands of `trends grafana`, as a person or a pipeline of deployments runs them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.integration.grafana.conftest import ENVIRONMENT, STORE
from tests.support.grafana_plants import FIXTURES
from tests.support.grafana_server import ADMIN, GrafanaServer
from trends.cli.main import app


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """A copy of the files, to be changed."""
    shutil.copytree(FIXTURES, tmp_path / "files")
    return tmp_path / "files"


class Runner:
    """Runs `trends grafana` in this process, on the files of a folder."""

    def __init__(self, folders: Path) -> None:
        self._folders = folders

    @property
    def options(self) -> list[str]:
        return [
            f"--dashboards={self._folders / 'dashboards'}",
            f"--alerting={self._folders / 'alerting'}",
        ]

    def __call__(self, *arguments: str) -> Result:
        command = ["grafana", *arguments, *self.options]
        return CliRunner().invoke(app, command, catch_exceptions=False)


@pytest.fixture
def run(server: GrafanaServer, folders: Path, monkeypatch: pytest.MonkeyPatch) -> Runner:
    for name, value in variables(server).items():
        monkeypatch.setenv(name, value)
    return Runner(folders)


def variables(server: GrafanaServer) -> dict[str, str]:
    return {
        "TRENDS_GRAFANA": server.url,
        "TRENDS_GRAFANA_TOKEN": ADMIN,
        "TRENDS_GRAFANA_CLICKHOUSE": STORE,
        **ENVIRONMENT,
    }


def test_sync_tells_what_it_does_and_then_that_nothing_is_to_do(run: Runner) -> None:
    first = run("sync")
    assert first.exit_code == 0
    assert "create  dashboard    trends-overview  Trends" in first.stdout
    assert "5 create" in first.stderr
    again = run("sync", "--format", "json")
    assert {row["action"] for row in json.loads(again.stdout)} == {"unchanged"}


def test_a_dry_run_only_tells(run: Runner, server: GrafanaServer) -> None:
    result = run("sync", "--dry-run", "--with-policies")
    assert result.exit_code == 0
    assert "would do: 8 create, 1 update" in result.stderr
    assert server.writes == []


def test_diff_ends_with_1_when_something_differs_and_shows_it(
    run: Runner, server: GrafanaServer, folders: Path
) -> None:
    assert run("diff").exit_code == 1
    run("sync")
    assert run("diff").exit_code == 0
    server.state.dashboards["trends-overview"]["json"]["title"] = "Mine now"
    (folders / "dashboards" / "listings.json").unlink()
    result = run("diff")
    assert result.exit_code == 1
    assert '-    "title": "Mine now",' in result.stdout
    assert '+    "title": "Trends",' in result.stdout
    assert "leftover: dashboard trends-listings (Listings); sync --prune" in result.stdout
    assert "2 of 5 objects differ" in result.stderr
    rows = json.loads(run("diff", "--format", "json").stdout)
    assert {(row["uid"], row["action"]) for row in rows} == {
        ("trends-overview", "update"),
        ("trends-listings", "leftover"),
    }


def test_diff_tells_no_secrets(run: Runner, server: GrafanaServer) -> None:
    for _ in range(2):
        shown = run("diff", "--with-policies")
        assert "hooks.example.org" not in shown.output
        assert "grafana_ro:pass" not in shown.output
        run("sync", "--with-policies")
        server.state.points["trends-team-webhook"]["settings"]["httpMethod"] = "PUT"
    assert '"httpMethod": "(hidden, another)"' in shown.stdout


def test_delete_asks_and_without_a_terminal_wants_a_yes(run: Runner, server: GrafanaServer) -> None:
    run("sync")
    refused = run("delete")
    assert refused.exit_code == 2
    assert "4 objects would be deleted; say --yes" in refused.stderr
    assert len(server.state.dashboards) == 2
    assert run("delete", "--yes").exit_code == 0
    assert (server.state.dashboards, server.state.folders) == ({}, {})
    assert set(server.state.sources) == {"clickhouse"}
    run("delete", "--yes", "--with-data-source")
    assert server.state.sources == {}


def test_what_makes_no_sense_is_refused(run: Runner) -> None:
    result = run("sync", "--replace-policies")
    assert result.exit_code == 2
    assert "--replace-policies means nothing" in result.stderr


def test_a_folder_that_is_not_there_is_named(server: GrafanaServer, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["grafana", "sync", f"--dashboards={tmp_path / 'none'}"])
    assert result.exit_code == 2
    assert f"--dashboards {tmp_path / 'none'}: no such folder" in result.stderr


def test_a_variable_that_is_not_set_is_named_with_its_place(
    run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEAM_WEBHOOK_URL")
    result = run("sync", "--with-policies")
    assert result.exit_code == 2
    assert "notify.yaml: contactPoints[0].receivers[0].settings.url" in result.stderr
    assert "no TEAM_WEBHOOK_URL" in result.stderr


def test_check_tells_file_path_and_message(run: Runner, folders: Path) -> None:
    result = run("check")
    assert result.exit_code == 0, result.stdout
    file = folders / "dashboards" / "trends.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"percentunit"', '"percentunits"'))
    result = run("check")
    assert result.exit_code == 1
    assert result.stdout.startswith(
        f"{file}:panels[3].fieldConfig.overrides[0].properties[0].value: "
    )
    assert "unit 'percentunits' is none of Grafana's" in result.stdout


def test_check_takes_files_and_folders(folders: Path) -> None:
    def check(*arguments: object) -> Result:
        return CliRunner().invoke(app, ["grafana", "check", *map(str, arguments)])

    assert check(*sorted(folders.iterdir())).exit_code == 0
    assert check(folders / "alerting" / "rules.yaml").exit_code == 0
    # Its receivers stand in another file.
    assert check(folders / "alerting" / "notify.yaml").exit_code == 0
    alone = check(folders / "dashboards" / "trends.json")
    assert "links to a dashboard 'trends-listings', which there is not" in alone.stdout
    assert check(folders / "dashboards" / "none.json").exit_code == 2
    assert check(FIXTURES, "--dashboards", FIXTURES).exit_code == 2


def test_a_sync_that_is_killed_is_finished_by_the_next(run: Runner, server: GrafanaServer) -> None:
    """Killed while it writes, early or late: what is there then does not stand in the way."""
    for number in (1, 4, 6, 9):  # of nine
        arrived, over = threading.Event(), threading.Event()
        left = [number]

        def hold(
            method: str,
            _: str,
            left: list[int] = left,
            arrived: threading.Event = arrived,
            over: threading.Event = over,
        ) -> None:
            left[0] -= method != "GET"
            if left[0] == 0 and method != "GET":
                arrived.set()
                over.wait(30)

        server.before_answering = hold
        command = [sys.executable, "-c", "from trends.cli.main import main; main()", "grafana"]
        process = subprocess.Popen(
            [*command, "sync", "--with-policies", *run.options],
            env={**os.environ, **variables(server)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert arrived.wait(30), f"there was no write number {number}"
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
            over.set()
        server.before_answering = lambda *_: None
        assert run("sync", "--with-policies").exit_code == 0
        assert run("diff", "--with-policies").exit_code == 0
        run("delete", "--yes", "--with-policies", "--with-data-source")
        assert server.state.dashboards == {}
