"""What the processor sends to Kafka: dead letters, and listings that belong elsewhere."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import orjson

from trends.clock import Clock
from trends.settings import Settings
from trends.store.interface import DeadLetter, Forward
from trends.wire.access import kafka_access
from trends.wire.partition import home_partition
from trends.wire.producer import Producer
from trends.wire.publisher import Publisher
from trends.wire.topics import describe_topic, translated


class Outlet:
    """Blocking; connects when first needed, for most processors never send anything."""

    def __init__(self, settings: Settings, bootstrap: str, clock: Clock) -> None:
        self._settings = settings
        self._bootstrap = bootstrap
        self._access = kafka_access(settings, bootstrap)
        self._clock = clock
        self._dead = Producer(settings, bootstrap)

    def dead(self, letters: Sequence[DeadLetter]) -> None:
        """Sends dead letters to their topic; returns when Kafka has them.

        Raises:
            Unavailable: if it has not; sending them again does no harm.
        """
        if not letters:
            return
        with translated():
            topic = self._settings.dead_topic
            sent = [self._dead.send(topic, encode_dead_letter(letter)) for letter in letters]
            for sending in sent:
                self._dead.acknowledged(sending)

    def forward(self, rows: Sequence[Forward]) -> None:
        """Sends lines to the partitions they belong to; returns when Kafka has them.

        Raises:
            Unavailable: if it has not; sending them again does no harm.
        """
        if not rows:
            return
        # Rare (a producer that partitions otherwise, a topic that grew), so it connects anew and
        # sees the present number of partitions.
        topic = describe_topic(self._access, self._settings.listings_topic)
        with Publisher(
            self._settings, self._bootstrap, topic, self._clock, insists=False
        ) as publisher:
            for row in rows:
                # As it was written: encoded anew it could be longer than a line may be.
                publisher.publish_line(row.raw, home_partition(row.listing.id, topic.partitions))

    def close(self) -> None:
        """Closes the connection, if there is one."""
        self._dead.close()


def encode_dead_letter(letter: DeadLetter) -> bytes:
    """One JSON object: where the line stood, what is wrong with it, and its bytes.

    ``raw`` holds them as text where they are UTF-8, else ``raw_base64`` does.
    """
    topic, _, rest = letter.origin.partition("/")
    fields: dict[str, object] = {
        "origin": letter.origin,
        "topic": topic if rest else None,
        "partition": int(rest.rpartition("/")[2]) if rest.rpartition("/")[2].isdigit() else None,
        "offset": letter.offset,
        "line": letter.line,
        "code": letter.code,
        "message": letter.message.encode("utf-8", "backslashreplace").decode(),
        "cut": letter.cut,
        "recorded_at": letter.recorded_at,
    }
    try:
        fields["raw"] = letter.raw.decode()
    except UnicodeDecodeError:
        fields["raw_base64"] = base64.b64encode(letter.raw).decode()
    return orjson.dumps(fields, option=orjson.OPT_UTC_Z)
