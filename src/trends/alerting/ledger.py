"""What is kept of alerts, so that a process that dies anywhere leaves nothing half decided.

In: steps of the lifecycle. Out: alerts as they stand, and what is yet to be told. A step is
committed as a whole, with the notifiers that each transition is for and the silence that was in
force: who is told is decided then; another rules file or a silence that ends does not change it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from clickhouse_connect.driver.client import Client

from trends.alerting.alert import (
    Alert,
    State,
    Transition,
    alert_json,
    alert_of,
)
from trends.alerting.lifecycle import Step
from trends.alerting.parcel import Parcel
from trends.detection.spike import Spike
from trends.store.alerts import (
    STANDING,
    TRANSITION,
    AlertRecord,
    owed,
    put_records,
    standing_alerts,
)
from trends.store.alerts_deliveries import DeliveryRecord, Status, put_deliveries
from trends.store.alerts_silences import list_silences
from trends.store.alerts_spikes import EvaluationRecord, put_evaluations, put_spikes

Route = Callable[[Transition], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Standing:
    """Alerts that are open, and those that were resolved not long ago."""

    open: Sequence[Alert]
    resolved: Sequence[Alert]


class Ledger(Protocol):
    """Where an alerter keeps alerts. Every method raises `Unavailable` if that is away."""

    def standing(self, since: datetime) -> Standing:
        """How alerts stand; resolved ones since ``since``."""
        ...

    def commit(self, step: Step, route: Route, at: datetime) -> None:
        """Keeps a step, all of it or nothing; what is to be told of it is owed from then on."""
        ...

    def owed(self) -> list[Parcel]:
        """What is yet to be told, in the order in which it happened."""
        ...

    def record(self, records: Sequence[DeliveryRecord]) -> None:
        """Keeps what became of telling."""
        ...

    def observe(
        self,
        spikes: Sequence[tuple[str, Spike]],
        looked_at: Sequence[EvaluationRecord],
        at: datetime,
    ) -> None:
        """Keeps what was found, and that it was looked for."""
        ...


class ClickHouseLedger:
    """The tables of the store; for one thread, for a client is."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def standing(self, since: datetime) -> Standing:
        alerts = [alert_of(document) for document in standing_alerts(self._client, since)]
        return Standing(
            [alert for alert in alerts if alert.state is not State.RESOLVED],
            [alert for alert in alerts if alert.state is State.RESOLVED],
        )

    def commit(self, step: Step, route: Route, at: datetime) -> None:
        records: list[AlertRecord] = []
        silences = list_silences(self._client, at) if step.transitions else []
        for change in step.transitions:
            alert = change.alert
            names = {alert.spike.name, *(name for _, name in alert.names)}
            silence = next((each.id for each in silences if each.covers(alert.rule, names, at)), "")
            records.append(_record(change, list(route(change)), silence))
        records += [_standing_record(alert, at) for alert in step.updated]
        put_records(self._client, records)

    def owed(self) -> list[Parcel]:
        return [
            Parcel(
                transition=Transition(
                    alert=alert_of(each.document),
                    before=State(each.before) if each.before else None,
                    at=each.at,
                ),
                notifier=each.notifier,
                silence=each.silence,
                attempts=each.attempts,
                firing=Status(each.told_of_firing) if each.told_of_firing else None,
            )
            for each in owed(self._client)
        ]

    def record(self, records: Sequence[DeliveryRecord]) -> None:
        put_deliveries(self._client, records)

    def observe(
        self,
        spikes: Sequence[tuple[str, Spike]],
        looked_at: Sequence[EvaluationRecord],
        at: datetime,
    ) -> None:
        put_spikes(self._client, spikes, at)
        put_evaluations(self._client, looked_at)


def _record(change: Transition, route: list[str], silence: str) -> AlertRecord:
    before = change.before.value if change.before else ""
    return _row(change.alert, TRANSITION, change.at, before, route, silence)


def _standing_record(alert: Alert, at: datetime) -> AlertRecord:
    return _row(alert, STANDING, at, alert.state.value, [], "")


def _row(
    alert: Alert, record: str, at: datetime, before: str, route: list[str], silence: str
) -> AlertRecord:
    spike = alert.spike
    return AlertRecord(
        alert_id=alert.id,
        seq=alert.seq,
        record=record,
        at=at,
        rule=alert.rule,
        severity=alert.severity,
        state=alert.state.value,
        before=before,
        name=spike.name,
        kind=spike.kind.value,
        horizon=spike.horizon,
        window_start=spike.window_start,
        window_end=spike.window_end,
        observed=spike.observed,
        expected=spike.expected,
        expected_high=spike.expected_high,
        listings=spike.listings,
        p=spike.p,
        q=spike.q,
        lift=spike.lift,
        is_new=spike.is_new,
        opened_at=alert.opened_at,
        fired_at=alert.fired_at,
        resolved_at=alert.resolved_at,
        last_seen=alert.last_seen,
        names=sorted({name for _, name in alert.names}),
        evidence_ids=[listing.id for listing in spike.evidence],
        evidence_titles=[listing.title for listing in spike.evidence],
        evidence_urls=[listing.url for listing in spike.evidence],
        route=route,
        silence=silence,
        document=alert_json(alert).decode(),
    )
