"""Waiting for something another process does, with an end and with words."""

from __future__ import annotations

import time
from collections.abc import Callable

POLL_S = 0.05


def wait_for(condition: Callable[[], bool], timeout_s: float, what: str) -> None:
    """Return once ``condition`` holds; fail with ``what`` after ``timeout_s``."""
    end_s = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end_s:
            raise AssertionError(f"still not so after {timeout_s:g} s: {what}")
        time.sleep(POLL_S)
