"""Brokers as local processes: Apache Kafka in KRaft mode by Java, and the embedded broker."""

from __future__ import annotations

import shutil
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path

from tests.support.kafka.server import APACHE_PROPERTIES
from tests.support.local_process import LocalProcess
from trends.embedded.broker import broker_spec
from trends.embedded.kafka_probe import kafka_answers
from trends.embedded.ports import LOOPBACK, choose_ports
from trends.embedded.process import ProcessSpec


class RestartableBroker(LocalProcess):
    """A broker process on a fixed port."""

    durable: bool

    def __init__(self, spec: ProcessSpec, port: int) -> None:
        super().__init__(spec)
        self.bootstrap = f"{LOOPBACK}:{port}"

    def restart(self) -> None:
        self.stop()
        self.start()


class EmbeddedBroker(RestartableBroker):
    """The broker of `trends.embedded`: a restart begins with empty memory."""

    durable = False

    def __init__(self, folder: Path) -> None:
        port = choose_ports(("kafka",))["kafka"]
        super().__init__(broker_spec(port, folder / "broker.log"), port)


class ApacheKafka(RestartableBroker):
    """A real Apache Kafka: one node that is broker and controller, data in ``folder``.

    Args:
        jars: the folder of its jars.
        folder: its data, configuration and log.
    """

    durable = True
    # What a kind of its own adds to the configuration, and to the first format of its data.
    more_listeners: Mapping[str, str] = {}
    more_properties: Mapping[str, str] = {}
    more_format: tuple[str, ...] = ()

    def __init__(self, jars: Path, folder: Path) -> None:
        ports = choose_ports(("kafka", "controller"))
        self._java = ("java", "-cp", f"{jars}/*")
        self._folder = folder
        self._properties = folder / "server.properties"
        self._listeners = {
            "PLAINTEXT": f"{LOOPBACK}:{ports['kafka']}",
            "CONTROLLER": f"{LOOPBACK}:{ports['controller']}",
        }
        # Small and quick to start rather than fast in the long run.
        options = (
            "-Xms128m",
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        )
        super().__init__(
            ProcessSpec(
                name="apache-kafka",
                argv=("java", *options, *self._java[1:], "kafka.Kafka", str(self._properties)),
                log_path=folder / "kafka.log",
                ready=lambda: kafka_answers(LOOPBACK, ports["kafka"]),
                ready_timeout_s=60,
                stop_timeout_s=30,
            ),
            ports["kafka"],
        )

    def start(self) -> None:
        if not self._properties.exists():
            self._format()
        super().start()

    def _format(self) -> None:
        """Write the configuration, and a new cluster's identity into the data folder."""
        self._folder.mkdir(parents=True, exist_ok=True)
        clients = {"PLAINTEXT": self._listeners["PLAINTEXT"], **self.more_listeners}
        listeners = {**self._listeners, **self.more_listeners}
        properties = {
            **APACHE_PROPERTIES,
            "controller.quorum.voters": f"1@{self._listeners['CONTROLLER']}",
            "listeners": ",".join(f"{name}://{at}" for name, at in listeners.items()),
            "advertised.listeners": ",".join(f"{name}://{at}" for name, at in clients.items()),
            "log.dirs": str(self._folder / "data"),
            **self.more_properties,
        }
        lines = (f"{name}={value}\n" for name, value in properties.items())
        self._properties.write_text("".join(lines), encoding="utf-8")
        cluster_id = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        arguments: tuple[str, ...] = (
            "format",
            "-t",
            f"x{cluster_id[1:]}",
            "-c",
            str(self._properties),
        )
        arguments += self.more_format
        subprocess.run(
            [*self._java, "kafka.tools.StorageTool", *arguments],
            check=True,
            capture_output=True,
            timeout=60,
        )


def java_version() -> int | None:
    """The major version of the ``java`` on the path, if there is one."""
    if shutil.which("java") is None:
        return None
    shown = subprocess.run(
        ["java", "-XshowSettings:properties", "-version"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    ).stderr
    for line in shown.splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "java.specification.version" and value.strip().isdigit():
            return int(value)
    return None
