"""The loop that keeps rankings up to date: what is due is computed, one ranking at a time.

In: what is counted and what is ranked, again and again. Out: rankings. Everything that it knows
stands in the store, so it may be killed at any instant, and any number of them may run: they see
each other's work, and the newest computation of a ranking holds.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final, NoReturn

from trends.clock import Clock
from trends.metrics.meters import RankerMeters
from trends.metrics.patience import patiently
from trends.metrics.vitals import STORE, Vitals
from trends.ranker.board import Board
from trends.ranker.plan import plan
from trends.store.rankings import Made, RankingKey

LOOK_EVERY_S: Final = 5.0

log = logging.getLogger(__name__)


class Ranker:
    """Works until its process ends: it has nothing to finish.

    Args:
        board: where counts are, and rankings go.
        every_s: a ranking is computed so often at most.
        clock: of the machine.
        vitals: say what is away.
        meters: say what was done.
    """

    def __init__(
        self, board: Board, every_s: float, clock: Clock, vitals: Vitals, meters: RankerMeters
    ) -> None:
        self._board = board
        self._every_s = every_s
        self._clock = clock
        self._vitals = vitals
        self._meters = meters
        self._seen: object = None
        self._next_s = 0.0

    def run(self) -> NoReturn:
        """Turn after turn.

        Raises:
            TrendsError: what waiting cannot mend.
        """
        while True:
            pause_s = patiently(self.turn, STORE, self._vitals, self._clock)
            self._clock.sleep(pause_s)

    def turn(self) -> float:
        """Computes the most wanted ranking that is due, if any; returns the seconds to rest.

        Raises:
            Unavailable: if the store is away.
        """
        now_s = self._clock.monotonic_s()
        # Asked for first: what it does not know yet changes it later.
        signature = self._board.signature()
        if signature == self._seen and now_s < self._next_s:
            return min(self._next_s - now_s, LOOK_EVERY_S)
        known = self._board.known()
        now = self._clock.now()
        wanted = plan(now, known, timedelta(seconds=self._every_s))
        if not wanted.due:
            wait_s = self._every_s
            if wanted.next_at is not None:
                wait_s = min(wait_s, (wanted.next_at - now).total_seconds())
            self._seen, self._next_s = signature, now_s + wait_s
            return min(wait_s, LOOK_EVERY_S)
        key = wanted.due[0]
        made = self._board.rank(key, known)
        self._tell(key, made)
        # The past leaves as much time to others as it took; the present is wanted now.
        is_present = key.last_day == max(known.days)
        return 0.0 if is_present else self._clock.monotonic_s() - now_s

    def _tell(self, key: RankingKey, made: Made) -> None:
        self._meters.rankings.labels(key.kind.value).inc()
        self._meters.duration.labels(key.kind.value).observe(made.took_ms / 1_000)
        log.info("%ss by %s of %d days to %s: %d ms", *key, made.took_ms)


def rank_all(
    board: Board, since: date | None, clock: Clock, told: Callable[[RankingKey, Made, int], None]
) -> None:
    """Computes at once all that is not as it should be, the present first.

    Args:
        board: where counts are, and rankings go.
        since: the first day of the past that is looked at; None: the present alone.
        clock: of the machine.
        told: of each ranking, and how many are left.
    """
    done: set[RankingKey] = set()
    while True:
        known = board.known()
        wanted = plan(clock.now(), known, timedelta(0), since=since, patiently=False)
        # Where counts grow all the time, something always is due again.
        due = [key for key in wanted.due if key not in done]
        if not due:
            return
        told(due[0], board.rank(due[0], known), len(due) - 1)
        done.add(due[0])
