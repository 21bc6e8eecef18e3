"""Alerters as processes, on both brokers and a real store."""

from __future__ import annotations

import random
import signal
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.support.alerter import Round
from tests.support.alerting import AlertingBench, alerting_bench
from tests.support.clickhouse import ClickHouseServer
from tests.support.kafka import KafkaServer
from tests.support.spikes import spike
from tests.support.waiting import wait_for
from tests.support.worker import Worker
from trends.alerting.alert import State, delivery_id
from trends.alerting.parcel import TOPIC_SINK
from trends.clock import SystemClock
from trends.detection.spike import Spike
from trends.model import Listing

HOUR = timedelta(hours=1)


def now() -> datetime:
    """A whole hour of about now: the heartbeat is kept for a month."""
    return SystemClock().now().replace(minute=0, second=0, microsecond=0)


def rounds(*found: list[Spike] | None) -> list[Round]:
    """Rounds of a quarter of an hour each; None stands for three hours without anything."""
    moment = now()
    made = []
    for spikes in found:
        moment += 3 * HOUR if spikes is None else HOUR / 4
        made.append(Round(moment, tuple(spikes or ())))
    return made


def play(bench: AlertingBench, script: list[Round]) -> None:
    for number, each in enumerate(script):
        bench.script.turn_to(number)
        bench.wait_until_evaluated(each)


def agents(at: datetime, q: float) -> Spike:
    return spike("agents", "llm agents", q=q, at=at, evidence="abc")


def test_a_spike_is_told_once_and_so_is_its_end(
    broker: KafkaServer, clickhouse: ClickHouseServer, tmp_path: Path
) -> None:
    start = now()
    script = rounds([agents(start, 0.1)], [agents(start, 0.01)], [agents(start, 0.001)], None, [])
    with alerting_bench(broker, clickhouse, tmp_path) as bench:
        bench.script.write(script)
        alerter = bench.start()
        play(bench, script)
        bench.wait_until_told()
        expected = bench.expected(script)
        assert [change.alert.state for change in expected] == list(State)
        assert bench.published() == expected
        firing, resolved = expected[1:]
        assert [(each.id, each.body["type"]) for each in bench.receiver.received] == [
            (delivery_id(firing.id, "hook"), "alert.firing"),
            (delivery_id(resolved.id, "hook"), "alert.resolved"),
        ]
        assert bench.query("SELECT state, name, severity FROM alerts") == [
            ("resolved", "Agents", "warning")
        ]
        statuses = "SELECT DISTINCT toString(status), attempts FROM deliveries FINAL"
        assert bench.query(statuses) == [("delivered", 1)]
        alerter.stop()
        assert "Traceback" not in alerter.log


def test_of_two_alerters_one_acts_and_the_other_takes_over(
    broker: KafkaServer, clickhouse: ClickHouseServer, tmp_path: Path
) -> None:
    start = now()
    script = rounds([agents(start, 0.01)], [agents(start, 0.01)], [spike("tools", at=start)], None)
    with alerting_bench(broker, clickhouse, tmp_path) as bench:
        bench.script.write(script)
        pair = [bench.start(), bench.start()]
        play(bench, script[:2])
        # Both have joined, and one of them is not it.
        wait_for(lambda: any(each.log.count("leads") for each in pair), 30, "one leads")
        for number, each in enumerate(script[2:], 2):
            leader = max(pair, key=lambda process: _leads_since(process.log))
            # What is sent and not recorded would be sent again; that is not what this is about.
            bench.wait_until_told()
            leader.kill()
            bench.script.turn_to(number)
            bench.wait_until_evaluated(each)
            leader.start()
        bench.wait_until_told()
        expected = bench.expected(script)
        told = [delivery_id(change.id, "hook") for change in expected]
        assert sorted(each.id for each in bench.receiver.received) == sorted(told)
        assert {change.id for change in bench.published()} == {change.id for change in expected}


def _leads_since(log: str) -> str:
    """The time of the line by which it leads, if it still does."""
    lines = [line for line in log.splitlines() if "this alerter" in line]
    return lines[-1][:23] if lines and lines[-1].endswith("leads") else ""


def test_a_hook_that_is_away_or_refuses_holds_up_no_other(
    embedded_broker: KafkaServer, clickhouse: ClickHouseServer, tmp_path: Path
) -> None:
    embedded_broker.start()
    rules = """\
notifiers:
  hook: {{type: webhook, url: "{url}"}}
  gone: {{type: webhook, url: "http://127.0.0.1:9/hook"}}
rules:
  - {{name: usual, route: [gone, hook]}}
"""
    script = rounds([agents(now(), 0.01)])
    with alerting_bench(embedded_broker, clickhouse, tmp_path, rules) as bench:
        bench.script.write(script)
        answers = iter([503, 503])
        bench.receiver.answer = lambda: next(answers, 410)
        bench.start()
        refused = "SELECT count() FROM deliveries FINAL WHERE status = 'refused'"
        bench.wait_for(refused, 60, "the hook has refused")
        (firing,) = bench.expected(script)
        assert {each.id for each in bench.receiver.received} == {delivery_id(firing.id, "hook")}
        rows = bench.query(
            "SELECT notifier, toString(status), attempts > 1, message != '' FROM deliveries FINAL "
            "ORDER BY notifier"
        )
        assert rows == [
            ("gone", "retrying", True, True),
            ("hook", "refused", True, True),
            (TOPIC_SINK, "delivered", False, False),
        ]


