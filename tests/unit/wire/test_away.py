"""A Kafka that is away is said to be, again and again, and nothing piles up meanwhile."""

from __future__ import annotations

import gc
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from trends.alerting.leader import KafkaLeadership
from trends.errors import Unavailable
from trends.settings import Settings
from trends.wire.access import KafkaAccess
from trends.wire.producer import Producer
from trends.wire.topics import describe_topic

TRIES = 5

CALLS: dict[str, Callable[[str], object]] = {
    "the topic is asked for": lambda at: describe_topic(KafkaAccess(at), "listings"),
    "a message is sent": lambda at: Producer(Settings(), at).send("listings", b"line"),
    "an alerter joins": lambda at: KafkaLeadership(KafkaAccess(at), "spikes", "group", 6.0),
}


def held() -> tuple[int, int]:
    """Threads and files of this process, without what nobody refers to any more."""
    gc.collect()
    return threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_no_thread_and_no_socket_is_left_when(call: Callable[[str], object]) -> None:
    with socket.socket() as bound:  # nobody listens there, and nobody else can
        bound.bind(("127.0.0.1", 0))
        at = f"127.0.0.1:{bound.getsockname()[1]}"
        before = held()
        for _ in range(TRIES):
            with pytest.raises(Unavailable, match="no answer at"):
                call(at)
        threads, files = held()
        # What tests before this one left behind may go meanwhile.
        assert threads <= before[0]
        assert files <= before[1]
