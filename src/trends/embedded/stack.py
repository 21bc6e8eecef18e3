"""The whole pipeline on one machine: servers and services under one supervisor.

In: settings and which parts are needed. Out: addresses that answer. What settings name as a real
server is used as it is; the rest is started in the data folder, or found running there.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

from trends.clock import Clock
from trends.embedded.broker import broker_spec
from trends.embedded.folder_lock import FolderLock
from trends.embedded.ports import LOOPBACK, choose_ports
from trends.embedded.process import ProcessSpec, ProcessState, ProcessStatus
from trends.embedded.state import StackState, StateFile, is_alive, read_state
from trends.embedded.supervisor import Supervisor
from trends.errors import Fatal, Unavailable
from trends.settings import Settings
from trends.store.client import DEFAULT_DATABASE

ANSWER_TIMEOUT_S = 1.0
EMBEDDED_SESSION_TIMEOUT_S = 3.0


class Part(StrEnum):
    """The parts of a stack, by the name of their process."""

    BROKER = "broker"
    STORE = "clickhouse"
    PROCESSOR = "processor"
    ALERTER = "alerter"
    RANKER = "ranker"


SERVERS: Final = frozenset({Part.BROKER, Part.STORE})
# What it takes to count listings. Whoever only publishes and waits for counts tells nobody of them.
COUNTING: Final = frozenset({Part.BROKER, Part.STORE, Part.PROCESSOR})


@dataclass(frozen=True, slots=True)
class Stack:
    """A running stack: where its servers are, and how its processes are doing."""

    kafka: str
    clickhouse: str
    reader: str
    """The store's address for the read-only user."""
    statuses: Callable[[], tuple[ProcessStatus, ...]]

    def check(self) -> None:
        """Raises `Fatal`, with the last lines of its log, if a process has failed for good."""
        for status in self.statuses():
            if status.state is ProcessState.FAILED:
                raise Fatal(f"{status.name} failed: {status.detail}")


@contextmanager
def running_stack(
    settings: Settings,
    clock: Clock,
    parts: Collection[Part],
    on_start: Callable[[str], None] = lambda _: None,
) -> Iterator[Stack]:
    """The stack of the data folder: the one that runs there, else one of its own until the end.

    Args:
        settings: name the data folder, and servers that are not to be started.
        clock: for the supervisor.
        parts: what is needed; a stack that is started has these and no others.
        on_start: told in words what is being started.

    Raises:
        ConfigError: if something about the folder or the settings must change first.
        Unavailable: if a part does not start.
    """
    data_dir = settings.data_dir.absolute()
    needed = [part for part in parts if not _is_external(part, settings)]
    if not needed:
        yield _external_stack(settings)
        return
    state = read_state(data_dir)
    if state is not None and is_alive(data_dir, state):
        yield _found_stack(settings, data_dir, state, needed)
        return
    data_dir.mkdir(parents=True, exist_ok=True)
    with FolderLock(data_dir), _supervised(settings, clock, needed, state, on_start) as stack:
        yield stack


def metrics_name(part: str) -> str:
    """Under which the metrics of a part are among the addresses and ports of a stack."""
    return f"{part}_metrics"


def _is_external(part: Part, settings: Settings) -> bool:
    if part is Part.BROKER:
        return bool(settings.kafka)
    return part is Part.STORE and bool(settings.clickhouse)


def _external_stack(settings: Settings) -> Stack:
    return Stack(settings.kafka, settings.clickhouse, settings.clickhouse, lambda: ())


def _found_stack(
    settings: Settings, data_dir: Path, state: StackState, needed: Collection[Part]
) -> Stack:
    running = {status.name for status in state.processes}
    lacking = sorted(part.value for part in needed if part.value not in running)
    if lacking:
        raise Unavailable(
            f"process {state.pid} uses {data_dir} without {', '.join(lacking)}; "
            "try again when it has ended"
        )

    def statuses() -> tuple[ProcessStatus, ...]:
        now = read_state(data_dir)
        if now is None or not is_alive(data_dir, now):
            raise Unavailable(f"the stack in {data_dir} was stopped")
        return now.processes

    kafka = settings.kafka or state.addresses.get("kafka", "")
    clickhouse = settings.clickhouse or state.addresses["clickhouse"]
    reader = settings.clickhouse or state.addresses["reader"]
    return Stack(kafka, clickhouse, reader, statuses)


