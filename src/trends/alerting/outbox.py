"""Tells notifiers of transitions: each in a thread of its own, so that none waits for another.

In: parcels that are committed. Out: deliveries, and a record of what became of each. What is sent
but not recorded when the process dies is sent again under the same delivery id; nothing is lost.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from trends.alerting.lane import Lane, Waiting
from trends.alerting.notify.notifier import Delivery, Link, Notifier
from trends.alerting.parcel import TOPIC_SINK, Parcel
from trends.clock import Clock
from trends.errors import Unavailable
from trends.http.errors import Refused, Throttled
from trends.store.alerts_deliveries import DeliveryRecord, Status

log = logging.getLogger(__name__)

# As long as a notifier takes to give up, by default.
JOIN_TIMEOUT_S: Final = 10.0
MESSAGE_MAX_CHARS: Final = 500
RECORD_RETRY_S: Final = 2.0

Held = Callable[[str, datetime], datetime | None]
"""Rule and moment to the end of its quiet hours, if it is within them."""
Links = Callable[[Parcel], tuple[Link, ...]]
Record = Callable[[Sequence[DeliveryRecord]], None]


class Courier:
    """Tells one notifier; `work` is called again and again by one thread.

    Args:
        notifier: who; None if the rules know it no more.
        record: keeps what became of a parcel.
        clock: for quiet hours and tries.
        held: quiet hours.
        links: shown with the message.
    """

    def __init__(
        self, notifier: Notifier | None, record: Record, clock: Clock, held: Held, links: Links
    ) -> None:
        self._notifier = notifier
        self._record = record
        self._clock = clock
        self._held = held
        self._links = links
        self._lane = Lane()
        self._lock = threading.Lock()
        self._unrecorded: list[DeliveryRecord] = []

    def add(self, parcels: Iterable[Parcel]) -> None:
        """Takes parcels; those that it was given before are ignored."""
        with self._lock:
            for parcel in parcels:
                self._lane.add(parcel, self._clock.monotonic_s())

    @property
    def waiting(self) -> int:
        """Parcels that are not told and recorded yet."""
        with self._lock:
            return len(self._lane) + len(self._unrecorded)

    def work(self) -> float:
        """Does what is due, at most one send; returns the seconds until there is more to do."""
        if not self.write_down():
            return RECORD_RETRY_S
        now_s = self._clock.monotonic_s()
        with self._lock:
            waiting = self._lane.due(now_s)
            if waiting is None:
                return self._lane.idle_s(now_s)
            needless = self._lane.needless(waiting.parcel)
            if needless is not None:
                self._settle(waiting, needless)
                return 0.0
            quiet_s = self._quiet_s(waiting.parcel)
            if quiet_s > 0:
                self._lane.hold(waiting, now_s, quiet_s)
                return 0.0
        self._try(waiting)
        return 0.0

    def _quiet_s(self, parcel: Parcel) -> float:
        """For how long nobody wants to hear of it."""
        now = self._clock.now()
        until = self._held(parcel.transition.alert.rule, now)
        if until is None or parcel.notifier == TOPIC_SINK:
            return 0.0
        return (until - now).total_seconds()

    def _try(self, waiting: Waiting) -> None:
        parcel = waiting.parcel
        try:
            self._send(parcel, waiting.attempts + 1)
        except Refused as error:
            log.error("%s refuses alert %s: %s", parcel.notifier, parcel.transition.id, error)
            with self._lock:
                self._settle(waiting, Status.REFUSED, str(error))
        except Unavailable as error:
            asked_s = error.retry_after_s if isinstance(error, Throttled) else None
            self._again(waiting, error, asked_s)
        except Exception as error:
            # The outermost loop of this thread: whatever it is, the alert is not lost.
            log.exception("%s fails", parcel.notifier)
            self._again(waiting, error, None)
        else:
            with self._lock:
                self._settle(waiting, Status.DELIVERED)

    def _send(self, parcel: Parcel, attempt: int) -> None:
        if self._notifier is None:
            raise Refused(f"the rules have no notifier {parcel.notifier!r} any more")
        self._notifier.send(
            Delivery(
                id=parcel.id,
                transition=parcel.transition,
                attempt=attempt,
                links=self._links(parcel),
            )
        )

    def _again(self, waiting: Waiting, error: Exception, retry_after_s: float | None) -> None:
        now = self._clock.now()
        with self._lock:
            pause_s = self._lane.failed(waiting, self._clock.monotonic_s(), retry_after_s)
            message = str(error)[:MESSAGE_MAX_CHARS]
            record = waiting.parcel.record(Status.RETRYING, waiting.attempts, now, message)
            self._unrecorded.append(record)
        log.warning("%s is away, next try in %.0f s: %s", record.notifier, pause_s, message)

    def _settle(self, waiting: Waiting, status: Status, message: str = "") -> None:
        sent = status in (Status.DELIVERED, Status.REFUSED)
        attempts = waiting.attempts + 1 if sent else waiting.attempts
        self._lane.done(waiting.parcel, status)
        self._unrecorded.append(
            waiting.parcel.record(status, attempts, self._clock.now(), message[:MESSAGE_MAX_CHARS])
        )

    def write_down(self) -> bool:
        """Records what became of parcels; returns whether all of it is recorded."""
        with self._lock:
            records = list(self._unrecorded)
        if not records:
            return True
        try:
            self._record(records)
        except Unavailable as error:
            log.warning("%d deliveries are not recorded yet: %s", len(records), error)
            return False
        with self._lock:
            del self._unrecorded[: len(records)]
        return True


class Outbox:
    """A courier and a thread per notifier, from `start` to `stop`.

    Args:
        notifiers: by name.
        record: keeps what became of parcels; is called from several threads.
        clock: for quiet hours and tries.
        held: quiet hours.
        links: shown with messages.
    """

    def __init__(
        self,
        notifiers: Mapping[str, Notifier],
        record: Record,
        clock: Clock,
        held: Held = lambda _rule, _now: None,
        links: Links = lambda _parcel: (),
    ) -> None:
        self._notifiers = notifiers
        self._record = record
        self._clock = clock
        self._held = held
        self._links = links
        self._recording = threading.Lock()
        self._runners: dict[str, _Runner] = {}
        self._stopping = threading.Event()

    def add(self, parcels: Iterable[Parcel]) -> None:
        """Takes committed parcels; those that it was given before are ignored."""
        by_notifier: dict[str, list[Parcel]] = {}
        for parcel in parcels:
            by_notifier.setdefault(parcel.notifier, []).append(parcel)
        for name, own in by_notifier.items():
            runner = self._runners.get(name)
            if runner is None:
                runner = self._runners[name] = self._new_runner(name)
            runner.courier.add(own)
            runner.wake.set()

    @property
    def waiting(self) -> int:
        """Parcels that are not told and recorded yet."""
        return sum(runner.courier.waiting for runner in self._runners.values())

    def check(self) -> None:
        """Raises what ended a thread that should not have ended."""
        for runner in self._runners.values():
            if runner.failure is not None:
                raise runner.failure

    def stop(self) -> None:
        """Ends after the sends that are under way; what is left is in the store."""
        self._stopping.set()
        for runner in self._runners.values():
            runner.wake.set()
        end_s = self._clock.monotonic_s() + JOIN_TIMEOUT_S
        for runner in self._runners.values():
            # A send that takes longer may be repeated by another process, under the same id.
            runner.thread.join(max(end_s - self._clock.monotonic_s(), 0.01))

    def _new_runner(self, name: str) -> _Runner:
        courier = Courier(
            self._notifiers.get(name), self._record_one_by_one, self._clock, self._held, self._links
        )
        return _Runner(name, courier, self._stopping)

    def _record_one_by_one(self, records: Sequence[DeliveryRecord]) -> None:
        with self._recording:
            self._record(records)


class _Runner:
    """The thread of a courier."""

    def __init__(self, name: str, courier: Courier, stopping: threading.Event) -> None:
        self.courier = courier
        self.wake = threading.Event()
        self.failure: BaseException | None = None
        self._stopping = stopping
        self.thread = threading.Thread(target=self._run, name=f"outbox {name}", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self.wake.clear()
                pause_s = self.courier.work()
                if pause_s > 0:
                    self.wake.wait(pause_s)
            self.courier.write_down()
        except BaseException as error:
            self.failure = error
