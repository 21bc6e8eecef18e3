"""Runs one alerter: settings, build, run. Exit code 1: start me again; 3: a person must look."""

from __future__ import annotations

import signal
import sys
from functools import partial
from types import FrameType
from typing import Final

from trends.alerting.build import SourceOf, built_alerter
from trends.alerting.two_speeds import evaluator_of
from trends.clock import Clock
from trends.metrics.vitals import KAFKA, STORE, Vitals
from trends.settings import Settings

# Relative, for type checkers know this package under the name of its folder.
from ..running import run_service  # noqa: TID252

# The first look at a long history may take minutes.
SILENT_MAX_S: Final = 600.0


def run(source_of: SourceOf, settings: Settings, clock: Clock, vitals: Vitals) -> None:
    """Evaluates until SIGTERM or Ctrl-C; what is not told yet is told by the next one."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    with built_alerter(settings, source_of, clock, vitals) as alerter:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: alerter.stop())
        alerter.run()


def main(source_of: SourceOf = evaluator_of, clock: Clock | None = None) -> int:
    """Returns the exit code; tests say what finds spikes, and what the time is."""
    return run_service(
        "alerter",
        partial(run, source_of),
        conditions=(KAFKA, STORE),
        silent_max_s=SILENT_MAX_S,
        clock=clock,
    )


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - as signals have it
    # While it waits for its servers there is nothing to finish.
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main())
