"""The supervisor with real processes: what only an operating system can show."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from trends.embedded.broker import broker_spec
from trends.embedded.child import LAUNCHER, launch
from trends.embedded.kafka_probe import kafka_answers
from trends.embedded.ports import LOOPBACK, choose_ports
from trends.embedded.process import ProcessSpec, ProcessState, ProcessStatus, RestartPolicy
from trends.embedded.state import is_alive, read_state
from trends.embedded.supervisor import Supervisor
from trends.errors import ConfigError, Unavailable

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = 20.0
QUICK = RestartPolicy(delay_s=0.01, delay_max_s=0.05)


def wait_until(condition: Callable[[], bool], what: str) -> None:
    end_s = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < end_s, f"still not so after {WAIT_S:g} s: {what}"
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    """Dead, whether or not its parent has taken notice."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def in_group(pid: int) -> list[int]:
    """Everything alive in the process group that ``pid`` leads."""
    return [
        process.pid
        for process in psutil.process_iter()
        if not is_gone(process.pid) and _group(process.pid) == pid
    ]


def _group(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def shell(folder: Path, name: str, text: str) -> ProcessSpec:
    return ProcessSpec(
        name=name,
        argv=("/bin/sh", "-c", text),
        log_path=folder / f"{name}.log",
        restart=QUICK,
        stop_timeout_s=5,
    )


def status_of(supervisor: Supervisor, name: str) -> ProcessStatus:
    return next(status for status in supervisor.status() if status.name == name)


def ticking(supervisor: Supervisor, condition: Callable[[], bool]) -> Callable[[], bool]:
    def look() -> bool:
        supervisor.tick()
        return condition()

    return look


@contextmanager
def started(*specs: ProcessSpec) -> Iterator[Supervisor]:
    supervisor = Supervisor(specs)
    supervisor.start()
    try:
        yield supervisor
    finally:
        supervisor.stop()


@contextmanager
def supervised_program(folder: Path, *commands: str) -> Iterator[subprocess.Popen[str]]:
    """The supervisor as a process of its own; killed at the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.supervised", str(folder), *commands],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def pid_of(folder: Path, name: str) -> int:
    state = read_state(folder)
    assert state is not None
    pid = next(status.pid for status in state.processes if status.name == name)
    assert pid is not None
    return pid


def await_ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"


def test_a_process_is_ready_before_the_next_one_starts(tmp_path: Path) -> None:
    flag = tmp_path / "ready"
    first = replace(shell(tmp_path, "first", f"sleep 0.3; : > {flag}; sleep 60"), ready=flag.exists)
    second = replace(shell(tmp_path, "second", f"ls {flag}; sleep 60"), depends_on=("first",))
    with started(second, first):
        log = second.log_path
        wait_until(lambda: log.exists() and log.read_text() != "", "the second has looked")
        assert log.read_text() == f"{flag}\n"


def test_a_killed_process_comes_back(tmp_path: Path) -> None:
    with started(shell(tmp_path, "service", "sleep 60")) as supervisor:
        pid = status_of(supervisor, "service").pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

        def came_back() -> bool:
            return status_of(supervisor, "service").restarts == 1

        wait_until(ticking(supervisor, came_back), "restarted")
        status = status_of(supervisor, "service")
        assert status.pid != pid
        assert status.last_exit == "signal SIGKILL"


def test_a_crash_loop_ends_as_failed_with_the_words_of_the_process(tmp_path: Path) -> None:
    flag = tmp_path / "crash"
    spec = shell(tmp_path, "service", f"[ -e {flag} ] && echo no more luck && exit 7; sleep 60")
    with started(spec, shell(tmp_path, "other", "sleep 60")) as supervisor:
        flag.touch()
        pid = status_of(supervisor, "service").pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

        def failed() -> bool:
            return status_of(supervisor, "service").state is ProcessState.FAILED

        wait_until(ticking(supervisor, failed), "given up")
        detail = status_of(supervisor, "service").detail
        assert detail is not None
        assert "exit code 7, 5 times" in detail
        assert detail.endswith("no more luck")
        assert status_of(supervisor, "other").state is ProcessState.RUNNING


def test_stop_kills_what_ignores_the_stop_signal_and_its_children(tmp_path: Path) -> None:
    text = "trap '' TERM; sleep 60 & echo $! started; while :; do sleep 1; done"
    spec = replace(shell(tmp_path, "stubborn", text), stop_timeout_s=0.3)
    with started(spec) as supervisor:
        wait_until(lambda: "started" in spec.log_path.read_text(), "it has a child")
        child = int(spec.log_path.read_text().split()[0])
        pid = status_of(supervisor, "stubborn").pid
        assert pid is not None
        supervisor.stop()
        assert status_of(supervisor, "stubborn").last_exit == "signal SIGKILL"
        wait_until(lambda: is_gone(child) and not in_group(pid), "the whole group is dead")


def test_what_a_process_leaves_behind_is_removed(tmp_path: Path) -> None:
    spec = shell(tmp_path, "service", "sleep 60 & echo $! left; sleep 0.2; exit 1")
    supervisor = Supervisor([spec])
    supervisor.start()
    wait_until(lambda: "left" in spec.log_path.read_text(), "it has a child")
    left = int(spec.log_path.read_text().split()[0])
    wait_until(ticking(supervisor, lambda: is_gone(left)), "the orphan is dead")
    supervisor.stop()


def test_a_process_sees_its_own_environment_and_no_child_it_did_not_start(tmp_path: Path) -> None:
    spec = replace(
        shell(tmp_path, "service", "echo $GREETING; ps -o pid= --ppid $$ | wc -l; sleep 60"),
        env={"GREETING": "hello"},
    )
    with started(spec):
        wait_until(lambda: len(spec.log_path.read_text().split()) == 2, "both answers")
        # `ps` and `wc` are the shell's own.
        greeting, children = spec.log_path.read_text().split()
        assert greeting == "hello"
        assert int(children) <= 2


def test_a_process_may_end_a_pipe_as_usual(tmp_path: Path) -> None:
    spec = shell(tmp_path, "service", "yes | head -n 1; echo done; sleep 60")
    # As some libraries leave it in whoever starts the process.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPIPE})
    try:
        with started(spec):
            wait_until(lambda: "done" in spec.log_path.read_text(), "the pipe has ended")
            assert spec.log_path.read_text() == "y\ndone\n"
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def test_the_launcher_leads_a_group_of_its_own_whoever_starts_it() -> None:
    watched, lifeline = os.pipe()
    command = [sys.executable, "-I", "-S", str(LAUNCHER), str(watched), "echo", "hello"]
    # Not in a new session: a watcher that took this group for its own would kill this very test.
    with subprocess.Popen(command, pass_fds=(watched,), stdout=subprocess.PIPE) as process:
        os.close(watched)
        assert process.stdout is not None
        assert process.stdout.readline() == b"hello\n"
        assert os.getpgid(process.pid) == process.pid
        os.close(lifeline)


def test_a_command_that_cannot_be_run_says_so(tmp_path: Path) -> None:
    spec = replace(shell(tmp_path, "service", ""), argv=(str(tmp_path / "missing"),))
    supervisor = Supervisor([replace(spec, ready=lambda: False)])
    with pytest.raises(ConfigError, match=r"(?s)exit code 127.*cannot run .*missing"):
        supervisor.start()


@pytest.mark.parametrize(
    "when", ["after the start", "while starting", "after a signal to the groups"]
)
def test_nothing_survives_a_killed_supervisor(tmp_path: Path, when: str) -> None:
    deaf = "trap '' TERM HUP INT; echo deaf; sleep 60 & while :; do sleep 1; done"
    with supervised_program(tmp_path, f"a={deaf}", f"b={deaf}") as process:
        if when == "while starting":
            wait_until(lambda: (tmp_path / "stack.json").exists(), "something was started")
        else:
            await_ready(process)
        pids = [pid_of(tmp_path, name) for name in ("a", "b")]
        if when == "after a signal to the groups":
            logs = [tmp_path / "a.log", tmp_path / "b.log"]
            wait_until(lambda: all(log.read_text() for log in logs), "both are deaf")
            for pid in pids:
                os.killpg(pid, signal.SIGTERM)
        process.send_signal(signal.SIGKILL)
        process.wait(WAIT_S)
        wait_until(lambda: not any(in_group(pid) for pid in pids), "the children are dead")


def test_a_group_that_was_stopped_is_killed_as_a_whole(tmp_path: Path) -> None:
    child = launch(shell(tmp_path, "service", "echo up; sleep 60 & wait"))
    wait_until(lambda: "up" in (tmp_path / "service.log").read_text(), "it runs")
    os.killpg(child.pid, signal.SIGSTOP)
    assert len(in_group(child.pid)) >= 2
    assert child.kill() == -signal.SIGKILL
    wait_until(lambda: not in_group(child.pid), "its group is dead")


@pytest.mark.usefixtures("stop_signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_each_stop_signal_ends_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    polite = "trap 'echo goodbye; exit 0' TERM; echo polite; while :; do sleep 0.1; done"
    log = tmp_path / "service.log"
    with supervised_program(tmp_path, f"service={polite}") as process:
        await_ready(process)
        pid = pid_of(tmp_path, "service")
        # A process without a check is ready when it is launched, long before its first command.
        wait_until(lambda: "polite" in log.read_text(), "it knows what to do at its end")
        process.send_signal(number)
        assert process.wait(WAIT_S) == 0
        assert "goodbye" in log.read_text()
        wait_until(lambda: not in_group(pid), "its group is dead")
        state = read_state(tmp_path)
        assert state is not None
        assert state.processes[0].state is ProcessState.STOPPED


def test_ctrl_c_in_the_terminal_reaches_the_supervisor_alone(tmp_path: Path) -> None:
    with supervised_program(tmp_path, "service=sleep 60") as process:
        await_ready(process)
        pid = pid_of(tmp_path, "service")
        assert os.getpgid(pid) == pid
        assert os.getsid(pid) != os.getsid(process.pid)
        process.send_signal(signal.SIGTERM)
        process.wait(WAIT_S)


def test_a_second_start_says_who_holds_the_folder(tmp_path: Path) -> None:
    with supervised_program(tmp_path, "service=sleep 60") as first:
        await_ready(first)
        state = read_state(tmp_path)
        assert state is not None
        assert state.pid == first.pid
        assert is_alive(tmp_path, state)
        with supervised_program(tmp_path, "service=sleep 60") as second:
            _, errors = second.communicate(timeout=WAIT_S)
            assert second.returncode == 1
            assert f"in use by the process with id {first.pid}" in errors
        first.kill()
        first.wait(WAIT_S)
        assert not is_alive(tmp_path, state)


def test_the_embedded_broker_comes_back_on_its_port(tmp_path: Path) -> None:
    port = choose_ports(("kafka",))["kafka"]
    broker = broker_spec(port, tmp_path / "broker.log")
    reader = replace(shell(tmp_path, "reader", "sleep 60"), restart_with=("broker",))
    with started(broker, reader) as supervisor:
        assert kafka_answers(LOOPBACK, port)
        before = {status.name: status.pid for status in supervisor.status()}
        assert before["broker"] is not None
        os.kill(before["broker"], signal.SIGKILL)

        def both_came_back() -> bool:
            return all(
                status.state is ProcessState.RUNNING and status.pid != before[status.name]
                for status in supervisor.status()
            )

        wait_until(ticking(supervisor, both_came_back), "broker and reader are new")
        assert kafka_answers(LOOPBACK, port)
    assert choose_ports(("kafka",), {"kafka": port}) == {"kafka": port}
    assert not kafka_answers(LOOPBACK, port)


def test_a_broker_whose_port_was_taken_shows_why(tmp_path: Path) -> None:
    port = choose_ports(("kafka",))["kafka"]
    with started(broker_spec(port, tmp_path / "first.log")):
        taken = replace(
            broker_spec(port, tmp_path / "second.log"), ready=lambda: False, ready_timeout_s=5
        )
        with pytest.raises((ConfigError, Unavailable), match=r"(?i)address.*in use"):
            Supervisor([taken]).start()
