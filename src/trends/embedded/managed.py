"""The life of one supervised process, as a state machine that moves one step at a time.

    WAITING -> STARTING -> RUNNING -> (ended) -> WAITING, back-off doubling, or FAILED
                  any of these -> STOPPING -> STOPPED, or WAITING when it is to come back

In: its `ProcessSpec`, a clock and a way to launch it. Out: its state, and whether a step saw it
end. Never waits, and knows nothing of other processes: the supervisor does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime

from trends.clock import Clock
from trends.embedded.child import Child
from trends.embedded.log_file import last_lines
from trends.embedded.process import ProcessSpec, ProcessState, ProcessStatus, describe_exit
from trends.errors import ConfigError, TrendsError

Launch = Callable[[ProcessSpec], Child]


class ManagedProcess:
    """One process with its state, its crashes and its deadlines."""

    def __init__(self, spec: ProcessSpec, clock: Clock, launch: Launch) -> None:
        self.spec = spec
        self.state = ProcessState.STOPPED
        self.child: Child | None = None
        self.crashes = 0
        self.useless_to_retry = False
        self.detail: str | None = None
        self._clock = clock
        self._launch = launch
        self._restarts = -1  # the first start is none
        self._recent_crashes_s: deque[float] = deque()
        self._not_before_s = 0.0
        self._deadline_s = 0.0
        self._comes_back = False
        self._health_due_s = 0.0
        self._health_failures = 0
        self._started_s = 0.0
        self._started_at: datetime | None = None
        self._log_offset = 0
        self._last_exit: str | None = None

    @property
    def reason(self) -> str:
        """Why it ended last, with the end of its log."""
        return self._explain(self._last_exit or "not started")

    @property
    def is_up(self) -> bool:
        """It serves, or has done the one thing it had to do."""
        return self.state is ProcessState.RUNNING or (
            self.state is ProcessState.STOPPED and self._last_exit == describe_exit(0)
        )

    @property
    def is_due(self) -> bool:
        """It waits, and its back-off has passed."""
        waiting = self.state is ProcessState.WAITING
        return waiting and self._clock.monotonic_s() >= self._not_before_s

    def schedule(self) -> None:
        """Let it start as soon as what it needs runs."""
        self.state = ProcessState.WAITING
        self._not_before_s = self._clock.monotonic_s()

    def start(self) -> None:
        """Launch it now; a failure to launch counts as a crash."""
        self._restarts += 1
        self._started_s = self._clock.monotonic_s()
        try:
            self.child = self._launch(self.spec)
        except TrendsError as error:
            self._crashed(str(error), useless_to_retry=isinstance(error, ConfigError))
            return
        self._started_at = self._clock.now()
        self._log_offset = self.child.log_offset
        self._deadline_s = self._started_s + self.spec.ready_timeout_s
        self.state = ProcessState.STARTING
        self.detail = None

    def step(self) -> bool:
        """Look at it once and act; whether its run ended without having been told to."""
        if self.child is None:
            return False
        code = self.child.poll()
        if code is not None:
            return self._ended(code)
        if self.state is ProcessState.STARTING:
            return self._step_starting()
        if self.state is ProcessState.RUNNING:
            return self._step_running()
        if self._clock.monotonic_s() >= self._deadline_s:
            self._ended(self.child.kill())
        return False

    def begin_stop(self, *, comes_back: bool, timeout_s: float | None = None) -> None:
        """Ask it to leave; `step` kills it when it has not left within ``timeout_s``."""
        self._comes_back = comes_back
        if self.child is None:
            if not comes_back and self.state is ProcessState.WAITING:
                self.state = ProcessState.STOPPED
            return
        timeout_s = self.spec.stop_timeout_s if timeout_s is None else timeout_s
        deadline_s = self._clock.monotonic_s() + timeout_s
        if self.state is ProcessState.STOPPING:
            self._deadline_s = min(self._deadline_s, deadline_s)
            return
        self.state = ProcessState.STOPPING
        self._deadline_s = deadline_s
        self.child.send(self.spec.stop_signal)

    def status(self) -> ProcessStatus:
        """A snapshot, safe to take from another thread."""
        child = self.child
        return ProcessStatus(
            name=self.spec.name,
            state=self.state,
            pid=child.pid if child else None,
            restarts=max(0, self._restarts),
            started_at=self._started_at if child else None,
            uptime_s=self._clock.monotonic_s() - self._started_s if child else 0.0,
            last_exit=self._last_exit,
            detail=self.detail,
            log_path=self.spec.log_path,
        )

    def _step_starting(self) -> bool:
        if self._answers():
            self.state = ProcessState.RUNNING
            self._schedule_health()
            return False
        if self._clock.monotonic_s() < self._deadline_s:
            return False
        return self._kill(f"not ready within {self.spec.ready_timeout_s:g} s")

    def _step_running(self) -> bool:
        due = self.spec.health_every_s is not None
        if not due or self._clock.monotonic_s() < self._health_due_s:
            return False
        failures = 0 if self._answers() else self._health_failures + 1
        self._schedule_health(failures)
        if failures < self.spec.health_failures_max:
            return False
        return self._kill(f"did not answer {failures} times in a row")

    def _schedule_health(self, failures: int = 0) -> None:
        self._health_failures = failures
        self._health_due_s = self._clock.monotonic_s() + (self.spec.health_every_s or 0.0)

    def _answers(self) -> bool:
        try:
            return self.spec.ready()
        except (TrendsError, OSError):
            # Not there yet is what a probe is for; why, is in the log of the process.
            return False

    def _kill(self, reason: str) -> bool:
        if self.child is not None:
            self.child.kill()
        self._crashed(reason)
        return True

    def _ended(self, code: int) -> bool:
        told_to = self.state is ProcessState.STOPPING
        exit_text = describe_exit(code)
        if told_to or (code == 0 and not self.spec.restart.after_success):
            self._release()
            self._last_exit = exit_text
            if told_to and self._comes_back:
                self.schedule()
            else:
                self.state = ProcessState.STOPPED
            return not told_to
        useless = code in self.spec.restart.no_restart_exit_codes
        self._crashed(exit_text, useless_to_retry=useless)
        return True

    def _crashed(self, reason: str, *, useless_to_retry: bool = False) -> None:
        self._release()
        policy, now_s = self.spec.restart, self._clock.monotonic_s()
        if now_s - self._started_s >= policy.crash_window_s:
            self.crashes = 0
        self.crashes += 1
        self._last_exit = reason
        self._recent_crashes_s.append(now_s)
        while now_s - self._recent_crashes_s[0] > policy.crash_window_s:
            self._recent_crashes_s.popleft()
        self.useless_to_retry = useless_to_retry
        keeps_crashing = len(self._recent_crashes_s) >= policy.crashes_max
        if useless_to_retry or keeps_crashing:
            self.state = ProcessState.FAILED
            count = f", {len(self._recent_crashes_s)} times in {policy.crash_window_s:g} s"
            self.detail = self._explain(reason + (count if keeps_crashing else ""))
            return
        delay_s = policy.delay_after_s(self.crashes)
        self.state = ProcessState.WAITING
        self._not_before_s = now_s + delay_s
        self.detail = self._explain(f"{reason}; starts again after {delay_s:g} s")

    def _explain(self, reason: str) -> str:
        tail = last_lines(self.spec.log_path, self._log_offset)
        return f"{reason}; the end of {self.spec.log_path}:\n{tail}" if tail else reason

    def _release(self) -> None:
        if self.child is not None:
            self.child.close()
            self.child = None
