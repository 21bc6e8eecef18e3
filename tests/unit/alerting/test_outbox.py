"""Every parcel is told or its end recorded, in order, however long a notifier is away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.support.spikes import START, FakeRule, spike
from trends.alerting.alert import Alert, State, Transition
from trends.alerting.lane import RETRY_LAST_S
from trends.alerting.lifecycle import Found, step
from trends.alerting.notify.notifier import Delivery, MemoryNotifier
from trends.alerting.outbox import RECORD_RETRY_S, Courier, Outbox
from trends.alerting.parcel import TOPIC_SINK, Parcel
from trends.clock import ManualClock
from trends.errors import Unavailable
from trends.http.errors import Refused, Throttled
from trends.store.alerts_deliveries import DeliveryRecord, Status

HOUR = timedelta(hours=1)


def life(name: str, *, pending: bool = False) -> tuple[Transition, ...]:
    """All transitions of one alert: (pending,) firing, resolved."""
    changes: list[Transition] = []
    alerts: Sequence[Alert] = ()
    rounds = [[spike(name, q=0.1)]] if pending else []
    for spikes in (*rounds, [spike(name)], []):
        now = START if spikes else START + 9 * HOUR
        taken = step(alerts, (), Found(spikes), [FakeRule()], now)
        alerts = taken.alerts
        changes.extend(taken.transitions)
    return tuple(changes)


FIRING, RESOLVED = life("agents")


class Desk:
    """A courier with a notifier and records in memory, worked by hand."""

    def __init__(self, name: str = "memory", *, quiet_until: datetime | None = None) -> None:
        self.clock = ManualClock(START)
        self.notifier = MemoryNotifier(name)
        self.records: list[DeliveryRecord] = []
        self.store_is_away = False
        self.courier = Courier(
            self.notifier,
            self._record,
            self.clock,
            lambda _rule, now: quiet_until if quiet_until and now < quiet_until else None,
            lambda _parcel: (),
        )

    def _record(self, records: Sequence[DeliveryRecord]) -> None:
        if self.store_is_away:
            raise Unavailable("the store is away")
        self.records.extend(records)

    def take(self, *transitions: Transition, silence: str = "") -> None:
        name = self.notifier.name
        self.courier.add(
            Parcel(transition=each, notifier=name, silence=silence) for each in transitions
        )

    def work(self, for_s: float = 0.0) -> None:
        """Works for so long, and all that is due at the end of it."""
        end_s = self.clock.monotonic_s() + for_s
        while (pause_s := self.courier.work()) == 0 or self.clock.monotonic_s() < end_s:
            self.clock.sleep(min(pause_s, end_s - self.clock.monotonic_s()))

    @property
    def sent(self) -> list[str]:
        return [delivery.transition.id for delivery in self.notifier.sent]

    @property
    def statuses(self) -> list[Status]:
        return [record.status for record in self.records]


def test_what_is_told_is_recorded() -> None:
    desk = Desk()
    desk.take(FIRING)
    desk.work()
    assert desk.sent == [FIRING.id]
    assert [(each.status, each.attempts) for each in desk.records] == [(Status.DELIVERED, 1)]
    assert desk.courier.waiting == 0


def test_what_it_has_already_is_not_told_twice() -> None:
    desk = Desk()
    desk.take(FIRING)
    desk.work()
    desk.take(FIRING)
    desk.work()
    assert desk.sent == [FIRING.id]


def test_an_hour_of_being_away_loses_nothing_and_keeps_the_delivery_id() -> None:
    desk = Desk()
    tried: list[str] = []

    class Away(MemoryNotifier):
        def send(self, delivery: Delivery) -> None:
            tried.append(delivery.id)
            if desk.clock.now() < START + HOUR:
                raise Unavailable("500")
            super().send(delivery)

    desk.notifier = Away()
    desk.courier._notifier = desk.notifier
    desk.take(FIRING, RESOLVED)
    desk.work(for_s=3_600 + RETRY_LAST_S)
    assert desk.sent == [FIRING.id, RESOLVED.id]
    assert len(set(tried[:-1])) == 1
    assert 10 < len(tried) < 30, "it is tried less and less often"
    retries = [record for record in desk.records if record.status is Status.RETRYING]
    assert [record.attempts for record in retries] == list(range(1, len(tried) - 1))
    assert desk.notifier.sent[0].attempt == len(tried) - 1


def test_it_is_tried_again_after_1_2_4_seconds() -> None:
    desk = Desk()
    desk.notifier.failures = [Unavailable("away")] * 3
    desk.take(FIRING)
    assert [desk.courier.work(), desk.courier.work()] == [0.0, 1.0]
    desk.work(for_s=6.9)
    assert not desk.sent
    desk.work(for_s=0.1)
    assert desk.sent == [FIRING.id]


def test_what_the_receiver_asks_for_is_heeded() -> None:
    desk = Desk()
    desk.notifier.failures = [Throttled("429", 90.0)]
    desk.take(FIRING)
    desk.work(for_s=89)
    assert not desk.sent
    desk.work(for_s=1)
    assert desk.sent == [FIRING.id]


def test_one_alert_that_it_chokes_on_holds_up_no_other() -> None:
    desk = Desk()

    class Picky(MemoryNotifier):
        def send(self, delivery: Delivery) -> None:
            if delivery.transition == FIRING:
                raise Unavailable("500")
            super().send(delivery)

    desk.notifier = desk.courier._notifier = Picky()
    others = [life(name)[0] for name in ("tools", "robots")]
    desk.take(FIRING, RESOLVED, *others)
    desk.work(for_s=100)
    assert desk.sent == [other.id for other in others]


def test_one_that_is_away_is_not_tried_more_often_for_more_alerts() -> None:
    desk = Desk()
    desk.notifier.failures = [Unavailable("away") for _ in range(1_000)]
    desk.take(*(life(name)[0] for name in "abcdefghij"))
    desk.work(for_s=600)
    tries = 1_000 - len(desk.notifier.failures)
    assert tries <= 11, "1, 2, 4 ... 256 s, 300 s between tries of any"


def test_what_is_refused_is_recorded_with_the_reason_and_not_tried_again() -> None:
    desk = Desk()
    desk.notifier.failures = [Refused("404, no such hook")]
    desk.take(FIRING, RESOLVED)
    desk.work(for_s=1_000)
    assert not desk.sent
    assert [(each.status, each.message) for each in desk.records] == [
        (Status.REFUSED, "404, no such hook"),
        (Status.SKIPPED, ""),
    ]


def test_a_notifier_with_a_bug_loses_nothing() -> None:
    desk = Desk()
    desk.notifier.failures = [ZeroDivisionError("a bug")]
    desk.take(FIRING)
    desk.work(for_s=1)
    assert desk.sent == [FIRING.id]


def test_silenced_alerts_are_recorded_and_not_told_nor_that_they_are_over() -> None:
    desk = Desk()
    desk.take(FIRING, silence="s1")
    desk.take(RESOLVED)
    desk.work()
    assert not desk.sent
    assert desk.statuses == [Status.SILENCED, Status.SKIPPED]


def test_that_it_is_over_is_told_to_whom_a_process_before_this_one_told_of_it() -> None:
    desk = Desk()
    desk.courier.add(
        [Parcel(transition=RESOLVED, notifier="memory", firing=Status.DELIVERED, attempts=3)]
    )
    desk.work()
    assert desk.sent == [RESOLVED.id]
    assert desk.notifier.sent[0].attempt == 4


def test_the_topic_gets_everything() -> None:
    desk = Desk(TOPIC_SINK, quiet_until=START + HOUR)
    changes = life("agents", pending=True)
    assert [change.alert.state for change in changes] == list(State)
    desk.take(*changes, silence="s1")
    desk.work()
    assert desk.sent == [change.id for change in changes]


def test_in_quiet_hours_it_waits_until_they_are_over() -> None:
    desk = Desk(quiet_until=START + HOUR)
    desk.take(FIRING, RESOLVED)
    desk.work(for_s=3_599)
    assert not desk.sent
    desk.work(for_s=1)
    assert desk.sent == [FIRING.id, RESOLVED.id]


def test_while_the_store_is_away_nothing_more_is_sent_and_nothing_twice() -> None:
    desk = Desk()
    desk.store_is_away = True
    desk.take(FIRING, RESOLVED)
    assert desk.courier.work() == 0.0
    assert desk.courier.work() == RECORD_RETRY_S
    assert (desk.sent, desk.courier.waiting) == ([FIRING.id], 2)
    desk.store_is_away = False
    desk.work()
    assert desk.sent == [FIRING.id, RESOLVED.id]
    assert desk.statuses == [Status.DELIVERED, Status.DELIVERED]


def test_a_notifier_that_the_rules_no_longer_have_is_recorded_as_refused() -> None:
    desk = Desk()
    desk.courier._notifier = None
    desk.take(FIRING)
    desk.work()
    assert desk.statuses == [Status.REFUSED]
    assert "memory" in desk.records[0].message


def test_one_that_hangs_blocks_no_other() -> None:
    import threading

    release, entered = threading.Event(), threading.Event()
    done = threading.Event()

    class Hangs(MemoryNotifier):
        def send(self, delivery: Delivery) -> None:
            entered.set()
            release.wait(10)
            super().send(delivery)

    hangs, works = Hangs("hangs"), MemoryNotifier("works")
    records: list[DeliveryRecord] = []

    def record(new: Sequence[DeliveryRecord]) -> None:
        records.extend(new)
        done.set()

    outbox = Outbox({"hangs": hangs, "works": works}, record, ManualClock(START))
    try:
        outbox.add([Parcel(transition=FIRING, notifier=name) for name in ("hangs", "works")])
        assert entered.wait(5)
        assert done.wait(5)
        assert [each.notifier for each in records] == ["works"]
        assert outbox.waiting == 1
    finally:
        release.set()
        outbox.stop()
    assert {each.notifier for each in records} == {"works", "hangs"}


def test_a_store_that_refuses_is_told_by_the_outbox() -> None:
    import threading

    from trends.errors import Fatal

    failed = threading.Event()

    def record(_: Sequence[DeliveryRecord]) -> None:
        failed.set()
        raise Fatal("no such table")

    outbox = Outbox({"memory": MemoryNotifier()}, record, ManualClock(START))
    outbox.add([Parcel(transition=FIRING, notifier="memory")])
    assert failed.wait(5)
    outbox.stop()
    with pytest.raises(Fatal):
        outbox.check()


def test_the_same_transition_has_one_delivery_id_per_notifier() -> None:
    one = Parcel(transition=FIRING, notifier="a")
    assert one.id == replace(one, attempts=7, silence="s").id
    assert one.id != replace(one, notifier="b").id
    assert one.id != replace(one, transition=RESOLVED).id
