"""Apache Kafka that is not a local process: in a container, or run by somebody else."""

from __future__ import annotations

from tests.support.kafka.server import APACHE_PROPERTIES
from tests.support.need import cannot_be_had
from tests.support.waiting import wait_for
from trends.embedded.kafka_probe import kafka_answers
from trends.embedded.ports import LOOPBACK, choose_ports

GIVEN_VARIABLE = "TRENDS_KAFKA"
IMAGE = "apache/kafka:4.3.1"
START_TIMEOUT_S = 60.0


class GivenKafka:
    """A broker that somebody else runs, so that a test may not stop it."""

    durable = True

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None:
        cannot_be_had(f"a broker that may be killed; {GIVEN_VARIABLE} names one that may not")

    def restart(self) -> None:
        self.kill()


class ContainerKafka:
    """Apache's own image, by testcontainers, on a port of this machine that stays the same."""

    durable = True

    def __init__(self) -> None:
        from testcontainers.core.container import DockerContainer

        self._port = choose_ports(("kafka",), host="0.0.0.0")["kafka"]
        self.bootstrap = f"{LOOPBACK}:{self._port}"
        properties = {
            **APACHE_PROPERTIES,
            "controller.quorum.voters": "1@localhost:9093",
            "listeners": "PLAINTEXT://:9092,CONTROLLER://:9093",
            "advertised.listeners": f"PLAINTEXT://{self.bootstrap}",
        }
        self._container = DockerContainer(IMAGE).with_bind_ports(9092, self._port)
        for name, value in properties.items():
            self._container.with_env("KAFKA_" + name.upper().replace(".", "_"), value)
        self._created = False

    def start(self) -> None:
        if self._created:
            self._container.get_wrapped_container().start()
        else:
            self._container.start()
            self._created = True
        wait_for(self._answers, START_TIMEOUT_S, "Apache Kafka in its container")

    def stop(self) -> None:
        if self._created:
            self._container.stop()
            self._created = False

    def kill(self) -> None:
        self._container.get_wrapped_container().kill()

    def restart(self) -> None:
        # Not `stop`: that removes the container, and its data with it.
        self._container.get_wrapped_container().stop()
        self.start()

    def _answers(self) -> bool:
        return kafka_answers(LOOPBACK, self._port)
