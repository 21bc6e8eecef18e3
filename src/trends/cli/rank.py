"""`trends rank`: computes at once what the ranker would compute in its own time."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer
from rich.progress import Progress

from trends.cli.errors import reported
from trends.cli.interrupt import raise_if_interrupted
from trends.cli.options import DataDir, OutputFormat, parse_days
from trends.cli.output import Format, print_json, progress_bar, say
from trends.cli.stack import connected_store
from trends.clock import SystemClock
from trends.ranker.board import StoreBoard
from trends.ranker.ranker import rank_all
from trends.settings import load_settings
from trends.store.queries import newest_day
from trends.store.rankings import Made, RankingKey

CLOCK = SystemClock()


@reported
def rank_command(
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DAYS", help="Also as it was on past days: 90d, 52w [default: not at all]."
        ),
    ] = None,
    data_dir: DataDir = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Compute the rankings of the view `ranked` now: what `trends top` says, for dashboards.

    `trends up` does so by itself, in the background. What is as it should be is left alone, so
    this may be interrupted and repeated. Windows of 1, 7, 28 and 364 days end with the newest day
    with listings; past days are those of the last 28 days, the last one of a week up to two
    years ago, and the last one of a month before that.
    """
    days = parse_days(since, "--since") if since is not None else None
    done: list[dict[str, object]] = []
    started_s = CLOCK.monotonic_s()
    with connected_store(load_settings(data_dir=data_dir)) as client, progress_bar() as bar:
        newest = newest_day(client)
        if newest is None:
            say("no listings yet; `trends replay FILE` brings some")
        else:
            told = _Told(bar, done)
            first = newest - timedelta(days=days) if days is not None else None
            rank_all(StoreBoard(client, CLOCK), first, CLOCK, told)
    seconds = CLOCK.monotonic_s() - started_s
    if output is Format.JSON:
        print_json({"rankings": done, "seconds": round(seconds, 3)})
    elif newest is not None:
        say(f"{len(done):,} rankings computed in {seconds:,.1f} s; the others were up to date")


class _Told:
    """Keeps what was done, and shows it."""

    def __init__(self, bar: Progress, done: list[dict[str, object]]) -> None:
        self._bar = bar
        self._done = done
        self._task = bar.add_task("ranking", total=None, detail="")

    def __call__(self, key: RankingKey, made: Made, left: int) -> None:
        raise_if_interrupted()
        self._done.append({**key._asdict(), "took_ms": made.took_ms})
        detail = f"{key.last_day}: {key.kind}s of {key.span} days by {key.ordering}"
        self._bar.update(
            self._task, completed=len(self._done), total=len(self._done) + left, detail=detail
        )
