"""Alerters are killed at random moments while spikes come and go and the webhook often fails.

What must hold, wherever one dies:
- while it evaluates, or before its commit: nothing was decided; its heir evaluates, and decides the
  same under the same ids;
- in the commit: the block of rows is there as a whole or not at all; the heir reads which;
- after the commit, before anything is sent: what is owed is read from the store, and sent;
- after the receiver has it, before that is recorded: it is sent again under the same delivery id;
- after the receiver answered 500: the try counts, and the next one comes after the back-off;
- between two notifiers: each has a record of its own, so the one that was told is left alone;
- between the commit and the heartbeat: the round is evaluated again, and changes nothing;
- as the leader: the other one leads after the session timeout, and reads how alerts stand;
- as the other one: nothing happens.

The oracle is the lifecycle without processes, stores or time: every transition of it is in the
store, on the topic and with the receiver, and nothing else is.

A long run: ``CHAOS_KILLS=20 pytest tests/chaos/test_alerter_chaos.py``. The seed is printed;
``CHAOS_SEED`` sets it.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.alerter import Round
from tests.support.alerting import AlertingBench, alerting_bench
from tests.support.clickhouse import ClickHouseServer
from tests.support.kafka import KafkaServer
from tests.support.spikes import spike
from trends.alerting.alert import State, Transition, alert_of, delivery_id
from trends.clock import SystemClock
from trends.detection.spike import Spike

KILLS = int(os.environ.get("CHAOS_KILLS", "4"))
SEED = int(os.environ.get("CHAOS_SEED", "0")) or random.SystemRandom().randrange(1 << 32)
ROUNDS = 2 * KILLS + 6
SECONDS_BEFORE_KILL_MAX = 1.5
ANSWER_TAKES_S = 0.2
FAILURES = 0.3
TOLD_TIMEOUT_S = 240
THINGS = "agents robots protein diffusion reasoning speech".split()


@pytest.mark.chaos
@pytest.mark.timeout(1_200)
def test_every_transition_is_told_under_its_id_while_alerters_are_killed(
    broker: KafkaServer, clickhouse: ClickHouseServer, tmp_path: Path
) -> None:
    print(f"\nCHAOS_SEED={SEED} CHAOS_KILLS={KILLS}")
    chance = random.Random(SEED)
    with alerting_bench(broker, clickhouse, tmp_path) as bench:
        script = _script(chance, bench)
        answers = random.Random(SEED)
        heard = threading.Event()

        def dawdle() -> None:
            heard.set()
            time.sleep(ANSWER_TAKES_S)

        bench.receiver.answer = lambda: 500 if answers.random() < FAILURES else 200
        bench.receiver.before_answering = dawdle
        bench.script.write(script)
        alerters = [bench.start(), bench.start()]
        bench.wait_until_evaluated(script[0])
        with_kill = set(chance.sample(range(1, ROUNDS), KILLS))
        for number in range(1, ROUNDS):
            bench.script.turn_to(number)
            if number in with_kill:
                if chance.random() < 0.5:  # between sending and recording, if anything is sent
                    heard.clear()
                    heard.wait(2 * SECONDS_BEFORE_KILL_MAX)
                else:
                    time.sleep(chance.uniform(0, SECONDS_BEFORE_KILL_MAX))
                # The leader, if it is known: killing the other one tests little.
                victim = _leader(bench) if chance.random() < 0.8 else chance.choice(alerters)
                victim.kill()
                victim.start()
            bench.wait_until_evaluated(script[number])
        bench.wait_until_told(TOLD_TIMEOUT_S)
        bench.stop()
        _check(bench, bench.expected(script))


def _script(chance: random.Random, bench: AlertingBench) -> Sequence[Round]:
    """Rounds in which an alert that was firing changes: by chance, one draw in sixty has none."""
    while True:
        script = _rounds(chance)
        if any(change.before is State.FIRING for change in bench.expected(script)):
            return script


def _rounds(chance: random.Random) -> Sequence[Round]:
    """Each thing rises now and then, is seen for some rounds, and goes away again."""
    now = SystemClock().now().replace(minute=0, second=0, microsecond=0)
    left = dict.fromkeys(THINGS, 0)
    made = []
    for _ in range(ROUNDS):
        now += timedelta(minutes=chance.choice([5, 20, 60, 180]))
        for thing in THINGS:
            rises = left[thing] <= 0 and chance.random() < 0.25
            left[thing] = chance.randrange(1, 6) if rises else left[thing] - 1
        found = [_spike(chance, thing, now) for thing in THINGS if left[thing] > 0]
        made.append(Round(now, tuple(found)))
    return made


def _spike(chance: random.Random, thing: str, now: datetime) -> Spike:
    names = [thing, f"{thing} model"] if chance.random() < 0.5 else [thing]
    return spike(
        *names,
        q=chance.choice([0.001, 0.01, 0.1, 0.15]),
        lift=chance.choice([2.5, 4.0, 9.0, 20.0]),
        docs=chance.randrange(8, 60),
        horizon="hour",
        at=now,
        evidence=[f"{thing}-{number}" for number in range(4)],
    )


def _leader(bench: AlertingBench) -> Any:
    def since(log: str) -> str:
        lines = [line for line in log.splitlines() if "this alerter" in line]
        return lines[-1][:23] if lines and lines[-1].endswith("leads") else ""

    return max(bench.alerters, key=lambda process: since(process.log))


def _check(bench: AlertingBench, expected: Sequence[Transition]) -> None:
    rows = bench.query("SELECT document, before, at FROM alert_transitions")
    stored = [
        Transition(alert=alert_of(row[0]), before=State(row[1]) if row[1] else None, at=row[2])
        for row in rows
    ]
    assert _sorted(stored) == _sorted(expected), "decided is what the lifecycle decides, once"

    published = bench.published()
    first = {change.id: change for change in reversed(published)}
    assert _sorted(first.values()) == _sorted(expected), "the topic has each, and nothing else"
    assert all(first[change.id] == change for change in published), "repeated as it was"
    _check_order([(change.alert.id, change.alert.seq) for change in published])

    told = {
        delivery_id(change.id, "hook"): change
        for change in expected
        if change.alert.fired_at is not None
    }
    accepted = bench.receiver.accepted
    assert {each.id for each in accepted} == told.keys(), "all were told, under their ids"
    assert {each.id for each in bench.receiver.received} == told.keys(), "and nothing else was"
    for each in bench.receiver.received:
        assert each.body["data"]["alert"]["id"] == told[each.id].alert.id
        assert each.body["data"]["alert"]["seq"] == told[each.id].alert.seq
    _check_order([(told[each.id].alert.id, told[each.id].alert.seq) for each in accepted])
    print(
        f"{len(expected)} transitions, {len(told)} told; repeated: "
        f"{len(published) - len(first)} on the topic, {len(accepted) - len(told)} to the receiver; "
        f"{len(bench.receiver.received) - len(accepted)} answers of 500"
    )


def _check_order(seen: Sequence[tuple[str, int]]) -> None:
    """Of one alert, nothing is told for the first time after something that came later."""
    newest: dict[str, int] = {}
    known = set()
    for alert, seq in seen:
        assert (alert, seq) in known or seq > newest.get(alert, 0)
        known.add((alert, seq))
        newest[alert] = max(seq, newest.get(alert, 0))


def _sorted(changes: Any) -> list[Transition]:
    return sorted(changes, key=lambda change: change.id)
