"""One owner per folder: a lock that the kernel drops when its process dies, however it dies.

In: a folder. Out: an exclusive lock on it, or a `ConfigError` that names the process holding it.
Never waits, and never trusts a left-over file: the lock is ``flock``, the file only says
who has it.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType

from trends.errors import ConfigError

LOCK_FILE_NAME = "owner.lock"


class FolderLock:
    """An exclusive lock on a folder, held until `release` or the end of the process.

    Args:
        folder: the folder to own; created if missing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._descriptor: int | None = None

    @property
    def path(self) -> Path:
        """The file that carries the lock and the owner's process id."""
        return self.folder / LOCK_FILE_NAME

    def acquire(self) -> None:
        """Take the lock, or say who has it.

        Raises:
            ConfigError: another process owns the folder, or the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise ConfigError(f"cannot use folder {self.folder}: {error.strerror}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise ConfigError(
                f"folder {self.folder} is in use by the process with id {owner}; "
                "stop that process or choose another folder"
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the folder up; does nothing if the lock is not held.

        The file stays: removing it would let two processes lock two files of the same name.
        """
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> FolderLock:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
