"""`trends up`: the whole pipeline on this machine, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import threading
from pathlib import Path

from trends.cli.errors import reported
from trends.cli.interrupt import Interrupted, raise_if_interrupted
from trends.cli.options import DataDir, OutputFormat
from trends.cli.output import Format, err, out, print_json, say
from trends.cli.stack import stack
from trends.embedded.process import ProcessState, ProcessStatus
from trends.embedded.stack import Part, Stack
from trends.embedded.state import is_alive, read_state
from trends.errors import ConfigError
from trends.settings import load_settings, redact_url

LOOK_EVERY_S = 0.5


@reported
def up_command(data_dir: DataDir = None, output: OutputFormat = Format.TABLE) -> None:
    """Start broker, store, processor, alerter and ranker, and keep them running.

    Servers that settings name are used as they are, and waited for. Addresses are printed, and
    recorded in DIR/stack.json. Ctrl-C or SIGTERM stops everything that was started.
    """
    settings = load_settings(data_dir=data_dir)
    folder = settings.data_dir.absolute()
    _refuse_second(folder)
    try:
        with stack(settings, set(Part), wait_limit_s=None) as running:
            _announce(running, folder, output)
            _watch(running)
    except Interrupted:
        # That is how this command ends.
        say("stopped")


def _refuse_second(folder: Path) -> None:
    state = read_state(folder)
    if state is not None and is_alive(folder, state):
        raise ConfigError(
            f"folder {folder} is in use by the process with id {state.pid}; "
            "stop that process or choose another folder with --data-dir"
        )


def _announce(running: Stack, folder: Path, output: Format) -> None:
    clickhouse = redact_url(running.clickhouse)
    if output is Format.JSON:
        document = {
            "kafka": running.kafka,
            "clickhouse": clickhouse,
            "reader": redact_url(running.reader),
            "data_dir": str(folder),
        }
        print_json(document)
        return
    out.print("ready; Ctrl-C stops it")
    for name, value in (
        ("Kafka", running.kafka),
        ("ClickHouse", clickhouse),
        ("data", str(folder)),
    ):
        out.print(f"  {name:<11} {value}", markup=False, soft_wrap=True)


def _watch(running: Stack) -> None:
    told: dict[str, ProcessStatus] = {}
    never = threading.Event()
    while True:
        raise_if_interrupted()
        for status in running.statuses():
            _tell_change(told.get(status.name), status)
            told[status.name] = status
        never.wait(LOOK_EVERY_S)


def _tell_change(before: ProcessStatus | None, now: ProcessStatus) -> None:
    if before is None or (before.state, before.restarts) == (now.state, now.restarts):
        return
    if now.state is ProcessState.FAILED:
        err.print(f"[bold red]{now.name} failed[/]:", end=" ")
        say(now.detail or "")
    else:
        say(f"{now.name}: {now.state.value} (restarts: {now.restarts}) {now.last_exit or ''}")
