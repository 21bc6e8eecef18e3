"""Errors to exit codes: 2 for what the user must change, 1 for everything else."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import typer

from trends.cli.output import err
from trends.errors import ConfigError, TrendsError

P = ParamSpec("P")
R = TypeVar("R")


def reported(command: Callable[P, R]) -> Callable[P, R]:
    """Prints an expected error as one message, without a traceback, and exits non-zero."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except TrendsError as error:
            err.print(f"[bold red]error:[/] {_escaped(str(error))}", soft_wrap=True)
            raise typer.Exit(2 if isinstance(error, ConfigError) else 1) from error
        except KeyboardInterrupt:
            raise typer.Exit(130) from None

    return run


def _escaped(text: str) -> str:
    return text.replace("[", r"\[").encode("utf-8", "backslashreplace").decode()
