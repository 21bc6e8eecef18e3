"""Kafka brokers for tests: Apache Kafka, wherever it can be had, and the embedded broker."""

from tests.support.kafka.choice import running_apache_kafka, running_embedded_broker
from tests.support.kafka.local import ApacheKafka
from tests.support.kafka.server import KafkaServer

__all__ = ["ApacheKafka", "KafkaServer", "running_apache_kafka", "running_embedded_broker"]
