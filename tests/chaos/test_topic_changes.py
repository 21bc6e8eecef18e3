"""The topic grows, or is made anew, while listings arrive and processors are killed.

What must hold:
- an id that has another home in the grown topic counts once, wherever it is delivered again;
- a publisher that does not know yet that the topic grew: what it sends is forwarded home;
- a topic made anew begins at offset 0: what it delivers again counts as before.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.exact import check_exact
from tests.chaos.load import deliveries
from tests.support.clickhouse import ClickHouseServer
from tests.support.kafka import KafkaServer
from tests.support.kafka.clients import admin_of, topic_id
from tests.support.pipeline import CLOCK, TestPipeline, open_pipeline
from tests.support.restarting import Restarting
from tests.support.waiting import wait_for
from trends.model import Listing
from trends.wire.access import KafkaAccess
from trends.wire.topics import describe_topic, ensure_topics

SEED = int(os.environ.get("CHAOS_SEED", "0")) or random.SystemRandom().randrange(1 << 32)
LISTINGS = 900
PARTITIONS = 7
WAIT_S = 180.0

pytestmark = [pytest.mark.chaos, pytest.mark.kafka, pytest.mark.timeout(600)]


@pytest.fixture
def pipeline(
    apache_kafka: KafkaServer, clickhouse: ClickHouseServer, tmp_path: Path
) -> Iterator[TestPipeline]:
    print(f"\nCHAOS_SEED={SEED}")
    apache_kafka.start()
    pipeline = open_pipeline(apache_kafka, clickhouse, tmp_path)
    try:
        pipeline.start_worker()
        pipeline.start_worker()
        yield pipeline
    finally:
        pipeline.stop()


def stored(pipeline: TestPipeline) -> int:
    ((number,),) = pipeline.query("SELECT uniqExact(id) FROM listings")
    return int(number)


def distinct(load: list[Listing]) -> int:
    return len({listing.id for listing in load})


def test_a_topic_grows(pipeline: TestPipeline) -> None:
    load = list(deliveries(LISTINGS, SEED, CLOCK.now()))
    first, second, third = load[:300], load[300:600], load[600:]
    before = pipeline.topic
    with Restarting(pipeline) as restarting:
        pipeline.wait_until_counted(pipeline.publish(first), WAIT_S)
        with admin_of(pipeline.kafka) as admin:
            admin.create_partitions({before.name: PARTITIONS})
        # Its publisher has not noticed that the topic grew.
        sent = pipeline.publish(second)
        restarting.kill(random.Random(SEED).choice(pipeline.workers))
        pipeline.topic = describe_topic(KafkaAccess(pipeline.kafka), before.name)
        assert pipeline.topic.partitions == PARTITIONS
        sent += pipeline.publish([*third, *first])
        pipeline.wait_until_counted(sent, WAIT_S)
        wait_for(lambda: stored(pipeline) >= distinct(load), WAIT_S, "what was forwarded")
    check_exact(pipeline.url, load)


def test_a_topic_is_made_anew(pipeline: TestPipeline) -> None:
    load = list(deliveries(LISTINGS, SEED, CLOCK.now()))
    before = pipeline.topic
    with Restarting(pipeline) as restarting:
        pipeline.wait_until_counted(pipeline.publish(load[:500]), WAIT_S)
        with admin_of(pipeline.kafka) as admin:
            admin.delete_topics([before.name])
        wait_for(lambda: topic_id(pipeline.kafka, before.name) is None, 30, "it is gone")
        restarting.kill(random.Random(SEED).choice(pipeline.workers))
        pipeline.topic = ensure_topics(pipeline.settings, pipeline.kafka)
        assert pipeline.topic.topic_id != before.topic_id
        pipeline.wait_until_counted(pipeline.publish(load), WAIT_S)
    check_exact(pipeline.url, load)
