"""A database, topics, rules, a receiver and alerters of their own for one test."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from tests.support.alerter import AlerterProcess, Round, Script
from tests.support.clickhouse import ClickHouseServer
from tests.support.kafka import KafkaServer
from tests.support.webhooks import Receiver, receiving
from trends.alerting.alert import Alert, State, Transition, transition_of
from trends.alerting.lifecycle import Found, step
from trends.alerting.rules import Rules
from trends.alerting.rules_load import load_rules
from trends.clock import SystemClock
from trends.model import Listing
from trends.settings import load_settings
from trends.store.client import connect
from trends.store.migrate import prepare_store
from trends.wire.access import KafkaAccess
from trends.wire.publisher import Publisher
from trends.wire.topics import describe_topic, ensure_topics

RULES = """\
notifiers:
  hook: {{type: webhook, url: "{url}", timeout: 5s}}
rules:
  - name: usual
    cool_down: 1d
    route: [hook]
"""


@dataclass
class AlertingBench:
    """Everything named after one test; `alerting_bench` makes it."""

    kafka: str
    url: str
    topic: str
    env: dict[str, str]
    folder: Path
    rules: Rules
    receiver: Receiver
    script: Script
    script_folder: Path
    alerters: list[AlerterProcess] = field(default_factory=list)

    def start(self, *, scripted: bool = True) -> AlerterProcess:
        """One more alerter."""
        script = self.script_folder if scripted else None
        name = f"alerter-{len(self.alerters)}"
        alerter = AlerterProcess(name, self.env, self.folder, script)
        self.alerters.append(alerter)
        alerter.start()
        return alerter

    def stop(self) -> None:
        """Ends every alerter."""
        for alerter in self.alerters:
            alerter.stop()

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of one query."""
        client = connect(self.url)
        try:
            return list(map(tuple, client.query(sql, tz_mode="aware").result_rows))
        finally:
            client.close()

    def wait_for(self, sql: str, timeout_s: float, what: str) -> None:
        """Returns once the query's first value is not 0; fails with the logs after the timeout."""
        end_s = time.monotonic() + timeout_s
        client = connect(self.url)
        try:
            while not client.query(sql).result_rows[0][0]:
                if time.monotonic() > end_s or any(each.has_ended() for each in self.alerters):
                    logs = "\n".join(f"--- {a.spec.name}\n{a.log[-3000:]}" for a in self.alerters)
                    raise AssertionError(f"not in {timeout_s:g} s: {what}\n{logs}")
                time.sleep(0.1)
        finally:
            client.close()

    def wait_until_evaluated(self, moment: Round, timeout_s: float = 90) -> None:
        """Returns when some alerter has committed what it decided of the round."""
        at_ms = round(moment.at.timestamp() * 1_000)
        sql = f"SELECT count() FROM evaluations WHERE toUnixTimestamp64Milli(at) = {at_ms}"
        self.wait_for(sql, timeout_s, f"the round of {moment.at} is evaluated")

    def wait_until_told(self, timeout_s: float = 120) -> None:
        """Returns when nothing is owed any more."""
        # The numbers of what is to be told, and of what has come to an end.
        told = (
            "SELECT (SELECT sum(length(route)) FROM alert_transitions) = "
            "(SELECT count() FROM deliveries FINAL WHERE status != 'retrying')"
        )
        self.wait_for(told, timeout_s, "everything is told")

    def publish(self, listings: Sequence[Listing]) -> None:
        """Listings to Kafka, for a processor."""
        topic = describe_topic(KafkaAccess(self.kafka), self.env["TRENDS_LISTINGS_TOPIC"])
        with Publisher(load_settings(), self.kafka, topic, SystemClock()) as publisher:
            for listing in listings:
                publisher.publish(listing)

    def published(self) -> list[Transition]:
        """What stands on the topic of spikes."""
        consumer = KafkaConsumer(
            bootstrap_servers=self.kafka, auto_offset_reset="earliest", consumer_timeout_ms=2_000
        )
        try:
            consumer.assign([TopicPartition(self.topic, 0)])
            consumer.seek_to_beginning()
            return [transition_of(message.value) for message in consumer]
        finally:
            consumer.close()

    def expected(self, rounds: Sequence[Round]) -> list[Transition]:
        """What the lifecycle, without any process, makes of the rounds."""
        alerts: Sequence[Alert] = ()
        changes: list[Transition] = []
        for each in rounds:
            over = [change.alert for change in changes if change.alert.state is State.RESOLVED]
            taken = step(alerts, over, Found(each.spikes), self.rules.rules, each.at)
            alerts = taken.alerts
            changes.extend(taken.transitions)
        return changes


@contextmanager
def alerting_bench(
    broker: KafkaServer,
    clickhouse: ClickHouseServer,
    folder: Path,
    rules: str = RULES,
    **env: Any,
) -> Iterator[AlertingBench]:
    """Fresh topics and database; ``env`` are further settings of the alerters."""
    name = f"test_{uuid.uuid4().hex[:8]}"
    url = f"{clickhouse.url}/{name}"
    topics = {
        "listings_topic": name,
        "dead_topic": f"{name}.dead",
        "spikes_topic": f"{name}.spikes",
    }
    prepare_store(url)
    ensure_topics(load_settings(**topics), broker.bootstrap)
    with receiving() as receiver:
        path = folder / "rules.yaml"
        path.write_text(rules.format(url=receiver.url))
        given = {
            "KAFKA": broker.bootstrap,
            "CLICKHOUSE": url,
            "GROUP": name,
            "RULES": path,
            "EVALUATE_EVERY_S": 0.2,
            # Apache Kafka allows no less than 6 s; the embedded broker's joins take half of it.
            "SESSION_TIMEOUT_S": 6 if broker.durable else 3,
            **{key.upper(): value for key, value in topics.items()},
            **env,
        }
        bench = AlertingBench(
            kafka=broker.bootstrap,
            url=url,
            topic=topics["spikes_topic"],
            env={f"TRENDS_{key}": str(value) for key, value in given.items()},
            folder=folder,
            rules=load_rules(path, {}),
            receiver=receiver,
            script=Script(folder / "script"),
            script_folder=folder / "script",
        )
        try:
            yield bench
        finally:
            bench.stop()
