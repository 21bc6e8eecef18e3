"""`trends doctor`: what is wrong here, and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import typer

from trends.cli.doctor_check import Check, Health, Section
from trends.cli.doctor_kafka import LogEnds, check_kafka
from trends.cli.doctor_machine import (
    check_embedded,
    check_folder,
    check_python,
    check_settings,
    check_taxonomy,
)
from trends.cli.doctor_store import check_clickhouse
from trends.cli.errors import EXIT_WRONG, reported
from trends.cli.options import DataDir, OutputFormat
from trends.cli.output import Format, out, plain, print_json
from trends.clock import SystemClock
from trends.embedded.process import ProcessState
from trends.embedded.stack import Part
from trends.embedded.state import StackState, is_alive, read_state
from trends.errors import ConfigError
from trends.settings import Settings, load_settings
from trends.store.access import store_access

STYLES = {Health.OK: "green", Health.WARN: "yellow", Health.FAIL: "bold red"}


@reported
def doctor_command(data_dir: DataDir = None, output: OutputFormat = Format.TABLE) -> None:
    """Check everything this machine's pipeline needs, and say what to do where it is not well.

    Looks only: starts nothing and changes nothing. Exit code 1 when a check says FAIL.
    """
    checks = []
    section = ""
    for check in examine(data_dir):
        checks.append(check)
        if output is Format.TABLE:
            _print(check, new_section=check.section != section)
            section = check.section
    found = Counter(check.health for check in checks)
    if output is Format.JSON:
        print_json(
            {
                "ok": not found[Health.FAIL],
                "checks": [
                    {
                        "section": check.section,
                        "name": check.name,
                        "health": check.health.value.lower(),
                        "detail": check.detail,
                        "remedy": check.remedy or None,
                    }
                    for check in checks
                ],
            }
        )
    else:
        out.print(", ".join(f"{found[health]} {health.value}" for health in Health))
    if found[Health.FAIL]:
        raise typer.Exit(EXIT_WRONG)


def examine(data_dir: object) -> Iterator[Check]:
    """All checks, each made when it is asked for."""
    yield from check_python()
    try:
        settings = load_settings(data_dir=data_dir)
    except ConfigError as error:
        yield Section("settings").fail(
            "settings", str(error), "correct the variable or the file that TRENDS_CONFIG names"
        )
        return
    yield from check_settings(settings)
    yield from check_taxonomy(settings)
    yield from check_embedded(settings)
    yield from check_folder(settings)
    state = _living_state(settings)
    ends = LogEnds()
    yield from _check_kafka(settings, state, ends)
    yield from _check_clickhouse(settings, state, ends)


def _living_state(settings: Settings) -> StackState | None:
    folder = settings.data_dir.absolute()
    try:
        state = read_state(folder)
    except ConfigError:
        return None  # said by the checks of the folder
    return state if state is not None and is_alive(folder, state) else None


def _check_kafka(settings: Settings, state: StackState | None, ends: LogEnds) -> Iterator[Check]:
    bootstrap = settings.kafka or _address(state, Part.BROKER, "kafka")
    if not bootstrap:
        yield Section("Kafka").ok("server", "the embedded broker does not run; `trends up` does")
        return
    runs = None if settings.kafka else _runs(state, Part.PROCESSOR)
    yield from check_kafka(settings, bootstrap, runs, ends)


def _check_clickhouse(
    settings: Settings, state: StackState | None, ends: LogEnds
) -> Iterator[Check]:
    url = settings.clickhouse or _address(state, Part.STORE, "clickhouse")
    if not url:
        yield Section("ClickHouse").ok(
            "server", "the embedded store does not run; any command that needs it starts it"
        )
        return
    access = store_access(settings, url)
    yield from check_clickhouse(access, ends.by_shard(), SystemClock(), embedded=not settings.kafka)


def _address(state: StackState | None, part: Part, name: str) -> str:
    """Where the running stack has a part; empty if it has none."""
    if state is None or part.value not in {status.name for status in state.processes}:
        return ""
    return state.addresses.get(name, "")


def _runs(state: StackState | None, part: Part) -> bool:
    return state is not None and any(
        status.name == part.value and status.state is ProcessState.RUNNING
        for status in state.processes
    )


def _print(check: Check, *, new_section: bool) -> None:
    if new_section:
        out.print(check.section, style="bold")
    out.print(f"  {check.health.value:<4}", style=STYLES[check.health], end="  ")
    out.print(f"{check.name}: {plain(check.detail)}", markup=False, soft_wrap=True)
    if check.remedy:
        out.print(f"        -> {plain(check.remedy)}", markup=False, soft_wrap=True)
