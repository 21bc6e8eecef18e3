"""A program with a supervisor, for tests that kill it: supervises the commands it is given.

Run as ``python -m tests.integration.supervised FOLDER NAME=COMMAND...``; prints ``ready``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from trends.clock import SystemClock
from trends.embedded.folder_lock import FolderLock
from trends.embedded.process import ProcessSpec
from trends.embedded.signals import calling_on_stop_signals
from trends.embedded.state import StateFile
from trends.embedded.supervisor import Supervisor
from trends.errors import TrendsError


def main(folder: Path, commands: list[str]) -> None:
    specs = [
        ProcessSpec(name=name, argv=("/bin/sh", "-c", text), log_path=folder / f"{name}.log")
        for name, _, text in (command.partition("=") for command in commands)
    ]
    with FolderLock(folder):
        record = StateFile(folder, SystemClock(), addresses={}, ports={})
        supervisor = Supervisor(specs, on_change=record.record)
        with calling_on_stop_signals(supervisor.request_stop):
            if supervisor.start():
                sys.stdout.write("ready\n")
                sys.stdout.flush()
                supervisor.run()


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), sys.argv[2:])
    except TrendsError as error:
        sys.exit(str(error))
