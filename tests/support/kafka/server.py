"""What every Kafka server of the tests can do, and how Apache Kafka is set up in all of them."""

from __future__ import annotations

from typing import Protocol

MESSAGE_MAX_BYTES = 10 * 1024 * 1024

# One node, and nothing that makes a test wait.
APACHE_PROPERTIES = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "message.max.bytes": str(MESSAGE_MAX_BYTES),
    "replica.fetch.max.bytes": str(MESSAGE_MAX_BYTES),
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
}


class KafkaServer(Protocol):
    """A broker that a test may stop, kill and start again on the same port."""

    @property
    def bootstrap(self) -> str:
        """``host:port``."""
        ...

    @property
    def durable(self) -> bool:
        """Whether topics, messages and offsets are still there after a restart."""
        ...

    def start(self) -> None:
        """Start it and wait until it serves."""
        ...

    def stop(self) -> None:
        """Let it shut down in good order."""
        ...

    def kill(self) -> None:
        """``kill -9``."""
        ...

    def restart(self) -> None:
        """Stop it if it runs, and start it on the same port with the same data."""
        ...
