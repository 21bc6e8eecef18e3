"""What the supervisor is told about one process, and what it tells about it.

In: nothing; these are values. Out: `ProcessSpec` (how to run, probe, stop and restart a process)
and `ProcessStatus` (how it is doing). Never starts anything.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

EXIT_CANNOT_RUN = 127
# Exit codes of a process for which another try would end the same way: a wrong configuration (2),
# a broken invariant (3), a command that cannot be run (126, 127).
NO_RESTART_EXIT_CODES = frozenset({2, 3, 126, EXIT_CANNOT_RUN})


class ProcessState(StrEnum):
    """Where a process stands in its life."""

    WAITING = "waiting"  # for a process it depends on, or for the back-off to pass
    STARTING = "starting"  # runs, has not answered its probe yet
    RUNNING = "running"
    STOPPING = "stopping"  # told to stop, still there
    STOPPED = "stopped"  # ended as told, or by itself with exit code 0
    FAILED = "failed"  # will not be restarted


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """When a process that ended is started again.

    Args:
        delay_s: wait before the first restart; doubles with each crash that follows.
        delay_max_s: the wait grows no further than this.
        crashes_max: this many crashes within ``crash_window_s`` mean that it keeps crashing.
        crash_window_s: see ``crashes_max``; a process that ran this long starts afresh.
        no_restart_exit_codes: exit codes that say another try is useless.
        after_success: also start it again when it ended with exit code 0; off for a process that
            has one thing to do.
    """

    delay_s: float = 0.5
    delay_max_s: float = 15.0
    crashes_max: int = 5
    crash_window_s: float = 60.0
    no_restart_exit_codes: frozenset[int] = NO_RESTART_EXIT_CODES
    after_success: bool = True

    def delay_after_s(self, crashes: int) -> float:
        """Seconds to wait before the restart that follows the ``crashes``-th crash in a row."""
        return float(min(self.delay_max_s, self.delay_s * 2 ** min(crashes - 1, 30)))


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """One process of the stack.

    Args:
        name: how users and other specs call it.
        argv: the command and its arguments.
        log_path: file that takes its output.
        env: variables set for it, on top of the supervisor's own.
        ready: whether it serves now; asked often while starting, so it must answer within a second.
        ready_timeout_s: a start that takes longer has failed.
        health_every_s: ask ``ready`` this often while running; ``None``: being alive is enough.
        health_failures_max: this many answers "no" in a row, and it is killed and restarted.
        stop_signal: asks it to finish what it has begun and leave.
        stop_timeout_s: it is killed when it has not left by then.
        restart: when to start it again.
        depends_on: processes that must run before it is started.
        restart_with: processes whose restart makes a restart of this one necessary; implies
            ``depends_on``.
    """

    name: str
    argv: tuple[str, ...]
    log_path: Path
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] = _always
    ready_timeout_s: float = 30.0
    health_every_s: float | None = None
    health_failures_max: int = 3
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout_s: float = 20.0
    restart: RestartPolicy = RestartPolicy()
    depends_on: tuple[str, ...] = ()
    restart_with: tuple[str, ...] = ()

    @property
    def needs(self) -> tuple[str, ...]:
        """Every process that must run before this one, each once."""
        return tuple(dict.fromkeys(self.depends_on + self.restart_with))


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """How one process is doing.

    Args:
        name: the name in its spec.
        state: where it stands.
        pid: its process id while it exists.
        restarts: how often it was started again.
        started_at: when the present run began.
        uptime_s: seconds since then; 0 when it does not run.
        last_exit: how the run before ended, e.g. ``exit code 1`` or ``signal SIGKILL``.
        detail: what it waits for or why it failed, with the last lines of its log.
        log_path: where its output goes.
    """

    name: str
    state: ProcessState
    pid: int | None
    restarts: int
    started_at: datetime | None
    uptime_s: float
    last_exit: str | None
    detail: str | None
    log_path: Path


def describe_exit(code: int) -> str:
    """``exit code 1`` or ``signal SIGKILL`` for a return code of `subprocess`."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
