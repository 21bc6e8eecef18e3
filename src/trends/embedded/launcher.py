"""Runs one command that must not outlive its supervisor; a script, never imported by `trends`.

In: the read end of a pipe whose only write end the supervisor holds, and a command. Out: the
command, in this very process (same id, same output), and a watcher in the same process group.
The watcher sleeps in a read; when the write end closes (the supervisor was killed, or it closed it
because the command has ended) it kills the whole group, itself included. That also reaches the
command's own children, does not depend on which thread started what, and works on every POSIX
system, none of which holds for Linux' parent-death signal.

Run as ``python -I -S launcher.py DESCRIPTOR COMMAND [ARGUMENT...]``: only `os`, `signal`, `sys`.
"""

from __future__ import annotations

import os
import signal
import sys

EXIT_CANNOT_RUN = 127


def watch(pipe: int) -> None:
    """Wait for the pipe's end, then kill the process group."""
    while os.read(pipe, 1):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)


def start_watcher(pipe: int) -> None:
    """Fork the watcher, twice: the command must not find a child it did not start."""
    between = os.fork()
    if between:
        os.waitpid(between, 0)
        return
    # Before the command runs, so that no signal to the group can find the watcher unprepared.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if os.fork() == 0:
        watch(pipe)
    os._exit(0)


def main(arguments: list[str]) -> None:
    """Start the watcher and become the command."""
    pipe, command = int(arguments[0]), arguments[1:]
    # Whoever starts this should have done so; a watcher in a foreign group would kill strangers.
    if os.getpgrp() != os.getpid():
        os.setsid()
    start_watcher(pipe)
    os.close(pipe)
    # The interpreter ignores these two, and what is ignored stays so in the command.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    # So does what a library has blocked in the supervisor's thread.
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.stderr.write(f"cannot run {command[0]}: {error.strerror}\n")
        sys.stderr.flush()
        os._exit(EXIT_CANNOT_RUN)


if __name__ == "__main__":
    main(sys.argv[1:])
