from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from trends.clock import ManualClock
from trends.embedded.folder_lock import FolderLock
from trends.embedded.process import ProcessState, ProcessStatus
from trends.embedded.state import STATE_FILE_NAME, StackState, StateFile, is_alive, read_state
from trends.errors import ConfigError, Unavailable

NOW = datetime(2025, 1, 1, 12, 0, tzinfo=UTC)
STATUS = ProcessStatus(
    name="broker",
    state=ProcessState.RUNNING,
    pid=77,
    restarts=2,
    started_at=NOW,
    uptime_s=3.5,
    last_exit="signal SIGKILL",
    detail=None,
    log_path=Path("logs/broker.log"),
)


def write(folder: Path) -> StateFile:
    file = StateFile(
        folder,
        ManualClock(NOW),
        addresses={"kafka": "127.0.0.1:20001"},
        ports={"kafka": 20001},
    )
    file.record((STATUS,))
    return file


def read(folder: Path) -> StackState:
    state = read_state(folder)
    assert state is not None
    return state


def test_what_was_recorded_is_read_back(tmp_path: Path) -> None:
    write(tmp_path)
    assert read(tmp_path) == StackState(
        pid=os.getpid(),
        started_at=NOW,
        addresses={"kafka": "127.0.0.1:20001"},
        ports={"kafka": 20001},
        processes=(STATUS,),
    )


def test_a_process_that_has_not_started_is_read_back(tmp_path: Path) -> None:
    StateFile(tmp_path, ManualClock(NOW), addresses={}, ports={}).record()
    assert read(tmp_path).processes == ()


def test_the_record_is_replaced_whole_and_leaves_no_draft(tmp_path: Path) -> None:
    write(tmp_path).record(())
    assert read(tmp_path).processes == ()
    assert [path.name for path in tmp_path.iterdir()] == [STATE_FILE_NAME]


def test_without_a_record_there_is_no_state(tmp_path: Path) -> None:
    assert read_state(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"pid": "x"}'])
def test_a_damaged_record_names_the_file_and_the_remedy(tmp_path: Path, text: str) -> None:
    (tmp_path / STATE_FILE_NAME).write_text(text)
    with pytest.raises(ConfigError, match=r"stack\.json is damaged .*remove it"):
        read_state(tmp_path)


def test_a_record_that_cannot_be_written_may_be_tried_again(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match=r"cannot write .*stack\.json"):
        write(tmp_path / "file")


def test_a_stack_is_alive_while_its_process_lives_and_holds_the_lock(tmp_path: Path) -> None:
    write(tmp_path)
    state = read(tmp_path)
    assert not is_alive(tmp_path, state)  # lives, but never had the lock: the id was used again
    with FolderLock(tmp_path):
        assert is_alive(tmp_path, state)
        assert is_alive(tmp_path, state)  # looking does not take the lock away
    assert not is_alive(tmp_path, state)


def test_a_stack_whose_process_is_gone_is_not_alive(tmp_path: Path) -> None:
    write(tmp_path)
    state = read(tmp_path)
    process = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(process, 0)
    gone = StackState(process, state.started_at, state.addresses, state.ports)
    with FolderLock(tmp_path):
        assert not is_alive(tmp_path, gone)


def test_a_second_start_on_the_folder_is_told_who_has_it(tmp_path: Path) -> None:
    with FolderLock(tmp_path), pytest.raises(ConfigError, match=f"process with id {os.getpid()}"):
        FolderLock(tmp_path).acquire()
