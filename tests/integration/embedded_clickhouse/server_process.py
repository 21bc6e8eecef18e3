"""Start, ask and end one server process."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

START_TIMEOUT_S = 60


@dataclass
class Reply:
    """An HTTP response, read to its end."""

    status: int
    body: bytes
    headers: http.client.HTTPMessage

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def code(self) -> str | None:
        return self.headers["X-ClickHouse-Exception-Code"]


@dataclass
class Server:
    """A running server."""

    process: subprocess.Popen[str]
    data: Path
    port: int
    log: Path
    secret: Path = field(default_factory=Path)

    def ask(
        self,
        sql: str | None = None,
        *,
        body: bytes = b"",
        method: str = "POST",
        path: str = "/",
        headers: Mapping[str, str] | None = None,
        url: Mapping[str, object] | None = None,
        timeout_s: float = 60,
        **more_url: object,
    ) -> Reply:
        """One request on a connection of its own; ``sql`` goes to the url if there is a body."""
        values = {name: str(value) for name, value in {**(url or {}), **more_url}.items()}
        if sql is not None and (body or method != "POST"):
            values["query"] = sql
        elif sql is not None:
            body = sql.encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        try:
            target = f"{path}?{urlencode(values)}" if values else path
            connection.request(method, target, body or None, dict(headers or {}))
            response = connection.getresponse()
            return Reply(response.status, response.read(), response.headers)
        finally:
            connection.close()

    def sql(self, sql: str, **url: object) -> str:
        """The text of a query that must succeed."""
        reply = self.ask(sql, url=url)
        assert reply.status == 200, reply.text
        return reply.text.rstrip("\n")

    def stop(self, number: int = signal.SIGTERM, timeout_s: float = 30) -> int:
        """Ask the process to end; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout_s)

    def kill(self) -> None:
        """``kill -9``; does nothing if it has ended."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)

    def errors(self) -> str:
        """What stands in its log."""
        return self.log.read_text(encoding="utf-8")


def start(data: Path, *options: str, port: int = 0) -> Server:
    """Start a server on a free port and wait until it listens."""
    log = data.parent / f"{data.name}.log"
    with log.open("a", encoding="utf-8") as stderr:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "trends.embedded.clickhouse"),
                *("--data", str(data), "--port", str(port), *options),
            ],
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env=dict(os.environ),
        )
    assert process.stdout is not None
    with process.stdout as stdout:
        line = stdout.readline()
    if "listening on http://" not in line:
        process.wait(START_TIMEOUT_S)
        raise AssertionError(f"no start: {line!r} {log.read_text(encoding='utf-8')}")
    return Server(process, data, int(line.split(":")[3].split()[0]), log)
