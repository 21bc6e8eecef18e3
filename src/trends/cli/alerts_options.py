"""Options that the commands of `trends alerts` share."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from trends.alerting.notify.text import length
from trends.alerting.rules_fields import parse_duration
from trends.errors import ConfigError, shorten

RulesFile = Annotated[
    Path | None,
    typer.Option(
        "--rules", metavar="FILE", help="Rules (YAML) [default: TRENDS_RULES or built in]."
    ),
]


def duration_of(text: str, option: str, least: timedelta, most: timedelta) -> timedelta:
    """``30m``, ``6h`` or ``7d``, from ``least`` to ``most``.

    Raises:
        ConfigError: naming option, value and what may stand there.
    """
    try:
        value = parse_duration(text)
    except ValueError as error:
        raise ConfigError(f"{option} {shorten(text)} {error}") from error
    if not least <= value <= most:
        raise ConfigError(
            f"{option} {shorten(text)} must be between {length(least)} and {length(most)}"
        )
    return value
