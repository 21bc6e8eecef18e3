"""Which of several alerters evaluates and tells: the one that Kafka gives the only partition to.

In: a topic with one partition and a group. Out: whether this process leads now. No message is read.

A leader that dies is replaced after the session timeout; one that is to make room (whenever an
alerter joins or leaves) first ends the sends it is in. One that was paused, and wakes up when
another leads, may finish the send that it was in, under the delivery id that the other used; before
it decides anything again it asks here, and reads from the store how alerts stand.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from typing import Any, Final, Protocol

from kafka import ConsumerRebalanceListener, KafkaConsumer

from trends.clock import Clock
from trends.wire.access import KafkaAccess
from trends.wire.knock import knock
from trends.wire.topics import translated

log = logging.getLogger(__name__)

# An evaluation of a long history is let finish before others may lead.
BETWEEN_LOOKS_MAX_MS: Final = 120_000
CLOSE_TIMEOUT_MS: Final = 3_000


def _nothing() -> None: ...


class Leadership(Protocol):
    """Whether this process leads.

    Attributes:
        before_handing_over: called within `leads` when another may lead as soon as it returns; so
            that what is under way can come to its end, and is not done twice.
    """

    before_handing_over: Callable[[], None]

    def leads(self, wait_s: float = 0.0) -> bool:
        """Asked often: it is also how the others see that this one is alive.

        Args:
            wait_s: take up to so long for an answer.

        Raises:
            Unavailable: if it cannot be known.
        """
        ...

    def close(self) -> None:
        """Lets another lead."""
        ...


class Always:
    """Leads as long as `is_leading` is not set otherwise; for tests."""

    def __init__(self, clock: Clock) -> None:
        self.is_leading = True
        self.before_handing_over: Callable[[], None] = _nothing
        self._clock = clock

    def leads(self, wait_s: float = 0.0) -> bool:
        self._clock.sleep(wait_s)
        return self.is_leading

    def close(self) -> None:
        """Nothing to do."""


class KafkaLeadership:
    """Leads while it is the member of a consumer group that has the partition."""

    def __init__(
        self, access: KafkaAccess, topic: str, group: str, session_timeout_s: float
    ) -> None:
        self.before_handing_over: Callable[[], None] = _nothing
        knock(access)
        with translated():
            self._consumer = KafkaConsumer(
                **access.client_options(),
                group_id=group,
                enable_auto_commit=False,
                auto_offset_reset="latest",
                session_timeout_ms=round(session_timeout_s * 1_000),
                heartbeat_interval_ms=round(session_timeout_s * 300),
                max_poll_interval_ms=max(BETWEEN_LOOKS_MAX_MS, round(session_timeout_s * 1_000)),
            )
            self._consumer.subscribe([topic], listener=_Listener(self._consumer, self._hand_over))

    def leads(self, wait_s: float = 0.0) -> bool:
        with translated():
            self._consumer.poll(timeout_ms=round(wait_s * 1_000))
            self._finish_joining()
            return bool(self._consumer.assignment())

    def close(self) -> None:
        with translated():
            self._consumer.close(autocommit=False, timeout_ms=CLOSE_TIMEOUT_MS)

    def _finish_joining(self) -> None:
        """Takes up a join that kafka-python has begun and forgotten.

        It joins anew when the topic's partitions have changed. If a poll ends between the two
        halves of that join, it finds nothing changed any more, never asks for the second half, and
        sends no more heartbeats: nobody would lead.
        """
        coordinator = self._consumer._coordinator
        if coordinator.rejoining and not coordinator.need_rejoin():
            coordinator.request_rejoin()

    def _hand_over(self) -> None:
        self.before_handing_over()


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc] # kafka-python is untyped
    """Keeps the consumer from fetching what nobody reads, and tells when the partition goes."""

    def __init__(self, consumer: KafkaConsumer, hand_over: Callable[[], None]) -> None:
        self._consumer = consumer
        self._hand_over = hand_over

    def on_partitions_assigned(self, assigned: Collection[Any]) -> None:
        if assigned:
            self._consumer.pause(*assigned)
            log.info("this alerter leads")

    def on_partitions_revoked(self, revoked: Collection[Any]) -> None:
        if revoked:
            log.info("this alerter no longer leads")
            self._hand_over()
