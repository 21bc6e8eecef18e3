"""Processes without an operating system, for the supervisor's unit tests."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from trends.clock import ManualClock
from trends.embedded.process import ProcessSpec, ProcessState, ProcessStatus
from trends.embedded.supervisor import Supervisor
from trends.errors import TrendsError

GONE = "gone"


class FakeChild:
    """A process that ends when a test says so, or when it is signalled."""

    def __init__(self, world: World, name: str, pid: int) -> None:
        self.pid = pid
        self.log_offset = 0
        self.code: int | None = None
        self._world = world
        self._name = name

    def poll(self) -> int | None:
        return self.code

    def send(self, number: signal.Signals) -> None:
        self._world.events.append(f"{self._name} {number.name}")
        if self._name not in self._world.ignores_signals:
            self.code = 0

    def kill(self) -> int:
        self._world.events.append(f"{self._name} SIGKILL")
        self.code = -signal.SIGKILL
        return self.code

    def close(self) -> None:
        self._world.events.append(f"{self._name} {GONE}")


class World:
    """Fake processes by name, a clock moved by the supervisor's pauses, and what happened."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock(datetime(2025, 1, 1, tzinfo=UTC))
        self.events: list[str] = []
        self.children: dict[str, FakeChild] = {}
        self.not_ready: set[str] = set()
        self.ignores_signals: set[str] = set()
        self.exits_at_once: dict[str, int] = {}
        self.cannot_launch: dict[str, TrendsError] = {}
        self.recorded: list[tuple[ProcessStatus, ...]] = []
        self.after_pause: Callable[[], None] = lambda: None
        self._last_pid = 100

    def spec(self, name: str, **changes: object) -> ProcessSpec:
        spec = ProcessSpec(
            name=name,
            argv=(name,),
            log_path=self.folder / f"{name}.log",
            ready=lambda: name not in self.not_ready,
        )
        return replace(spec, **changes)  # type: ignore[arg-type]

    def supervisor(self, *specs: ProcessSpec) -> Supervisor:
        return Supervisor(
            specs,
            clock=self.clock,
            on_change=self.recorded.append,
            launch=self.launch,
            pause=self.pause,
        )

    def launch(self, spec: ProcessSpec) -> FakeChild:
        if spec.name in self.cannot_launch:
            raise self.cannot_launch[spec.name]
        self._last_pid += 1
        child = FakeChild(self, spec.name, self._last_pid)
        child.code = self.exits_at_once.get(spec.name)
        self.children[spec.name] = child
        self.events.append(f"{spec.name} launched")
        return child

    def pause(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.after_pause()

    def tick_for(self, supervisor: Supervisor, seconds: float) -> None:
        """Let the supervisor work for that long."""
        for _ in range(round(seconds / 0.1)):
            supervisor.tick()
            self.clock.advance(0.1)
        supervisor.tick()

    def happened(self) -> list[str]:
        """What happened since the last call."""
        events, self.events = self.events, []
        return events


def status_of(supervisor: Supervisor, name: str) -> ProcessStatus:
    return next(status for status in supervisor.status() if status.name == name)


def state_of(supervisor: Supervisor, name: str) -> ProcessState:
    return status_of(supervisor, name).state
