"""Turns the signals that ask a program to end into a request to stop.

In: what to call. Out: a context in which SIGTERM, SIGINT and SIGHUP call it. Never ends anything
by itself, and leaves a signal alone that was ignored at the start, as `nohup` does with SIGHUP.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@contextmanager
def calling_on_stop_signals(request_stop: Callable[[], None]) -> Iterator[None]:
    """Call ``request_stop`` at each stop signal; main thread only.

    Args:
        request_stop: must be safe in a signal handler: no locks, no waiting.
    """

    def handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        request_stop()

    with handling_stop_signals(handle):
        yield


@contextmanager
def handling_stop_signals(handle: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Hand each stop signal to ``handle`` until the end of the context; main thread only."""
    before = {
        number: signal.signal(number, handle)
        for number in STOP_SIGNALS
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
