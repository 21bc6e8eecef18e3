"""What the pipeline relies on in a broker, held by the embedded one and by Apache Kafka alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from kafka import TopicPartition
from kafka.errors import TopicAlreadyExistsError

from tests.support.kafka import KafkaServer
from tests.support.kafka.clients import (
    admin_of,
    committed,
    consumer_of,
    create_topic,
    end_offset,
    producer_of,
    read_all,
    topic_id,
)
from tests.support.kafka.group import members
from tests.support.kafka.messages import ndjson
from tests.support.kafka.resend import send_twice
from tests.support.waiting import wait_for

REBALANCE_TIMEOUT_S = 40.0


def test_a_created_topic_has_an_id_and_its_partitions(broker: KafkaServer, topic: str) -> None:
    assert topic_id(broker.bootstrap, topic) is None
    create_topic(broker.bootstrap, topic, partitions=4)
    found = topic_id(broker.bootstrap, topic)
    assert found not in (None, "00000000-0000-0000-0000-000000000000")
    assert topic_id(broker.bootstrap, topic) == found
    with admin_of(broker.bootstrap) as admin:
        assert len(admin.describe_topics([topic])[0]["partitions"]) == 4


def test_a_topic_cannot_be_created_twice(broker: KafkaServer, topic: str) -> None:
    create_topic(broker.bootstrap, topic)
    with pytest.raises(TopicAlreadyExistsError):
        create_topic(broker.bootstrap, topic)


def test_a_topic_made_again_has_another_id_and_no_messages(broker: KafkaServer, topic: str) -> None:
    create_topic(broker.bootstrap, topic)
    first = topic_id(broker.bootstrap, topic)
    with producer_of(broker.bootstrap) as producer:
        producer.send(topic, b"{}", partition=0).get(10)
    with admin_of(broker.bootstrap) as admin:
        admin.delete_topics([topic])
    wait_for(lambda: topic_id(broker.bootstrap, topic) is None, 10, "the topic is gone")
    create_topic(broker.bootstrap, topic)
    # The broker that is asked learns of it a moment after the one that made it.
    wait_for(lambda: topic_id(broker.bootstrap, topic) is not None, 10, "the topic is there")
    assert topic_id(broker.bootstrap, topic) != first
    assert end_offset(broker.bootstrap, topic) == 0


@pytest.mark.parametrize("compression", [None, "gzip", "lz4", "zstd"])
def test_messages_of_256_kib_come_back_byte_for_byte_and_in_order(
    broker: KafkaServer, topic: str, compression: str | None
) -> None:
    create_topic(broker.bootstrap, topic, partitions=2)
    sent = [ndjson(256 * 1024, seed) for seed in range(20)]
    with producer_of(broker.bootstrap, compression_type=compression) as producer:
        answers = [producer.send(topic, value, partition=1) for value in sent]
        assert [answer.get(20).offset for answer in answers] == list(range(20))
    assert read_all(broker.bootstrap, topic, 1, 20) == sent
    assert end_offset(broker.bootstrap, topic, 1) == 20
    assert end_offset(broker.bootstrap, topic, 0) == 0


def test_a_message_of_8_mib_passes(broker: KafkaServer, topic: str) -> None:
    create_topic(broker.bootstrap, topic)
    sent = ndjson(8 * 1024 * 1024)
    with producer_of(broker.bootstrap) as producer:
        producer.send(topic, sent, partition=0).get(30)
    assert read_all(broker.bootstrap, topic, 0, 1) == [sent]


def test_the_end_offset_counts_every_message_of_a_batch(
    broker: KafkaServer, topic: str, request: pytest.FixtureRequest
) -> None:
    if not broker.durable:
        # Why the producer writes one message per batch; when this passes, it need not any more.
        request.applymarker(pytest.mark.xfail(strict=True, reason="known fault of the broker"))
    create_topic(broker.bootstrap, topic)
    with producer_of(broker.bootstrap, batch_size=16_384, linger_ms=1000) as producer:
        for _ in range(10):
            producer.send(topic, b"{}", partition=0)
        producer.flush()
    assert end_offset(broker.bootstrap, topic) == 10


def test_a_batch_that_is_sent_again_is_stored_once(broker: KafkaServer, topic: str) -> None:
    create_topic(broker.bootstrap, topic)
    assert send_twice(broker.bootstrap, topic, b"once")
    with producer_of(broker.bootstrap) as producer:
        assert producer.send(topic, b"next", partition=0).get(10).offset == 1
    assert read_all(broker.bootstrap, topic, 0, 2) == [b"once", b"next"]


def test_the_survivor_of_a_group_takes_over_at_the_committed_offsets(
    broker: KafkaServer, topic: str, tmp_path: Path
) -> None:
    create_topic(broker.bootstrap, topic, partitions=4)
    group = f"group-of-{topic}"
    everything = [(partition, offset) for partition in range(4) for offset in range(3)]

    def send_round() -> None:
        with producer_of(broker.bootstrap) as producer:
            for partition in range(4):
                producer.send(topic, b"{}", partition=partition)
            producer.flush()

    with members("ab", broker.bootstrap, topic, group, tmp_path) as (killed, survivor):
        killed.start()
        survivor.start()
        wait_for(
            lambda: len(killed.partitions) == len(survivor.partitions) == 2,
            REBALANCE_TIMEOUT_S,
            "two partitions each",
        )
        assert sorted(killed.partitions + survivor.partitions) == [0, 1, 2, 3]
        send_round()
        wait_for(lambda: len(killed.read + survivor.read) == 4, 10, "the first round is read")
        killed.kill()
        send_round()
        wait_for(lambda: survivor.partitions == [0, 1, 2, 3], REBALANCE_TIMEOUT_S, "all partitions")
        send_round()
        wait_for(lambda: len(killed.read + survivor.read) >= 12, 10, "everything is read")
        # Each message once: the survivor began exactly where the other had committed.
        assert sorted(killed.read + survivor.read) == everything
    assert committed(broker.bootstrap, group, topic) == dict.fromkeys(range(4), 3)


def test_a_group_whose_only_member_was_killed_goes_on_where_it_was(
    broker: KafkaServer, topic: str, tmp_path: Path
) -> None:
    create_topic(broker.bootstrap, topic)
    group = f"group-of-{topic}"
    with producer_of(broker.bootstrap) as producer:
        with members("a", broker.bootstrap, topic, group, tmp_path) as (first,):
            producer.send(topic, b"{}", partition=0).get(10)
            first.start()
            wait_for(lambda: first.read == [(0, 0)], REBALANCE_TIMEOUT_S, "the first is read")
        producer.send(topic, b"{}", partition=0).get(10)
        with members("b", broker.bootstrap, topic, group, tmp_path) as (second,):
            second.start()
            wait_for(lambda: bool(second.read), REBALANCE_TIMEOUT_S, "the second is read")
            assert second.read == [(0, 1)]


def test_only_a_durable_broker_keeps_anything_over_a_kill(broker: KafkaServer, topic: str) -> None:
    create_topic(broker.bootstrap, topic)
    before = topic_id(broker.bootstrap, topic)
    group, where = f"group-of-{topic}", TopicPartition(topic, 0)
    with producer_of(broker.bootstrap) as producer:
        producer.send(topic, b"kept?", partition=0).get(10)
    with consumer_of(broker.bootstrap, group_id=group) as consumer:
        consumer.assign([where])
        wait_for(lambda: bool(consumer.poll(timeout_ms=200)), 20, "the message is read")
        consumer.commit()
    broker.kill()
    broker.start()
    if broker.durable:
        assert topic_id(broker.bootstrap, topic) == before
        assert read_all(broker.bootstrap, topic, 0, 1) == [b"kept?"]
        assert committed(broker.bootstrap, group, topic) == {0: 1}
    else:
        assert topic_id(broker.bootstrap, topic) is None
        assert committed(broker.bootstrap, group, topic) == {}
        create_topic(broker.bootstrap, topic)
        assert topic_id(broker.bootstrap, topic) != before
