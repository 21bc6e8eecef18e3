"""Runs one ranker: settings, build, run. Exit code 1: start me again; 3: a person must look."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Final

from trends.clock import Clock
from trends.metrics.vitals import STORE, Vitals
from trends.ranker.build import built_ranker
from trends.settings import Settings

# Relative, for type checkers know this package under the name of its folder.
from ..running import run_service  # noqa: TID252

# A ranking of two years of a long history may take minutes.
SILENT_MAX_S: Final = 900.0
# On a machine that it shares with the pipeline, counting and alerts come first: nobody waits for a
# ranking, and one takes seconds of a core.
NICE: Final = 10


def run(settings: Settings, clock: Clock, vitals: Vitals) -> None:
    """Ranks until SIGTERM or Ctrl-C, then ends at once: no ranking is ever half written."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    with built_ranker(settings, clock, vitals) as ranker:
        ranker.run()


def main() -> int:
    """Returns the exit code."""
    os.nice(NICE)
    return run_service("ranker", run, conditions=(STORE,), silent_max_s=SILENT_MAX_S)


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - as signals have it
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main())
