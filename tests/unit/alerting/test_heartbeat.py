"""The alerter's heartbeat: an evaluation leaves a row, also where there was nothing to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from tests.unit.alerting.test_alerter import Bench, Looked
from trends.store.alerts_spikes import NO_HORIZON, EvaluationRecord


@dataclass(frozen=True)
class Idle(Looked):
    """No window was due."""

    def records(self, at: datetime) -> Sequence[EvaluationRecord]:
        return []


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.source.found = Idle()
    return bench


def test_an_evaluation_without_a_window_leaves_a_row_all_the_same(bench: Bench) -> None:
    bench.turns(1)
    (record,) = bench.ledger.evaluations
    assert (record.horizon, record.candidates, record.spikes) == (NO_HORIZON, 0, 0)
    assert record.at == bench.source.looks[0]


def test_while_no_listings_come_the_rows_go_on(bench: Bench) -> None:
    bench.turns(2 * 3_600)
    moments = [record.at for record in bench.ledger.evaluations]
    assert moments[-1] - moments[0] > timedelta(hours=1)
    assert max(later - earlier for earlier, later in pairwise(moments)) < timedelta(seconds=120)


def test_however_often_counts_change_there_is_one_row_a_minute(bench: Bench) -> None:
    for _ in range(2_000):
        bench.signature += 1
        bench.alerter.turn()
    span_s = (bench.source.looks[-1] - bench.source.looks[0]).total_seconds()
    assert len(bench.source.looks) > 10
    assert len(bench.ledger.evaluations) <= span_s / 60 + 1


def test_a_look_at_a_window_is_row_enough(bench: Bench) -> None:
    bench.source.found = Looked()
    bench.turns(600)
    assert {record.horizon for record in bench.ledger.evaluations} == {"hour"}
