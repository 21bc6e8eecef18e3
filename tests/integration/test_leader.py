"""Who leads, where kafka-python needs help."""

from __future__ import annotations

import time
import uuid

import pytest
from kafka.admin import KafkaAdminClient, NewTopic

from tests.support.kafka import KafkaServer
from tests.support.waiting import wait_for
from trends.alerting.leader import KafkaLeadership
from trends.wire.access import KafkaAccess

pytestmark = pytest.mark.kafka  # the embedded broker makes a topic as soon as it is asked about it

WAIT_S = 60.0


@pytest.mark.parametrize("poll_s", [0.0, 0.002, 0.02])
def test_somebody_leads_though_a_poll_ends_in_the_middle_of_a_join(
    apache_kafka: KafkaServer, poll_s: float
) -> None:
    """The partition appears after the first join, as at the first start of a new broker."""
    access = KafkaAccess(apache_kafka.bootstrap)
    topic = f"test_{uuid.uuid4().hex[:8]}"
    leadership = KafkaLeadership(access, topic, f"{topic}-alerter", 6.0)
    admin = KafkaAdminClient(**access.client_options())
    try:
        wait_for(lambda: leadership.leads(0.2) or _has_joined(leadership), WAIT_S, "it joins")
        assert not leadership.leads()
        admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
        end_s = time.monotonic() + 3.0
        while time.monotonic() < end_s:
            leadership.leads(poll_s)
            time.sleep(0.02)
        wait_for(lambda: leadership.leads(0.2), WAIT_S, "it leads")
    finally:
        leadership.close()
        admin.close()


def _has_joined(leadership: KafkaLeadership) -> bool:
    return not leadership._consumer._coordinator.need_rejoin()
