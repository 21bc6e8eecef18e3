"""Puts an alerter together from settings: waits for its servers, then connects."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from clickhouse_connect.driver.client import Client

from trends.alerting.alerter import Alerter, SpikeSource
from trends.alerting.leader import KafkaLeadership
from trends.alerting.ledger import ClickHouseLedger
from trends.alerting.measures import counted
from trends.alerting.notify.build import build_notifiers
from trends.alerting.outbox import Outbox
from trends.alerting.parcel import TOPIC_SINK
from trends.alerting.quiet import held_until
from trends.alerting.rules import Rules
from trends.alerting.rules_load import load_rules
from trends.alerting.spikes_topic import SpikesTopic
from trends.clock import Clock
from trends.errors import ConfigError
from trends.metrics.meters import AlerterMeters
from trends.metrics.patience import patiently
from trends.metrics.vitals import KAFKA, STORE, Vitals
from trends.settings import Settings, environment
from trends.store.access import store_access
from trends.store.alerts import counts_signature
from trends.store.client import connect
from trends.store.migrate import prepare_store
from trends.wire.access import kafka_access
from trends.wire.topics import ensure_topics

log = logging.getLogger(__name__)

GROUP_SUFFIX: Final = "-alerter"

T = TypeVar("T")
SourceOf = Callable[[Callable[[], Client], Rules], SpikeSource]


@contextmanager
def built_alerter(
    settings: Settings, source_of: SourceOf, clock: Clock, vitals: Vitals
) -> Iterator[Alerter]:
    """Waits until broker and store answer, brings topics and schema up to date, connects.

    Args:
        settings: name servers and rules.
        source_of: makes what finds spikes, given what makes clients of the store.
        clock: of the machine.
        vitals: say what is waited for, and how the alerter is doing.

    Raises:
        ConfigError: if a setting or the rules are wrong.
    """
    if not settings.kafka or not settings.clickhouse:
        raise ConfigError("an alerter needs TRENDS_KAFKA and TRENDS_CLICKHOUSE")
    store = store_access(settings, settings.clickhouse)
    rules = load_rules(settings.rules, environment())
    topic = SpikesTopic(settings, settings.kafka)
    notifiers = {**build_notifiers(rules, clock), TOPIC_SINK: topic}
    meters = AlerterMeters(vitals.registry)

    def waiting(work: Callable[[], T], dependency: str = STORE) -> T:
        return patiently(work, dependency, vitals, clock)

    waiting(partial(ensure_topics, settings, settings.kafka), KAFKA)
    for name in waiting(partial(prepare_store, store)):
        log.info("migrated: %s", name)
    with ExitStack() as resources:

        def new_client() -> Client:
            client = waiting(partial(connect, store))
            resources.callback(client.close)
            return client

        deciding, telling = new_client(), new_client()
        resources.callback(topic.close)
        joining = partial(
            KafkaLeadership,
            kafka_access(settings, settings.kafka),
            settings.spikes_topic,
            settings.group + GROUP_SUFFIX,
            settings.session_timeout_s,
        )
        leadership = waiting(joining, KAFKA)
        yield Alerter(
            source=source_of(new_client, rules),
            signature=partial(counts_signature, deciding),
            ledger=ClickHouseLedger(deciding),
            leadership=leadership,
            new_outbox=partial(
                Outbox,
                notifiers,
                counted(ClickHouseLedger(telling).record, meters),
                clock,
                partial(_held, rules),
            ),
            rules=rules,
            every_s=settings.evaluate_every_s,
            clock=clock,
            vitals=vitals,
            meters=meters,
        )


def _held(rules: Rules, name: str, now: datetime) -> datetime | None:
    rule = rules.rule(name)
    return held_until(rule.quiet_hours, now) if rule else None
