"""Runs one processor: settings, build, run. Exit code 1: start me again; 3: a person must look."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys

from trends.clock import SystemClock
from trends.errors import ConfigError, Fatal, TrendsError
from trends.processor.build import build_processor
from trends.settings import Settings, load_settings

log = logging.getLogger("trends.services.processor")


async def run(settings: Settings) -> None:
    """Counts until SIGTERM or Ctrl-C; what was taken is flushed first."""
    processor = await build_processor(settings, SystemClock())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, processor.stop)
    await processor.run()


def main() -> int:
    """Returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in (
        "faust",
        "mode",
        "aiokafka",
        "kafka",
        "urllib3",
        "clickhouse_connect",
        "tenacity",
    ):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    # Counts are millions of long-lived strings and numbers without cycles: the collector's default
    # rhythm spends a fifth of the time walking through them.
    gc.set_threshold(200_000, 20, 100)
    try:
        asyncio.run(run(load_settings()))
    except (ConfigError, Fatal) as error:
        log.error("%s", error)
        return 3
    except TrendsError as error:
        log.error("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
