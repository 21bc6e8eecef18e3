"""One request to a Kafka broker and its answer, over a socket that is connected.

Built on a bare socket, because a client library would retry, log and start threads over a server
that is not up yet, or that does not let us in.
"""

from __future__ import annotations

import socket
import struct
from typing import Final

ANSWER_MAX_BYTES: Final = 1 << 20
CORRELATION_ID: Final = 7
_METADATA: Final = (3, 4)  # version 4 is answered by Kafka 0.11 to 4.x and by the embedded broker


def exchange(
    connection: socket.socket, api: tuple[int, int], client_id: bytes, body: bytes
) -> bytes:
    """A request's answer, without its header.

    Args:
        connection: to the broker.
        api: key and version of the request.
        client_id: what the broker's log says of us.
        body: of the request, without header.

    Raises:
        OSError: if the broker ends the connection, or does not answer as Kafka does.
    """
    request = struct.pack(">hhi", *api, CORRELATION_ID) + string(client_id) + body
    connection.sendall(struct.pack(">i", len(request)) + request)
    (size,) = struct.unpack(">i", _receive(connection, 4))
    if not 4 <= size <= ANSWER_MAX_BYTES:
        raise OSError("it does not answer as Kafka does")
    answer = _receive(connection, size)
    if answer[:4] != struct.pack(">i", CORRELATION_ID):
        raise OSError("it does not answer as Kafka does")
    return answer[4:]


def ask_for_brokers(connection: socket.socket, client_id: bytes) -> bytes:
    """The answer to a request for metadata without topics, none of them to be created."""
    return exchange(connection, _METADATA, client_id, struct.pack(">i?", 0, False))


def string(value: bytes) -> bytes:
    """As Kafka writes a string: its length first."""
    return struct.pack(">h", len(value)) + value


def _receive(connection: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        part = connection.recv(size - len(received))
        if not part:
            raise ConnectionResetError("it ended the connection")
        received += part
    return received
