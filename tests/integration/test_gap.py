"""Offsets that Kafka no longer has are passed over; nothing that follows is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from kafka import TopicPartition

from tests.integration.test_bad_input import line
from tests.support.clickhouse import ClickHouseServer
from tests.support.kafka import KafkaServer
from tests.support.kafka.clients import admin_of
from tests.support.pipeline import open_pipeline
from trends.wire.partition import home_partition


@pytest.mark.kafka
def test_what_retention_deleted_is_passed_over(
    apache_kafka: KafkaServer, clickhouse: ClickHouseServer, tmp_path: Path
) -> None:
    apache_kafka.start()
    pipeline = open_pipeline(apache_kafka, clickhouse, tmp_path)
    try:
        ids = [name for n in range(100) if home_partition(name := f"kept{n}", 4) == 0][:8]
        sent = pipeline.send([(0, line(id=name, title=f"Listing {name}")) for name in ids])
        assert [message.offset for message in sent] == list(range(8))
        with admin_of(pipeline.kafka) as admin:
            admin.delete_records({TopicPartition(pipeline.topic.name, 0): 5})
        worker = pipeline.start_worker()
        pipeline.wait_until_counted(sent)
        found = {row[0] for row in pipeline.query("SELECT id FROM listings")}
        assert found == set(ids[5:])
        assert "no messages at offsets 0 to 4" in worker.log
    finally:
        pipeline.stop()
