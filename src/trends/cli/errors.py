"""Errors to exit codes.

0 done; 1 something is wrong or away; 2 what the user must change; 130 and 143 Ctrl-C and SIGTERM;
141 the reader of our output left.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import typer

from trends.cli.interrupt import Interrupted, interruptible
from trends.cli.output import err, plain
from trends.errors import ConfigError, TrendsError

P = ParamSpec("P")
R = TypeVar("R")

EXIT_WRONG = 1
EXIT_USAGE = 2
EXIT_PIPE_CLOSED = 141


def reported(command: Callable[P, R]) -> Callable[P, R]:
    """Prints an expected error as one message, without a traceback, and exits non-zero."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with interruptible():
                result = command(*args, **kwargs)
                sys.stdout.flush()
                return result
        except TrendsError as error:
            err.print("[bold red]error:[/] ", end="")
            err.print(plain(str(error)), markup=False, soft_wrap=True)
            code = EXIT_USAGE if isinstance(error, ConfigError) else EXIT_WRONG
            raise typer.Exit(code) from error
        except Interrupted as interrupted:
            raise typer.Exit(interrupted.exit_code) from None
        except BrokenPipeError:
            discard_stdout()
            raise typer.Exit(EXIT_PIPE_CLOSED) from None

    return run


def discard_stdout() -> None:
    """Lets what is still to be written go nowhere: nobody reads it, and that is no error."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
