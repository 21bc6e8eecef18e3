"""Stops a stream of rubbish before it drains the topic into the dead letters."""

from __future__ import annotations

from collections import deque

from trends.errors import BadRecord, Fatal


class FloodGuard:
    """Watches the last ``window`` lines; too many bad ones among them are no longer bad luck."""

    def __init__(self, window: int, share: float) -> None:
        self._last: deque[bool] = deque(maxlen=window)
        self._bad = 0
        self._allowed = round(window * share)

    def observe(self, error: BadRecord | None) -> None:
        """Takes one line: what is wrong with it, if anything.

        Raises:
            Fatal: when more than the allowed share of the window is bad.
        """
        if len(self._last) == self._last.maxlen:
            self._bad -= self._last[0]
        self._last.append(error is not None)
        self._bad += error is not None
        if self._bad > self._allowed:
            raise Fatal(
                f"flood of bad lines: {self._bad} of the last {len(self._last):,} cannot be read "
                f"(more than {self._allowed} allowed); the last one: {error}. "
                "Stopped before the topic drains into the dead letters. Correct the producer, or "
                "raise TRENDS_FLOOD_SHARE (1 lets every bad line become a dead letter)"
            )
