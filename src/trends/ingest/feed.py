"""Source records to the topic: validated, published; what cannot be is dead-lettered, not lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import orjson

from trends.clock import Clock
from trends.errors import BadRecord
from trends.processor.flood import FloodGuard
from trends.sources.record import SourceRecord
from trends.store.interface import DeadLetter
from trends.wire.codec import to_listing
from trends.wire.publisher import Publisher

RAW_KEPT_BYTES: Final = 64 * 1024
LETTERS_AT_ONCE: Final = 500


class Feed:
    """Publishes records and counts them. ``bury`` must keep the dead letters it is given."""

    def __init__(
        self,
        publisher: Publisher,
        bury: Callable[[Sequence[DeadLetter]], None],
        flood: FloodGuard,
        clock: Clock,
    ) -> None:
        self._publisher = publisher
        self._bury = bury
        self._flood = flood
        self._clock = clock
        self._letters: list[DeadLetter] = []
        self.read = 0
        self.dead = 0

    def run(self, records: Iterable[SourceRecord], progress: Callable[[int], None]) -> None:
        """Publishes all; returns when Kafka has every line.

        Raises:
            Fatal: on a flood of bad records; what came before is published and kept.
        """
        try:
            for record in records:
                self.read += 1
                self._take(record)
                if self.read % 100 == 0:
                    progress(self.read)
        finally:
            self._publisher.flush()
            self._bury_letters()
            progress(self.read)

    def _take(self, record: SourceRecord) -> None:
        error = record.error
        if error is None:
            try:
                self._publisher.publish(to_listing(record.fields))
            except BadRecord as bad:
                error = bad
        if error is not None:
            self.dead += 1
            self._letters.append(self._letter(record, error))
            if len(self._letters) >= LETTERS_AT_ONCE:
                self._bury_letters()
        self._flood.observe(error)

    def _letter(self, record: SourceRecord, error: BadRecord) -> DeadLetter:
        raw = record.raw or orjson.dumps(dict(record.fields), default=repr)
        return DeadLetter(
            origin=record.origin,
            offset=self.read - 1,
            line=0,
            code=error.code,
            message=str(error),
            raw=raw[:RAW_KEPT_BYTES],
            cut=len(raw) > RAW_KEPT_BYTES,
            recorded_at=self._clock.now(),
        )

    def _bury_letters(self) -> None:
        if self._letters:
            self._bury(self._letters)
            self._letters = []
