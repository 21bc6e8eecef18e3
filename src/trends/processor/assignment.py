"""The partitions that this processor was dealt, and whether each of them gets opened.

Where Faust stops opening them, for whatever reason, it tells nobody. What it reads then is not
counted, for it belongs to no open shard; so somebody has to notice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from typing import Final

from faust.types import TP

from trends.clock import Clock

OPENED_WITHIN_S: Final = 15.0
"""So long Faust may take from dealing partitions out to having them opened."""


class Assignment:
    """What was dealt out last; for the event loop's thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._dealt: Set[TP] = frozenset()
        self._since_s = 0.0
        self._openings = 0

    def dealt(self, tps: Set[TP]) -> None:
        """These are this processor's from now on."""
        self._dealt = frozenset(tps)
        self._since_s = self._clock.monotonic_s()

    def revoked(self) -> None:
        """Partitions are being shared out anew."""
        self._dealt = frozenset()

    @contextmanager
    def opening(self) -> Iterator[None]:
        """Within, partitions are being opened, however long their servers take to answer."""
        self._openings += 1
        try:
            yield
        finally:
            self._openings -= 1

    def neglected(self, is_open: Callable[[TP], bool]) -> list[TP]:
        """Partitions that nobody opens."""
        waited_s = self._clock.monotonic_s() - self._since_s
        if self._openings or waited_s < OPENED_WITHIN_S:
            return []
        return sorted(tp for tp in self._dealt if not is_open(tp))
