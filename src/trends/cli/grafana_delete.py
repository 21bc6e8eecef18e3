"""`trends grafana delete`: a Grafana loses what is ours, and nothing else."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from trends.cli.errors import reported
from trends.cli.grafana_options import (
    AlertingDir,
    DashboardsDir,
    WithPolicies,
    print_actions,
    remote_of,
    wanted,
)
from trends.cli.options import OutputFormat
from trends.cli.output import Format, say
from trends.errors import ConfigError
from trends.grafana.kinds import Action, Kind
from trends.grafana.plan import refuse_locked
from trends.grafana.sync import apply, delete_empty_folders, deletions
from trends.settings import load_settings


@reported
def delete_command(
    dashboards: DashboardsDir = None,
    alerting: AlertingDir = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    with_policies: WithPolicies = False,
    with_data_source: Annotated[
        bool,
        typer.Option("--with-data-source", help="Also the data source; others may use it too."),
    ] = False,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Delete what is ours: what the files name, and what in our folders is marked as ours.

    A folder goes when nothing is left in it. The tree of policies is set back to Grafana's own.
    """
    settings = load_settings()
    items = wanted(settings, dashboards, alerting, with_policies)
    remote = remote_of(settings)
    gone = [
        action
        for action in deletions(remote, items)
        if with_data_source or action.item.kind is not Kind.DATA_SOURCE
    ]
    refuse_locked(gone)
    if not yes:
        _ask(gone, output)
    done: list[Action] = []
    try:
        apply(remote, gone, items, done.append)
        done += delete_empty_folders(remote, items)
    finally:
        print_actions(done, output)


def _ask(gone: list[Action], output: Format) -> None:
    if not sys.stdin.isatty():
        raise ConfigError(f"{len(gone)} objects would be deleted; say --yes")
    print_actions(gone, output)
    say("delete these?")
    if not typer.confirm("", prompt_suffix="", err=True):
        raise typer.Exit(1)
