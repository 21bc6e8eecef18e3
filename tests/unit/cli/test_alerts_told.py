"""Who was told of an alert, in a few words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from trends.alerting.alert import delivery_id
from trends.alerting.parcel import TOPIC_SINK
from trends.cli.alerts_stored import Change
from trends.cli.alerts_told import (
    LONG_RETRYING_ATTEMPTS,
    WAITING,
    Told,
    complaints,
    summary,
    told_of,
)
from trends.store.alerts_deliveries import DeliveryRecord, Status

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)


def told(
    notifier: str, status: str, attempts: int = 1, message: str = "", alert: str = "a"
) -> Told:
    return Told(
        alert_id=alert,
        state="firing",
        notifier=notifier,
        status=status,
        attempts=attempts,
        message=message,
        at=AT,
        delivery_id="d",
    )


def change(seq: int, state: str, *route: str) -> Change:
    return Change("a", seq, AT, "", state, route, "")


def test_a_delivery_belongs_to_one_change_and_one_notifier() -> None:
    record = DeliveryRecord(
        alert_id="a",
        transition_id="a:1",
        notifier="slack",
        delivery_id="d1",
        state="firing",
        status=Status.RETRYING,
        attempts=3,
        at=AT,
        message="away",
    )
    first, second, third = told_of(
        [change(1, "firing", "slack", "mail"), change(2, "resolved", "slack")], [record]
    )
    assert (first.status, first.attempts, first.message, first.at) == ("retrying", 3, "away", AT)
    assert (second.notifier, second.status, second.at) == ("mail", WAITING, None)
    assert (third.state, third.status) == ("resolved", WAITING)
    assert third.delivery_id == delivery_id("a:2", "slack"), "known before the first try"


@pytest.mark.parametrize(
    ("every", "shown"),
    [
        ([], "nobody"),
        ([told("log", "delivered"), told("mail", "delivered")], "delivered"),
        ([told("log", "silenced"), told("log", "skipped")], "silenced"),
        ([told("log", "waiting", 0)], "waiting"),
        ([told("log", "delivered"), told("slack", "retrying", 12, "no\nanswer")],
         "retrying slack (12 tries: no answer); delivered log"),
        ([told("slack", "retrying", 1)], "retrying slack (1 try)"),
        ([told("log", "delivered"), told("hook", "refused", 1, "404")],
         "refused hook (404); delivered log"),
        ([told("hook", "refused", 1, "404"), told("hook", "skipped")], "refused hook (404)"),
        ([told("hook", "delivered"), told("hook", "refused", 1, "404")], "refused hook (404)"),
        ([told("log", "delivered"), told("mail", "silenced")], "silenced mail; delivered log"),
        ([told("log", "delivered"), told("added", "skipped")], "delivered"),
        ([told(TOPIC_SINK, "delivered")], "nobody"),
        ([told(TOPIC_SINK, "waiting", 0)], "nobody"),
        ([told(TOPIC_SINK, "delivered"), told("log", "silenced")], "silenced"),
        ([told(TOPIC_SINK, "retrying", 2, "gone"), told("log", "delivered")],
         f"retrying {TOPIC_SINK} (2 tries: gone); delivered log"),
    ],
)  # fmt: skip
def test_what_is_worst_of_each_notifier_is_said_first(every: list[Told], shown: str) -> None:
    assert summary(every) == shown
    assert summary(reversed(every)) == shown


def test_a_long_reason_is_cut_in_the_summary_and_told_whole() -> None:
    reason = "because " * 30
    refused = told("hook", "refused", 1, reason)
    assert len(summary([refused])) < 80
    (sentence,) = complaints([refused], {"a": "agents"})
    assert reason.strip() in sentence


def test_a_reason_is_said_once_with_the_alerts_that_it_kept_quiet() -> None:
    every = [told("hook", "refused", 1, "404 \x1b[2J", alert=name) for name in "abcde"]
    (sentence,) = complaints([*every, *every], {name: name.upper() for name in "abcde"})
    assert sentence == (
        "hook refuses A, B, C and 2 more, and is not tried again: 404 \\x1b[2J; "
        "`trends alerts test hook` tries it"
    )


def test_a_notifier_that_is_away_is_complained_of_only_after_a_while() -> None:
    young = told("slack", "retrying", LONG_RETRYING_ATTEMPTS - 1, "no answer")
    old = told("slack", "retrying", LONG_RETRYING_ATTEMPTS, "no answer")
    fine = [told("log", status) for status in ("delivered", "silenced", "skipped", WAITING)]
    assert list(complaints([young, *fine], {"a": "agents"})) == []
    (sentence,) = complaints([old], {"a": "agents"})
    assert sentence.startswith("slack is away, 10 tries to tell of agents: no answer")


def test_the_topic_cannot_be_tested_by_a_command() -> None:
    (sentence,) = complaints([told(TOPIC_SINK, "refused", 1, "too big")], {"a": "agents"})
    assert "trends alerts test" not in sentence
