"""Whether a service can do its work: what it waits for (ready), and whether it lives (health).

In: what the service reports about its conditions, and beats of its main loop. Out: what is missing
and why, for /ready; for how long there was no beat, for /health. A service that waits for a server
lives, and is not ready: restarting it would not help.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Final

from trends.clock import Clock

NOT_YET: Final = "waiting for it since the start"
REASON_MAX_CHARS: Final = 300


class Readiness:
    """Named conditions, each met or missing for a reason. Safe to use from any thread."""

    def __init__(self, conditions: Iterable[str]) -> None:
        """``conditions``: their names; none of them is met in the beginning."""
        self._lock = threading.Lock()
        self._missing: dict[str, str | None] = dict.fromkeys(conditions, NOT_YET)

    def meet(self, condition: str) -> None:
        """The condition holds."""
        with self._lock:
            self._check(condition)
            self._missing[condition] = None

    def miss(self, condition: str, reason: str) -> None:
        """The condition does not hold; ``reason`` is for people."""
        with self._lock:
            self._check(condition)
            self._missing[condition] = " ".join(reason.split())[:REASON_MAX_CHARS]

    @property
    def conditions(self) -> Mapping[str, str | None]:
        """Why each is missing; None for those that are met."""
        with self._lock:
            return dict(self._missing)

    @property
    def missing(self) -> Mapping[str, str]:
        """Why those are missing that are."""
        return {name: why for name, why in self.conditions.items() if why is not None}

    def _check(self, condition: str) -> None:
        if condition not in self._missing:
            raise KeyError(f"{condition!r} is none of {', '.join(self._missing)}")


class Liveness:
    """Whether the main loop still turns.

    Args:
        clock: of the machine; its monotonic reading is used.
        silent_max_s: a loop that has not beaten for longer is taken to hang.
    """

    def __init__(self, clock: Clock, silent_max_s: float) -> None:
        self.silent_max_s = silent_max_s
        self._clock = clock
        self._beat_s = clock.monotonic_s()

    def beat(self) -> None:
        """The main loop has come round; called by it alone."""
        self._beat_s = self._clock.monotonic_s()

    @property
    def silent_s(self) -> float:
        """Seconds since the last beat, or since the start."""
        return self._clock.monotonic_s() - self._beat_s

    @property
    def is_alive(self) -> bool:
        return self.silent_s <= self.silent_max_s
