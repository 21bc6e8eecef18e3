"""Log files of supervised processes: opened for appending, rotated when large, read from the end.

In: a path. Out: a file to write to, or its last lines. Never rotates while a process is writing:
the process holds the file, so a log is cut only between two runs.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from trends.errors import ConfigError

LOG_MAX_BYTES = 10 * 1024 * 1024
TAIL_MAX_BYTES = 16 * 1024
TAIL_LINES = 15


def open_log(path: Path, max_bytes: int = LOG_MAX_BYTES) -> BinaryIO:
    """Open ``path`` for appending; a file larger than ``max_bytes`` becomes ``path.1`` first.

    Raises:
        ConfigError: the folder or the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > max_bytes:
            path.replace(path.with_name(path.name + ".1"))
        log = path.open("ab")
    except OSError as error:
        raise ConfigError(f"cannot write the log {path}: {error.strerror}") from error
    # Appending starts at the end, but the position says 0 until the first write.
    log.seek(0, os.SEEK_END)
    return log


def last_lines(path: Path, from_offset: int = 0, lines: int = TAIL_LINES) -> str:
    """The last ``lines`` lines that ``path`` holds after ``from_offset``; empty if there are none.

    A process that wrote a gigabyte costs no more than `TAIL_MAX_BYTES` to look at.
    """
    try:
        with path.open("rb") as log:
            end = log.seek(0, os.SEEK_END)
            log.seek(max(min(from_offset, end), end - TAIL_MAX_BYTES))
            text = log.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(text.rstrip().splitlines()[-lines:])
