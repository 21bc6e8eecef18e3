"""Entry point of `trends`."""

from __future__ import annotations

import logging
import sys

import typer

from trends import __version__
from trends.cli.commands import TYPER_OPTIONS, CommandGroup

EPILOG = (
    "Start with `trends demo`, or with files of your own: `trends replay FILE`, then `trends top`. "
    "Settings are environment variables, TRENDS_KAFKA and the like, or the TOML file that "
    "TRENDS_CONFIG names; `trends doctor` shows them."
)

app = typer.Typer(
    cls=CommandGroup,
    name="trends",
    help="Exact, streaming trend monitoring over Kafka and ClickHouse.",
    epilog=EPILOG,
    **{**TYPER_OPTIONS, "add_completion": True},
)


def main() -> None:
    """Runs the command that was asked for."""
    quiet_libraries()
    app()


def quiet_libraries() -> None:
    """What libraries log is in the errors we raise; what we log ourselves is shown."""
    shown = logging.StreamHandler(_CurrentStderr())
    shown.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    shown.setLevel(logging.WARNING)
    own = logging.getLogger("trends")
    own.addHandler(shown)
    own.propagate = False
    logging.getLogger().addHandler(logging.NullHandler())


class _CurrentStderr:
    """Whatever `sys.stderr` is when something is written: a live display stands in for it."""

    def write(self, text: str) -> None:
        sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


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
