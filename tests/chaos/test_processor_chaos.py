"""Processors, broker and store are killed at random moments while listings arrive.

What must hold, wherever each process dies:
- a processor before its flush: nothing is stored; its heir reads the log from the checkpoint;
- between listings and counts: the heir counts them again under the rule of replay, once;
- between two count tables, or two buckets: each holds at its own version, and is caught up;
- between counts and checkpoint: the log is read again and changes nothing;
- after the checkpoint, before the acknowledgement: the heir starts at the checkpoint;
- the store in the middle of an insert: whole or not at all; the processor waits and repeats it;
- a durable broker: the producer sends again, and what stands twice in the log counts once. A
  processor that was about to join leaves, to be started again.

A long run: ``CHAOS_KILLS=30 CHAOS_LISTINGS=20000 pytest tests/chaos``. The seed is printed;
``CHAOS_SEED`` sets it.
"""

from __future__ import annotations

import os
import random
import threading
import time
from pathlib import Path

import pytest

from tests.chaos.exact import check_exact
from tests.chaos.load import deliveries
from tests.support.clickhouse import ClickHouseServer
from tests.support.kafka import KafkaServer
from tests.support.pipeline import CLOCK, TestPipeline, open_pipeline
from tests.support.restarting import Restarting
from trends.model import Listing
from trends.wire.publisher import SentMessage

KILLS = int(os.environ.get("CHAOS_KILLS", "5"))
LISTINGS = int(os.environ.get("CHAOS_LISTINGS", "4000"))
SEED = int(os.environ.get("CHAOS_SEED", "0")) or random.SystemRandom().randrange(1 << 32)
BETWEEN_KILLS_S = (0.5, 6.0)
DRAIN_TIMEOUT_S = 300 + LISTINGS / 10


class Sender(threading.Thread):
    """Publishes the load evenly over about the time that the kills take."""

    def __init__(self, pipeline: TestPipeline, load: list[Listing], over_s: float) -> None:
        super().__init__(name="sender")
        self._pipeline = pipeline
        self._load = load
        self._pause_s = 10 * over_s / len(load)
        self.sent: list[SentMessage] = []
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            self.sent = self._pipeline.publish(self._load, self._pause_s)
        except BaseException as error:
            self.failure = error


@pytest.mark.chaos
@pytest.mark.timeout(900 + DRAIN_TIMEOUT_S)
def test_counts_stay_exact_while_processes_are_killed_at_random(
    broker: KafkaServer, clickhouse: ClickHouseServer, tmp_path: Path
) -> None:
    print(f"\nCHAOS_SEED={SEED} CHAOS_KILLS={KILLS} CHAOS_LISTINGS={LISTINGS}")
    chance = random.Random(SEED)
    pipeline = open_pipeline(
        broker,
        clickhouse,
        tmp_path,
        FLUSH_LISTINGS=300,
        # So small that buckets and ids are evicted and loaded again now and then.
        COUNTS_CAPACITY=1_000,
        SEEN_CAPACITY=1_000,
    )
    load = list(deliveries(LISTINGS, SEED, CLOCK.now()))
    sender = Sender(pipeline, load, KILLS * sum(BETWEEN_KILLS_S) / 2)
    accidents = _accidents(chance, broker)
    try:
        workers = [pipeline.start_worker(), pipeline.start_worker()]
        with Restarting(pipeline) as restarting:
            sender.start()
            for number in range(KILLS):
                time.sleep(chance.uniform(*BETWEEN_KILLS_S))
                restarting.kill(chance.choice(workers))
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
            pipeline.wait_until_counted(sender.sent, DRAIN_TIMEOUT_S)
    finally:
        if sender.ident:
            sender.join()
        pipeline.stop()
    check_exact(pipeline.url, load)


def _accidents(chance: random.Random, broker: KafkaServer) -> dict[str, int]:
    """After which kill the store, and a broker that keeps its log, are killed too."""
    accidents = {"store": chance.randrange(KILLS)}
    if broker.durable:
        accidents["broker"] = chance.randrange(KILLS)
    return accidents
