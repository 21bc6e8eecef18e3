"""The webhook as a receiver sees it: signed, dated, and known again when it comes twice."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

from tests.integration.notify.conftest import Build
from tests.integration.notify.receiver import answering, receiving
from tests.unit.alerting.transitions import FIRED, delivery
from trends.alerting.alert import transition_of
from trends.errors import Unavailable

KEY = b"twenty-four bytes of key"


def test_a_message_is_signed_so_that_anybody_with_the_secret_can_check(build: Build) -> None:
    secret = "whsec_" + base64.b64encode(KEY).decode()
    with receiving(answering(204)) as server:
        build(type="webhook", url=server.url, secret=secret).send(sent := delivery())
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/hook")
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == sent.id
    assert request.headers["webhook-timestamp"] == str(int(FIRED.timestamp()))
    signed = b".".join(
        [
            request.headers["webhook-id"].encode(),
            request.headers["webhook-timestamp"].encode(),
            request.body,
        ]
    )
    expected = base64.b64encode(hmac.digest(KEY, signed, hashlib.sha256)).decode()
    assert request.headers["webhook-signature"] == f"v1,{expected}"


def test_the_message_holds_the_whole_transition(build: Build) -> None:
    with receiving() as server:
        build(type="webhook", url=server.url).send(sent := delivery())
    body = json.loads(server.requests[0].body)
    assert sorted(body) == ["data", "id", "timestamp", "type"]
    assert transition_of(json.dumps(body["data"])) == sent.transition


def test_a_repetition_has_the_same_id_and_body(build: Build) -> None:
    with receiving(answering(500), answering(200)) as server:
        notifier = build(type="webhook", url=server.url)
        with pytest.raises(Unavailable):
            notifier.send(delivery())
        notifier.send(delivery(attempt=2))
    first, second = server.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


def test_user_and_password_of_the_url_are_sent_and_not_told(build: Build) -> None:
    with receiving(answering(200), answering(500)) as server:
        url = server.url.replace("//", "//me:s3cr3t@") + "?key=s3cr3t"
        notifier = build(type="webhook", url=url)
        notifier.send(delivery())
        credentials = base64.b64encode(b"me:s3cr3t").decode()
        assert server.requests[0].headers["authorization"] == f"Basic {credentials}"
        with pytest.raises(Unavailable) as caught:
            notifier.send(delivery())
        assert "s3cr3t" not in str(caught.value)


def test_slack_gets_json(build: Build) -> None:
    with receiving() as server:
        build(type="slack", url=server.url).send(delivery())
    message = json.loads(server.requests[0].body)
    assert message["blocks"][0]["type"] == "header"
    assert "14 listings" in message["text"]
