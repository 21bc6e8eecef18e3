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
    Documents,
    examples,
    folder,
    read_alerting,
    read_dashboards,
    read_files,
    rules_of_checkout,
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
    asked. Without FILES these are the repository's own, its examples of who is told among them.
    Prints lines of file:path: message. Exit code 1 when there are any.
    """
    own: Documents = {}
    if files:
        if dashboards is not None or alerting is not None:
            raise ConfigError("name either files, or folders by --dashboards and --alerting")
        boards, rules = read_files(files)
        found = list(lint(boards, rules, beside=rules_of_checkout()))
    else:
        boards = read_dashboards(folder(dashboards, DASHBOARDS, "--dashboards"))
        rules = read_alerting(folder(alerting, ALERTING, "--alerting"))
        found = list(lint(boards, rules))
        if alerting is None and (where := examples()) is not None:
            # By themselves: whoever has copied them to the rules has each of their names twice.
            own = read_alerting(where)
            found += lint({}, own, beside=rules)
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
    files_of_alerting = len(rules) + len(own)
    say(f"{len(boards)} dashboards, {files_of_alerting} files of alerting, {len(found)} findings")
    if found:
        raise typer.Exit(EXIT_WRONG)
