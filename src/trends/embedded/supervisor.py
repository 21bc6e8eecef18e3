"""Starts, watches, restarts and stops the processes of one machine.

In: one `ProcessSpec` per process. Out: the processes in the order of their needs, kept running;
their state for whoever asks. One thread does the work, in small steps that never wait for a single
process, so that a test can own the clock. What must not happen: a process left behind.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from trends.clock import Clock, SystemClock
from trends.embedded.child import launch
from trends.embedded.managed import Launch, ManagedProcess
from trends.embedded.order import in_order_of_needs
from trends.embedded.process import ProcessSpec, ProcessState, ProcessStatus
from trends.errors import ConfigError, TrendsError, Unavailable

POLL_S = 0.1
POLL_STARTING_S = 0.02

logger = logging.getLogger(__name__)

OnChange = Callable[[tuple[ProcessStatus, ...]], None]


class Supervisor:
    """Keeps a set of processes running until it is told to stop.

    Args:
        specs: the processes; names must be unique, needs must be known and free of cycles.
        clock: time for back-off, deadlines and uptime.
        on_change: called with every status whenever a process changes its state.
        launch: starts a process; replaced in unit tests.
        pause: waits between two steps, in seconds; replaced in unit tests.

    Raises:
        ConfigError: the specs do not fit together.
    """

    def __init__(
        self,
        specs: Sequence[ProcessSpec],
        *,
        clock: Clock | None = None,
        on_change: OnChange | None = None,
        launch: Launch = launch,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        clock = clock or SystemClock()
        self._processes = [ManagedProcess(spec, clock, launch) for spec in in_order_of_needs(specs)]
        self._by_name = {process.spec.name: process for process in self._processes}
        self._on_change = on_change
        # An event nobody sets: `Event.set` in a signal handler can deadlock with a wait for it.
        self._pause = pause or threading.Event().wait
        self._stop_requests = 0
        self._lock = threading.RLock()
        self._told: object = None

    @property
    def stop_requested(self) -> bool:
        """Whether someone asked for the end."""
        return self._stop_requests > 0

    def status(self) -> tuple[ProcessStatus, ...]:
        """Every process, in the order of their start; callable from any thread."""
        return tuple(process.status() for process in self._processes)

    def request_stop(self) -> None:
        """End `start` or `run` soon; the second request kills instead of asking. Signal-safe."""
        self._stop_requests += 1

    def start(self) -> bool:
        """Start everything and wait until all of it is ready.

        Returns:
            False if a stop was requested meanwhile; everything is stopped again then.

        Raises:
            ConfigError: a process ended in a way that another try cannot mend.
            Unavailable: a process ended or did not become ready in time.
            In both cases what had been started is stopped again.
        """
        with self._lock:
            try:
                for process in self._processes:
                    process.schedule()
                while not all(process.is_up for process in self._processes):
                    if self.stop_requested:
                        self.stop()
                        return False
                    self.tick()
                    self._raise_if_crashed()
                    self._pause(POLL_STARTING_S)
            except BaseException:
                self.stop()
                raise
        return True

    def run(self) -> None:
        """Keep everything running until a stop is requested, then stop it."""
        try:
            while not self.stop_requested:
                self.tick()
                self._pause(POLL_S)
        finally:
            self.stop()

    def tick(self) -> None:
        """Look at every process once; restart what is due. For callers with a loop of their own."""
        with self._lock:
            for process in self._processes:
                if process.step():
                    self._report_end(process)
                    self._restart_those_with(process)
            if not self.stop_requested:
                for process in self._processes:
                    if process.is_due and self._needs_are_up(process):
                        process.start()
            self._tell()

    def stop(self) -> None:
        """Stop everything, each process after those that need it; returns when all are gone."""
        with self._lock:
            self._stop_requests = max(1, self._stop_requests)
            while self._stop_some():
                self._tell()
                self._pause(POLL_STARTING_S)
            self._tell()

    def _stop_some(self) -> bool:
        timeout_s = 0.0 if self._stop_requests > 1 else None
        for process in self._processes:
            if not any(dependent.child for dependent in self._dependents(process)):
                process.begin_stop(comes_back=False, timeout_s=timeout_s)
            process.step()
        return any(process.child for process in self._processes)

    def _dependents(self, process: ManagedProcess) -> list[ManagedProcess]:
        name = process.spec.name
        return [other for other in self._processes if name in other.spec.needs]

    def _needs_are_up(self, process: ManagedProcess) -> bool:
        missing = [name for name in process.spec.needs if not self._by_name[name].is_up]
        if missing:
            process.detail = f"waits for {', '.join(missing)}"
        return not missing

    def _restart_those_with(self, process: ManagedProcess) -> None:
        for other in self._dependents(process):
            if process.spec.name in other.spec.restart_with and not self.stop_requested:
                if other.state is not ProcessState.STOPPING:
                    other.begin_stop(comes_back=True)
                self._restart_those_with(other)

    def _raise_if_crashed(self) -> None:
        for process in self._processes:
            if process.crashes:
                kind = ConfigError if process.useless_to_retry else Unavailable
                raise kind(f"{process.spec.name} did not start: {process.reason}")

    def _report_end(self, process: ManagedProcess) -> None:
        level = logging.ERROR if process.state is ProcessState.FAILED else logging.WARNING
        logger.log(level, "%s ended: %s", process.spec.name, process.detail or "done")

    def _tell(self) -> None:
        statuses = self.status()
        news = tuple((s.state, s.pid, s.restarts, s.detail) for s in statuses)
        if self._on_change is None or news == self._told:
            return
        self._told = news
        try:
            self._on_change(statuses)
        except TrendsError as error:
            # A full disk must not take the running processes down.
            logger.warning("the state of the processes could not be recorded: %s", error)
