"""A store with what dashboards and alert rules look at: samples, shards, alerts, evaluations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from clickhouse_connect.driver.client import Client

from tests.support.boards import elsewhere
from tests.support.grafana_rules import Answer, RuleSimulator
from tests.support.spikes import spike
from trends.alerting.alert import Alert, State, Transition
from trends.alerting.ledger import ClickHouseLedger
from trends.alerting.lifecycle import Step
from trends.clock import SystemClock
from trends.detection.spike import Spike
from trends.embedded.stack import Part, running_stack
from trends.grafana.files import ALERTING, read_alerting
from trends.grafana.panels import Query, alert_queries
from trends.settings import load_settings
from trends.store.alerts_deliveries import DeliveryRecord, Status
from trends.store.alerts_spikes import EvaluationRecord
from trends.store.client import connect
from trends.store.migrate import prepare_store

ROOT: Final = Path(__file__).parents[2]
MINUTE: Final = timedelta(minutes=1)
TABLES: Final = (
    "pipeline_samples",
    "shards",
    "alert_records",
    "deliveries",
    "silences",
    "spikes",
    "evaluations",
    "rankings",
    "dead_letters",
    "bucket_totals",
    "term_counts",
    "term_days",
    "topic_counts",
    "listings_counted",
)


@dataclass(frozen=True)
class Sampled:
    """A row of `pipeline_samples` of the first shard; what is not said is nothing."""

    at: datetime
    accepted: int = 0
    duplicates: int = 0
    dead: int = 0
    forwarded: int = 0
    late: int = 0
    lateness_max_s: int = 0
    position: int = 0
    log_end: int = 0
    behind_s: float = 0.0
    watermark: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    flushes: int = 0
    flush_ms_total: int = 0
    flush_ms_max: int = 0
    shard: str = "listings/first/0"
    processor: str = "one"


class Observed:
    """A store, and what a test puts into it.

    Args:
        writer: who may write.
        reader: who dashboards and rules are.
    """

    def __init__(self, writer: Client, reader: Client) -> None:
        self.writer = writer
        self.reader = reader
        self.ledger = ClickHouseLedger(writer)

    def clear(self) -> None:
        """Nothing is there any more."""
        for table in TABLES:
            self.writer.command(f"TRUNCATE TABLE {table}")

    def sample(self, rows: Sequence[Sampled]) -> None:
        """Stores samples."""
        names = [*Sampled.__dataclass_fields__]
        data = [[getattr(row, name) for name in names] for row in rows]
        self.writer.insert("pipeline_samples", data, column_names=names)

    def shard(
        self,
        at: datetime,
        *,
        partition: int = 0,
        partitions: int = 1,
        topic_id: str = "first",
        topic: str = "listings",
    ) -> str:
        """A partition that was opened; returns its name."""
        name = f"{topic}/{topic_id}/{partition}"
        columns = ["shard", "topic", "topic_id", "partition", "partitions", "opened_at"]
        row = [name, topic, topic_id, partition, partitions, at]
        self.writer.insert("shards", [row], column_names=columns)
        return name

    def evaluated(self, moments: Sequence[datetime], horizon: str = "", took_ms: int = 0) -> None:
        """Evaluations of the alerter."""
        looks = [EvaluationRecord(at, horizon, at, 10, 1, took_ms) for at in moments]
        self.ledger.observe([], looks, moments[0])

    def change(
        self, alert: Alert, before: State | None, at: datetime, route: Sequence[str] = ("mail",)
    ) -> Transition:
        """An alert changed."""
        change = Transition(alert=alert, before=before, at=at)
        self.ledger.commit(Step((alert,), (change,), ()), lambda _: list(route), at)
        return change

    def told(
        self,
        change: Transition,
        at: datetime,
        status: Status = Status.DELIVERED,
        notifier: str = "mail",
        attempts: int = 1,
    ) -> None:
        """What became of telling somebody of it."""
        record = DeliveryRecord(
            alert_id=change.alert.id,
            transition_id=change.id,
            notifier=notifier,
            delivery_id=f"{change.id}/{notifier}",
            state=change.alert.state.value,
            status=status,
            attempts=attempts,
            at=at,
        )
        self.ledger.record([record])

    def answer(self, query: Query) -> Answer:
        """What the read-only user gets."""
        result = self.reader.query(elsewhere(query.sql), tz_mode="aware")
        types = [type_.name for type_ in result.column_types]
        return Answer([*zip(result.column_names, types, strict=True)], result.result_rows)

    def judged(
        self,
        uid: str,
        moments: Sequence[datetime],
        simulator: RuleSimulator | None = None,
    ) -> RuleSimulator:
        """The rule, evaluated at each of these moments."""
        simulator = simulator or RuleSimulator(rule(uid))
        for at in moments:
            simulator.evaluate(at, self.answer(rule_query(simulator.rule, at)))
        return simulator

    def value(self, uid: str, at: datetime) -> float:
        """The one number that a rule's query gives."""
        answer = self.answer(rule_query(rule(uid), at))
        (row,) = answer.rows
        return float(row[-1])


@contextmanager
def observed_store(folder: Path) -> Iterator[Observed]:
    """An empty store of its own."""
    with running_stack(load_settings(data_dir=folder), SystemClock(), {Part.STORE}) as stack:
        prepare_store(stack.clickhouse)
        writer, reader = connect(stack.clickhouse), connect(stack.reader)
        try:
            yield Observed(writer, reader)
        finally:
            writer.close()
            reader.close()


def rules() -> dict[str, Mapping[str, Any]]:
    """Every rule that the repository ships, by uid."""
    files = read_alerting(ROOT / ALERTING)
    groups = [group for file in files.values() for group in file.get("groups") or ()]
    return {rule["uid"]: rule for group in groups for rule in group["rules"]}


def rule(uid: str) -> Mapping[str, Any]:
    """The rule of that uid."""
    return rules()[uid]


def rule_query(rule: Mapping[str, Any], at: datetime) -> Query:
    """Its one query, as Grafana sends it at that moment."""
    (query,) = alert_queries({"groups": [{"name": "any", "rules": [rule]}]}, at)
    return query


def alert(name: str, at: datetime, state: State = State.FIRING, **changes: Any) -> Alert:
    """An alert on a spike of one term, as it is when it opens."""
    shape: dict[str, Any] = {"horizon": "day", "at": at, "evidence": [f"{name}-paper"]}
    found: Spike = spike(name, **{**shape, **changes})
    return Alert(
        id=f"{name}-{at:%Y%m%d%H%M}",
        rule="taking-off",
        severity="warning",
        state=state,
        seq=1,
        names=found.names,
        spike=found,
        opened_at=at,
        fired_at=at if state is State.FIRING else None,
        resolved_at=None,
        last_seen=found.window_end,
    )


def fired(alert: Alert, at: datetime) -> Alert:
    """The same, firing."""
    return replace(alert, state=State.FIRING, seq=alert.seq + 1, fired_at=at)


def resolved(alert: Alert, at: datetime) -> Alert:
    """The same when it is over."""
    return replace(alert, state=State.RESOLVED, seq=alert.seq + 1, resolved_at=at)


def moments(start: datetime, end: datetime, step: timedelta = MINUTE) -> list[datetime]:
    """From ``start`` on, up to and including ``end``."""
    return [start + number * step for number in range((end - start) // step + 1)]
