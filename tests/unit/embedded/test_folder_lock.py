from __future__ import annotations

import os
from pathlib import Path

import pytest

from trends.embedded.folder_lock import FolderLock
from trends.errors import ConfigError


def test_a_second_owner_is_told_who_the_first_is(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    with FolderLock(folder), pytest.raises(ConfigError, match=f"process with id {os.getpid()};"):
        FolderLock(folder).acquire()


def test_a_released_folder_is_free(tmp_path: Path) -> None:
    first = FolderLock(tmp_path)
    first.acquire()
    first.release()
    first.release()
    with FolderLock(tmp_path):
        pass


def test_a_file_that_was_left_behind_locks_nothing(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    lock.path.write_text("999999999\n", encoding="utf-8")
    with lock:
        assert lock.path.read_text(encoding="utf-8") == f"{os.getpid()}\n"


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot use folder"):
        FolderLock(tmp_path / "file" / "x").acquire()
