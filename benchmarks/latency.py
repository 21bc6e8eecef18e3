"""Seconds from publishing a listing to the webhook that tells of the alert it completes.

    python benchmarks/latency.py ABSTRACTS.jsonl.gz [--rates 100 1000] [--spikes N] [--history N]

Starts the embedded stack with its alerter in an empty folder, counts a history of five days, then
publishes abstracts at a steady rate. Once a second, twenty of them (or 6 %) mention a thing that
was never seen before; the clock runs from the moment at which the last of these is published to
the moment at which a local server has received the whole request of the webhook.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np

from trends.clock import SystemClock
from trends.embedded.stack import Part, running_stack
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
HISTORY = timedelta(days=5)
WARM_UP_S = 60.0
SETTLE_S = 20.0
# At least so many, and so much of a second's listings: at any rate the same share of an hour.
SPIKE_LISTINGS, SPIKE_SHARE = 20, 0.06
TICK_S = 0.01

RULES = """
rules:
  - name: latency
    min_docs: 8
    route: [hook]
notifiers:
  hook: {{type: webhook, url: "http://127.0.0.1:{port}/"}}
"""


class Receiver:
    """A local server that notes when each name was told of first."""

    def __init__(self) -> None:
        self.told_s: dict[str, float] = {}
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                at_s = CLOCK.monotonic_s()
                self.send_response(204)
                self.end_headers()
                if json.loads(body)["type"] == "alert.firing":
                    for _, name in json.loads(body)["data"]["alert"]["names"]:
                        receiver.told_s.setdefault(name, at_s)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.port = self._server.server_address[1]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def spike_name(number: int) -> str:
    """A word that no text has, and no rule of plurals shortens."""
    letters = "".join(chr(ord("a") + int(digit)) for digit in f"{number:04d}")
    return f"zq{letters}k"


def history(abstracts: list[Listing], number: int, now: datetime) -> Iterator[Listing]:
    """Evenly over the five days before the present hour."""
    start = now.replace(minute=0, second=0, microsecond=0) - HISTORY
    for place, listing in zip(range(number), itertools.cycle(abstracts), strict=False):
        at = start + HISTORY * (place / number)
        yield replace(listing, id=f"past:{place}", listed_at=at)


class Live:
    """Publishes at a rate, and a spike each second."""

    def __init__(self, publisher: Publisher, abstracts: list[Listing], rate: float) -> None:
        self._publisher = publisher
        self._abstracts = itertools.cycle(abstracts)
        self._rate = rate
        self._number = 0
        self.published_s: dict[str, float] = {}

    def run(self, spikes: int) -> None:
        """Warms up, publishes the spikes, and goes on until the last should have been told of."""
        start_s = CLOCK.monotonic_s()
        while (at_s := CLOCK.monotonic_s() - start_s) < WARM_UP_S + spikes + SETTLE_S:
            while self._number < at_s * self._rate:
                self._publish("")
            spike = int(at_s - WARM_UP_S)
            if 0 <= spike < spikes and spike_name(spike) not in self.published_s:
                name = spike_name(spike)
                for _ in range(max(SPIKE_LISTINGS, round(SPIKE_SHARE * self._rate))):
                    self._publish(name)
                self.published_s[name] = CLOCK.monotonic_s()
            self._publisher.send_due()
            CLOCK.sleep(TICK_S)

    def _publish(self, name: str) -> None:
        listing = next(self._abstracts)
        title = f"{name}: {listing.title}" if name else listing.title
        now = CLOCK.now()
        self._publisher.publish(
            replace(listing, id=f"live:{self._number}", title=title, listed_at=now)
        )
        self._number += 1


def run(abstracts: list[Listing], rate: float, spikes: int, past: int) -> list[float]:
    """Seconds from publishing to telling, of each spike; infinite for those never told of."""
    receiver = Receiver()
    with tempfile.TemporaryDirectory(prefix="trends-bench-") as folder:
        rules = Path(folder) / "rules.yaml"
        rules.write_text(RULES.format(port=receiver.port))
        os.environ["TRENDS_RULES"] = str(rules)
        settings = load_settings(data_dir=Path(folder))
        with running_stack(settings, CLOCK, set(Part)) as stack:
            prepare_store(stack.clickhouse)
            topic = ensure_topics(settings, stack.kafka)
            client = connect(stack.clickhouse)
            with Publisher(settings, stack.kafka, topic, CLOCK) as publisher:
                for listing in history(abstracts, past, CLOCK.now()):
                    publisher.publish(listing)
                publisher.flush()
                offsets = sent_offsets(topic, publisher.sent)
                wait_until_counted(client, offsets, CLOCK, stack.check, lambda _: None)
                live = Live(publisher, abstracts, rate)
                live.run(spikes)
            looks = client.query(
                "SELECT horizon, count(), quantile(0.5)(took_ms), max(took_ms) "
                "FROM evaluations GROUP BY horizon ORDER BY horizon"
            ).result_rows
            client.close()
    receiver.close()
    print(f"  evaluations (horizon, number, median ms, longest ms): {looks}")
    return [
        receiver.told_s.get(name, float("inf")) - at_s for name, at_s in live.published_s.items()
    ]


def main() -> None:
    """Runs and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", help="JSONL with abstracts; real ones, or the figure means nothing")
    parser.add_argument("--rates", type=float, nargs="+", default=[100.0, 1_000.0])
    parser.add_argument("--spikes", type=int, default=60)
    parser.add_argument("--history", type=int, default=150_000)
    given = parser.parse_args()
    abstracts = [to_listing(record.fields) for record in read([given.file], clock=CLOCK)]
    for rate in given.rates:
        seconds = run(abstracts, rate, given.spikes, given.history)
        told = sorted(seconds)
        never = sum(value == float("inf") for value in told)
        finite = [value for value in told if value != float("inf")] or [float("nan")]
        print(
            f"{rate:,.0f} listings per second: p50 {np.median(finite):.2f} s, "
            f"p99 {np.quantile(finite, 0.99):.2f} s, longest {max(finite):.2f} s; "
            f"{len(told)} spikes, {never} never told of"
        )
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, commit {commit}")


if __name__ == "__main__":
    main()
