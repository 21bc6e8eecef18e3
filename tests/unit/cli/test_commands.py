"""The command line itself: help, errors, exit codes. Nothing here starts a server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from trends.cli.commands import COMMANDS
from trends.cli.main import app
from trends.embedded.folder_lock import FolderLock

PAGES = Path(__file__).parents[2] / "fixtures" / "pages"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runner:
    monkeypatch.setenv("TRENDS_DATA_DIR", str(tmp_path / "data"))
    return Runner()


class Runner:
    """Runs `trends` in this process."""

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


def one_line_error(result: Result) -> str:
    """The message of a command that the user must correct; nothing else may be printed."""
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ")
    return line


def test_help_names_every_command_in_its_section(run: Runner) -> None:
    text = run("--help").stdout
    assert text.index("Run:") < text.index("Ask:") < text.index("Check:")
    for name, entry in COMMANDS.items():
        assert f"  {name}" in text
        assert entry.summary in text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_every_option_of_it_too(run: Runner, name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert f" {name} " in result.stdout.partition("\n")[0]


@pytest.mark.parametrize("name", ["list", "show", "retry"])
def test_the_commands_of_dead_have_help(run: Runner, name: str) -> None:
    result = run("dead", name, "--help")
    assert result.exit_code == 0
    assert "--format" in result.stdout


GROUPS = {"dead", "topics", "alerts", "grafana"}


@pytest.mark.parametrize("name", ["check", "diff", "sync", "delete"])
def test_the_commands_of_grafana_have_help(run: Runner, name: str) -> None:
    result = run("grafana", name, "--help")
    assert result.exit_code == 0
    assert "--format" in result.stdout


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - {"sql"} - GROUPS))
def test_every_command_can_speak_json(run: Runner, name: str) -> None:
    assert "--format <table|json>" in run(name, "--help").stdout


def test_help_and_version_import_neither_faust_nor_drivers() -> None:
    code = (
        "import sys, trends.cli.main;"
        "heavy = {'faust', 'kafka', 'clickhouse_connect', 'pyarrow', 'chdb'} & sys.modules.keys();"
        "sys.exit(len(heavy))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_misspelt_command_is_guessed(run: Runner) -> None:
    result = run("verfy")
    assert result.exit_code == 2
    assert "Did you mean 'verify'?" in result.stderr


def test_version(run: Runner) -> None:
    assert run("--version").stdout.startswith("trends 0.")


def test_a_file_that_is_not_there(run: Runner) -> None:
    assert "there is no such file" in one_line_error(run("replay", "no-such-file.jsonl"))


@pytest.mark.parametrize("command", [("replay", str(PAGES / "dated.txt")), ("top",)])
def test_a_day_that_is_none(run: Runner, command: tuple[str, ...]) -> None:
    assert "2025-13-01" in one_line_error(run(*command, "--as-of", "2025-13-01"))


def test_a_map_that_is_none(run: Runner) -> None:
    page = str(PAGES / "dated.txt")
    assert "FIELD=SOURCE_FIELD" in one_line_error(run("replay", page, "--map", "abstract"))


def test_a_window_that_is_none(run: Runner) -> None:
    assert "7d or 4w" in one_line_error(run("top", "--window", "0d"))


def test_no_sql(run: Runner) -> None:
    assert "empty" in one_line_error(run("sql", " ; "))


def test_a_setting_that_is_none(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRENDS_KAFKAA", "x:1")
    assert "TRENDS_KAFKAA" in one_line_error(run("top"))


def test_an_address_that_is_none(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRENDS_CLICKHOUSE", "localhost")
    assert "TRENDS_CLICKHOUSE" in one_line_error(run("top"))


def test_a_folder_that_another_process_holds(run: Runner, tmp_path: Path) -> None:
    with FolderLock(tmp_path / "data"):
        assert "in use by the process with id" in one_line_error(run("top"))


def test_retry_wants_to_know_what(run: Runner) -> None:
    assert "say which" in one_line_error(run("dead", "retry"))
    assert "say which" in one_line_error(run("dead", "retry", "abc", "--all"))


def test_a_file_of_corrections_must_fit(run: Runner, tmp_path: Path) -> None:
    fixed = tmp_path / "fixed.jsonl"
    fixed.write_text('{"title": "a"}\n{"title": "b"}\n')
    line = one_line_error(run("dead", "retry", "abc", "--file", str(fixed)))
    assert "has 2 lines for 1 IDs" in line
    gone = one_line_error(run("dead", "retry", "abc", "--file", str(tmp_path / "gone")))
    assert "no such file" in gone
    assert "needs the IDs" in one_line_error(run("dead", "retry", "--all", "--file", str(fixed)))


def test_a_demo_folder_with_other_data_is_refused(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    assert "no demo made" in one_line_error(run("demo", "--data-dir", str(tmp_path)))
