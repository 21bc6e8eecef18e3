"""A Kafka that wants TLS and a password: everything of ours works there, or says why not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.clickhouse import ClickHouseServer
from tests.support.kafka.secure import PASSWORD, USER, SecureKafka, running_secure_kafka
from tests.support.pipeline import CLOCK, TestPipeline, open_pipeline
from tests.support.waiting import wait_for
from trends.alerting.leader import KafkaLeadership
from trends.errors import ConfigError, TrendsError, Unavailable
from trends.settings import Settings, load_settings
from trends.wire.access import kafka_access
from trends.wire.knock import knock
from trends.wire.partition import home_partition
from trends.wire.publisher import Publisher
from trends.wire.topics import ensure_topics, group_is_active

pytestmark = pytest.mark.kafka

LINE = b'{"id": "%d", "title": "Graph neural networks", "listed_at": "2026-01-02"}'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureKafka]:
    with running_secure_kafka(tmp_path_factory.mktemp("secure-kafka")) as running:
        yield running


@pytest.fixture
def secured(
    server: SecureKafka, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> pytest.MonkeyPatch:
    """The environment of this process and its children: right in every respect."""
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "trends_kafka_password").write_text(f"{PASSWORD}\n")
    for name, value in {
        "SECRETS_DIR": secrets,
        "KAFKA": server.bootstrap,
        "KAFKA_SECURITY": "SASL_SSL",
        "KAFKA_USER": USER,
        "KAFKA_CA_FILE": server.authority.ca_file,
    }.items():
        monkeypatch.setenv(f"TRENDS_{name}", str(value))
    return monkeypatch


@pytest.fixture
def pipeline(
    server: SecureKafka, secured: pytest.MonkeyPatch, clickhouse: ClickHouseServer, tmp_path: Path
) -> Iterator[TestPipeline]:
    opened = open_pipeline(server, clickhouse, tmp_path)
    yield opened
    opened.stop()


def test_listings_are_counted_letters_buried_and_a_leader_found_over_tls_with_a_login(
    pipeline: TestPipeline,
) -> None:
    settings, topic = pipeline.settings, pipeline.topic
    pipeline.start_worker()
    with Publisher(settings, pipeline.kafka, topic, CLOCK) as publisher:
        for number in range(100):
            publisher.publish_line(LINE % number, home_partition(str(number), topic.partitions))
        publisher.publish_line(b"{not json", 0)
        # The processor sends on what stands in a partition that is not its home.
        home = home_partition("1000", topic.partitions)
        publisher.publish_line(LINE % 1_000, (home + 1) % topic.partitions)
    pipeline.wait_until_counted(publisher.sent)
    wait_for(lambda: pipeline.query("SELECT count() FROM listings") == [(101,)], 30, "all 101")
    assert pipeline.query("SELECT count() FROM dead_letters FINAL") == [(1,)]
    access = kafka_access(settings, pipeline.kafka)
    assert group_is_active(access, topic.name)
    leadership = KafkaLeadership(access, settings.spikes_topic, f"{topic.name}-alerter", 6.0)
    try:
        wait_for(lambda: leadership.leads(0.2), 30, "leadership")
    finally:
        leadership.close()


WRONG = {
    "password": ({"kafka_password": "wrong"}, ConfigError, "refuses the user 'ada'"),
    "user": ({"kafka_user": "bob"}, ConfigError, "refuses the user 'bob'"),
    "mechanism": ({"kafka_sasl_mechanism": "PLAIN"}, ConfigError, "it takes SCRAM-SHA-512"),
    "authority": ({"kafka_ca_file": None}, ConfigError, "set TRENDS_KAFKA_CA_FILE"),
    "no login": (
        {"kafka_security": "SSL", "kafka_user": "", "kafka_password": ""},
        Unavailable,
        "TRENDS_KAFKA_SECURITY=SSL",
    ),
    "no TLS": (
        {"kafka_security": "SASL_PLAINTEXT", "kafka_ca_file": None},
        Unavailable,
        "no answer",
    ),
}


@pytest.mark.parametrize(("change", "kind", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_at_once(
    change: dict[str, object],
    kind: type[TrendsError],
    said: str,
    server: SecureKafka,
    secured: pytest.MonkeyPatch,
) -> None:
    settings = _changed(load_settings(), change)
    started_s = time.monotonic()
    with pytest.raises(kind, match=said):
        ensure_topics(settings, server.bootstrap)
    assert time.monotonic() - started_s < 25  # the library itself: half a minute


def test_a_login_where_none_is_asked_for_is_named(
    server: SecureKafka, secured: pytest.MonkeyPatch
) -> None:
    change: dict[str, object] = {"kafka_security": "SASL_PLAINTEXT", "kafka_ca_file": None}
    settings = _changed(load_settings(), change)
    with pytest.raises(ConfigError, match="asks for no login"):
        knock(kafka_access(settings, server.plain))


def test_a_processor_with_a_wrong_password_ends_and_says_so(
    pipeline: TestPipeline, secured: pytest.MonkeyPatch
) -> None:
    worker = pipeline.start_worker(TRENDS_KAFKA_PASSWORD="wrong")
    wait_for(worker.has_ended, 60, "the processor ends")
    assert "refuses the user 'ada'" in worker.log
    assert "wrong" not in worker.log


def _changed(settings: Settings, change: dict[str, object]) -> Settings:
    values = {name: getattr(settings, name) for name in type(settings).model_fields}
    return Settings(**(values | change))
