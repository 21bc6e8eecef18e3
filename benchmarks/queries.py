"""Milliseconds that each query of the dashboards and alert rules takes, on 100 million count rows.

    python benchmarks/queries.py ABSTRACTS.jsonl.gz [--repeats N] [--periods N] [--density N]
    python benchmarks/queries.py --url http://default:@127.0.0.1:8123/big [--repeats N]

Counts the abstracts in an embedded stack, inflates that store by SQL (`queries_store.py`), gives it
a past (`queries_history.py`), and runs what a browser would send for each dashboard: every panel,
variable and annotation, for ranges from a day to five years, with and without a chosen name; then
every alert rule. Each query runs once to warm up; the median of the others is its time.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml
from clickhouse_connect.driver.client import Client
from queries_history import add_history
from queries_store import Size, inflate

from trends.clock import SystemClock
from trends.embedded.stack import COUNTING, Part, running_stack
from trends.grafana.panels import Query, alert_queries, dashboard_queries
from trends.settings import load_settings
from trends.store.client import connect

ROOT = Path(__file__).parent.parent
RANGES = {
    "24 h": timedelta(days=1),
    "7 d": timedelta(days=7),
    "90 d": timedelta(days=90),
    "1 y": timedelta(days=365),
    "5 y": timedelta(days=5 * 365),
}
CHOSEN: dict[str, str | tuple[str, ...]] = {
    "name": ("reasoning", "diffusion", "transformer", "agentic", "mamba"),
    "topic": "Reasoning",
}
BIG = "trends_big"
SHOWN = 12


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("abstracts", type=Path, nargs="?")
    parser.add_argument("--url", help="a store that was made before")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--periods", type=int, default=Size().periods)
    parser.add_argument("--density", type=int, default=Size().density)
    given = parser.parse_args()
    if (given.abstracts is None) == (given.url is None):
        parser.error("give a file of abstracts or --url")
    print(f"{platform.machine()}, {os.cpu_count()} cores, commit {_commit()}")
    if given.url:
        _measure(given.url, given.repeats)
        return
    with _big_store(given.abstracts, Size(given.periods, given.density)) as url:
        _measure(url, given.repeats)


@contextmanager
def _big_store(abstracts: Path, size: Size) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        subprocess.run(
            ["trends", "replay", str(abstracts), "--data-dir", folder], check=True, cwd=folder
        )
        settings = load_settings(data_dir=data)
        with running_stack(settings, SystemClock(), {Part.STORE} & COUNTING) as stack:
            base = stack.clickhouse.rpartition("/")[0]
            client = connect(stack.clickhouse)
            started = time.perf_counter()
            inflate(client, "trends", BIG, size, datetime.now(UTC).date())
            client.database = BIG
            add_history(client, SystemClock())
            print(f"store made in {time.perf_counter() - started:.0f} s")
            client.close()
            yield f"{base}/{BIG}"


def _measure(url: str, repeats: int) -> None:
    client = connect(url)
    rows = client.command("SELECT count() FROM term_counts")
    listings = client.command("SELECT count() FROM listings_counted")
    print(
        f"{int(str(rows)):,} count rows of {int(str(listings)):,} listings; {repeats} runs each\n"
    )
    now = datetime.now(UTC)
    taken: dict[str, dict[str, list[tuple[float, Query]]]] = defaultdict(lambda: defaultdict(list))
    for path in sorted((ROOT / "dashboards").glob("*.json")):
        dashboard = json.loads(path.read_text())
        for label, length in RANGES.items():
            for query in _asked(dashboard, now - length, now):
                taken[path.stem][label].append((_median_ms(client, query, repeats), query))
    for path in sorted((ROOT / "deploy/grafana/provisioning/alerting").glob("*.yaml")):
        for query in alert_queries(yaml.safe_load(path.read_text()) or {}, now):
            taken["alert rules"]["now"].append((_median_ms(client, query, repeats), query))
    _report(taken)
    client.close()


def _asked(dashboard: dict[str, object], start: datetime, end: datetime) -> list[Query]:
    """As it opens, and with names chosen; a query that stays the same is asked once."""
    plain = dashboard_queries(dashboard, start, end)
    chosen = dashboard_queries(dashboard, start, end, CHOSEN)
    known = {query.sql for query in plain}
    more = [replace(query, name=f"{query.name} (chosen)") for query in chosen]
    return plain + [query for query in more if query.sql not in known]


def _median_ms(client: Client, query: Query, repeats: int) -> float:
    times = []
    for _ in range(repeats + 1):
        started = time.perf_counter()
        client.query(query.sql)
        times.append(1_000 * (time.perf_counter() - started))
    return statistics.median(times[1:])


def _report(taken: dict[str, dict[str, list[tuple[float, Query]]]]) -> None:
    print(f"{'':12} {'range':6} {'queries':>7} {'p50':>6} {'p95':>6} {'max':>6}  ms")
    everything: list[tuple[float, str, Query]] = []
    for name, ranges in taken.items():
        for label, queries in ranges.items():
            times = [ms for ms, _ in queries]
            everything += [(ms, label, query) for ms, query in queries]
            print(f"{name:12} {label:6} {_figures(times)}")
    print(f"{'all':12} {'':6} {_figures([ms for ms, _, _ in everything])}\n\nslowest")
    for ms, label, query in sorted(everything, key=lambda one: -one[0])[:SHOWN]:
        print(f"  {ms:6.0f} ms  {label:5} {query.source}: {query.name}")


def _figures(times: list[float]) -> str:
    if len(times) < 2:
        return f"{len(times):7}"
    cuts = statistics.quantiles(times, n=20, method="inclusive")
    return f"{len(times):7} {cuts[9]:6.0f} {cuts[18]:6.0f} {max(times):6.0f}"


def _commit() -> str:
    git = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(git, capture_output=True, text=True, cwd=ROOT, check=False).stdout.strip()


if __name__ == "__main__":
    main()
