"""Waits for a server that is away, and lets it be seen: the one way to try again.

In: work that raises `Unavailable` while its server is away. Out: its result, after as many attempts
as it takes. Each failure is logged, counted, and shown by /ready.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Final, TypeVar

from trends.clock import Clock
from trends.errors import Unavailable
from trends.metrics.vitals import Vitals

log = logging.getLogger(__name__)

FIRST_S: Final = 0.2
LAST_S: Final = 10.0

T = TypeVar("T")


def delays(first_s: float = FIRST_S, last_s: float = LAST_S) -> Iterator[float]:
    """How long to wait after each failure: twice as long each time, up to a limit."""
    delay_s = first_s
    while True:
        yield delay_s
        delay_s = min(2 * delay_s, last_s)


def patiently(work: Callable[[], T], dependency: str, vitals: Vitals, clock: Clock) -> T:
    """Does ``work``, again and again while ``dependency`` is away; blocking."""
    waits = delays()
    while True:
        vitals.liveness.beat()
        try:
            with vitals.asking(dependency):
                return work()
        except Unavailable as error:
            clock.sleep(_told(next(waits), error))


async def patiently_async(
    work: Callable[[], Awaitable[T]], dependency: str, vitals: Vitals, *, asks: bool = True
) -> T:
    """The same, without blocking.

    Args:
        work: is called for each attempt.
        dependency: the server it may need.
        vitals: of the service.
        asks: whether it needs the server each time. If not, only a success after a failure says
            that the server is back.
    """
    waits = delays()
    while True:
        try:
            result = await work()
        except Unavailable as error:
            asks = True
            vitals.away(dependency, error)
            await asyncio.sleep(_told(next(waits), error))
        else:
            if asks:
                vitals.answered(dependency)
            return result


def _told(delay_s: float, error: Unavailable) -> float:
    log.warning("waiting %.1f s: %s", delay_s, error)
    return delay_s
