"""One member of a consumer group, as a process that a test can kill.

Run as ``python -m tests.support.kafka.group_member BOOTSTRAP TOPIC GROUP``. Prints one JSON line
whenever its partitions change and for each message it has read and committed.
"""

from __future__ import annotations

import json
import sys

from kafka import KafkaConsumer

# Short times, as the processor uses with the embedded broker.
TIMES = {"session_timeout_ms": 6000, "max_poll_interval_ms": 6000, "heartbeat_interval_ms": 2000}


def main(bootstrap: str, topic: str, group: str) -> None:
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        **TIMES,
    )
    before: list[int] | None = None
    while True:
        read = [m for messages in consumer.poll(timeout_ms=200).values() for m in messages]
        if read:
            consumer.commit()
        partitions = sorted(where.partition for where in consumer.assignment())
        if partitions != before:
            before = partitions
            tell({"partitions": partitions})
        for message in read:
            tell({"read": [message.partition, message.offset]})


def tell(fact: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(fact) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
