"""A ledger in memory: for tests, and for replays on history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from trends.alerting.alert import Alert, State, Transition
from trends.alerting.ledger import Route, Standing
from trends.alerting.lifecycle import Step
from trends.alerting.parcel import Parcel
from trends.detection.spike import Spike
from trends.store.alerts_deliveries import DeliveryRecord, Status
from trends.store.alerts_silences import Silence
from trends.store.alerts_spikes import EvaluationRecord


class MemoryLedger:
    """Keeps everything, for as long as it lives.

    Attributes:
        transitions: committed, in order.
        silences: to be filled by who wants some.
        spikes: observed, each with the rule whose watch list found it.
        evaluations: observed.
    """

    def __init__(self) -> None:
        self.transitions: list[Transition] = []
        self.silences: list[Silence] = []
        self.spikes: list[tuple[str, Spike]] = []
        self.evaluations: list[EvaluationRecord] = []
        self._alerts: dict[str, Alert] = {}
        self._parcels: dict[str, Parcel] = {}
        self._records: dict[tuple[str, str], DeliveryRecord] = {}

    def standing(self, since: datetime) -> Standing:
        alerts = list(self._alerts.values())
        return Standing(
            [alert for alert in alerts if alert.state is not State.RESOLVED],
            [alert for alert in alerts if alert.resolved_at and alert.resolved_at >= since],
        )

    def commit(self, step: Step, route: Route, at: datetime) -> None:
        parcels = []
        for change in step.transitions:
            alert = change.alert
            names = {alert.spike.name, *(name for _, name in alert.names)}
            covering = [each.id for each in self.silences if each.covers(alert.rule, names, at)]
            silence = covering[0] if covering else ""
            parcels += [
                Parcel(transition=change, notifier=notifier, silence=silence)
                for notifier in route(change)
            ]
        self.transitions.extend(step.transitions)
        self._alerts.update(
            (alert.id, alert)
            for alert in (*(change.alert for change in step.transitions), *step.updated)
        )
        self._parcels.update((parcel.id, parcel) for parcel in parcels)

    def owed(self) -> list[Parcel]:
        return [
            replace(parcel, attempts=self._attempts(parcel), firing=self._told_of_firing(parcel))
            for parcel in self._parcels.values()
            if not self._is_over(parcel)
        ]

    def record(self, records: Sequence[DeliveryRecord]) -> None:
        for record in records:
            key = record.transition_id, record.notifier
            known = self._records.get(key)
            if known is None or not known.status.is_final:
                self._records[key] = record

    def observe(
        self,
        spikes: Sequence[tuple[str, Spike]],
        looked_at: Sequence[EvaluationRecord],
        at: datetime,  # noqa: ARG002 - as the protocol has it
    ) -> None:
        self.spikes.extend(spikes)
        self.evaluations.extend(looked_at)

    def _record_of(self, parcel: Parcel) -> DeliveryRecord | None:
        return self._records.get((parcel.transition.id, parcel.notifier))

    def _is_over(self, parcel: Parcel) -> bool:
        record = self._record_of(parcel)
        return record is not None and record.status.is_final

    def _attempts(self, parcel: Parcel) -> int:
        record = self._record_of(parcel)
        return record.attempts if record else 0

    def _told_of_firing(self, parcel: Parcel) -> Status | None:
        mine = parcel.transition.alert.id, State.FIRING.value, parcel.notifier
        told = (
            record.status
            for record in self._records.values()
            if (record.alert_id, record.state, record.notifier) == mine
        )
        return next(told, None)
