"""How far event time has come, and how late listings are against it."""

from __future__ import annotations


class Watermark:
    """The greatest event time read, never beyond the clock: one wrong date must not move it.

    Nothing is dropped for lateness; it is only measured. Times in epoch seconds.
    """

    def __init__(self, event_s: int = 0) -> None:
        self.event_s = event_s
        self.late = 0
        self.lateness_max_s = 0

    def observe(self, event_s: int, now_s: int) -> None:
        """Takes the event time of one accepted listing."""
        if event_s < self.event_s:
            self.late += 1
            self.lateness_max_s = max(self.lateness_max_s, self.event_s - event_s)
        else:
            self.event_s = max(self.event_s, min(event_s, now_s))
