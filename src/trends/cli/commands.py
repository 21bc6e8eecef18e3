"""Which commands there are; each is imported only when it is wanted, so that all start fast."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup

TYPER_OPTIONS: Final[dict[str, Any]] = {
    "add_completion": False,
    "no_args_is_help": True,
    "pretty_exceptions_enable": False,
    "rich_markup_mode": None,
    "context_settings": {"max_content_width": 100, "help_option_names": ["-h", "--help"]},
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of ``trends --help``, and where the command is."""

    section: str
    summary: str
    module: str
    attribute: str


COMMANDS: Final = {
    "demo": Entry(
        "Run", "Watch a topic take off, in a minute and with no data.", "demo", "demo_command"
    ),
    "up": Entry("Run", "Run the whole pipeline on this machine until Ctrl-C.", "up", "up_command"),
    "replay": Entry("Run", "Count the listings of files.", "replay", "replay_command"),
    "grafana": Entry(
        "Run", "Dashboards and rules of a Grafana: check, diff, sync.", "grafana", "grafana_app"
    ),
    "top": Entry("Ask", "Rank what most listings mention.", "top", "top_command"),
    "series": Entry("Ask", "Counts of a term or topic over time.", "series", "series_command"),
    "sql": Entry("Ask", "Ad hoc SQL on the whole history.", "sql", "sql_command"),
    "spikes": Entry(
        "Alerts", "What has risen, and the listings behind it.", "spikes", "spikes_command"
    ),
    "alerts": Entry(
        "Alerts", "What fires: list, show, silence, rules, test.", "alerts", "alerts_app"
    ),
    "simulate": Entry(
        "Alerts", "Which alerts would have fired on history.", "simulate", "simulate_command"
    ),
    "analyse": Entry(
        "Ask", "The terms and topics of one text, and why.", "analyse", "analyse_command"
    ),
    "topics": Entry("Ask", "The topics: list them, check a file.", "topics", "topics_app"),
    "verify": Entry("Check", "Prove that every count is right.", "verify", "verify_command"),
    "rebuild": Entry(
        "Check", "Count all of history by another taxonomy.", "rebuild", "rebuild_command"
    ),
    "dead": Entry("Check", "Lines that could not be read: list, show, retry.", "dead", "dead_app"),
    "rank": Entry("Check", "Bring rankings for dashboards up to date now.", "rank", "rank_command"),
    "kafka-topics": Entry(
        "Check", "The topics in Kafka: wanted and real.", "kafka_topics", "kafka_topics_command"
    ),
    "doctor": Entry("Check", "Find out what is wrong, and what to do.", "doctor", "doctor_command"),
}


class CommandGroup(TyperGroup):
    """The commands above, in sections; imports one when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is typer's
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        if cmd_name not in self.commands:
            found = getattr(import_module(f"trends.cli.{entry.module}"), entry.attribute)
            self.add_command(_built(found), cmd_name)
        return self.commands[cmd_name]

    def resolve_command(self, ctx: Any, args: Any) -> Any:
        if args and args[0] not in COMMANDS:
            # What typer compares a misspelt name with is filled as commands are used.
            for name in COMMANDS:
                self.get_command(ctx, name)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        width = max(map(len, COMMANDS))
        for section in dict.fromkeys(entry.section for entry in COMMANDS.values()):
            with formatter.section(section):
                formatter.write_dl(
                    [
                        (name.ljust(width), entry.summary)
                        for name, entry in COMMANDS.items()
                        if entry.section == section
                    ]
                )


def _built(found: Any) -> Any:
    """A typer app of its own as a click command; a function becomes one first."""
    if isinstance(found, typer.Typer):
        return typer.main.get_command(found)
    app = typer.Typer(**{**TYPER_OPTIONS, "no_args_is_help": False})
    app.command()(found)
    return typer.main.get_command(app)
