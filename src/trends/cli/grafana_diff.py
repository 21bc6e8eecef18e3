"""`trends grafana diff`: what a Grafana has that our files do not say, and the other way round."""

from __future__ import annotations

import typer

from trends.cli.errors import EXIT_WRONG, reported
from trends.cli.grafana_options import (
    AlertingDir,
    DashboardsDir,
    WithPolicies,
    remote_of,
    wanted,
)
from trends.cli.options import OutputFormat
from trends.cli.output import Format, out, plain, print_json, say
from trends.grafana.compare import difference
from trends.grafana.kinds import Action, Verb
from trends.grafana.sync import planned
from trends.settings import load_settings


@reported
def diff_command(
    dashboards: DashboardsDir = None,
    alerting: AlertingDir = None,
    with_policies: WithPolicies = False,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Show what sync would change, object by object; nothing is changed.

    Lines with - stand in the Grafana, lines with + in the files. Leftovers are marked as ours and
    are in our files no longer. Exit code 1 when anything differs.
    """
    settings = load_settings()
    items = wanted(settings, dashboards, alerting, with_policies)
    actions = planned(remote_of(settings), items)
    different = [action for action in actions if action.verb is not Verb.UNCHANGED]
    if output is Format.JSON:
        print_json([_row(action) for action in different])
    else:
        for action in different:
            out.print(plain(_text(action)), markup=False, soft_wrap=True)
    say(f"{len(different)} of {len(actions)} objects differ")
    if different:
        raise typer.Exit(EXIT_WRONG)


def _row(action: Action) -> dict[str, object]:
    return {
        "action": str(action.verb),
        "kind": str(action.item.kind),
        "uid": action.item.key,
        "title": action.item.title,
        "locked": action.locked,
        "diff": difference(action.before, action.after, action.item.key),
    }


def _text(action: Action) -> str:
    name = f"{action.item.kind} {action.item.key}"
    if action.verb is Verb.LEFTOVER:
        return f"leftover: {name} ({action.item.title}); sync --prune deletes it"
    locked = f"\n{name} {action.locked}" if action.locked else ""
    return difference(action.before, action.after, name) + locked
