"""`trends alerts`: what the alerter found and told, and what it shall keep to itself."""

from __future__ import annotations

import typer

from trends.cli.alerts_list import list_command
from trends.cli.alerts_rules import rules_command
from trends.cli.alerts_show import show_command
from trends.cli.alerts_silence import silence_command, silences_command, unsilence_command
from trends.cli.alerts_try import try_command
from trends.cli.commands import TYPER_OPTIONS

alerts_app = typer.Typer(
    help="Alerts: what fires and why, silences, rules, and whether notifiers work.",
    **TYPER_OPTIONS,
)
alerts_app.command("list", short_help="What fires, and what did lately.")(list_command)
alerts_app.command("show", short_help="One alert: why, and who was told.")(show_command)
alerts_app.command("silence", short_help="Tell nobody of some names for a while.")(silence_command)
alerts_app.command("silences", short_help="The silences in force.")(silences_command)
alerts_app.command("unsilence", short_help="End a silence before its time.")(unsilence_command)
alerts_app.command("rules", short_help="Check a rules file, and show it.")(rules_command)
alerts_app.command("test", short_help="Send a test alert to one notifier.")(try_command)
