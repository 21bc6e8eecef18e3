"""Alerts on what is in the store of `board_store`: found, decided and kept by the alerter's code.

Every day of the last weeks is evaluated when it was over, as `trends simulate` does, and the
present moment as the alerter does. Who was told of it, how late and in vain, is made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from clickhouse_connect.driver.client import Client

from tests.support.board_store import DAY, KETTLE_DAYS
from tests.support.observed import alert
from tests.support.spikes import spike
from trends.alerting.alert import Alert, Transition
from trends.alerting.evaluator import Evaluator
from trends.alerting.ledger import ClickHouseLedger
from trends.alerting.lifecycle import Found, Step, step
from trends.alerting.rules import Rules
from trends.alerting.rules_load import load_rules
from trends.alerting.simulate import Simulation
from trends.clock import ManualClock
from trends.detection.spike import Spike
from trends.store.alerts_deliveries import DeliveryRecord, Status
from trends.store.alerts_silences import Silence, put_silence
from trends.store.alerts_spikes import EvaluationRecord

NOTIFIERS: Final = ("mail", "o'hook")
LASTING: Final = 'An "old" \\ rise'
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class Alerts:
    """What the alerter did, to compare with.

    Attributes:
        client: may write.
        ledger: of that client.
        spikes: by what makes one the same, as it was found last.
        found_at: of these, the end of the window, or when it was found in a window that went on.
        changes: of alerts, oldest first.
        told: what became of telling, the last record of each.
        silences: that were made.
    """

    client: Client
    ledger: ClickHouseLedger
    spikes: dict[tuple[object, ...], Spike] = field(default_factory=dict)
    found_at: dict[tuple[object, ...], datetime] = field(default_factory=dict)
    changes: list[Transition] = field(default_factory=list)
    told: list[DeliveryRecord] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)

    @property
    def standing(self) -> list[Alert]:
        """Every alert as it stands."""
        found = self.ledger.standing(_LONG_AGO)
        return [*found.open, *found.resolved]

    def decide(
        self,
        rules: Rules,
        at: datetime,
        spikes: Sequence[Spike],
        looked: Sequence[EvaluationRecord] = (),
    ) -> None:
        """What the alerter does with what it found."""
        before = self.ledger.standing(_LONG_AGO)
        taken = step(before.open, before.resolved, Found(spikes), rules.rules, at)
        self._keep(taken, at, spikes, looked)

    def _keep(
        self,
        taken: Step,
        at: datetime,
        spikes: Sequence[Spike],
        looked: Sequence[EvaluationRecord] = (),
    ) -> None:
        self.ledger.commit(taken, lambda _: list(NOTIFIERS), at)
        self.ledger.observe([("", spike) for spike in spikes], looked, at)
        self.changes += taken.transitions
        self.spikes.update({_key(spike): spike for spike in spikes})
        self.found_at.update({_key(spike): min(spike.window_end, at) for spike in spikes})

    def last(self, now: datetime) -> None:
        """One more alert: it fires for far longer than others, and was seen twice just now."""
        opened = now - 60 * DAY
        lasting = alert(LASTING, opened, horizon="month", docs=30)
        change = Transition(alert=lasting, before=None, at=opened)
        self._keep(Step((lasting,), (change,), ()), opened, [lasting.spike])
        # Of the same alert, and yet about another of its names.
        other = spike("its other rise", horizon="month", at=now - 3 * DAY)
        lasting = replace(lasting, names=lasting.names | other.names)
        self._keep(Step((), (), ()), now - DAY, [other])
        for minutes, docs in ((2, 60), (1, 52)):
            found = alert(LASTING, now, horizon="month", docs=docs, q=0.001).spike
            seen = replace(lasting, spike=found, last_seen=found.window_end)
            self._keep(Step((seen,), (), (seen,)), now - timedelta(minutes=minutes), [found])

    def tell(self) -> None:
        """Mail needs seconds; the other one is away, and then refuses what it chokes on."""
        for number, parcel in enumerate(self.ledger.owed()):
            at = parcel.transition.at + timedelta(seconds=1.5 * number)
            ends = [parcel.record(Status.DELIVERED, 1, at)]
            if parcel.notifier != NOTIFIERS[0]:
                ends = [
                    parcel.record(Status.RETRYING, 1, at, "away"),
                    parcel.record(Status.RETRYING, 2, at + timedelta(seconds=9), "it's away"),
                ]
                if number % 5:
                    status = (Status.DELIVERED, Status.REFUSED)[number % 2]
                    ends.append(parcel.record(status, 3, at + timedelta(minutes=1)))
            for record in ends:
                self.ledger.record([record])
            self.told.append(ends[-1])


def watch(client: Client, now: datetime) -> Alerts:
    """Evaluates, decides and tells."""
    rules = load_rules(None, {})
    today = now.replace(hour=0, minute=0)
    alerts = Alerts(client, ClickHouseLedger(client))
    first = today - (KETTLE_DAYS[0] + 2) * DAY
    for each in Simulation(client, rules, first, today, ["day", "week"]):
        alerts.decide(rules, each.at, each.spikes)
    found = Evaluator(client, rules, ManualClock(now)).evaluate(now)
    alerts.decide(rules, now, found.spikes, found.records(now))
    alerts.last(now)
    alerts.tell()
    for age, ended in ((50, None), (20, now - 15 * DAY), (1, None)):
        made = now - age * DAY
        silence = Silence(
            id=f"silence-{age}",
            pattern="*'s kettle",
            rule="taking-off" if age == 20 else "",
            until=made + 10 * DAY,
            comment="it's known",
            created_at=made,
        )
        put_silence(client, silence)
        if ended is not None:
            silence = replace(silence, ended_at=ended)
            put_silence(client, silence)
        alerts.silences.append(silence)
    return alerts


def _key(spike: Spike) -> tuple[object, ...]:
    lead = spike.members[0]
    return spike.horizon, spike.window_start, lead.kind, lead.name
