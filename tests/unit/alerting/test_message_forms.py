"""The explanation as each notifier writes it: mail, Slack blocks, annotation, webhook, log line."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from tests.unit.alerting.test_message import NASTY
from tests.unit.alerting.transitions import FIRED, delivery, listing, spike, transition
from trends.alerting.alert import State, delivery_id
from trends.alerting.notify.grafana import TAGS_MAX_BYTES, annotation_tags, annotation_text
from trends.alerting.notify.log import LogNotifier, log_line
from trends.alerting.notify.mail import MailWriter
from trends.alerting.notify.notifier import Delivery, Link
from trends.alerting.notify.signature import signature_headers, signing_key
from trends.alerting.notify.slack import HEADER_MAX_CHARS, SECTION_MAX_CHARS, slack_message
from trends.alerting.notify.webhook import webhook_body
from trends.alerting.rules_notifiers import EmailConfig

CONFIG = EmailConfig.model_validate(
    {
        "type": "email",
        "host": "localhost",
        "from": "Trends für alle <trends@example.org>",
        "to": ["a@example.org", "b@example.org"],
    }
)
NASTY_SPIKE = spike(
    name=NASTY, evidence=(listing(title=NASTY, source=NASTY),) * 5, rose_with=(NASTY,) * 40
)


def mail_of(sent: Delivery) -> EmailMessage:
    """As a reader gets it."""
    written = MailWriter("mail", CONFIG).mail(sent, FIRED)
    read = message_from_bytes(written.as_bytes(), policy=default)
    assert isinstance(read, EmailMessage)
    assert read.defects == []
    return read


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    text = found.get_content()
    assert isinstance(text, str)
    return text


def test_a_mail_has_text_and_html_that_say_the_same() -> None:
    mail = mail_of(delivery(links=(Link("Dashboard", "https://example.org/d?a=1&b=2"),)))
    assert mail.get_content_type() == "multipart/alternative"
    assert mail["Subject"] == "[warning] taking off: world model - 14 listings, 3.1 expected"
    assert mail["From"] == "Trends für alle <trends@example.org>"
    assert mail["To"] == "a@example.org, b@example.org"
    plain, html = part(mail, "plain"), part(mail, "html")
    for text in (plain, html):
        assert "14 of 220 listings" in text
        assert "A world model that plans" in text
        assert "video generation" in text
    assert "Dashboard: https://example.org/d?a=1&b=2" in plain
    assert 'href="https://example.org/d?a=1&amp;b=2"' in html


def test_the_html_draws_a_bar_for_each_window_without_an_image() -> None:
    html = part(mail_of(delivery()), "html")
    assert html.count('height="9" bgcolor=') == 11
    assert html.count('height="3" bgcolor=') == 14
    assert 'width="240" height="9" bgcolor="#cf222e"' in html
    assert "<img" not in html


def test_a_repetition_has_the_same_id() -> None:
    sent = delivery(notifier="mail")
    first, again = mail_of(sent), mail_of(replace(sent, attempt=2))
    assert first["Message-ID"] == again["Message-ID"] == f"<{sent.id}@example.org>"
    assert first["X-Trends-Delivery"] == sent.id


def test_the_end_answers_the_mail_of_the_beginning() -> None:
    firing = mail_of(delivery(transition(), "mail"))
    over = mail_of(delivery(transition(state=State.RESOLVED), "mail"))
    assert over["In-Reply-To"] == firing["Message-ID"]
    assert firing["Message-ID"] in over["References"]
    assert over["References"].split()[0] == firing["References"].split()[0]
    assert over["Message-ID"] != firing["Message-ID"]


def test_a_name_can_add_no_header_and_no_html() -> None:
    mail = mail_of(delivery(transition(NASTY_SPIKE)))
    assert mail["Bcc"] is None
    assert "Bcc: all@example.org" in mail["Subject"]
    html = part(mail, "html")
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_a_mail_is_seven_bits_whatever_is_in_it() -> None:
    found = spike(name="Weltmodelle 世界模型 🌍")
    written = MailWriter("mail", CONFIG).mail(delivery(transition(found)), FIRED).as_bytes()
    assert written.isascii()
    assert "世界模型 🌍" in mail_of(delivery(transition(found)))["Subject"]
    assert max(map(len, written.splitlines())) <= 998


def blocks_of(message: dict[str, Any]) -> list[str]:
    return [block["text"]["text"] for block in message["blocks"]]


def test_slack_gets_blocks_and_a_text_instead() -> None:
    message = slack_message(delivery(links=(Link("Dashboard", "https://example.org/d"),)))
    header, summary, facts, evidence, links = blocks_of(message)
    assert header == "[warning] taking off: world model - 14 listings, 3.1 expected"
    assert message["text"].startswith(header)
    assert "14 of 220 listings" in summary
    assert "*Lift:* 4.5 times what was expected" in facts.splitlines()
    assert "- <https://example.org/a1|A world model that plans> (41 upvotes" in evidence
    assert links == "<https://example.org/d|Dashboard>"


def test_slack_is_not_made_to_call_a_channel() -> None:
    found = spike(
        name="<!channel> & more", evidence=(listing(title="<@U1>", url="https://h/?a&b"),)
    )
    message = slack_message(delivery(transition(found)))
    # The header is plain text to Slack, in which nothing stands for anything else.
    assert message["blocks"][0]["text"]["type"] == "plain_text"
    written = json.dumps([message["text"], *blocks_of(message)[1:]])
    assert "<!channel>" not in written
    assert "&lt;!channel&gt; &amp; more" in written
    assert "<https://h/?a&amp;b|&lt;@U1&gt;>" in written


def test_what_slack_refuses_as_too_long_is_not_sent() -> None:
    found = replace(
        NASTY_SPIKE, evidence=(listing(title="&" * 500, url="https://h/" + "&" * 900),) * 40
    )
    message = slack_message(delivery(transition(found)))
    header, *sections = blocks_of(message)
    assert len(header) <= HEADER_MAX_CHARS
    assert len(message["blocks"]) <= 50
    for text in sections:
        assert len(text) <= SECTION_MAX_CHARS + 4_000
        # Nothing was cut in the middle of a link.
        assert text.count("<") == text.count(">")


def test_an_annotation_is_tagged_with_what_people_filter_by() -> None:
    alert = transition().alert
    assert annotation_tags(alert, ("team",)) == [
        "trends",
        f"alert:{alert.id}",
        "rule:taking-off",
        "severity:warning",
        "state:firing",
        "world model",
        "team",
    ]


@pytest.mark.parametrize("name", [NASTY, "模" * 300, "a:b:c", " ", "r" * 400])
def test_tags_are_as_grafana_takes_them(name: str) -> None:
    many = tuple(f"tag {number}" for number in range(100))
    tags = annotation_tags(transition(spike(name=name)).alert, many)
    as_grafana_counts = 2 + sum(len(tag.encode()) + 3 for tag in tags) - 1
    assert as_grafana_counts <= TAGS_MAX_BYTES
    assert all(tag and len(tag.encode()) <= 100 and tag.count(":") <= 1 for tag in tags)
    assert len(tags) == len(set(tags))


def test_an_annotation_holds_no_html_of_a_listing() -> None:
    text = annotation_text(delivery(transition(NASTY_SPIKE)))
    assert "<script" not in text
    assert '<a href="https://example.org/a1">' in text


def test_a_webhook_says_what_and_when_and_the_same_at_every_try() -> None:
    sent = delivery(transition(state=State.RESOLVED))
    body = json.loads(webhook_body(sent))
    assert (body["id"], body["type"]) == (sent.id, "alert.resolved")
    assert body["timestamp"] == "2026-03-03T21:00:00Z"
    assert body["data"]["alert"]["spike"]["observed"] == 14
    assert webhook_body(replace(sent, attempt=7)) == webhook_body(sent)


def test_a_signature_is_that_of_the_specification() -> None:
    key = b"a key of twenty-four b."
    secret = "whsec_" + base64.b64encode(key).decode()
    headers = signature_headers(signing_key(secret), "msg_1", 1674087231, b'{"a":1}')
    digest = hmac.new(key, b'msg_1.1674087231.{"a":1}', hashlib.sha256).digest()
    assert headers == {
        "webhook-id": "msg_1",
        "webhook-timestamp": "1674087231",
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }
    assert signing_key("any text") == b"any text"
    assert "webhook-signature" not in signature_headers(None, "msg_1", 1, b"")


def test_the_log_gets_one_line_of_pairs() -> None:
    line = log_line(delivery(transition(NASTY_SPIKE)))
    assert line.isprintable()
    assert log_line(delivery()).startswith(
        'alert=firing rule=taking-off severity=warning kind=term name="world model" observed=14 '
        "expected=3.1 lift=4.52 q=0.0004 horizon=day window=2026-03-02T00:00:00+00:00 "
    )


@pytest.mark.parametrize(
    ("severity", "state", "level"),
    [
        ("critical", State.FIRING, logging.CRITICAL),
        ("warning", State.FIRING, logging.WARNING),
        ("info", State.FIRING, logging.INFO),
        ("critical", State.RESOLVED, logging.INFO),
    ],
)
def test_the_log_is_as_loud_as_the_alert(
    severity: str, state: State, level: int, caplog: pytest.LogCaptureFixture
) -> None:
    # A command may have silenced the parent.
    logger = logging.getLogger("trends.alerts")
    logger.addHandler(caplog.handler)
    logger.setLevel(logging.INFO)
    try:
        LogNotifier("log").send(delivery(transition(state=state, severity=severity)))
    finally:
        logger.removeHandler(caplog.handler)
        logger.setLevel(logging.NOTSET)
    assert {record.levelno for record in caplog.records} == {level}


def test_delivery_ids_are_derived() -> None:
    told = transition()
    assert delivery(told, "mail").id == delivery_id(told.id, "mail") != delivery(told, "hook").id
    assert datetime.now(UTC) > FIRED
