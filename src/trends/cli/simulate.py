"""`trends simulate`: which alerts rules would have raised on the stored history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from clickhouse_connect.driver.client import Client

from trends.alerting.alert import State
from trends.alerting.rules import Rules
from trends.alerting.rules_load import load_rules
from trends.alerting.simulate import Evaluated, Simulation
from trends.cli.alert_rows import evidence_lines, spike_json, transition_row
from trends.cli.errors import reported
from trends.cli.interrupt import raise_if_interrupted
from trends.cli.options import DataDir, OutputFormat, parse_date
from trends.cli.output import Format, out, print_json, progress_bar, say
from trends.cli.stack import connected_store
from trends.detection.horizons import BY_NAME, HORIZONS
from trends.errors import ConfigError
from trends.settings import environment, load_settings
from trends.store.queries import first_day, newest_day

DAY = timedelta(days=1)
BY_DAY = tuple(horizon.name for horizon in HORIZONS if horizon.bucket == DAY)


@reported
def simulate_command(
    rules: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Rules (YAML) [default: TRENDS_RULES or built in]."),
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="[default: the first day]")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="[default: the last day]")
    ] = None,
    hours: Annotated[
        bool, typer.Option("--hours", help="Evaluate every hour, and windows of an hour too.")
    ] = False,
    pending: Annotated[
        bool, typer.Option("--pending", help="Also alerts that never became more than pending.")
    ] = False,
    data_dir: DataDir = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Show what would have fired on the stored history, evaluation by evaluation.

    Each evaluation stands at the end of a day and uses nothing of what came later. Nothing is
    stored or sent. Windows of an hour need counts by hour, which are kept for a year.
    """
    settings = load_settings(data_dir=data_dir)
    chosen = load_rules(rules or settings.rules, environment())
    with connected_store(settings) as client:
        start, end = _range(client, first, last)
        horizons = [horizon.name for horizon in HORIZONS] if hours else BY_DAY
        used = _used(chosen, horizons)
        # An evaluation stands at the end of its day or hour.
        every = min(BY_NAME[name].bucket for name in used)
        simulation = Simulation(client, chosen, start + every, end + DAY, used)
        evaluations = _walk(simulation, start, end, pending=pending, output=output)
    _summary(evaluations, start, end, output, pending=pending)


def _range(client: Client, first: str | None, last: str | None) -> tuple[datetime, datetime]:
    known = first_day(client), newest_day(client)
    if known[0] is None or known[1] is None:
        raise ConfigError("the store has no listings; deliver some with `trends replay FILE`")
    start = parse_date(first, "--from") or known[0]
    end = parse_date(last, "--to") or known[1]
    if end < start:
        raise ConfigError(f"--to {end} is before --from {start}")
    return _midnight(start), _midnight(end)


def _used(rules: Rules, horizons: Sequence[str]) -> list[str]:
    wanted: set[str] = {name for rule in rules.rules for name in rule.horizons}
    used = [name for name in horizons if name in wanted]
    if not used:
        raise ConfigError(
            f"no rule has a horizon among {', '.join(horizons)}; for `hour`, add --hours"
        )
    return used


def _walk(
    simulation: Simulation, start: datetime, end: datetime, *, pending: bool, output: Format
) -> list[Evaluated]:
    evaluations = []
    days = (end - start).days + 1
    with progress_bar() as bar:
        task = bar.add_task("simulating", total=days, detail="")
        for one in simulation:
            raise_if_interrupted()
            done = (one.at - start) / DAY
            bar.update(task, completed=done, detail=f"{one.at:%Y-%m-%d} firing: {one.firing}")
            evaluations.append(one)
            if output is Format.TABLE:
                _tell(one, pending=pending)
    return evaluations


def _tell(one: Evaluated, *, pending: bool) -> None:
    for change in one.transitions:
        told = change.alert.fired_at is not None
        if not told and not pending:
            continue
        row = transition_row(change)
        style = {State.FIRING: "bold", State.RESOLVED: "dim"}.get(change.alert.state, "")
        out.print(f"{one.at:%Y-%m-%d %H:%M}  {row}", style=style, markup=False, soft_wrap=True)
        if change.alert.state is State.FIRING:
            for line in evidence_lines(change.alert.spike):
                out.print(f"                    {line}", style="dim", markup=False, soft_wrap=True)


def _summary(
    evaluations: list[Evaluated], start: datetime, end: datetime, output: Format, *, pending: bool
) -> None:
    changes = [change for one in evaluations for change in one.transitions]
    fired = [change for change in changes if change.alert.state is State.FIRING]
    days = (end - start).days + 1
    if output is Format.JSON:
        shown = [change for change in changes if pending or change.alert.fired_at is not None]
        print_json(
            {
                "from": f"{start:%Y-%m-%d}",
                "to": f"{end:%Y-%m-%d}",
                "evaluations": len(evaluations),
                "fired": len(fired),
                "transitions": [
                    {
                        "at": change.at,
                        "before": change.before,
                        "state": change.alert.state,
                        "alert": change.alert.id,
                        "rule": change.alert.rule,
                        **spike_json(change.alert.spike),
                    }
                    for change in shown
                ],
            }
        )
        return
    say(
        f"{len(evaluations):,} evaluations over {days:,} days: {len(fired):,} alerts fired, "
        f"{30 * len(fired) / days:.1f} in 30 days"
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
