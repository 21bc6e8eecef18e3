"""Offsets that a partition passes over: read again, and believed only if they stay away.

Faust can pass messages over when a rebalance meets a fetch. It notes how far it has read after it
has handed a message over: if a rebalance comes in between, the messages that are read again are
taken for old ones and dropped. And it does not wait for a fetch under way: records of the old
assignment are handed over as if they were of the new one, which begins further back. Either way
what comes next is too far ahead, and counting it would lose what lies between. But offsets can be
missing for good: retention deleted them, or a producer's transaction took them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

REWIND_AFTER_S: Final = 0.5
"""So long the consumer gets to come to rest before it is told to read on elsewhere."""
ASKED_ENOUGH: Final = 3


@dataclass(slots=True)
class Gap:
    """What is known of one gap.

    Args:
        wanted: the offset that should have come.
        instead: the least that came in its place.
        asked: how often the consumer was told to read on at ``wanted``.
    """

    wanted: int
    instead: int
    asked: int = 0

    def is_real(self, offset: int) -> bool:
        """Whether ``offset`` came again although what lies before it was asked for."""
        self.instead = min(self.instead, offset)
        return self.asked >= ASKED_ENOUGH and offset == self.instead
