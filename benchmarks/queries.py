"""Milliseconds that each query of the dashboards and alert rules takes, on 100 million count rows.

    python benchmarks/queries.py ABSTRACTS.jsonl.gz [--repeats N] [--periods N] [--density N]
    python benchmarks/queries.py --url http://default:@127.0.0.1:8123/big [--repeats N]

Counts the abstracts in an embedded stack, inflates that store by SQL (`queries_store.py`), gives it
a past (`queries_history.py`), and runs what a browser would send for each dashboard: every panel,
variable and annotation, for ranges from a day to five years, with and without a chosen name; then
every alert rule. What a choice of source changes is a line of its own: it reads listings, not
counts. Each query runs once to warm up; the median of the others is its time.
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
from dataclasses import dataclass, replace
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
# What somebody may choose who looks at this store, by variable; source comes apart.
CHOICES = {
    "name": "SELECT name FROM ranked WHERE kind = 'term' AND ordering = 'docs' AND rank > 0 "
    "GROUP BY name ORDER BY min(rank) LIMIT 5",
    "topic": "SELECT topic FROM topics WHERE resolution = '1d' GROUP BY topic "
    "ORDER BY sum(docs) DESC LIMIT 1",
    "alert": "SELECT id FROM alerts WHERE state = 'firing' ORDER BY window_start DESC LIMIT 1",
    "source": "SELECT source FROM listings_counted GROUP BY source ORDER BY count() DESC LIMIT 1",
}
BIG = "trends_big"
SHOWN = 12


@dataclass(frozen=True)
class Taken:
    """How long a query took, and how many rows it gave."""

    ms: float
    rows: int
    query: Query


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
    filtered = _choices(client)
    chosen = {name: values for name, values in filtered.items() if name != "source"}
    taken: dict[str, dict[str, list[Taken]]] = defaultdict(lambda: defaultdict(list))
    for path in sorted((ROOT / "dashboards").glob("*.json")):
        dashboard = json.loads(path.read_text())
        for label, length in RANGES.items():
            asked = _asked(dashboard, now - length, now, chosen)
            for query in asked:
                taken[path.stem][label].append(_taken(client, query, repeats))
            by_source = dashboard_queries(dashboard, now - length, now, filtered)
            for query in _more(by_source, asked):
                taken[f"{path.stem}, one source"][label].append(_taken(client, query, repeats))
    for path in sorted((ROOT / "deploy/grafana/provisioning/alerting").glob("*.yaml")):
        for query in alert_queries(yaml.safe_load(path.read_text()) or {}, now):
            taken["alert rules"]["now"].append(_taken(client, query, repeats))
    _report(taken)
    client.close()


def _choices(client: Client) -> dict[str, str | tuple[str, ...]]:
    """Values of the variables; a list for those that take several."""
    found = {
        name: tuple(str(row[0]) for row in client.query(sql).result_rows)
        for name, sql in CHOICES.items()
    }
    missing = [name for name, values in found.items() if not values]
    if missing:
        raise SystemExit(f"the store has nothing to choose for {', '.join(missing)}")
    return {
        name: values if name in ("name", "source") else values[0] for name, values in found.items()
    }


def _asked(
    dashboard: dict[str, object],
    start: datetime,
    end: datetime,
    values: dict[str, str | tuple[str, ...]],
) -> list[Query]:
    """As it opens, and with names chosen; a query that stays the same is asked once."""
    plain = dashboard_queries(dashboard, start, end)
    chosen = _more(dashboard_queries(dashboard, start, end, values), plain)
    return plain + [replace(query, name=f"{query.name} (chosen)") for query in chosen]


def _more(queries: list[Query], known: list[Query]) -> list[Query]:
    asked = {query.sql for query in known}
    return [query for query in queries if query.sql not in asked]


def _taken(client: Client, query: Query, repeats: int) -> Taken:
    times = []
    for _ in range(repeats + 1):
        started = time.perf_counter()
        rows = len(client.query(query.sql).result_rows)
        times.append(1_000 * (time.perf_counter() - started))
    return Taken(statistics.median(times[1:]), rows, query)


def _report(taken: dict[str, dict[str, list[Taken]]]) -> None:
    print(f"{'':20} {'range':6} {'queries':>7} {'empty':>5} {'p50':>6} {'p95':>6} {'max':>6}  ms")
    everything: list[tuple[str, Taken]] = []
    for name, ranges in taken.items():
        for label, queries in ranges.items():
            everything += [(label, one) for one in queries if "one source" not in name]
            print(f"{name:20} {label:6} {_figures(queries)}")
    print(f"{'all but one source':20} {'':6} {_figures([one for _, one in everything])}\n\nslowest")
    for label, one in sorted(everything, key=lambda pair: -pair[1].ms)[:SHOWN]:
        print(f"  {one.ms:6.0f} ms  {label:5} {one.query.source}: {one.query.name}")
    empty = {f"{one.query.source}: {one.query.name}" for _, one in everything if not one.rows}
    print("\nwithout rows in some range\n  " + "\n  ".join(sorted(empty)))


def _figures(taken: list[Taken]) -> str:
    empty = sum(not one.rows for one in taken)
    if len(taken) < 2:
        return f"{len(taken):7} {empty:5}"
    times = [one.ms for one in taken]
    cuts = statistics.quantiles(times, n=20, method="inclusive")
    return f"{len(taken):7} {empty:5} {cuts[9]:6.0f} {cuts[18]:6.0f} {max(times):6.0f}"


def _commit() -> str:
    git = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(git, capture_output=True, text=True, cwd=ROOT, check=False).stdout.strip()


if __name__ == "__main__":
    main()