@contextmanager
def _supervised(
    settings: Settings,
    clock: Clock,
    needed: Collection[Part],
    last: StackState | None,
    on_start: Callable[[str], None],
) -> Iterator[Stack]:
    data_dir = settings.data_dir.absolute()
    recorded = last.ports if last else None
    ports = choose_ports(("kafka", "clickhouse"), recorded, settings.host)
    watched = [metrics_name(part) for part in Part if part in needed and part not in SERVERS]
    # On this machine's own address, whatever the others listen on: they are for looking from here.
    ports |= choose_ports(watched, {**(recorded or {}), **ports})
    reachable = LOOPBACK if settings.host in ("0.0.0.0", "::") else settings.host
    http = f"{reachable}:{ports['clickhouse']}/{DEFAULT_DATABASE}"
    metrics = {name: f"{LOOPBACK}:{ports[name]}" for name in watched}
    if Part.STORE in needed:
        metrics[metrics_name(Part.STORE)] = f"{reachable}:{ports['clickhouse']}"
    addresses = {
        "kafka": settings.kafka or f"{reachable}:{ports['kafka']}",
        "clickhouse": settings.clickhouse or f"http://{http}",
        "reader": settings.clickhouse or f"http://reader@{http}",
        **{name: f"http://{where}/metrics" for name, where in metrics.items()},
    }
    state_file = StateFile(data_dir, clock, addresses=addresses, ports=ports)
    specs = [_spec(part, settings, ports, addresses) for part in Part if part in needed]
    supervisor = Supervisor(specs, clock=clock, on_change=state_file.record)
    on_start(f"starting {', '.join(spec.name for spec in specs)} in {data_dir}")
    supervisor.start()
    watching = threading.Thread(target=supervisor.run, name="supervisor")
    watching.start()
    try:
        yield Stack(
            addresses["kafka"], addresses["clickhouse"], addresses["reader"], supervisor.status
        )
    finally:
        supervisor.request_stop()
        watching.join()


def _spec(
    part: Part, settings: Settings, ports: dict[str, int], addresses: dict[str, str]
) -> ProcessSpec:
    logs = settings.data_dir.absolute() / "logs"
    if part is Part.BROKER:
        return broker_spec(ports["kafka"], logs / "broker.log", host=settings.host, name=part.value)
    if part is Part.STORE:
        return _store_spec(settings, ports["clickhouse"], logs / "clickhouse.log")
    return ProcessSpec(
        name=part.value,
        argv=(sys.executable, "-m", f"trends_services.{part.value}"),
        log_path=logs / f"{part.value}.log",
        env={
            "TRENDS_KAFKA": addresses["kafka"],
            "TRENDS_CLICKHOUSE": addresses["clickhouse"],
            "TRENDS_SESSION_TIMEOUT_S": str(_session_timeout_s(settings)),
            "TRENDS_METRICS_HOST": LOOPBACK,
            "TRENDS_METRICS_PORT": str(ports[metrics_name(part)]),
        },
        # Time for a last flush or message; when it cannot be had, being killed does no harm.
        stop_timeout_s=8.0 if part is Part.PROCESSOR else 15.0,
        # A log in memory is gone with its broker; only a new process counts the new one, or makes
        # the topic of spikes anew.
        restart_with=() if settings.kafka or part is Part.RANKER else (Part.BROKER.value,),
        depends_on=() if settings.clickhouse else (Part.STORE.value,),
    )


def _session_timeout_s(settings: Settings) -> float:
    # The embedded broker lets a member join only after about half of this.
    return settings.session_timeout_s if settings.kafka else EMBEDDED_SESSION_TIMEOUT_S


def _store_spec(settings: Settings, port: int, log_path: Path) -> ProcessSpec:
    folder = settings.data_dir.absolute() / "clickhouse"
    reachable = LOOPBACK if settings.host in ("0.0.0.0", "::") else settings.host
    return ProcessSpec(
        name=Part.STORE.value,
        argv=(
            sys.executable,
            "-m",
            "trends.embedded.clickhouse",
            *("--data", str(folder), "--host", settings.host, "--port", str(port)),
            *("--reader-database", DEFAULT_DATABASE),
        ),
        log_path=log_path,
        ready=partial(_answers_ping, reachable, port),
        ready_timeout_s=60.0,
        health_every_s=5.0,
        health_failures_max=6,
        stop_timeout_s=30.0,
    )


def _answers_ping(host: str, port: int) -> bool:
    connection = HTTPConnection(host, port, timeout=ANSWER_TIMEOUT_S)
    try:
        connection.request("GET", "/ping")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
