"""The record of the running stack: ``stack.json`` in the data folder.

In: addresses, ports and process statuses from the supervisor. Out: one small JSON file, always
whole, and for everyone else (`trends status`, other commands) what it says and whether that stack
is still alive. The file outlives the stack, so that the next start can use the same ports. Never
trusted alone: a stack is alive only while its process lives and holds the folder's lock.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from trends.clock import Clock
from trends.embedded.folder_lock import FolderLock
from trends.embedded.process import ProcessState, ProcessStatus
from trends.errors import ConfigError, Unavailable

STATE_FILE_NAME = "stack.json"


@dataclass(frozen=True, slots=True)
class StackState:
    """What one start of the stack recorded.

    Args:
        pid: the supervisor's process id.
        started_at: when it started.
        addresses: where clients connect, e.g. ``kafka`` and ``clickhouse``.
        ports: the ports in use, by name.
        processes: how each process was doing at the last change; empty before the first.
    """

    pid: int
    started_at: datetime
    addresses: Mapping[str, str]
    ports: Mapping[str, int]
    processes: tuple[ProcessStatus, ...] = ()


class StateFile:
    """Writes the record of this process' stack; `record` fits `Supervisor`'s ``on_change``."""

    def __init__(
        self,
        data_dir: Path,
        clock: Clock,
        *,
        addresses: Mapping[str, str],
        ports: Mapping[str, int],
    ) -> None:
        self._path = data_dir / STATE_FILE_NAME
        self._state = StackState(os.getpid(), clock.now(), dict(addresses), dict(ports))

    def record(self, processes: tuple[ProcessStatus, ...] = ()) -> None:
        """Replace the file by the present state, at once or not at all.

        Raises:
            Unavailable: the file cannot be written now.
        """
        content = {**asdict(self._state), "processes": [asdict(status) for status in processes]}
        text = json.dumps(content, indent=2, default=str)
        draft = self._path.with_name(f".{STATE_FILE_NAME}.{self._state.pid}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(text + "\n", encoding="utf-8")
            draft.replace(self._path)
        except OSError as error:
            raise Unavailable(f"cannot write {self._path}: {error.strerror}") from error


def read_state(data_dir: Path) -> StackState | None:
    """The last record in ``data_dir``; ``None`` if there never was one.

    Raises:
        ConfigError: the file cannot be read, or is not such a record.
    """
    path = data_dir / STATE_FILE_NAME
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return _parse(content)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"{path} is damaged ({error!r}); remove it if no stack runs on this folder"
        ) from error


def is_alive(data_dir: Path, state: StackState) -> bool:
    """Whether the stack that wrote ``state`` still runs: its process lives and holds the lock."""
    return _process_exists(state.pid) and _lock_is_held(data_dir)


def _process_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _lock_is_held(data_dir: Path) -> bool:
    try:
        descriptor = os.open(FolderLock(data_dir).path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        # Shared, so that two readers do not take each other for the owner.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _parse(content: dict[str, Any]) -> StackState:
    return StackState(
        pid=int(content["pid"]),
        started_at=datetime.fromisoformat(content["started_at"]),
        addresses={str(name): str(value) for name, value in content["addresses"].items()},
        ports={str(name): int(value) for name, value in content["ports"].items()},
        processes=tuple(_parse_status(status) for status in content["processes"]),
    )


def _parse_status(content: dict[str, Any]) -> ProcessStatus:
    started_at = content["started_at"]
    return ProcessStatus(
        **{
            **content,
            "state": ProcessState(content["state"]),
            "started_at": datetime.fromisoformat(started_at) if started_at else None,
            "log_path": Path(content["log_path"]),
        }
    )
