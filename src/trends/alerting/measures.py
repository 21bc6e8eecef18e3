"""What the alerter's metrics are told: once per look, per step and per recorded delivery."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from trends.alerting.alert import State
from trends.alerting.lifecycle import Step
from trends.alerting.outbox import Record
from trends.detection.horizons import HORIZONS
from trends.detection.spike import Spike
from trends.metrics.meters import AlerterMeters
from trends.store.alerts_deliveries import DeliveryRecord
from trends.store.alerts_spikes import EvaluationRecord


def show_look(
    meters: AlerterMeters, spikes: Iterable[Spike], looked: Iterable[EvaluationRecord]
) -> None:
    """All spikes there are, and the windows that were looked at just now."""
    found = Counter(spike.horizon for spike in spikes)
    for horizon in HORIZONS:
        meters.spikes.labels(horizon.name).set(found[horizon.name])
    for record in looked:
        meters.evaluation_duration.labels(record.horizon).observe(record.took_ms / 1_000)


def show_step(meters: AlerterMeters, step: Step) -> None:
    """A step that is committed."""
    standing = Counter(alert.state for alert in step.alerts)
    for state in (State.PENDING, State.FIRING):
        meters.alerts.labels(state.value).set(standing[state])
    for transition in step.transitions:
        meters.transitions.labels(transition.alert.state.value).inc()


def forget(meters: AlerterMeters) -> None:
    """Another leads, and knows better."""
    for each in (meters.spikes, meters.alerts):
        each.clear()
    meters.deliveries_waiting.set(0)


def counted(record: Record, meters: AlerterMeters) -> Record:
    """``record``, which also counts what it has recorded."""

    def record_and_count(records: Sequence[DeliveryRecord]) -> None:
        record(records)
        for each in records:
            meters.deliveries.labels(each.notifier, each.status.value).inc()

    return record_and_count
