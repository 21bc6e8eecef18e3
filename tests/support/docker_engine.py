"""Whether a Docker engine answers, asked in a moment and without a client library.

The library would take longer, and leave an open socket behind when there is no engine.
"""

from __future__ import annotations

import functools
import os
import socket
from urllib.parse import urlsplit

DEFAULT_SOCKET = "/var/run/docker.sock"
TIMEOUT_S = 2.0
PING = b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n"


@functools.cache
def docker_answers() -> bool:
    """Whether the engine named by ``DOCKER_HOST``, or the usual one, serves requests."""
    address = urlsplit(os.environ.get("DOCKER_HOST") or f"unix://{DEFAULT_SOCKET}")
    try:
        with _connect(address.scheme, address.path, address.hostname, address.port) as engine:
            engine.settimeout(TIMEOUT_S)
            engine.sendall(PING)
            return b" 200 " in engine.recv(64)
    except OSError:
        return False


def _connect(scheme: str, path: str, host: str | None, port: int | None) -> socket.socket:
    if scheme != "unix":
        return socket.create_connection((host or "localhost", port or 2375), TIMEOUT_S)
    engine = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        engine.settimeout(TIMEOUT_S)
        engine.connect(path)
    except OSError:
        engine.close()
        raise
    return engine
