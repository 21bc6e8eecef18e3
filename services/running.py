"""What every service does around its work: log, read settings, show how it is, end with a code.

In: the name of the service and its work. Out: an exit code: 0 when it was told to stop, 1: start me
again; 3: a person must look.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Final

from trends.clock import Clock, SystemClock
from trends.errors import ConfigError, Fatal, TrendsError
from trends.metrics.server import MetricsServer
from trends.metrics.vitals import Vitals
from trends.settings import Settings, load_settings

START_AGAIN: Final = 1
LOOK_AT_IT: Final = 3

# They log as errors what is tried again, or warn of what is as it should be.
NOISY: Final = ("aiokafka", "clickhouse_connect", "faust", "httpx", "kafka", "mode", "urllib3")

Work = Callable[[Settings, Clock, Vitals], None]


def run_service(
    name: str,
    work: Work,
    *,
    conditions: Collection[str],
    silent_max_s: float,
    clock: Clock | None = None,
) -> int:
    """Does ``work`` until it returns, and says how it is doing meanwhile.

    Args:
        name: of the service.
        work: returns when the service was told to stop.
        conditions: what must hold for it to be ready.
        silent_max_s: how long its main loop may take to come round.
        clock: the machine's by default.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.ERROR)
    log = logging.getLogger(f"trends.services.{name}")
    clock = clock or SystemClock()
    vitals = Vitals(name, clock, conditions, silent_max_s)
    try:
        settings = load_settings()
        with _shown(vitals, settings):
            work(settings, clock, vitals)
    except (ConfigError, Fatal) as error:
        log.error("%s", error)
        return LOOK_AT_IT
    except TrendsError as error:
        log.error("%s", error)
        return START_AGAIN
    return 0


@contextmanager
def _shown(vitals: Vitals, settings: Settings) -> Iterator[None]:
    """Metrics, health and readiness, from before the service waits for anything."""
    if not settings.metrics_port:
        yield
        return
    with MetricsServer(vitals, settings.metrics_host, settings.metrics_port):
        yield
