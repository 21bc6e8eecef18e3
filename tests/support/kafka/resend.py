"""A producer that loses the broker's answer and sends the same batch again, as retries do.

Written on a bare socket: no client library lets a test send a batch twice on purpose.
"""

from __future__ import annotations

import socket
import struct
import time

from kafka.record.memory_records import MemoryRecordsBuilder

PRODUCE, PRODUCE_VERSION = 0, 3
INIT_PRODUCER_ID, INIT_VERSION = 22, 3  # the first version that says "a new producer"
COORDINATOR_LOAD_IN_PROGRESS = 14
DUPLICATE_SEQUENCE_NUMBER = 46
CLIENT_ID = b"resend"
TIMEOUT_S = 20.0
RETRY_S = 0.1


def send_twice(bootstrap: str, topic: str, value: bytes) -> bool:
    """Send one idempotent batch to partition 0, twice.

    Returns:
        Whether the broker saw that the second is the first again: it says so, as clients know to
        take for success (error 46), or it answers with the first one's offset.
    """
    host, _, port = bootstrap.rpartition(":")
    with socket.create_connection((host, int(port)), TIMEOUT_S) as connection:
        producer_id, epoch = _new_producer(connection)
        builder = MemoryRecordsBuilder(
            2, 0, 1 << 20, producer_id=producer_id, producer_epoch=epoch, base_sequence=0
        )
        builder.append(timestamp=1_735_689_600_000, key=None, value=value, headers=[])
        builder.close()
        batch = bytes(builder.buffer())
        error, offset = _produce(connection, topic, batch)
        assert error == 0, f"not produced: error {error}"
        again = _produce(connection, topic, batch)
        return again == (0, offset) or again[0] == DUPLICATE_SEQUENCE_NUMBER


def _new_producer(connection: socket.socket) -> tuple[int, int]:
    # Compact encoding: no transactional id (0), and empty tags (0) at the end.
    header = _header(INIT_PRODUCER_ID, INIT_VERSION) + b"\0"
    body = b"\0" + struct.pack(">iqh", 60_000, -1, -1) + b"\0"
    end_s = time.monotonic() + TIMEOUT_S
    while True:
        answer = _ask(connection, header + body)
        _, _, _, error, producer_id, epoch = struct.unpack(">ibihqh", answer[:21])
        if error == 0:
            return producer_id, epoch
        # A broker that has just started asks for patience.
        assert error == COORDINATOR_LOAD_IN_PROGRESS, f"no producer id: error {error}"
        assert time.monotonic() < end_s, "no producer id in time"
        time.sleep(RETRY_S)


def _produce(connection: socket.socket, topic: str, batch: bytes) -> tuple[int, int]:
    """Error code and offset."""
    name = topic.encode()
    body = struct.pack(">hhi", -1, -1, 30_000)  # no transaction, acks of all, timeout in ms
    body += struct.pack(">ih", 1, len(name)) + name
    body += struct.pack(">iii", 1, 0, len(batch)) + batch
    answer = _ask(connection, _header(PRODUCE, PRODUCE_VERSION) + body)
    # After the correlation id, the number of topics, the name and the number of partitions.
    start = 4 + 4 + 2 + len(name) + 4
    _, error, offset = struct.unpack(">ihq", answer[start : start + 14])
    return error, offset


def _header(key: int, version: int) -> bytes:
    return struct.pack(">hhih", key, version, 1, len(CLIENT_ID)) + CLIENT_ID


def _ask(connection: socket.socket, request: bytes) -> bytes:
    connection.sendall(struct.pack(">i", len(request)) + request)
    (size,) = struct.unpack(">i", _receive(connection, 4))
    return _receive(connection, size)


def _receive(connection: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        part = connection.recv(size - len(received))
        assert part, "the broker closed the connection"
        received += part
    return received
