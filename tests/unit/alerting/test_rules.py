"""Rules: which spikes they select, how strong these must be, and who is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.alerting.transitions import spike, transition
from trends.alerting.alert import State
from trends.alerting.rules import Rule, Rules
from trends.alerting.rules_load import load_rules
from trends.detection.spike import Kind


def rule(**fields: Any) -> Rule:
    return Rule.model_validate({"name": "taking-off", **fields})


@pytest.mark.parametrize(
    ("fields", "matches"),
    [
        ({}, True),
        ({"kinds": ["topic"]}, False),
        ({"horizons": ["hour", "week"]}, False),
        ({"names": ["World*"]}, True),
        ({"names": ["video*", "* models"]}, True),
        ({"names": ["video*"]}, False),
        ({"exclude": ["world model"]}, False),
        ({"exclude": ["world models"]}, True),
        ({"topics": ["world*"]}, True),
        ({"topics": ["robotics"]}, False),
        ({"watch": ["WORLD MODELS"]}, True),
        ({"watch": ["agents"]}, False),
        ({"tags": ["cs.lg"]}, True),
        ({"tags": ["cs.RO"]}, False),
        ({"tags": ["cs.RO"], "min_docs": 4}, True),
        ({"tags": ["cs.*"], "min_docs": 10}, False),
        ({"sources": ["p*"], "min_docs": 14}, True),
        ({"sources": ["preprints"], "min_docs": 7}, False),
        ({"min_docs": 14}, True),
        ({"min_docs": 15}, False),
        ({"min_lift": 4.5}, True),
        ({"min_lift": 4.6}, False),
        ({"false_discovery_rate": 4e-4}, True),
        ({"false_discovery_rate": 3e-4}, False),
    ],
)
def test_a_rule_takes_what_it_describes(fields: dict[str, Any], matches: bool) -> None:
    assert rule(**fields).matches(spike()) is matches


def test_a_name_is_matched_as_people_write_it_as_well() -> None:
    written = spike(name="Mixture of Experts")
    assert rule(names=["mixture of*"]).matches(written)
    assert not rule(exclude=["*experts"]).matches(written)


def test_a_topic_that_leads_is_its_own_topic() -> None:
    topic = spike(kind=Kind.TOPIC, name="Robotics", members=spike().members[2:])
    assert rule(topics=["robotics"]).matches(topic)


def test_selecting_asks_for_no_strength() -> None:
    weak = spike(observed=2, lift=1.1, q=0.4)
    assert rule(names=["world*"]).selects(weak)
    assert not rule(names=["world*"]).matches(weak)


def test_only_a_watch_list_watches() -> None:
    assert not rule().watches("world model")
    assert rule(watch=["world *"]).watches("World Model")


def rules(**notifier: Any) -> Rules:
    return Rules.model_validate(
        {
            "rules": [{"name": "taking-off", "route": ["log", "hook"]}],
            "notifiers": {"hook": {"type": "webhook", "url": "https://example.org/", **notifier}},
        }
    )


def test_recipients_are_those_of_the_route_when_it_fires_and_when_it_is_over() -> None:
    assert rules().recipients(transition()) == ("log", "hook")
    assert rules().recipients(transition(state=State.RESOLVED)) == ("log", "hook")


def test_who_wants_no_end_is_told_of_none() -> None:
    quieter = rules(send_resolved=False)
    assert quieter.recipients(transition()) == ("log", "hook")
    assert quieter.recipients(transition(state=State.RESOLVED)) == ("log",)


def test_nobody_is_told_of_what_never_fired() -> None:
    assert rules().recipients(transition(state=State.PENDING)) == ()
    told = transition(state=State.RESOLVED)
    assert rules().recipients(replace(told, alert=replace(told.alert, fired_at=None))) == ()


def test_nobody_is_told_by_a_rule_that_is_gone() -> None:
    told = transition()
    assert rules().recipients(replace(told, alert=replace(told.alert, rule="gone"))) == ()


def test_the_built_in_rules_need_nothing_and_go_to_the_log() -> None:
    built_in = load_rules(None, {})
    assert {name for rule in built_in.rules for name in rule.route} == {"log"}
    assert {horizon for rule in built_in.rules for horizon in rule.horizons} == {
        "hour",
        "day",
        "week",
        "month",
    }
    assert built_in.notifier("log").type == "log"
