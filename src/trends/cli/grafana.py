"""`trends grafana`: files of dashboards and alert rules, and the Grafana that shows them."""

from __future__ import annotations

import typer

from trends.cli.commands import TYPER_OPTIONS
from trends.cli.grafana_check import check_command
from trends.cli.grafana_delete import delete_command
from trends.cli.grafana_diff import diff_command
from trends.cli.grafana_sync import sync_command

grafana_app = typer.Typer(
    help="Dashboards and alert rules as files: check them, and keep a Grafana in step with them.",
    **TYPER_OPTIONS,
)
grafana_app.command("check", short_help="Say what is wrong with the files.")(check_command)
grafana_app.command("diff", short_help="Show what a Grafana has otherwise.")(diff_command)
grafana_app.command("sync", short_help="Bring a Grafana in step with the files.")(sync_command)
grafana_app.command("delete", short_help="Remove from a Grafana what is ours.")(delete_command)
