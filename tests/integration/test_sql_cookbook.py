"""Every query that docs/sql.md shows runs as the read-only user and finds something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from tests.support.spikes import spike
from trends.alerting.alert import Alert, State, Transition
from trends.alerting.ledger import ClickHouseLedger
from trends.alerting.lifecycle import Step
from trends.analysis.kernel import KernelAnalyser
from trends.analysis.segment import Bigrams
from trends.analysis.taxonomy import default_taxonomy, default_text
from trends.clock import SystemClock
from trends.counting.buckets import RESOLUTIONS
from trends.embedded.stack import Part, running_stack
from trends.model import Listing
from trends.processor.flood import FloodGuard
from trends.processor.flush import write_flush
from trends.processor.shard import ShardLimits, ShardProcessor
from trends.ranker.board import StoreBoard
from trends.ranker.ranker import rank_all
from trends.settings import load_settings
from trends.store.alerts_deliveries import DeliveryRecord, Status
from trends.store.alerts_spikes import EvaluationRecord
from trends.store.clickhouse import ClickHouseStore
from trends.store.client import connect
from trends.store.generations import counting_generation
from trends.store.interface import Checkpoint, ShardInfo
from trends.store.migrate import prepare_store
from trends.store.samples import Sample, write_samples
from trends.wire.codec import encode_line

DOCUMENT = Path(__file__).parents[2] / "docs" / "sql.md"
QUERIES = re.findall(r"```sql\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The read-only user of a store with October's listings about world models."""
    settings = load_settings(data_dir=tmp_path_factory.mktemp("cookbook"))
    clock = SystemClock()
    with running_stack(settings, clock, {Part.STORE}) as stack:
        prepare_store(stack.clickhouse)
        writer = connect(stack.clickhouse)
        generation = counting_generation(writer, Bigrams(), default_text(), clock.now())
        _count(ClickHouseStore(writer, generation.number), clock)
        _alert(ClickHouseLedger(writer), clock.now())
        _sample(writer, clock.now())
        rank_all(StoreBoard(writer, clock), None, clock, lambda _key, _made, _left: None)
        writer.close()
        client = connect(stack.reader)
        yield client
        client.close()


def _alert(ledger: ClickHouseLedger, now: datetime) -> None:
    found = spike("world model", horizon="day", at=datetime(2025, 10, 20, tzinfo=UTC))
    alert = Alert(
        id="cookbook",
        rule="taking-off",
        severity="warning",
        state=State.FIRING,
        seq=1,
        names=found.names,
        spike=found,
        opened_at=now,
        fired_at=now,
        resolved_at=None,
        last_seen=found.window_end,
    )
    change = Transition(alert=alert, before=None, at=now)
    ledger.commit(Step((alert,), (change,), ()), lambda _: ["log"], now)
    ledger.record(
        [
            DeliveryRecord(
                alert_id=alert.id,
                transition_id=change.id,
                notifier="log",
                delivery_id="any",
                state="firing",
                status=Status.DELIVERED,
                attempts=1,
                at=now,
            )
        ]
    )
    look = EvaluationRecord(
        at=now,
        horizon="day",
        window_start=found.window_start,
        candidates=7,
        spikes=1,
        took_ms=12,
    )
    ledger.observe([("", found)], [look], now)


def _sample(writer: Client, now: datetime) -> None:
    for accepted, ago in ((5, timedelta(minutes=11)), (9, timedelta(minutes=2))):
        stored = Checkpoint("listings/cookbook/0", accepted - 1, accepted)
        sample = Sample(accepted, 12, 3.5, stored, 1, 20, 20)
        write_samples(writer, [sample], "host-1", now - ago)


def _count(store: ClickHouseStore, clock: SystemClock) -> None:
    listings = [
        Listing(
            id=f"cookbook:{day}",
            title="A world model for robots",
            text="We train a world model with reinforcement learning.",
            listed_at=datetime(2025, 10, day, tzinfo=UTC),
        )
        for day in range(1, 29)
    ]
    shard = ShardProcessor(
        ShardInfo("listings", "cookbook", 0, 1),
        store,
        KernelAnalyser(default_taxonomy(), Bigrams()),
        RESOLUTIONS,
        ShardLimits(),
        FloodGuard(1_000, 0.2),
    )
    now = clock.now()
    shard.process(0, b"\n".join(map(encode_line, listings)), now, now)
    write_flush(store, [shard.take_flush()], now)


def test_what_came_is_the_difference_to_the_step_before(reader: Client) -> None:
    (query,) = (query for query in QUERIES if "lagInFrame" in query)
    assert [tuple(row[1:]) for row in reader.query(query).result_rows] == [(0, 0, 3.5), (4, 0, 3.5)]


def test_a_month_without_a_name_is_a_zero(reader: Client) -> None:
    (query,) = (query for query in QUERIES if "in_month" in query)
    unheard = query.replace("reinforcement learning", "nobody says this")
    assert [row[1:] for row in reader.query(unheard).result_rows] == [(0, 0.0)]
    assert [row[1:] for row in reader.query(query).result_rows] == [(28, 1.0)]


def test_the_cookbook_has_queries() -> None:
    assert len(QUERIES) >= 6


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.split("\n", 1)[0][:40])
def test_a_query_of_the_cookbook_runs_and_finds_something(reader: Client, query: str) -> None:
    assert reader.query(query).result_rows
