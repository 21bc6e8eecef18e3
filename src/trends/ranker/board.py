"""What the ranker works on: counts to be ranked, and the rankings there are.

In: a client of the store. Out: their state, and new rankings. Counts are read after the state that
a ranking is said to be made of, so that it is never made of less.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

from clickhouse_connect.driver.client import Client

from trends.clock import Clock
from trends.ranker.lines import ranked_lines
from trends.ranker.plan import Listings, basis_of
from trends.store.alerts import counts_signature
from trends.store.rankings import Known, Made, RankingKey, known, put_ranking


class Board(Protocol):
    """Where counts are, and rankings go."""

    def signature(self) -> object:
        """Another value means other counts."""
        ...

    def known(self) -> Known:
        """What is counted, and what is ranked."""
        ...

    def rank(self, key: RankingKey, before: Known) -> Made:
        """Computes and writes a ranking, from counts that are no older than ``before``."""
        ...


class StoreBoard:
    """The store's."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def signature(self) -> object:
        return counts_signature(self._client)

    def known(self) -> Known:
        return known(self._client)

    def rank(self, key: RankingKey, before: Known) -> Made:
        at, started_s = self._clock.now(), self._clock.monotonic_s()
        lines, totals = ranked_lines(self._client, key)
        listings, listings_before = Listings(before.days).of(key)
        made = Made(
            basis=basis_of(before.generation),
            listings=listings,
            listings_before=listings_before,
            computed_at=_moment(at, before.made.get(key)),
            took_ms=round(1_000 * (self._clock.monotonic_s() - started_s)),
        )
        put_ranking(self._client, key, made, lines, (totals.listings, totals.listings_before))
        return made


def _moment(now: datetime, last: Made | None) -> datetime:
    """``now``, as exact as the store keeps it, and later than ``last``, whatever the clocks say."""
    now = now.astimezone(UTC).replace(microsecond=now.microsecond // 1_000 * 1_000)
    return now if last is None else max(now, last.computed_at + timedelta(milliseconds=1))
