"""Listings per second from the first produced message to exact counts that SQL can see.

    python benchmarks/end_to_end.py ABSTRACTS.jsonl.gz [--runs 3] [--repeat N] [--recent DAYS]

Starts the embedded stack in an empty folder, waits until the processor has its partitions, then
publishes every abstract and stops the clock when all are behind the checkpoint. Prints median and
spread, and the CPU seconds of each process. ``--recent`` moves the dates into the last DAYS days,
so that the short resolutions count too; ``--repeat`` publishes the file again under new ids.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil

from trends.clock import SystemClock
from trends.embedded.stack import COUNTING, Part, Stack, running_stack
from trends.ingest.progress import sent_offsets, wait_until_counted
from trends.model import Listing
from trends.settings import load_settings
from trends.sources.read import read
from trends.store.client import connect
from trends.store.migrate import prepare_store
from trends.wire.codec import to_listing
from trends.wire.publisher import Publisher
from trends.wire.topics import ensure_topics

CLOCK = SystemClock()


def listings(path: str, repeat: int, recent_days: int | None) -> Iterator[Listing]:
    """The file's listings, under new ids from the second time on."""
    loaded = [to_listing(record.fields) for record in read([path], clock=CLOCK)]
    days = sorted({listing.event_time.date() for listing in loaded})
    place = {day: index for index, day in enumerate(days)}
    today = CLOCK.now()
    for number in range(repeat):
        for listing in loaded:
            made = replace(listing, id=f"{listing.id}#{number}") if number else listing
            if recent_days:
                age = timedelta(days=recent_days * (1 - place[made.event_time.date()] / len(days)))
                made = replace(made, listed_at=today - age)
            yield made


def cpu_seconds(stack: Stack) -> dict[str, float]:
    """User and system time of every process of the stack, and of this one."""
    seconds = {}
    for status in stack.statuses():
        times = psutil.Process(status.pid).cpu_times()
        seconds[status.name] = times.user + times.system
    own = psutil.Process().cpu_times()
    return {**seconds, "publisher": own.user + own.system}


def run(load: list[Listing]) -> tuple[float, dict[str, float], int]:
    """Seconds, CPU seconds per process, and the processor's peak memory in bytes."""
    with tempfile.TemporaryDirectory(prefix="trends-bench-") as folder:
        settings = load_settings(data_dir=Path(folder))
        with running_stack(settings, CLOCK, COUNTING) as stack:
            prepare_store(stack.clickhouse)
            client = connect(stack.clickhouse)
            topic = ensure_topics(settings, stack.kafka)
            while client.command("SELECT uniqExact(shard) FROM shards") != topic.partitions:
                CLOCK.sleep(0.1)
            CLOCK.sleep(1.0)
            before = cpu_seconds(stack)
            start = CLOCK.monotonic_s()
            with Publisher(settings, stack.kafka, topic, CLOCK) as publisher:
                for listing in load:
                    publisher.publish(listing)
            offsets = sent_offsets(topic, publisher.sent)
            wait_until_counted(client, offsets, CLOCK, stack.check, lambda _: None)
            total = client.query("SELECT sum(listings) FROM totals WHERE resolution = '1d'")
            counted = total.result_rows[0][0]
            seconds = CLOCK.monotonic_s() - start
            assert counted == len(load), (counted, len(load))
            used = {name: value - before[name] for name, value in cpu_seconds(stack).items()}
            pid = next(s.pid for s in stack.statuses() if s.name == Part.PROCESSOR.value)
            peak = peak_memory(pid)
            client.close()
    return seconds, used, peak


def peak_memory(pid: int | None) -> int:
    """Peak resident bytes of a process (Linux), else what it has now."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return int(psutil.Process(pid).memory_info().rss)


def main() -> None:
    """Runs and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", help="JSONL with abstracts; real ones, or the figure means nothing")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--recent", type=int, default=None, metavar="DAYS")
    given = parser.parse_args()
    load = list(listings(given.file, given.repeat, given.recent))
    # As a feed brings them: day after day.
    load.sort(key=lambda listing: listing.event_time)
    rates = []
    for _ in range(given.runs):
        seconds, used, peak = run(load)
        rates.append(len(load) / seconds)
        cpu = ", ".join(f"{name} {value:.1f}" for name, value in used.items())
        print(
            f"{len(load):,} listings in {seconds:.1f} s = {rates[-1]:,.0f}/s; CPU s: {cpu}; "
            f"processor peak {peak / 1e6:,.0f} MB"
        )
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    print(
        f"median {statistics.median(rates):,.0f}/s, "
        f"spread {min(rates):,.0f} to {max(rates):,.0f}, {given.runs} runs, "
        f"{os.cpu_count()} cores, Python {platform.python_version()}, commit {commit}"
    )


if __name__ == "__main__":
    main()
