"""The servers that tests ask for by name. Each runs once for the whole test run."""

from __future__ import annotations

import signal
import uuid
from collections.abc import Iterator

import pytest

from tests.support.clickhouse import ClickHouseServer, running_clickhouse
from tests.support.clickhouse_cluster import ClusterOfOne, running_cluster
from tests.support.kafka import KafkaServer, running_apache_kafka, running_embedded_broker
from trends.embedded.signals import STOP_SIGNALS


@pytest.fixture(scope="session")
def apache_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """A real Apache Kafka; mark tests that use it with ``kafka``."""
    with running_apache_kafka(tmp_path_factory.mktemp("apache-kafka")) as server:
        yield server


@pytest.fixture(scope="session")
def embedded_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """The embedded, memory-only broker."""
    with running_embedded_broker(tmp_path_factory.mktemp("embedded-broker")) as server:
        yield server


@pytest.fixture(
    params=[
        pytest.param("embedded_broker", id="embedded"),
        pytest.param("apache_kafka", id="apache", marks=pytest.mark.kafka),
    ]
)
def broker(request: pytest.FixtureRequest) -> KafkaServer:
    """Both brokers in turn, running at the start of each test."""
    server: KafkaServer = request.getfixturevalue(request.param)
    # A test before may have left it dead.
    server.start()
    return server


@pytest.fixture(scope="session")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseServer]:
    """A ClickHouse server; a test makes a database of its own in it."""
    with running_clickhouse(tmp_path_factory.mktemp("clickhouse")) as server:
        yield server


@pytest.fixture(scope="session")
def cluster_of_one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterOfOne]:
    """A ClickHouse whose configuration has a cluster, of itself alone."""
    with running_cluster(tmp_path_factory.mktemp("clickhouse-cluster")) as server:
        yield server


@pytest.fixture
def stop_signals() -> Iterator[None]:
    """Nobody ignores a stop signal, though the tests run in the background of a shell or `nohup`.

    Programs leave a signal ignored that was so at their start, and hand that on to their own.
    """
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    for number, handler in before.items():
        if handler is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def topic() -> str:
    """A topic name that no other test uses; the topic is not there yet."""
    return f"listings-{uuid.uuid4().hex[:12]}"
