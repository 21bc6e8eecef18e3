"""Entry point: every command of `trends`, one line each."""

from __future__ import annotations

import typer

from trends import __version__
from trends.cli.replay import replay_command
from trends.cli.series import series_command
from trends.cli.sql import sql_command
from trends.cli.top import top_command
from trends.cli.up import up_command
from trends.cli.verify import verify_command

app = typer.Typer(
    name="trends",
    help="Exact, streaming trend monitoring over Kafka and ClickHouse.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.command("up")(up_command)
app.command("replay")(replay_command)
app.command("top")(top_command)
app.command("series")(series_command)
app.command("sql")(sql_command)
app.command("verify")(verify_command)


def main() -> None:
    """Runs the command that was asked for."""
    app()


def _version(shown: bool) -> None:
    if shown:
        typer.echo(f"trends {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version."
    ),
) -> None:
    """Runs before every command."""
