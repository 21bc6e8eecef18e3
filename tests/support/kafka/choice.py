"""Which Kafka server a test run uses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.docker_engine import docker_answers
from tests.support.kafka.jars import JarsUnavailable, kafka_jars
from tests.support.kafka.local import ApacheKafka, EmbeddedBroker, java_version
from tests.support.kafka.remote import GIVEN_VARIABLE, ContainerKafka, GivenKafka
from tests.support.kafka.server import KafkaServer
from tests.support.need import cannot_be_had

JAVA_MIN = 17  # of the servers of Kafka 4


@contextmanager
def running_apache_kafka(folder: Path) -> Iterator[KafkaServer]:
    """An Apache Kafka: the one that is named, a container, or a local process.

    Args:
        folder: where a local one keeps everything.
    """
    with _running(_apache_kafka(folder)) as server:
        yield server


@contextmanager
def running_embedded_broker(folder: Path) -> Iterator[KafkaServer]:
    """The broker of `trends.embedded`, with its log in ``folder``."""
    with _running(EmbeddedBroker(folder)) as server:
        yield server


@contextmanager
def _running(server: KafkaServer) -> Iterator[KafkaServer]:
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _apache_kafka(folder: Path) -> KafkaServer:
    if given := os.environ.get(GIVEN_VARIABLE):
        return GivenKafka(given)
    if docker_answers():
        return ContainerKafka()
    java = java_version()
    if java is None or java < JAVA_MIN:
        found = "none" if java is None else str(java)
        cannot_be_had(f"no Docker engine answers, and no Java {JAVA_MIN} or later ({found})")
    try:
        return ApacheKafka(kafka_jars(), folder)
    except JarsUnavailable as error:
        cannot_be_had(f"no Docker engine answers, and no jars: {error}")
