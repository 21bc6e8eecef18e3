"""Runs one alerter: settings, build, run. Exit code 1: start me again; 3: a person must look."""

from __future__ import annotations

import logging
import signal
import sys
from types import FrameType

from trends.alerting.build import SourceOf, built_alerter
from trends.alerting.two_speeds import evaluator_of
from trends.clock import Clock, SystemClock
from trends.errors import ConfigError, Fatal, TrendsError
from trends.settings import Settings, load_settings

log = logging.getLogger("trends.services.alerter")


def run(settings: Settings, source_of: SourceOf, clock: Clock) -> None:
    """Evaluates until SIGTERM or Ctrl-C; what is not told yet is told by the next one."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    with built_alerter(settings, source_of, clock) as alerter:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: alerter.stop())
        alerter.run()


def main(source_of: SourceOf = evaluator_of, clock: Clock | None = None) -> int:
    """Returns the exit code; tests say what finds spikes, and what the time is."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in ("kafka", "urllib3", "clickhouse_connect", "tenacity", "httpx"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    try:
        run(load_settings(), source_of, clock or SystemClock())
    except (ConfigError, Fatal) as error:
        log.error("%s", error)
        return 3
    except TrendsError as error:
        log.error("%s", error)
        return 1
    return 0


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - as signals have it
    # While it waits for its servers there is nothing to finish.
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main())
