"""Runs one processor: settings, build, run. Exit code 1: start me again; 3: a person must look."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable
from typing import Final, NoReturn

from trends.clock import Clock
from trends.metrics.readiness import Liveness
from trends.metrics.vitals import KAFKA, PARTITIONS, STORE, Vitals
from trends.processor.build import build_processor
from trends.settings import Settings

# Relative, for type checkers know this package under the name of its folder.
from ..running import START_AGAIN, run_service  # noqa: TID252

BEAT_EVERY_S: Final = 1.0
# Nothing may keep the event loop for long: Kafka's heartbeats depend on it.
SILENT_MAX_S: Final = 60.0


async def run(settings: Settings, clock: Clock, vitals: Vitals) -> None:
    """Counts until SIGTERM or Ctrl-C; what was taken is flushed first."""
    beating = asyncio.create_task(_beat(vitals.liveness))
    try:
        processor = await build_processor(settings, clock, vitals)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, processor.stop)
        await processor.run()
    finally:
        beating.cancel()


def main() -> int:
    """Returns the exit code."""
    # Counts are millions of long-lived strings and numbers without cycles: the collector's default
    # rhythm spends a fifth of the time walking through them.
    gc.set_threshold(200_000, 20, 100)
    return run_service(
        "processor",
        # Not `asyncio.run`, which waits for whatever Faust has left behind.
        lambda settings, clock, vitals: asyncio.new_event_loop().run_until_complete(
            run(settings, clock, vitals)
        ),
        conditions=(KAFKA, STORE, PARTITIONS),
        silent_max_s=SILENT_MAX_S,
    )


async def _beat(liveness: Liveness) -> None:
    while True:
        liveness.beat()
        await asyncio.sleep(BEAT_EVERY_S)


def leave(main: Callable[[], int]) -> NoReturn:
    """Ends the process as ``main`` says, whatever Faust's threads still wait for."""
    code = START_AGAIN
    try:
        code = main()
    except KeyboardInterrupt:  # while it waited for its servers there was nothing to finish
        code = 0
    except Exception:
        logging.getLogger(__name__).exception("this is a defect")
    finally:
        logging.shutdown()
        sys.stdout.flush()
        os._exit(code)


if __name__ == "__main__":
    leave(main)
