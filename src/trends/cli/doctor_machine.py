"""The doctor on this machine: Python, packages, settings, taxonomy, and the data folder.

In: settings. Out: checks. Never starts a server, and creates nothing.
"""

from __future__ import annotations

import fcntl
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from trends import __version__
from trends.cli.doctor_check import Check, Section
from trends.cli.doctor_ready import waits_for
from trends.embedded.broker import INSTALL_HINT, broker_program
from trends.embedded.folder_lock import LOCK_FILE_NAME
from trends.embedded.process import ProcessState
from trends.embedded.stack import SERVERS, metrics_name
from trends.embedded.state import StackState, is_alive, read_state
from trends.errors import ConfigError, TrendsError
from trends.settings import Settings, redacted

PYTHON_MIN: Final = (3, 11)
PACKAGES: Final = ("faust-streaming", "aiokafka", "kafka-python", "clickhouse-connect", "typer")
PROGRAM_TIMEOUT_S: Final = 20.0
FREE_WARN_BYTES: Final = 2 << 30
FREE_FAIL_BYTES: Final = 200 << 20
UP: Final = "`trends up` starts it"


def check_python() -> Iterator[Check]:
    """Interpreter and packages."""
    section = Section("program")
    version = platform.python_version()
    if sys.version_info >= PYTHON_MIN:
        yield section.ok("Python", f"{version} ({sys.executable})")
    else:
        wanted = ".".join(map(str, PYTHON_MIN))
        yield section.fail("Python", version, f"install Python {wanted} or newer")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    yield section.ok("packages", f"trends {__version__}, {versions}")


def check_embedded(settings: Settings) -> Iterator[Check]:
    """Whether the stand-ins for broker and store run here, where settings name no server."""
    section = Section("embedded")
    if settings.kafka:
        yield section.ok("broker", "not needed: TRENDS_KAFKA names a server")
    else:
        yield _check_broker(section)
    if settings.clickhouse:
        yield section.ok("store", "not needed: TRENDS_CLICKHOUSE names a server")
    else:
        yield _check_chdb(section)


def _check_broker(section: Section) -> Check:
    try:
        answer = _run(str(broker_program()), "--version")
    except TrendsError as error:
        return section.fail("broker", str(error), INSTALL_HINT)
    if answer is None:
        return section.fail("broker", "its program does not run on this machine", INSTALL_HINT)
    return section.ok("broker", answer)


def _check_chdb(section: Section) -> Check:
    # In a process of its own: the library is large, and must not be able to end this one.
    code = "import chdb; print('chDB', chdb.__version__, '/ ClickHouse', chdb.engine_version)"
    answer = _run(sys.executable, "-c", code)
    if answer is None:
        return section.fail("store", "chDB cannot be imported", INSTALL_HINT)
    return section.ok("store", answer)


def _run(*command: str) -> str | None:
    """The first line that a command prints; None if it fails or hangs."""
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=PROGRAM_TIMEOUT_S, text=True, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return (done.stdout or done.stderr).strip().partition("\n")[0]


def check_settings(settings: Settings) -> Iterator[Check]:
    """Those that differ from the defaults, without passwords."""
    section = Section("settings")
    shown = redacted(settings)
    changed = [
        f"{name}={shown[name]}"
        for name, field in type(settings).model_fields.items()
        if getattr(settings, name) != field.default
    ]
    yield section.ok("settings", ", ".join(changed) or "all as by default")


def check_taxonomy(settings: Settings) -> Iterator[Check]:
    """Whether it can be read."""
    from trends.processor.taxonomy_file import load_taxonomy

    section = Section("settings")
    origin = settings.taxonomy or "built in"
    try:
        taxonomy = load_taxonomy(settings)
    except ConfigError as error:
        yield section.fail("taxonomy", str(error), "correct the file that TRENDS_TAXONOMY names")
        return
    phrases = sum(len(topic.phrases) for topic in taxonomy.topics)
    yield section.ok("taxonomy", f"{len(taxonomy.topics)} topics, {phrases} phrases ({origin})")


