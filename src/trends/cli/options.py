"""Options that several commands share."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from trends.cli.output import Format
from trends.errors import ConfigError

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        metavar="DIR",
        help="Folder of the embedded stack [default: TRENDS_DATA_DIR or .trends].",
    ),
]
OutputFormat = Annotated[
    Format,
    typer.Option("--format", help="A table for people, or one JSON document on stdout."),
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="The day to look back from, as 2025-08-05."),
]


def parse_date(text: str | None, option: str) -> date | None:
    """``YYYY-MM-DD``; None stays None."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"{option} {text!r} is not a date such as 2025-08-05") from error


def parse_days(text: str, option: str) -> int:
    """A whole number of days or weeks, such as ``7d`` or ``2w``."""
    found = re.fullmatch(r"([1-9]\d{0,4})([dw])", text.strip())
    if not found:
        raise ConfigError(f"{option} {text!r} is not a number of days or weeks such as 7d or 4w")
    return timedelta(**{"d": {"days": int(found[1])}, "w": {"weeks": int(found[1])}}[found[2]]).days
