"""A server of a test as a local process that dies with the test run."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from trends.embedded.child import LaunchedChild, launch
from trends.embedded.log_file import last_lines
from trends.embedded.process import ProcessSpec, describe_exit

POLL_S = 0.05


class LocalProcess:
    """Starts, stops and kills what a `ProcessSpec` describes, as often as a test wants.

    Args:
        spec: how to run it; its ``ready`` decides when `start` returns.
    """

    def __init__(self, spec: ProcessSpec) -> None:
        self.spec = spec
        self._child: LaunchedChild | None = None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._child.pid if self._child else None

    @property
    def log(self) -> str:
        """All it has written in this test."""
        return self.spec.log_path.read_text(encoding="utf-8", errors="replace")

    def ended_with(self) -> int | None:
        """The code it has left with by itself; None if it runs, or was stopped or killed."""
        return self._child.poll() if self._child else None

    def has_ended(self) -> bool:
        """Whether it has left by itself."""
        return self.ended_with() is not None

    def start(self) -> None:
        """Start it and wait until it serves; nothing happens if it runs."""
        if self._child is not None:
            return
        self._child = launch(self.spec)
        end_s = time.monotonic() + self.spec.ready_timeout_s
        while not self.spec.ready():
            code = self._child.poll()
            if code is not None or time.monotonic() > end_s:
                why = "not ready in time" if code is None else describe_exit(code)
                tail = last_lines(self.spec.log_path, self._child.log_offset, lines=40)
                self.kill()
                raise RuntimeError(f"{self.spec.name} did not start ({why}):\n{tail}")
            time.sleep(POLL_S)

    def stop(self) -> None:
        """Ask it to leave and wait until it has; kill it if it takes too long."""
        if self._child is None:
            return
        self._child.send(self.spec.stop_signal)
        end_s = time.monotonic() + self.spec.stop_timeout_s
        while self._child.poll() is None and time.monotonic() < end_s:
            time.sleep(POLL_S)
        self.kill()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Stands still meanwhile: it accepts connections, and answers nothing."""
        assert self._child is not None
        self._child.send(signal.SIGSTOP)
        try:
            yield
        finally:
            self._child.send(signal.SIGCONT)

    def kill(self) -> None:
        """``kill -9``, for good: it and its whole process group are gone afterwards."""
        if self._child is not None:
            self._child.kill()
            self._child = None
