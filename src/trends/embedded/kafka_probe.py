"""Asks a Kafka broker one question: do you serve?

In: an address. Out: whether a broker there answers a Metadata request with at least one broker.
Built on a bare socket, because a client library would retry, log and start threads over a server
that is not up yet. Never raises for a broker that is away.
"""

from __future__ import annotations

import socket
import struct

METADATA_KEY = 3
METADATA_VERSION = 4  # answered by Kafka 0.11 to 4.x and by the embedded broker
CORRELATION_ID = 7
CLIENT_ID = b"trends-probe"
ANSWER_MAX_BYTES = 1 << 20
_SIZE = struct.Struct(">i")
_ANSWER_HEAD = struct.Struct(">iii")  # correlation id, throttle time in ms, number of brokers


def kafka_answers(host: str, port: int, timeout_s: float = 1.0) -> bool:
    """Whether a Kafka broker at ``host:port`` serves metadata within ``timeout_s``."""
    try:
        with socket.create_connection((host, port), timeout_s) as connection:
            connection.sendall(_metadata_request())
            (size,) = _SIZE.unpack(_receive(connection, _SIZE.size))
            if not _ANSWER_HEAD.size <= size <= ANSWER_MAX_BYTES:
                return False
            head = _receive(connection, _ANSWER_HEAD.size)
    except OSError:
        return False
    correlation_id, _, brokers = _ANSWER_HEAD.unpack(head)
    return bool(correlation_id == CORRELATION_ID and brokers > 0)


def _metadata_request() -> bytes:
    """A request for the brokers alone: an empty list of topics, none of them to be created."""
    body = struct.pack(">hhi", METADATA_KEY, METADATA_VERSION, CORRELATION_ID)
    body += struct.pack(">h", len(CLIENT_ID)) + CLIENT_ID
    body += struct.pack(">i?", 0, False)
    return _SIZE.pack(len(body)) + body


def _receive(connection: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        part = connection.recv(size - len(received))
        if not part:
            raise ConnectionResetError("closed within an answer")
        received += part
    return received
