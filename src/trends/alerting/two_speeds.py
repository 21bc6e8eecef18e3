"""Looks at short windows whenever counts change, and at long ones beside that where they are slow.

A look at a month of much takes seconds; who waits for news of this hour must not wait for it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Final

from clickhouse_connect.driver.client import Client

from trends.alerting.evaluator import Evaluation, Evaluator, Looked, joined
from trends.alerting.rules import Rules
from trends.clock import SystemClock
from trends.detection.horizons import HORIZONS

# What takes longer than this is done beside.
BRIEF_S: Final = 0.5
SHORT: Final = frozenset({"hour"})


class TwoSpeeds:
    """Two evaluators as one; each has a client of its own. For one thread.

    Args:
        short: looks at short windows.
        long: looks at long ones.
    """

    def __init__(self, short: Evaluator, long: Evaluator) -> None:
        self._short = short
        self._long = long
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="long windows")
        self._under_way: Future[Evaluation] | None = None
        self._found = Evaluation((), {}, ())
        self._took_s = BRIEF_S

    def evaluate(self, now: datetime) -> Evaluation:
        """All spikes there are; those of long windows may be of a little earlier.

        Raises:
            Unavailable: if the store is away.
        """
        short = self._short.evaluate(now)
        looked = short.looked
        if self._under_way is None:
            if self._took_s >= BRIEF_S:
                self._under_way = self._beside.submit(self._long.evaluate, now)
            else:
                looked += self._take(self._long.evaluate(now))
        elif self._under_way.done():
            done, self._under_way = self._under_way, None
            looked += self._take(done.result())
        return merged(short, self._found, looked)

    def _take(self, found: Evaluation) -> tuple[Looked, ...]:
        self._found = found
        if found.looked:
            self._took_s = sum(look.took_s for look in found.looked)
        return found.looked


def merged(one: Evaluation, other: Evaluation, looked: tuple[Looked, ...]) -> Evaluation:
    """What both found."""
    watched = joined([one.watched, other.watched])
    return Evaluation(one.spikes + other.spikes, watched, looked)


def evaluator_of(new_client: Callable[[], Client], rules: Rules) -> TwoSpeeds:
    """An evaluator of all horizons, by the machine's clock."""
    clock = SystemClock()
    short = [horizon for horizon in HORIZONS if horizon.name in SHORT]
    long = [horizon for horizon in HORIZONS if horizon.name not in SHORT]
    return TwoSpeeds(
        Evaluator(new_client(), rules, clock, short), Evaluator(new_client(), rules, clock, long)
    )
