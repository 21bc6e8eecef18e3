"""A ClickHouse server for tests: the one that is named, a container, or the embedded one."""

from __future__ import annotations

import http.client
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tests.support.docker_engine import docker_answers
from tests.support.local_process import LocalProcess
from tests.support.need import cannot_be_had
from tests.support.waiting import wait_for
from trends.embedded.ports import LOOPBACK, choose_ports
from trends.embedded.process import ProcessSpec

GIVEN_VARIABLE = "TRENDS_CLICKHOUSE"
IMAGE = "clickhouse/clickhouse-server:26.8"
SERVER = (sys.executable, "-m", "trends.embedded.clickhouse")
USERNAME, PASSWORD = "trends", "trends"  # of the container


class ClickHouseServer(Protocol):
    """Where a test finds ClickHouse; `kill` and `start` again are for chaos tests."""

    @property
    def url(self) -> str:
        """``http://user:password@host:port``, without a database."""
        ...

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...


class GivenClickHouse:
    """A server that somebody else runs."""

    def __init__(self, url: str) -> None:
        self.url = url

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None:
        cannot_be_had(f"a server that may be killed; {GIVEN_VARIABLE} names one that may not")


class EmbeddedClickHouse(LocalProcess):
    """This project's own server; keeps its data and port over a restart."""

    def __init__(self, folder: Path, program: tuple[str, ...] = SERVER) -> None:
        port = choose_ports(("clickhouse",))["clickhouse"]
        self.url = f"http://default:@{LOOPBACK}:{port}"
        options = ("--data", str(folder / "data"), "--port", str(port), "--host", LOOPBACK)
        super().__init__(
            ProcessSpec(
                name="clickhouse",
                argv=(*program, *options),
                log_path=folder / "clickhouse.log",
                ready=lambda: _answers(port),
                ready_timeout_s=60,
            )
        )


class ContainerClickHouse:
    """A server in a container, by testcontainers."""

    def __init__(self) -> None:
        from testcontainers.core.container import DockerContainer

        self._port = choose_ports(("clickhouse",), host="0.0.0.0")["clickhouse"]
        self.url = f"http://{USERNAME}:{PASSWORD}@{LOOPBACK}:{self._port}"
        self._container = (
            DockerContainer(IMAGE)
            .with_bind_ports(8123, self._port)
            .with_env("CLICKHOUSE_USER", USERNAME)
            .with_env("CLICKHOUSE_PASSWORD", PASSWORD)
            .with_env("CLICKHOUSE_DEFAULT_ACCESS_MANAGEMENT", "1")
        )
        self._created = False

    def start(self) -> None:
        if self._created:
            self._container.get_wrapped_container().start()
        else:
            self._container.start()
            self._created = True
        wait_for(lambda: _answers(self._port), 60, "ClickHouse in its container")

    def stop(self) -> None:
        if self._created:
            self._container.stop()
            self._created = False

    def kill(self) -> None:
        self._container.get_wrapped_container().kill()


@contextmanager
def running_clickhouse(folder: Path) -> Iterator[ClickHouseServer]:
    """A running server; the first that can be had, in the order named above.

    Args:
        folder: where a local one keeps its data and log.
    """
    server: ClickHouseServer
    if given := os.environ.get(GIVEN_VARIABLE):
        server = GivenClickHouse(given)
    elif docker_answers():
        server = ContainerClickHouse()
    else:
        server = EmbeddedClickHouse(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=1)
    try:
        connection.request("GET", "/ping")
        return connection.getresponse().read().startswith(b"Ok")
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
