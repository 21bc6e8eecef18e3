"""A receiver of webhooks that can be told to fail."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """One request: its id, what it said, and how it was answered."""

    id: str
    body: Any
    status: int


@dataclass
class Receiver:
    """Where to send, and what came."""

    url: str
    answer: Callable[[], int] = lambda: 200
    before_answering: Callable[[], None] = lambda: None
    """Called when a request is recorded and its sender still waits."""
    received: list[Received] = field(default_factory=list)

    @property
    def accepted(self) -> list[Received]:
        return [each for each in self.received if each.status == 200]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = receiver.answer()
            # Before the answer: a sender that is killed while it waits has been heard.
            receiver.received.append(Received(self.headers["webhook-id"], json.loads(body), status))
            receiver.before_answering()
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                self.close_connection = True  # it was killed

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, name="webhooks")
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
