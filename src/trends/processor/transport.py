"""Faust's app and Kafka transport, made to start where the store says and not where Kafka says.

Kafka's committed offset can be behind the checkpoint (a crash before the acknowledgement) or ahead
of it (a store restored from a backup). The checkpoint rules. The committed offset is only
what people watch as consumer lag.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Final, NoReturn, Protocol, cast

import faust
from aiokafka.errors import KafkaError
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from faust.types import TP

from trends.errors import Unavailable

FOR_EVER_S: Final = 10 * 365 * 86_400.0


class Positions(Protocol):
    """Gives the offset at which each assigned partition must be read on."""

    async def __call__(self, consumer: Consumer, tps: set[TP]) -> Mapping[TP, int]: ...


class CheckpointConsumer(Consumer):
    """Seeks to the checkpoint wherever Faust would seek to the committed offset."""

    async def perform_seek(self) -> None:
        app = cast(ProcessorApp, self.app)
        with app.opening():
            await self._open(app)

    async def _open(self, app: ProcessorApp) -> None:
        await super().perform_seek()
        tps = set(self.assignment())
        if not tps:
            return
        positions = await app.positions(self, tps)
        await self.read_on_at(positions)
        for tp, offset in positions.items():
            self._committed_offset[tp] = offset or None

    async def read_on_at(self, positions: Mapping[TP, int]) -> None:
        """Reads partitions on at these offsets, whatever was read of them."""
        await self.seek_wait(positions)
        for tp, offset in positions.items():
            self._read_offset[tp] = offset or None

    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return PatientThread(self, loop=self.loop, beacon=self.beacon)


class PatientThread(AIOKafkaConsumerThread):
    """Lets an opening take as long as its servers need."""

    def _create_worker_consumer(self, transport: Transport) -> Any:
        consumer = super()._create_worker_consumer(transport)
        # Now that Kafka's client knows it, this setting is only the time after which Faust stops an
        # opening, and with it all that was ever to follow, without a word.
        self.app.conf.broker_request_timeout = FOR_EVER_S
        return consumer


class CheckpointTransport(Transport):
    """The transport with that consumer."""

    Consumer = CheckpointConsumer


class ProcessorApp(faust.App):
    """A Faust app that asks ``positions`` where to read on after every assignment."""

    positions: Positions
    opening: Callable[[], AbstractContextManager[None]]
    """Within, partitions are being opened."""

    async def begin(self) -> None:
        """Starts it.

        Raises:
            Unavailable: if Kafka went away since it was asked last.
        """
        try:
            await self.start()
        except KafkaError as error:
            raise _given_up(error) from error

    async def end(self) -> NoReturn:
        """Waits until it gives up: Faust then reads nothing any more, and tells only its log.

        Raises:
            Unavailable: always, with the reason.
        """
        await self.wait_until_stopped()
        raise _given_up(self.crash_reason) from self.crash_reason

    def _create_directories(self) -> None:
        """Faust keeps tables on disk; there are none here, so no folder is needed either."""

    def _new_transport(self) -> Any:
        return CheckpointTransport(self.conf.broker_consumer, self)


def _given_up(reason: BaseException | None) -> Unavailable:
    return Unavailable(f"Faust gives up: {reason!r}; starting anew")
