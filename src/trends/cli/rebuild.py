"""`trends rebuild`: another taxonomy, or another analysis, for all that is stored."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from clickhouse_connect.driver.client import Client
from rich.progress import Progress

from trends.analysis.kernel import KernelAnalyser
from trends.analysis.segment import segmenter
from trends.cli.errors import EXIT_WRONG, reported
from trends.cli.interrupt import raise_if_interrupted
from trends.cli.options import DataDir, OutputFormat
from trends.cli.output import Format, out, print_json, progress_bar, say
from trends.cli.stack import stack
from trends.clock import SystemClock
from trends.counting.buckets import RESOLUTIONS
from trends.embedded.process import ProcessState
from trends.embedded.stack import Part, Stack
from trends.errors import ConfigError
from trends.processor.plan import Plan, Way, plan_rebuild, record_plan
from trends.processor.rebuild import Rebuild
from trends.processor.taxonomy_file import read_text, taxonomy_text
from trends.settings import Settings, load_settings
from trends.store.access import store_access
from trends.store.clickhouse_rebuild import ClickHouseRebuild
from trends.store.client import connect
from trends.store.generations import put_generation
from trends.store.queries import distinct_names
from trends.wire.access import kafka_access
from trends.wire.topics import group_is_active

CLOCK = SystemClock()


@reported
def rebuild_command(
    taxonomy: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Count by this taxonomy [default: TRENDS_TAXONOMY, else the built-in one].",
        ),
    ] = None,
    data_dir: DataDir = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Count everything that is stored by another taxonomy; also after an upgrade of the analysis.

    A changed taxonomy is applied while processors run: people see the topics of before until all
    of history is counted, then those of the new one. Another analysis or segmenter wants all
    processors stopped. If this is interrupted, run it again: it goes on. Exit code 1 if processors
    of before are still at work at the end.
    """
    settings = load_settings(data_dir=data_dir)
    text, origin = (
        taxonomy_text(settings) if taxonomy is None else (read_text(taxonomy), str(taxonomy))
    )
    cutter = segmenter(settings.segmenter)
    started_s = CLOCK.monotonic_s()
    with stack(settings, {Part.STORE}) as running, progress_bar() as bar:
        client = connect(store_access(settings, running.clickhouse))
        try:
            plan = plan_rebuild(client, cutter, text, origin)
            if plan.way is Way.EVERYTHING:
                _refuse_processors(settings, running)
            record_plan(client, plan, CLOCK)
            analyser = KernelAnalyser(plan.target.taxonomy(cutter), cutter)
            store = ClickHouseRebuild(client, plan.target.number, settings.clickhouse_cluster)
            rebuild = Rebuild(
                store, analyser, RESOLUTIONS, CLOCK, raise_if_interrupted, _shown(bar)
            )
            taken_over = _run(plan, rebuild, client, settings, running)
            topics = distinct_names(client)[1]
        finally:
            client.close()
    _report(
        {
            "generation": plan.target.number,
            "rebuilt": plan.way.value,
            "listings": rebuild.listings,
            "topics": topics,
            "taken_over": taken_over,
            "seconds": round(CLOCK.monotonic_s() - started_s, 3),
        },
        output,
    )
    if text != taxonomy_text(settings)[0]:
        say(f"set TRENDS_TAXONOMY={origin}: without it, the next rebuild goes back")
    if not taken_over:
        raise typer.Exit(EXIT_WRONG)


def _shown(bar: Progress) -> Any:
    task = bar.add_task("counted", total=None, detail="")

    def show(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total, detail=f"{done:,} of {total:,} listings")

    return show


def _run(plan: Plan, rebuild: Rebuild, client: Client, settings: Settings, running: Stack) -> bool:
    """Does what the plan says; whether no processor is left that counts as before."""
    if plan.way is Way.NOTHING:
        rebuild.finish()
        rebuild.clean()
        return True
    if plan.way is Way.EVERYTHING:
        rebuild.build_everything()
    else:
        rebuild.build_topics()
    put_generation(client, plan.target, active=True, at=CLOCK.now())
    taken_over = True
    if plan.way is Way.TOPICS:
        rebuild.finish()
        if settings.clickhouse or _processor_runs(running):
            taken_over = rebuild.wait_for_takeover()
    rebuild.clean()
    return taken_over


def _refuse_processors(settings: Settings, running: Stack) -> None:
    """Refuses what wants all processors stopped, where one is seen to run.

    Raises:
        ConfigError: if one runs.
    """
    if _processor_runs(running):
        raise ConfigError(
            "another analysis or segmenter is applied while no processor runs: "
            "stop `trends up` first"
        )
    access = kafka_access(settings, settings.kafka)
    if settings.kafka and group_is_active(access, settings.group):
        raise ConfigError(
            "another analysis or segmenter is applied while no processor runs: "
            f"stop those of group {settings.group!r} first"
        )


def _processor_runs(running: Stack) -> bool:
    ended = (ProcessState.STOPPED, ProcessState.FAILED)
    return any(
        status.name == Part.PROCESSOR.value and status.state not in ended
        for status in running.statuses()
    )


def _report(summary: dict[str, Any], output: Format) -> None:
    if not summary["taken_over"]:
        say(
            "processors still count by the generation of before; restart them "
            "(those of another program version do not notice by themselves)"
        )
    if output is Format.JSON:
        print_json(summary)
        return
    if summary["rebuilt"] == Way.NOTHING.value and not summary["listings"]:
        out.print("all is counted by this taxonomy and analysis already: nothing to do")
        return
    out.print(
        "generation {generation}: {listings:,} listings counted, {topics:,} topics by day, "
        "in {seconds:.1f} s".format(**summary)
    )
