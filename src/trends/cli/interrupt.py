"""Ctrl-C and SIGTERM as an exception, so that everything on the way out is stopped in order.

The first signal raises `Interrupted` in the main thread. Another one, when the first has had its
time, ends the process at once; the embedded servers die with it (see `trends.embedded.launcher`).
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from trends.clock import Clock, SystemClock
from trends.embedded.signals import handling_stop_signals

_arrived: list[int] = []
_only_noted = threading.Event()
# `timeout` and some shells send a signal twice, to the process and to its group: that is one wish.
SAME_WISH_S = 0.5
SHOW_CURSOR = b"\x1b[?25h"


class Interrupted(KeyboardInterrupt):
    """A stop signal arrived; a `KeyboardInterrupt`, so that libraries clean up as for Ctrl-C."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    @property
    def exit_code(self) -> int:
        """As a shell gives it for a process that died of the signal."""
        return 128 + self.number


@contextmanager
def interruptible(clock: Clock | None = None) -> Iterator[None]:
    """Within, a stop signal raises `Interrupted`. Does nothing outside the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    clock = clock or SystemClock()
    _arrived.clear()
    first_s: float | None = None

    def handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        nonlocal first_s
        now_s = clock.monotonic_s()
        if first_s is None:
            first_s = now_s
            _arrived.append(number)
            if not _only_noted.is_set():
                raise Interrupted(number)
        elif now_s - first_s > SAME_WISH_S:
            _leave_at_once(number)

    with handling_stop_signals(handle):
        yield


def raise_if_interrupted() -> None:
    """For loops that may run for ever.

    An exception that a handler raises is lost when it strikes where Python can only ignore it, as
    in a finaliser; what the signal asked for is not.
    """
    if _arrived:
        raise Interrupted(_arrived[0])


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Within, the first stop signal is only noted, and raises at the end.

    For what must not be left half done, as a listing that is published and not yet counted as such.
    """
    _only_noted.set()
    try:
        yield
    finally:
        _only_noted.clear()
    raise_if_interrupted()


def _leave_at_once(number: int) -> NoReturn:
    if sys.stderr.isatty():
        os.write(2, SHOW_CURSOR + b"\n")
    os._exit(128 + number)
