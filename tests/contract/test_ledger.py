"""What every ledger of alerts does, in memory and in ClickHouse."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from tests.support.clickhouse import ClickHouseServer
from tests.support.spikes import START, FakeRule, spike
from trends.alerting.alert import State
from trends.alerting.ledger import ClickHouseLedger, Ledger
from trends.alerting.ledger_memory import MemoryLedger
from trends.alerting.lifecycle import Found, step
from trends.alerting.parcel import Parcel
from trends.clock import SystemClock
from trends.detection.spike import Spike
from trends.store.alerts_deliveries import Status, deliveries_of
from trends.store.alerts_silences import Silence, find_silence, list_silences, put_silence
from trends.store.alerts_spikes import EvaluationRecord
from trends.store.client import connect
from trends.store.migrate import prepare_store

HOUR = timedelta(hours=1)
Silencer = Callable[[Silence], None]


@pytest.fixture
def url(clickhouse: ClickHouseServer) -> str:
    url = f"{clickhouse.url}/test_{uuid.uuid4().hex[:8]}"
    prepare_store(url)
    return url


@pytest.fixture(params=["memory", "clickhouse"])
def made(request: pytest.FixtureRequest) -> Iterator[tuple[Ledger, Silencer]]:
    if request.param == "memory":
        ledger = MemoryLedger()
        yield ledger, ledger.silences.append
        return
    client = connect(request.getfixturevalue("url"))
    yield ClickHouseLedger(client), lambda silence: put_silence(client, silence)
    client.close()


@pytest.fixture
def ledger(made: tuple[Ledger, Silencer]) -> Ledger:
    return made[0]


def commit(ledger: Ledger, now: datetime, *spikes: Spike) -> list[Parcel]:
    """One round; returns what is owed because of it."""
    before = by_id(ledger.owed())
    standing = ledger.standing(now - timedelta(days=9))
    taken = step(standing.open, standing.resolved, Found(spikes), [FakeRule()], now)
    ledger.commit(taken, lambda _: ["log", "hook"], now)
    return [parcel for parcel in ledger.owed() if parcel.id not in before]


def by_id(parcels: list[Parcel]) -> dict[str, Parcel]:
    return {parcel.id: parcel for parcel in parcels}


def test_an_empty_one_knows_nothing(ledger: Ledger) -> None:
    assert (ledger.standing(START).open, ledger.standing(START).resolved) == ([], [])
    assert ledger.owed() == []


def test_alerts_are_read_as_they_were_committed(ledger: Ledger) -> None:
    now = START + timedelta(milliseconds=123)
    found = spike("agents", "llm agents", evidence="abc", q=0.1)
    commit(ledger, now, found)
    (alert,) = ledger.standing(START).open
    assert (alert.state, alert.seq, alert.opened_at) == (State.PENDING, 1, now)
    assert alert.spike == found
    stronger = spike("agents", q=0.08, docs=40)
    assert commit(ledger, now + HOUR / 4, stronger) == [], "an update is not told"
    (alert,) = ledger.standing(START).open
    assert (alert.seq, alert.spike) == (1, stronger)
    commit(ledger, now + HOUR / 2, spike("agents", q=0.01))
    (alert,) = ledger.standing(START).open
    assert (alert.state, alert.seq, alert.fired_at) == (State.FIRING, 2, now + HOUR / 2)
    commit(ledger, now + 9 * HOUR)
    assert ledger.standing(START).open == []
    assert [each.id for each in ledger.standing(START).resolved] == [alert.id]
    assert ledger.standing(now + 10 * HOUR).resolved == []


def test_a_repeated_commit_is_one(ledger: Ledger) -> None:
    taken = step((), (), Found([spike("agents")]), [FakeRule()], START)
    for _ in range(2):
        ledger.commit(taken, lambda _: ["log"], START)
    assert list(ledger.standing(START).open) == list(taken.alerts)
    assert [parcel.transition for parcel in ledger.owed()] == list(taken.transitions)


def test_owed_is_what_no_record_ends(ledger: Ledger) -> None:
    parcels = by_id(commit(ledger, START, spike("agents")))
    assert by_id(ledger.owed()) == parcels
    log, hook = sorted(parcels.values(), key=lambda parcel: parcel.notifier == "hook")
    ledger.record([log.record(Status.DELIVERED, 1, START)])
    ledger.record([hook.record(Status.RETRYING, 1, START, "away")])
    ledger.record([hook.record(Status.RETRYING, 2, START + HOUR, "away")])
    (left,) = ledger.owed()
    assert (left.id, left.attempts, left.firing) == (hook.id, 2, Status.RETRYING)
    for status in (Status.REFUSED, Status.RETRYING):
        ledger.record([hook.record(status, 3, START + 2 * HOUR, "no")])
        assert ledger.owed() == [], "the end stays the end"


def test_who_is_owed_that_it_is_over_comes_with_what_became_of_telling_that_it_fires(
    ledger: Ledger,
) -> None:
    parcels = commit(ledger, START, spike("agents"))
    ends = {"log": Status.DELIVERED, "hook": Status.REFUSED}
    ledger.record([each.record(ends[each.notifier], 1, START) for each in parcels])
    commit(ledger, START + 9 * HOUR)
    assert {parcel.notifier: parcel.firing for parcel in ledger.owed()} == ends


def test_owed_comes_in_the_order_in_which_it_happened(ledger: Ledger) -> None:
    for hours, name in enumerate("cab"):
        commit(ledger, START + hours * HOUR, spike(name, at=START + hours * HOUR))
    states = [(each.transition.alert.spike.name, each.transition.at) for each in ledger.owed()]
    assert states == sorted(states, key=lambda state: state[1])
    assert [name for name, _ in states[::2]] == ["C", "A", "B"]


def test_a_silence_of_that_moment_stays_with_the_transition(made: tuple[Ledger, Silencer]) -> None:
    ledger, add = made
    add(Silence(id="s1", pattern="AGENT*", until=START + HOUR, created_at=START))
    add(Silence(id="s2", pattern="*", rule="another", until=START + HOUR, created_at=START))
    parcels = commit(ledger, START, spike("agents"), spike("tools"))
    assert {(each.transition.alert.spike.name, each.silence) for each in parcels} == {
        ("Agents", "s1"),
        ("Tools", ""),
    }
    assert {each.silence for each in ledger.owed()} == {"s1", ""}
    assert {each.silence for each in commit(ledger, START + 9 * HOUR)} == {""}


def test_what_people_see_of_alerts(url: str) -> None:
    client = connect(url)
    ledger = ClickHouseLedger(client)
    now = SystemClock().now().replace(microsecond=0)
    found = spike("agents", evidence="ab", at=now)
    parcels = commit(ledger, now, found)
    commit(ledger, now, spike("agents", at=now, q=0.001, docs=50))
    ledger.observe([("", found)], [EvaluationRecord(now, "hour", found.window_start, 9, 1, 3)], now)
    ledger.record([parcels[0].record(Status.DELIVERED, 1, now)])
    try:
        seen = "SELECT state, rule, name, observed, evidence_titles FROM alerts"
        assert client.query(seen).result_rows == [("firing", "all", "Agents", 50, [])]
        told = "SELECT seq, before, state, observed, evidence_urls FROM alert_transitions"
        urls = ["https://example.org/a", "https://example.org/b"]
        assert client.query(told).result_rows == [(1, "", "firing", 12, urls)]
        assert client.query("SELECT name, observed FROM spikes FINAL").result_rows == [
            ("agents", 12)
        ]
        assert client.query("SELECT horizon, spikes, took_ms FROM evaluations").result_rows == [
            ("hour", 1, 3)
        ]
        assert [each.status for each in deliveries_of(client)] == [Status.DELIVERED]
        assert deliveries_of(client, ["another"]) == []
    finally:
        client.close()


def test_silences_are_listed_found_and_ended(url: str) -> None:
    client = connect(url)
    try:
        silence = Silence(id="abc", pattern="*", until=START + HOUR, created_at=START, comment="x")
        put_silence(client, silence)
        assert find_silence(client, "ab") == silence
        assert list_silences(client, START) == [silence]
        assert list_silences(client, START + HOUR) == []
        ended = Silence(
            id="abc", pattern="*", until=START + HOUR, created_at=START, ended_at=START + HOUR / 2
        )
        put_silence(client, ended)
        assert list_silences(client) == [ended]
        assert list_silences(client, START + HOUR / 2) == []
    finally:
        client.close()
