"""Options that the commands of `trends grafana` share, and what they lead to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from trends.cli.output import Format, print_rows
from trends.clock import SystemClock
from trends.grafana.client import connected
from trends.grafana.desired import desired
from trends.grafana.files import ALERTING, DASHBOARDS, folder, read_alerting, read_dashboards
from trends.grafana.kinds import Action, Item
from trends.grafana.remote import Remote
from trends.settings import Settings, environment

DashboardsDir = Annotated[
    Path | None,
    typer.Option(
        "--dashboards",
        metavar="DIR",
        help="Folder of dashboards, *.json [default: dashboards/ of a checkout].",
    ),
]
AlertingDir = Annotated[
    Path | None,
    typer.Option(
        "--alerting",
        metavar="DIR",
        help="Folder of alerting, *.yaml [default: deploy/grafana/provisioning/alerting/ of a "
        "checkout].",
    ),
]
WithPolicies = Annotated[
    bool,
    typer.Option(
        "--with-policies",
        help="Also who is told: contact points, mute timings, templates and the one tree of "
        "policies, which everybody in that Grafana shares.",
    ),
]


def wanted(
    settings: Settings, dashboards: Path | None, alerting: Path | None, with_policies: bool
) -> list[Item]:
    """What the files of both folders want.

    Raises:
        ConfigError: if they cannot be read, or the environment lacks what they name.
    """
    boards = read_dashboards(folder(dashboards, DASHBOARDS, "--dashboards"))
    rules = read_alerting(folder(alerting, ALERTING, "--alerting"))
    return desired(
        {str(path): json for path, json in boards.items()},
        {str(path): json for path, json in rules.items()},
        settings.grafana_clickhouse,
        environment(),
        with_policies=with_policies,
    )


def remote_of(settings: Settings, *, editable: bool = False) -> Remote:
    """The Grafana that the settings name, if it answers and is of a version we know.

    Raises:
        ConfigError: if the settings do not name one, or an old one.
        Unavailable: if it does not answer.
    """
    client = connected(settings, SystemClock())
    client.check()
    return Remote(client, editable=editable)


def print_actions(actions: Sequence[Action], output: Format) -> None:
    """One line for each action."""
    rows: list[dict[str, object]] = [
        {
            "action": str(action.verb),
            "kind": str(action.item.kind),
            "uid": action.item.key,
            "title": action.item.title,
        }
        for action in actions
    ]
    print_rows(rows, ["action", "kind", "uid", "title"], output)
