"""`trends up`: the whole pipeline on this machine, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
import threading

from trends.cli.errors import reported
from trends.cli.options import DataDir
from trends.cli.output import err, out
from trends.cli.stack import stack
from trends.embedded.process import ProcessState, ProcessStatus
from trends.embedded.stack import Part
from trends.settings import load_settings, redact_url

LOOK_EVERY_S = 0.5


@reported
def up_command(data_dir: DataDir = None) -> None:
    """Start broker, store and processor, and keep them running.

    Addresses are printed and recorded in DATA_DIR/stack.json. Ctrl-C or SIGTERM stops everything.
    """
    settings = load_settings(data_dir=data_dir)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with stack(settings, set(Part)) as running:
        out.print("ready")
        out.print(f"  Kafka       {running.kafka}")
        out.print(f"  ClickHouse  {redact_url(running.clickhouse)}")
        out.print(f"  data        {settings.data_dir.absolute()}", soft_wrap=True)
        told: dict[str, ProcessStatus] = {}
        while not ended.wait(LOOK_EVERY_S):
            for status in running.statuses():
                _tell_change(told.get(status.name), status)
                told[status.name] = status
    out.print("stopped")


def _tell_change(before: ProcessStatus | None, now: ProcessStatus) -> None:
    if before is None or (before.state, before.restarts) == (now.state, now.restarts):
        return
    if now.state is ProcessState.FAILED:
        err.print(f"[bold red]{now.name} failed[/]: {now.detail}", soft_wrap=True)
    else:
        err.print(f"{now.name}: {now.state.value} (restarts: {now.restarts}) {now.last_exit or ''}")
