"""What an alerter shows of its looks, its steps, its deliveries, and of what is away."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from prometheus_client import CollectorRegistry

from tests.support.spikes import START, spike
from tests.unit.alerting.test_alerter import Bench, Looked
from trends.alerting.measures import counted
from trends.errors import Unavailable
from trends.metrics.meters import AlerterMeters
from trends.metrics.vitals import KAFKA, STORE
from trends.store.alerts_deliveries import DeliveryRecord, Status


def value(registry: CollectorRegistry, name: str, **labels: str) -> float | None:
    return registry.get_sample_value(f"trends_{name}", labels)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_round_shows_looks_spikes_alerts_and_transitions(bench: Bench) -> None:
    found = spike("agents")
    bench.source.found = Looked([found])
    bench.alerter.turn()
    registry = bench.vitals.registry
    assert value(registry, "alerter_leads") == 1
    assert value(registry, "spikes", horizon=found.horizon) == 1
    assert value(registry, "spikes", horizon="month") == 0
    assert value(registry, "evaluation_duration_seconds_count", horizon="hour") == 1
    assert value(registry, "evaluation_duration_seconds_sum", horizon="hour") == 0.005
    assert value(registry, "alerts", state="firing") == 1
    assert value(registry, "alert_transitions_total", state="firing") == 1


def test_transitions_are_counted_when_they_are_committed(bench: Bench) -> None:
    bench.source.found = Looked([spike("agents")])
    bench.ledger.loses_answer = True
    with pytest.raises(Unavailable):
        bench.alerter.turn()
    registry = bench.vitals.registry
    assert value(registry, "alert_transitions_total", state="firing") is None
    assert bench.vitals.readiness.missing[STORE] == "connection reset"
    bench.clock.advance(60)
    bench.alerter.turn()
    assert STORE not in bench.vitals.readiness.missing


def test_who_does_not_lead_shows_no_alerts_and_is_ready(bench: Bench) -> None:
    bench.source.found = Looked([spike("agents")])
    bench.alerter.turn()
    bench.leadership.is_leading = False
    bench.alerter.turn()
    registry = bench.vitals.registry
    assert value(registry, "alerter_leads") == 0
    assert value(registry, "alerts", state="firing") is None
    assert value(registry, "spikes", horizon="hour") is None
    # Counters stay: what was decided was decided.
    assert value(registry, "alert_transitions_total", state="firing") == 1
    assert bench.vitals.readiness.missing == {}


def test_kafka_and_the_store_are_told_apart(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_wait_s: float = 0.0) -> bool:
        raise Unavailable("no broker")

    bench.alerter.turn()
    monkeypatch.setattr(bench.leadership, "leads", away)
    with pytest.raises(Unavailable):
        bench.alerter.turn()
    assert dict(bench.vitals.readiness.missing) == {KAFKA: "no broker"}
    assert value(bench.vitals.registry, "retries_total", dependency=KAFKA) == 1


def test_each_turn_is_a_beat(bench: Bench) -> None:
    bench.clock.advance(1_000)
    assert not bench.vitals.liveness.is_alive
    bench.alerter.turn()
    assert bench.vitals.liveness.silent_s < 1


def test_deliveries_are_counted_when_they_are_recorded() -> None:
    registry = CollectorRegistry()
    kept: list[DeliveryRecord] = []

    def record(records: Sequence[DeliveryRecord]) -> None:
        if not kept and records[0].status is Status.DELIVERED:
            kept.extend(records)
            raise Unavailable("gone")
        kept.extend(records)

    def delivery(status: Status, notifier: str = "hook") -> DeliveryRecord:
        return DeliveryRecord(
            alert_id="a",
            transition_id="t",
            notifier=notifier,
            delivery_id="d",
            state="firing",
            status=status,
            attempts=1,
            at=START,
        )

    record_and_count = counted(record, AlerterMeters(registry))
    with pytest.raises(Unavailable):
        record_and_count([delivery(Status.DELIVERED)])
    assert value(registry, "deliveries_total", notifier="hook", status="delivered") is None
    record_and_count([delivery(Status.DELIVERED), delivery(Status.REFUSED, "mail")])
    record_and_count([delivery(Status.DELIVERED)])
    assert value(registry, "deliveries_total", notifier="hook", status="delivered") == 2
    assert value(registry, "deliveries_total", notifier="mail", status="refused") == 1
