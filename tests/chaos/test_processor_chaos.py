"""Processors, broker and store are killed at random moments while listings arrive.

What must hold, wherever each process dies:
- a processor before its flush: nothing is stored; its heir reads the log from the checkpoint;
- between listings and counts: the heir counts them again under the rule of replay, once;
- between two count tables, or two buckets: each holds at its own version, and is caught up;
- between counts and checkpoint: the log is read again and changes nothing;
- after the checkpoint, before the acknowledgement: the heir starts at the checkpoint;
- the store in the middle of an insert: whole or not at all; the processor waits and repeats it;
- a durable broker: the producer sends again, and what stands twice in the log counts once.

A long run: ``CHAOS_KILLS=30 CHAOS_LISTINGS=20000 pytest tests/chaos``. The seed is printed;
``CHAOS_SEED`` sets it.
"""

from __future__ import annotations

import os
import random
import threading
import time
import uuid
from pathlib import Path

import pytest

from tests.chaos.load import deliveries
from tests.chaos.workers import Worker
from tests.support.clickhouse import ClickHouseServer
from tests.support.kafka import KafkaServer
from trends.analysis.reference import ReferenceAnalyser
from trends.analysis.taxonomy import default_taxonomy
from trends.clock import SystemClock
from trends.ingest.progress import sent_offsets, wait_until_counted
from trends.model import Listing
from trends.processor.build import prepare_store
from trends.settings import Settings, load_settings
from trends.store.client import connect
from trends.store.verify import verify
from trends.wire.publisher import Publisher, SentMessage
from trends.wire.topics import TopicInfo, ensure_topics

KILLS = int(os.environ.get("CHAOS_KILLS", "5"))
LISTINGS = int(os.environ.get("CHAOS_LISTINGS", "4000"))
SEED = int(os.environ.get("CHAOS_SEED", "0")) or random.SystemRandom().randrange(1 << 32)
BETWEEN_KILLS_S = (0.5, 6.0)
DRAIN_TIMEOUT_S = 180

CLOCK = SystemClock()


class Sender(threading.Thread):
    """Publishes the load evenly over about the time that the kills take."""

    def __init__(
        self, settings: Settings, kafka: str, topic: TopicInfo, load: list[Listing], over_s: float
    ) -> None:
        super().__init__(name="sender")
        self._settings, self._kafka, self._topic = settings, kafka, topic
        self._load = load
        self._pause_s = 10 * over_s / len(load)
        self.sent: list[SentMessage] = []
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            with Publisher(self._settings, self._kafka, self._topic, CLOCK) as publisher:
                for number, listing in enumerate(self._load):
                    publisher.publish(listing)
                    if number % 10 == 9:
                        time.sleep(self._pause_s)
            self.sent = publisher.sent
        except BaseException as error:
            self.failure = error


@pytest.mark.chaos
@pytest.mark.timeout(1_200)
# kafka-python leaves the sockets of refused connections to the garbage collector.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_counts_stay_exact_while_processes_are_killed_at_random(
    broker: KafkaServer, clickhouse: ClickHouseServer, tmp_path: Path
) -> None:
    print(f"\nCHAOS_SEED={SEED} CHAOS_KILLS={KILLS} CHAOS_LISTINGS={LISTINGS}")
    chance = random.Random(SEED)
    name = f"chaos_{uuid.uuid4().hex[:8]}"
    url = f"{clickhouse.url}/{name}"
    settings = load_settings(listings_topic=name, dead_topic=f"{name}.dead", partitions=4)
    prepare_store(url)
    topic = ensure_topics(settings, broker.bootstrap)
    env = {
        "TRENDS_KAFKA": broker.bootstrap,
        "TRENDS_CLICKHOUSE": url,
        "TRENDS_LISTINGS_TOPIC": name,
        "TRENDS_DEAD_TOPIC": f"{name}.dead",
        "TRENDS_GROUP": name,
        "TRENDS_SESSION_TIMEOUT_S": "6" if broker.durable else "3",
        "TRENDS_FLUSH_INTERVAL_S": "0.3",
        "TRENDS_FLUSH_LISTINGS": "300",
        # So small that buckets and ids are evicted and loaded again all the time.
        "TRENDS_COUNTS_CAPACITY": "5000",
        "TRENDS_SEEN_CAPACITY": "1000",
    }
    workers = [Worker(f"processor-{number}", env, tmp_path) for number in (1, 2)]
    load = list(deliveries(LISTINGS, SEED, CLOCK.now()))
    sender = Sender(settings, broker.bootstrap, topic, load, KILLS * sum(BETWEEN_KILLS_S) / 2)
    accidents = _accidents(chance, broker)
    try:
        for worker in workers:
            worker.start()
        sender.start()
        for number in range(KILLS):
            time.sleep(chance.uniform(*BETWEEN_KILLS_S))
            victim = chance.choice(workers)
            victim.kill()
            victim.start()
            if number == accidents.get("store"):
                clickhouse.kill()
                time.sleep(chance.uniform(0, 2))
                clickhouse.start()
            if number == accidents.get("broker"):
                broker.kill()
                time.sleep(chance.uniform(0, 2))
                broker.start()
        sender.join()
        assert sender.failure is None, sender.failure
        _wait_until_all_counted(url, topic, sender.sent, workers)
    finally:
        sender.join()
        for worker in workers:
            worker.stop()
    _check(url, load)


def _accidents(chance: random.Random, broker: KafkaServer) -> dict[str, int]:
    """After which kill the store, and a broker that keeps its log, are killed too."""
    accidents = {"store": chance.randrange(KILLS)}
    if broker.durable:
        accidents["broker"] = chance.randrange(KILLS)
    return accidents


def _wait_until_all_counted(
    url: str, topic: TopicInfo, sent: list[SentMessage], workers: list[Worker]
) -> None:
    end_s = time.monotonic() + DRAIN_TIMEOUT_S

    def check() -> None:
        if time.monotonic() > end_s:
            logs = "\n".join(f"--- {w.spec.name}\n{w.log[-3000:]}" for w in workers)
            raise AssertionError(f"not all counted after {DRAIN_TIMEOUT_S} s\n{logs}")

    client = connect(url)
    try:
        wait_until_counted(client, sent_offsets(topic, sent), CLOCK, check, lambda _: None)
    finally:
        client.close()


def _check(url: str, load: list[Listing]) -> None:
    client = connect(url)
    try:
        verdict = verify(client, ReferenceAnalyser(default_taxonomy()), 90, CLOCK)
        assert verdict.equal, (verdict.different, verdict.differences, verdict.counted_twice)
        ids = client.query("SELECT id FROM listings").result_rows
        assert sorted(row[0] for row in ids) == sorted({listing.id for listing in load})
        assert verdict.listings == len(ids)
        assert client.command("SELECT count() FROM dead_letters") == 0
        by_resolution = client.query(
            "SELECT resolution, sum(listings) FROM totals GROUP BY resolution ORDER BY resolution"
        ).result_rows
        assert dict(by_resolution)["1d"] == len(ids)
        print(f"equal: {verdict.numbers:,} counts of {len(ids):,} listings")
    finally:
        client.close()
