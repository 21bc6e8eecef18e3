"""`trends grafana check`: what is wrong with dashboards and alert rules, told without a Grafana."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trends.cli.errors import EXIT_WRONG, reported
from trends.cli.grafana_options import AlertingDir, DashboardsDir
from trends.cli.options import OutputFormat
from trends.cli.output import Format, out, plain, print_json, say
from trends.errors import ConfigError
from trends.grafana.files import (
    ALERTING,
    DASHBOARDS,
    folder,
    read_alerting,
    read_dashboards,
    read_files,
)
from trends.grafana.lint import line, lint


@reported
def check_command(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILES]", help="Dashboards (JSON), alerting (YAML) or folders."),
    ] = None,
    dashboards: DashboardsDir = None,
    alerting: AlertingDir = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Say everything that is wrong with files of dashboards and alerting.

    Links, variables, units, places, queries and the chain of each rule are looked at; no server is
    asked. Prints lines of file:path: message. Exit code 1 when there are any.
    """
    if files:
        if dashboards is not None or alerting is not None:
            raise ConfigError("name either files, or folders by --dashboards and --alerting")
        boards, rules = read_files(files)
    else:
        boards = read_dashboards(folder(dashboards, DASHBOARDS, "--dashboards"))
        rules = read_alerting(folder(alerting, ALERTING, "--alerting"))
    found = list(lint(boards, rules))
    if output is Format.JSON:
        print_json(
            [
                {"file": str(path), "path": finding.path, "message": finding.message}
                for path, finding in found
            ]
        )
    else:
        for path, finding in found:
            out.print(plain(line(path, finding)), markup=False, soft_wrap=True)
    say(f"{len(boards)} dashboards, {len(rules)} files of alerting, {len(found)} findings")
    if found:
        raise typer.Exit(EXIT_WRONG)
