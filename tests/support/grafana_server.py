"""A real HTTP server that answers as Grafana's API does, and can be told to fail."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.grafana_state import GrafanaState

ADMIN = "glsa_admin"
VIEWER = "glsa_viewer"
BASIC = base64.b64encode(b"admin:s3cret pass").decode()


@dataclass
class Fault:
    """What goes wrong, once.

    Attributes:
        status: what is answered; 0 for a connection that is cut.
        method: of the requests that it happens to; any if empty.
        part: of their paths.
        done: whether what was asked is done before.
    """

    status: int
    method: str = ""
    part: str = ""
    done: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"message":"planted"}'

    def strikes(self, method: str, path: str) -> bool:
        return method.startswith(self.method) and self.part in path


@dataclass
class GrafanaServer:
    """Where it is, what it holds, and what was asked of it.

    Attributes:
        requests: method and path of each.
        faults: each strikes the first request that it fits, and is gone.
        before_answering: called with method and path, before anything is done.
    """

    url: str
    state: GrafanaState = field(default_factory=GrafanaState)
    requests: list[tuple[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    before_answering: Callable[[str, str], None] = lambda *_: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def writes(self) -> list[tuple[str, str]]:
        return [(method, path) for method, path in self.requests if method != "GET"]

    def struck(self, method: str, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.strikes(method, path):
                self.faults.remove(fault)
                return fault
        return None


@contextmanager
def grafana_server(prefix: str = "") -> Iterator[GrafanaServer]:
    """A server on a port of its own, its API below ``prefix``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            method, path = self.command, self.path
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            server.before_answering(method, path)
            with server.lock:
                server.requests.append((method, path))
                fault = server.struck(method, path)
                status, json_body = self._answered(method, path, body, fault)
            if fault and fault.status == 0:
                self.close_connection = True
                return
            if fault:
                self._send(fault.status, fault.body, fault.headers)
            else:
                content = b"" if json_body is None else json.dumps(json_body).encode()
                self._send(status, content, {})

        do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815 - so they are called

        def _answered(
            self, method: str, path: str, body: bytes, fault: Fault | None
        ) -> tuple[int, Any]:
            if fault and not fault.done:
                return fault.status, None
            if not path.startswith(f"{prefix}/api/"):
                return 404, {"message": "Not found"}
            given = self.headers.get("authorization", "")
            if given not in (f"Bearer {ADMIN}", f"Bearer {VIEWER}", f"Basic {BASIC}"):
                if path != f"{prefix}/api/health":
                    return 401, {"message": "Invalid API key"}
            elif given == f"Bearer {VIEWER}" and ("provisioning" in path or method != "GET"):
                return 403, {"message": "You'll need additional permissions"}
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = json.loads(body) if body else None
            return server.state.answer(method, path.removeprefix(prefix), asked, headers)

        def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
            self.end_headers()
            if status != 204:
                self.wfile.write(content)

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                self.close_connection = True  # it was killed, or waited no longer

        def log_message(self, *_: object) -> None: ...

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = GrafanaServer(f"http://127.0.0.1:{http.server_port}{prefix}")
    thread = threading.Thread(target=http.serve_forever, args=(0.05,), name="grafana")
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        thread.join()
        http.server_close()
