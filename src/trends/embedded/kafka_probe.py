"""Asks a Kafka broker one question: do you serve?

In: an address. Out: whether a broker there answers a Metadata request with at least one broker.
Never raises for a broker that is away.
"""

from __future__ import annotations

import socket
import struct

from trends.wire.frames import ask_for_brokers

CLIENT_ID = b"trends-probe"
_ANSWER_HEAD = struct.Struct(">ii")  # throttle time in ms, number of brokers


def kafka_answers(host: str, port: int, timeout_s: float = 1.0) -> bool:
    """Whether a Kafka broker at ``host:port`` serves metadata within ``timeout_s``."""
    try:
        with socket.create_connection((host, port), timeout_s) as connection:
            answer = ask_for_brokers(connection, CLIENT_ID)
    except OSError:
        return False
    if len(answer) < _ANSWER_HEAD.size:
        return False
    _, brokers = _ANSWER_HEAD.unpack_from(answer)
    return bool(brokers > 0)
