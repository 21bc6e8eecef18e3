"""`trends replay`: files through the whole pipeline, to the last flushed count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from trends.cli.errors import reported
from trends.cli.options import AsOf, DataDir, OutputFormat, parse_date
from trends.cli.output import Format, out, print_json, progress_bar, say
from trends.cli.parts import parts_needed
from trends.cli.stack import stack, watched
from trends.clock import SystemClock
from trends.ingest.feed import Feed
from trends.ingest.progress import TopicWatch, sent_offsets, wait_until_counted
from trends.processor.flood import FloodGuard
from trends.processor.outlet import Outlet
from trends.settings import load_settings
from trends.sources.mapping import parse_mapping
from trends.sources.read import read, total_bytes
from trends.store.access import store_access
from trends.store.clickhouse import ClickHouseStore
from trends.store.client import connect
from trends.store.generations import FIRST
from trends.store.interface import DeadLetter
from trends.store.queries import accepted_at, dead_at, distinct_names
from trends.wire.access import kafka_access
from trends.wire.publisher import Publisher
from trends.wire.topics import ensure_topics


@reported
def replay_command(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="One or more; '-' is stdin.")],
    as_of: AsOf = None,
    mapping: Annotated[
        str | None,
        typer.Option(
            "--map",
            metavar="TO=FROM,...",
            help="Fields that the files call otherwise, e.g. text=abstract.",
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Source of listings that name none [default: the file]."),
    ] = None,
    data_dir: DataDir = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Publish FILES through the broker and wait until every listing is counted.

    Reads saved Daily Papers pages, JSONL, CSV and Parquet, also compressed (.gz, .zst). Dates
    without a year are resolved against the day given by --as-of, and so are pages without a date.
    What cannot be read becomes a dead letter. Replaying a file again changes no count.
    """
    settings = load_settings(data_dir=data_dir)
    total_bytes(files)  # a file that is not there is said before anything is started
    clock = SystemClock()
    records = read(
        files,
        clock=clock,
        as_of=parse_date(as_of, "--as-of"),
        mapping=parse_mapping(mapping) if mapping else None,
        source=source,
    )
    with stack(settings, parts_needed(settings)) as running, progress_bar() as bar:
        reading = bar.add_task("published", total=None, detail="0")
        counting = bar.add_task("counted", total=None, detail="0")
        started_s = clock.monotonic_s()
        client = connect(store_access(settings, running.clickhouse))
        topic = ensure_topics(settings, running.kafka)
        outlet = Outlet(settings, running.kafka, clock)
        store = ClickHouseStore(client, FIRST)  # for dead letters, which have no generation

        def bury(letters: Sequence[DeadLetter]) -> None:
            outlet.dead(letters)
            store.write_dead_letters(letters)

        try:
            with Publisher(settings, running.kafka, topic, clock) as publisher:
                flood = FloodGuard(settings.flood_window, settings.flood_share)
                feed = Feed(publisher, bury, flood, clock)
                feed.run(records, lambda n: bar.update(reading, completed=n, detail=f"{n:,}"))
            offsets = sent_offsets(topic, publisher.sent)
            bar.update(reading, total=feed.read)
            bar.update(counting, total=feed.read - feed.dead)
            topic_watch = TopicWatch(kafka_access(settings, running.kafka), topic, clock)
            wait_until_counted(
                client,
                offsets,
                clock,
                watched(running, topic_watch.check),
                lambda n: bar.update(counting, completed=n, detail=f"{n:,}"),
            )
            accepted = accepted_at(client, offsets)
            dead = dead_at(client, offsets)
            terms, topics = distinct_names(client)
        finally:
            outlet.close()
            client.close()
        seconds = clock.monotonic_s() - started_s
    _report(
        {
            "read": feed.read,
            "accepted": accepted,
            "duplicates": feed.read - feed.dead - dead - accepted,
            "dead": feed.dead + dead,
            "terms": terms,
            "topics": topics,
            "seconds": round(seconds, 3),
        },
        output,
    )


def _report(summary: dict[str, Any], output: Format) -> None:
    if output is Format.JSON:
        print_json(summary)
        return
    out.print(
        "{read:,} read: {accepted:,} accepted, {duplicates:,} duplicates, {dead:,} dead "
        "in {seconds:.1f} s".format(**summary)
    )
    out.print("the store counts {terms:,} terms and {topics:,} topics by day".format(**summary))
    if summary["dead"]:
        say("`trends dead list` shows the dead letters and why they are")
