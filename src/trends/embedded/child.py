"""One running process, its log file and its tie to the supervisor's life.

In: a `ProcessSpec`. Out: a `Child` that can be asked for its exit, signalled and killed. The
process leads its own process group, so that Ctrl-C in a terminal reaches the supervisor alone, and
its group dies with the supervisor (see `launcher`). Never decides when to restart.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from trends.embedded.log_file import open_log
from trends.embedded.process import ProcessSpec
from trends.errors import ConfigError, Unavailable

LAUNCHER = Path(__file__).with_name("launcher.py")
KILL_TIMEOUT_S = 10.0


class Child(Protocol):
    """A process that was started; faked in unit tests."""

    @property
    def pid(self) -> int: ...

    @property
    def log_offset(self) -> int:
        """Where this run begins in its log file, in bytes."""
        ...

    def poll(self) -> int | None:
        """Its return code as `subprocess` has it, or ``None`` while it runs."""
        ...

    def send(self, number: signal.Signals) -> None:
        """Send it a signal; nothing happens if it is gone."""
        ...

    def kill(self) -> int:
        """End it and its whole process group at once; its return code."""
        ...

    def close(self) -> None:
        """Let go of a process that has ended; kills what is left of its group."""
        ...


class LaunchedChild:
    """A `Child` in a process group of its own, watched by the launcher's watcher."""

    def __init__(self, process: subprocess.Popen[bytes], lifeline: int, log_offset: int) -> None:
        self._process = process
        self._lifeline: int | None = lifeline
        self.log_offset = log_offset

    @property
    def pid(self) -> int:
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.poll()

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def kill(self) -> int:
        # The watcher takes the group, when it can; a group that was stopped has no watcher awake.
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        self.close()
        try:
            return self._process.wait(KILL_TIMEOUT_S)
        except subprocess.TimeoutExpired as error:
            raise Unavailable(f"process {self.pid} does not end, not even by SIGKILL") from error

    def close(self) -> None:
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None


def launch(spec: ProcessSpec) -> LaunchedChild:
    """Start the process of ``spec``; its output is appended to its log.

    Raises:
        ConfigError: the log cannot be written.
        Unavailable: the system refuses another process.
    """
    watched, lifeline = os.pipe()
    try:
        with open_log(spec.log_path) as log:
            offset = log.tell()
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(LAUNCHER), str(watched), *spec.argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Handed on unread: the child has its own settings.
                env={**os.environ, **spec.env},
                pass_fds=(watched,),
                start_new_session=True,
            )
    except (OSError, ConfigError) as error:
        os.close(lifeline)
        if isinstance(error, ConfigError):
            raise
        raise Unavailable(f"cannot start {spec.name}: {error.strerror}") from error
    finally:
        os.close(watched)
    return LaunchedChild(process, lifeline, offset)
