"""Brings the synthetic stream to Kafka: the history at once, the live part at its rate."""

from __future__ import annotations

from datetime import date
from typing import Final

from trends.clock import Clock
from trends.demo.stream import DemoStream, rising_share
from trends.wire.publisher import Publisher

HISTORY_DAYS: Final = 28
HISTORY_PER_DAY: Final = 40


class DemoFeed:
    """Publishes when it is called; for one thread.

    Args:
        stream: gives the listings.
        publisher: takes them.
        clock: event times of the live part are now.
        rate: live listings per second.
        seconds: how long the live part lasts; None: for ever.
    """

    def __init__(
        self,
        stream: DemoStream,
        publisher: Publisher,
        clock: Clock,
        rate: float,
        seconds: float | None,
    ) -> None:
        self._stream = stream
        self._publisher = publisher
        self._clock = clock
        self._rate = rate
        self._seconds = seconds
        self._live_since_s: float | None = None
        self._live = 0
        self.published = 0

    def publish_history(self, before: date) -> None:
        """Publishes all of it; returns when Kafka has it."""
        for listing in self._stream.history(before, HISTORY_DAYS, HISTORY_PER_DAY):
            self._publisher.publish(listing)
            self.published += 1
        self._publisher.flush()

    @property
    def is_live(self) -> bool:
        """Whether the live part has begun."""
        return self._live_since_s is not None

    @property
    def is_over(self) -> bool:
        """Whether all listings of the live part are published."""
        # By their number: by the time, a look that takes long would cut the stream short.
        if self._seconds is None or not self.is_live:
            return False
        return self._live >= int(self._seconds * self._rate)

    @property
    def _elapsed_s(self) -> float:
        if self._live_since_s is None:
            return 0.0
        return self._clock.monotonic_s() - self._live_since_s

    def begin_live(self) -> None:
        """From now on, `publish_due` publishes."""
        self._live_since_s = self._clock.monotonic_s()

    def publish_due(self) -> None:
        """Publishes what should have appeared since the last call."""
        if self._live_since_s is None:
            return
        elapsed_s = self._elapsed_s
        until_s = elapsed_s if self._seconds is None else min(elapsed_s, self._seconds)
        due = int(until_s * self._rate) - self._live
        for _ in range(due):
            share = rising_share(self._live / self._rate)
            self._publisher.publish(self._stream.listing(self._clock.now(), share))
            self._live += 1
            self.published += 1
        self._publisher.send_due()
