"""The demo's data folder: empty at every start, and nobody else's data is ever deleted."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from trends.embedded.folder_lock import LOCK_FILE_NAME, FolderLock
from trends.errors import ConfigError

MARKER: Final = ".trends-demo"
_MARKER_TEXT: Final = "Made by `trends demo`, which empties this folder at its next start.\n"


def empty_demo_folder(folder: Path) -> None:
    """Makes ``folder``, or empties it if an earlier demo made it.

    Raises:
        ConfigError: if it holds anything that no demo made, is in use, or cannot be written.
    """
    try:
        if not (folder / MARKER).exists():
            _claim(folder)
        with FolderLock(folder):
            for path in folder.iterdir():
                if path.name in (MARKER, LOCK_FILE_NAME):
                    continue
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()
    except OSError as error:
        raise ConfigError(f"cannot use folder {folder}: {error.strerror}") from error


def _claim(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ConfigError(
            f"{folder} holds data that no demo made, and a demo starts with an empty folder; "
            "choose another one with --data-dir"
        )
    (folder / MARKER).write_text(_MARKER_TEXT, encoding="utf-8")
