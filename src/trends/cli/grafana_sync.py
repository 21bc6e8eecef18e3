"""`trends grafana sync`: a Grafana gets what our files say."""

from __future__ import annotations

from collections import Counter
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
from trends.grafana.kinds import Action, Verb
from trends.grafana.plan import refuse_locked
from trends.grafana.sync import apply, planned
from trends.settings import load_settings


@reported
def sync_command(
    dashboards: DashboardsDir = None,
    alerting: AlertingDir = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
    prune: Annotated[
        bool,
        typer.Option(
            "--prune", help="Delete what is marked as ours and is in our files no longer."
        ),
    ] = False,
    with_policies: WithPolicies = False,
    replace_policies: Annotated[
        bool,
        typer.Option(
            "--replace-policies", help="With --with-policies: even if that tree is not ours."
        ),
    ] = False,
    editable: Annotated[
        bool,
        typer.Option("--editable", help="Leave rules and policies open to changes in the browser."),
    ] = False,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Bring a Grafana in step with the files: data source, folders, dashboards, alert rules.

    Does only what differs, so that a second run does nothing; a run that was cut short is finished
    by another. What is not ours stays as it is: ours are the uids in our files, dashboards with the
    tag 'trends' in our folder, and rules with the label app: trends there.

    TRENDS_GRAFANA names the Grafana (11.6 or newer), TRENDS_GRAFANA_TOKEN a service account's token
    with the role Admin, TRENDS_GRAFANA_CLICKHOUSE the store as that Grafana reaches it; without the
    last, its data source is left alone. A changed password is not seen: delete the data source.
    """
    if replace_policies and not with_policies:
        raise ConfigError("--replace-policies means nothing without --with-policies")
    settings = load_settings()
    items = wanted(settings, dashboards, alerting, with_policies)
    remote = remote_of(settings, editable=editable)
    actions = planned(remote, items, prune=prune, replace_policies=replace_policies)
    refuse_locked(actions)
    if dry_run:
        print_actions(actions, output)
        say(f"would do: {_counted(actions)}")
        return
    done: list[Action] = []
    try:
        apply(remote, actions, items, done.append)
    finally:
        print_actions(done, output)
        if len(done) < len(actions):
            say(f"not done: {len(actions) - len(done)} of {len(actions)}; run it again")
    say(_counted(actions))


def _counted(actions: list[Action]) -> str:
    counts = Counter(action.verb for action in actions)
    return ", ".join(f"{counts[verb]} {verb}" for verb in Verb if counts[verb]) or "nothing"
