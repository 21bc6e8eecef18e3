"""`trends spikes`: what has risen by a day, and the listings behind it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from trends.alerting.evaluator import limits_of, live_spans
from trends.alerting.rules_load import load_rules
from trends.alerting.spikes import spikes_of
from trends.cli.alert_rows import evidence_lines, spike_json, spike_row
from trends.cli.errors import reported
from trends.cli.options import DataDir, OutputFormat, parse_date
from trends.cli.output import Format, out, print_json, print_rows, say
from trends.cli.stack import connected_store
from trends.clock import SystemClock
from trends.detection.find import Tested, find
from trends.detection.horizons import HORIZONS
from trends.detection.source import span_at
from trends.errors import ConfigError
from trends.settings import environment, load_settings
from trends.store.window_counts import StoreCounts

HORIZON_NAMES = [horizon.name for horizon in HORIZONS]


@reported
def spikes_command(
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="DATE", help="As at the end of this day [default: as of now]."
        ),
    ] = None,
    horizon: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="hour, day, week or month; may be repeated."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what is not yet enough for an alert.")
    ] = False,
    evidence: Annotated[
        bool, typer.Option("--evidence/--no-evidence", help="The listings behind each.")
    ] = True,
    rules: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Rules (YAML) [default: TRENDS_RULES or built in]."),
    ] = None,
    data_dir: DataDir = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Show what more listings mention than its past and chance explain.

    For each horizon, the window that ends then is tested against the windows before it. Rules give
    the thresholds; which rule would be told, and when, is for `trends simulate`.
    """
    names = _horizons(horizon)
    settings = load_settings(data_dir=data_dir)
    limits = limits_of(load_rules(rules or settings.rules, environment()))
    with connected_store(settings) as client:
        source = StoreCounts(client)
        day = parse_date(as_of, "--as-of")
        now = SystemClock().now() if day is None else _end_of(day)
        spans = (
            [span for span in live_spans(now) if span.end > now]
            if day is None
            else [span_at(one, now - timedelta(microseconds=1)) for one in HORIZONS]
        )
        tested = [find(source, span, limits, now) for span in spans if span.horizon.name in names]
        _tell_of_history(tested)
        spikes = [
            spike
            for one in tested
            for spike in spikes_of(client, one, limits.min_docs)
            if everything or spike.q <= limits.false_discovery_rate
        ]
    if output is Format.JSON:
        print_json([spike_json(spike) for spike in spikes])
        return
    if not spikes:
        candidates = sum(one.candidates for one in tested)
        say(f"nothing has risen: {candidates:,} terms and topics tested")
        return
    columns = [name for name in spike_row(spikes[0]) if name != "rose_with"]
    print_rows([spike_row(spike) for spike in spikes], columns, output)
    for spike in spikes if evidence else ():
        out.print(f"\n{spike_row(spike)['name']}", style="bold", markup=False)
        for line in evidence_lines(spike):
            out.print(f"  {line}", markup=False, soft_wrap=True)


def _horizons(given: list[str] | None) -> list[str]:
    for name in given or ():
        if name not in HORIZON_NAMES:
            raise ConfigError(f"--horizon {name!r} is none of {', '.join(HORIZON_NAMES)}")
    return given or HORIZON_NAMES


def _tell_of_history(tested: list[Tested]) -> None:
    """A short past is said, for it keeps things from being found."""
    for one in tested:
        windows = sum(listings > 0 for listings in one.listings[:-1])
        if one.listings[-1] and windows < one.span.horizon.windows / 4:
            say(
                f"{one.span.horizon.name}: only {windows} windows of the past have listings; "
                f"little can be found with less than {one.span.horizon.windows // 4}"
            )


def _end_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
