"""/metrics, /health and /ready over HTTP, from daemon threads beside the service.

In: the vitals of a service, an address. Out: answers to whoever scrapes or probes. Never blocks the
service: it only reads what the service has reported, and a slow client holds up its own thread.
"""

from __future__ import annotations

import json
import logging
import socket
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from types import TracebackType
from typing import Any, Final
from urllib.parse import urlsplit

from prometheus_client.exposition import choose_encoder

from trends.errors import ConfigError
from trends.metrics.vitals import Vitals

log = logging.getLogger(__name__)

CLIENT_TIMEOUT_S: Final = 10.0
JSON_TYPE: Final = "application/json; charset=utf-8"

_Answer = tuple[HTTPStatus, str, bytes]


class MetricsServer:
    """Serves from `start` to `close`; a context manager does both.

    Args:
        vitals: what is shown.
        host: the address to listen on.
        port: 0 takes a free one, see `port`.
    """

    def __init__(self, vitals: Vitals, host: str, port: int) -> None:
        self._vitals = vitals
        self._host = host
        self._port = port
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port that is listened on."""
        if self._server is None:
            return self._port
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Listens; answers from now on.

        Raises:
            ConfigError: if that address cannot be had.
        """
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        try:
            self._server = _Server((self._host, self._port), family, self._vitals)
        except OSError as error:
            raise ConfigError(
                f"cannot serve metrics on {self._host}:{self._port}: {error.strerror or error}; "
                "choose another TRENDS_METRICS_PORT or TRENDS_METRICS_HOST"
            ) from error
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="metrics", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stops listening; harmless if it never began."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._server = self._thread = None

    def __enter__(self) -> MetricsServer:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _Server(ThreadingMixIn, TCPServer):
    # Not HTTPServer: that asks the name server for its own name before it listens.
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 32

    def __init__(
        self, address: tuple[str, int], family: socket.AddressFamily, vitals: Vitals
    ) -> None:
        self.address_family = family
        self.vitals = vitals
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - inherited
        # A client that went away; whatever else it is must not reach the service.
        log.debug("a request from %s failed", client_address, exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "trends"
    sys_version = ""
    timeout = CLIENT_TIMEOUT_S

    def do_GET(self) -> None:
        """Answers."""
        self._send(*self._answer())

    def do_HEAD(self) -> None:
        """Answers without a body."""
        self._send(*self._answer())

    def _refuse(self) -> None:
        # Its body, if any, is not read: the connection ends with the answer.
        self._send(
            HTTPStatus.METHOD_NOT_ALLOWED,
            JSON_TYPE,
            _json({"error": f"{self.command} is not allowed; GET and HEAD are"}),
        )

    do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _refuse  # noqa: N815 - as its base wants

    def _answer(self) -> _Answer:
        path = urlsplit(self.path).path.rstrip("/")
        if path == "/metrics":
            encode, content_type = choose_encoder(self.headers.get("Accept") or "")
            return HTTPStatus.OK, content_type, encode(self.server.vitals.registry)
        if path == "/health":
            return health(self.server.vitals)
        if path == "/ready":
            return readiness(self.server.vitals)
        paths = ["/metrics", "/health", "/ready"]
        return HTTPStatus.NOT_FOUND, JSON_TYPE, _json({"error": "not found", "paths": paths})

    def _send(self, status: HTTPStatus, content_type: str, body: bytes) -> None:
        self.send_response(status)
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "GET, HEAD")
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is inherited
        log.debug(format, *args)


def health(vitals: Vitals) -> _Answer:
    """Whether the service lives: 503 asks for a restart."""
    liveness = vitals.liveness
    silent_s = liveness.silent_s
    content: dict[str, object] = {"alive": liveness.is_alive, "silent_s": round(silent_s, 1)}
    if liveness.is_alive:
        return HTTPStatus.OK, JSON_TYPE, _json(content)
    content["reason"] = (
        f"the main loop has not come round for {silent_s:.0f} s; {liveness.silent_max_s:g} s are "
        "the most it should take"
    )
    return HTTPStatus.SERVICE_UNAVAILABLE, JSON_TYPE, _json(content)


def readiness(vitals: Vitals) -> _Answer:
    """Whether the service can do its work, and what it waits for."""
    conditions = vitals.readiness.conditions
    missing = {name: reason for name, reason in conditions.items() if reason is not None}
    content = {"ready": not missing, "conditions": sorted(conditions), "missing": missing}
    status = HTTPStatus.SERVICE_UNAVAILABLE if missing else HTTPStatus.OK
    return status, JSON_TYPE, _json(content)


def _json(content: object) -> bytes:
    return json.dumps(content).encode() + b"\n"