def test_it_waits_for_a_store_that_is_away(
    embedded_broker: KafkaServer, clickhouse: ClickHouseServer, tmp_path: Path
) -> None:
    embedded_broker.start()
    start = now()
    script = rounds([], [agents(start, 0.01)])
    with alerting_bench(embedded_broker, clickhouse, tmp_path) as bench:
        bench.script.write(script)
        alerter = bench.start()
        bench.wait_until_evaluated(script[0])
        clickhouse.kill()
        try:
            bench.script.turn_to(1)
            wait_for(lambda: "waiting" in alerter.log, 30, "it says that it waits")
            time.sleep(1)
        finally:
            clickhouse.start()
        bench.wait_until_evaluated(script[1])
        bench.wait_until_told()
        assert len(bench.receiver.accepted) == 1
        assert not alerter.has_ended()


@pytest.mark.usefixtures("stop_signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_leaves_in_good_order(
    embedded_broker: KafkaServer,
    clickhouse: ClickHouseServer,
    tmp_path: Path,
    number: signal.Signals,
) -> None:
    import os

    embedded_broker.start()
    with alerting_bench(embedded_broker, clickhouse, tmp_path) as bench:
        script = rounds([])
        bench.script.write(script)
        alerter = bench.start()
        bench.wait_until_evaluated(script[0])
        assert alerter.pid is not None
        os.kill(alerter.pid, number)
        wait_for(alerter.has_ended, 15, "it has left")
        assert "Traceback" not in alerter.log


def test_wrong_rules_end_it_with_a_reason(
    embedded_broker: KafkaServer, clickhouse: ClickHouseServer, tmp_path: Path
) -> None:
    embedded_broker.start()
    with alerting_bench(embedded_broker, clickhouse, tmp_path) as bench:
        Path(bench.env["TRENDS_RULES"]).write_text("rules: [{name: x, min_docs: many}]")
        alerter = bench.start(scripted=False)
        wait_for(alerter.has_ended, 30, "it has left")
        assert "min_docs" in alerter.log
        assert "Traceback" not in alerter.log


def test_listings_become_an_alert(
    embedded_broker: KafkaServer, clickhouse: ClickHouseServer, tmp_path: Path
) -> None:
    embedded_broker.start()
    with alerting_bench(embedded_broker, clickhouse, tmp_path, RULES_OF_DAYS) as bench:
        worker = Worker("processor", {**bench.env, "TRENDS_FLUSH_INTERVAL_S": "0.3"}, tmp_path)
        try:
            worker.start()
            bench.publish(_usual(30))
            bench.wait_for("SELECT sum(listings) = 600 FROM totals WHERE resolution = '1d'", 60, "")
            alerter = bench.start(scripted=False)
            bench.wait_for("SELECT count() FROM evaluations", 60, "it has looked")
            assert bench.query("SELECT name FROM alerts WHERE state = 'firing'") == []
            bench.publish(_burst(15))
            told = "SELECT count() FROM deliveries FINAL WHERE notifier = 'hook'"
            bench.wait_for(told, 60, "somebody was told")
            bench.wait_until_told()
        finally:
            worker.stop()
        assert not alerter.has_ended()
        (message,) = bench.receiver.received
        spike_told = message.body["data"]["alert"]["spike"]
        assert spike_told["name"].casefold() == "liquid transformers"
        # It fires as soon as enough are counted; what is counted later stands in the store.
        assert 5 <= spike_told["observed"] <= 15
        assert len(spike_told["evidence"]) == 5
        all_seen = "SELECT countIf(observed = 15) FROM alerts WHERE state = 'firing'"
        bench.wait_for(all_seen, 60, "all are seen")
        (row,) = bench.query("SELECT state, horizon, observed FROM alerts WHERE state = 'firing'")
        assert row == ("firing", "day", 15)


RULES_OF_DAYS = """\
notifiers:
  hook: {{type: webhook, url: "{url}"}}
rules:
  - {{name: taking-off, horizons: [day], route: [hook]}}
"""
WORDS = "parsing retrieval vision speech agents planning graphs diffusion privacy compilers".split()


def _usual(days: int) -> list[Listing]:
    """Twenty listings a day until yesterday, and none about anything in particular."""
    chance = random.Random(7)
    end = SystemClock().now().replace(hour=0, minute=0, second=0, microsecond=0)
    return [
        _listing(f"usual-{number}", chance, end - timedelta(days=1 + number % days), "")
        for number in range(20 * days)
    ]


def _burst(number: int) -> list[Listing]:
    chance = random.Random(8)
    start = SystemClock().now().replace(hour=0, minute=0, second=0, microsecond=0)
    return [
        _listing(f"new-{place}", chance, start, "Liquid Transformers for")
        for place in range(number)
    ]


def _listing(name: str, chance: random.Random, day: datetime, about: str) -> Listing:
    words = " ".join(chance.sample(WORDS, 4))
    return Listing(
        id=name,
        source="test",
        title=f"{about} {chance.choice(WORDS)}".strip().capitalize(),
        text=f"We study {words}.",
        url=f"https://example.org/{name}",
        listed_at=day + timedelta(seconds=chance.randrange(3_600)),
    )