def check_folder(settings: Settings) -> Iterator[Check]:
    """Whether the data folder can be used, who uses it, and how the last stack fared."""
    section = Section("data folder")
    folder = settings.data_dir.absolute()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    yield _check_writable(section, folder, there)
    yield _check_space(section, there, kept_here=_kept_here(settings))
    yield from section.guarded(
        "stack",
        lambda: _check_stack(section, folder),
        f"remove {folder / 'stack.json'} if no stack runs on this folder",
    )


def _check_writable(section: Section, folder: Path, there: Path) -> Check:
    if not there.is_dir():
        return section.fail("folder", f"{there} is no folder", "choose another with --data-dir")
    if not os.access(there, os.W_OK | os.X_OK):
        remedy = "change its permissions, or choose another with --data-dir"
        return section.fail("folder", f"{there} cannot be written", remedy)
    return section.ok("folder", str(folder) if there == folder else f"{folder}: not there yet")


def _kept_here(settings: Settings) -> list[str]:
    """The embedded servers, which keep data and logs below the data folder."""
    servers = {"broker": settings.kafka, "store": settings.clickhouse}
    return [name for name, address in servers.items() if not address]


def _check_space(section: Section, there: Path, kept_here: list[str]) -> Check:
    free = shutil.disk_usage(there).free
    detail = f"{free / (1 << 30):,.1f} GiB free"
    if not kept_here:
        # Containers have a folder of a few megabytes in memory, and need no more.
        return section.ok("space", f"{detail}; no data is kept here, for all servers are elsewhere")
    remedy = "make room, or choose a folder on another disk with --data-dir"
    if free < FREE_FAIL_BYTES:
        return section.fail("space", detail, remedy)
    if free < FREE_WARN_BYTES:
        return section.warn("space", detail, remedy)
    return section.ok("space", detail)


def _check_stack(section: Section, folder: Path) -> Iterator[Check]:
    state = read_state(folder)
    if (state is None or not is_alive(folder, state)) and (owner := _lock_owner(folder)):
        yield section.warn(
            "stack",
            f"process {owner} holds the folder, and has not recorded a stack",
            "it is starting or stopping: look again; if it stays so, end that process",
        )
        return
    if state is None:
        yield section.ok("stack", "none has run here yet")
        return
    if is_alive(folder, state):
        yield section.ok("stack", f"runs as process {state.pid} since {state.started_at:%F %T}")
        yield from _check_processes(section, state)
        return
    yield section.ok("stack", f"does not run; the last one began at {state.started_at:%F %T}")
    for status in state.processes:
        if status.state is ProcessState.FAILED:
            first = (status.detail or "").partition("\n")[0]
            yield section.warn(status.name, f"failed: {first}", f"look into {status.log_path}")


def _lock_owner(folder: Path) -> str | None:
    """Who holds the folder's lock; None if nobody does."""
    try:
        with (folder / LOCK_FILE_NAME).open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return lock.read(32).decode("ascii", "replace").strip() or "unknown"
    except OSError:
        pass  # no such file: never locked
    return None


def _check_processes(section: Section, state: StackState) -> Iterator[Check]:
    for status in state.processes:
        restarts = f", restarted {status.restarts} times" if status.restarts else ""
        detail = f"{status.state.value}{restarts}"
        if status.state is ProcessState.FAILED:
            first = (status.detail or "").partition("\n")[0]
            yield section.fail(
                status.name, f"{detail}: {first}", f"look into {status.log_path}, then start anew"
            )
        elif status.state is not ProcessState.RUNNING or status.restarts:
            yield section.warn(
                status.name,
                f"{detail}; last: {status.last_exit or '-'}",
                f"look into {status.log_path}",
            )
        elif waiting := _waits_for(state, status.name):
            remedy = f"if it stays so, look at what it names, and into {status.log_path}"
            yield section.warn(status.name, f"{detail}; {waiting}", remedy)
        else:
            yield section.ok(status.name, detail)


def _waits_for(state: StackState, name: str) -> str:
    """What a service says that it waits for; servers are looked at by other checks."""
    address = "" if name in SERVERS else state.addresses.get(metrics_name(name))
    return waits_for(address) if address else ""
