"""An HTTP server on loopback that records what it gets and answers as a test tells it to."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Request:
    """What came in; names of headers are in small letters."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Receiver:
    """What came in, and what goes out: the next behaviour, or the last again.

    Attributes:
        stopping: set when the test is over, so that no behaviour outlives it.
    """

    port: int
    requests: list[Request] = field(default_factory=list)
    behaviours: list[Behaviour] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.0"
    receiver: Receiver

    def log_message(self, *_args: object) -> None:
        pass

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self) -> None:
        length = int(self.headers.get("content-length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(length)
        self.receiver.requests.append(Request(self.command, self.path, headers, body))
        behaviours = self.receiver.behaviours
        behave = behaviours.pop(0) if len(behaviours) > 1 else behaviours[0]
        # A client that has given up is part of what is tested.
        with contextlib.suppress(ConnectionError):
            behave(self)

    do_GET = do_POST = do_PATCH = do_PUT = handle_any  # noqa: N815 - the library's names


Behaviour = Callable[[Handler], None]


def answering(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    return lambda handler: handler.answer(status, body, **headers)


def hang(handler: Handler) -> None:
    handler.receiver.stopping.wait(30)


def trickle_headers(handler: Handler) -> None:
    _trickle(handler, b"HTTP/1.1 200 OK\r\nx-long: ")


def trickle_body(handler: Handler) -> None:
    _trickle(handler, b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")


def _trickle(handler: Handler, start: bytes) -> None:
    handler.wfile.write(start)
    for _ in range(1_000):
        handler.wfile.write(b"x")
        if handler.receiver.stopping.wait(0.02):
            return


def close(handler: Handler) -> None:
    """Without a word."""


def garbage(handler: Handler) -> None:
    handler.wfile.write(b"\x00\x01 this is no HTTP at all\r\n\r\n")


def endless(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    while not handler.receiver.stopping.is_set():
        handler.wfile.write(b"y" * 65_536)


@contextlib.contextmanager
def receiving(*behaviours: Behaviour) -> Iterator[Receiver]:
    """A receiver that runs while the block does."""

    class Bound(Handler):
        """Knows its receiver."""

    class Server(ThreadingHTTPServer):
        """Waits for its threads when it ends."""

        daemon_threads = False
        block_on_close = True

    with Server(("127.0.0.1", 0), Bound) as server:
        Bound.receiver = receiver = Receiver(server.server_address[1])
        receiver.behaviours = list(behaviours) or [answering(200, b"ok")]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield receiver
        finally:
            receiver.stopping.set()
            server.shutdown()
            thread.join()
