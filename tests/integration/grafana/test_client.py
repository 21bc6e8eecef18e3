"""What goes wrong on the way is tried again, or said so that people know what to change."""

from __future__ import annotations

import threading

import pytest

from tests.support.grafana_server import VIEWER, Fault, GrafanaServer
from trends.clock import ManualClock
from trends.errors import ConfigError, Unavailable
from trends.grafana.client import ATTEMPTS, Changed, Client, connected
from trends.grafana.kinds import Item, Kind
from trends.grafana.remote import Remote
from trends.http.errors import Refused
from trends.settings import Settings

FOLDER = Item(Kind.FOLDER, "trends", "Trends", {"uid": "trends", "title": "Trends"})
SOURCE = Item(
    Kind.DATA_SOURCE,
    "clickhouse",
    "ClickHouse",
    {"uid": "clickhouse", "name": "ClickHouse", "type": "x", "access": "proxy"},
)


def test_a_healthy_grafana_tells_its_version(client: Client) -> None:
    assert client.check() == "13.2.3"


@pytest.mark.parametrize(
    ("version", "said"), [("11.5.9", "version 11.5.9; 11.6 is needed"), ("9.0.0", "9.0.0")]
)
def test_an_old_grafana_is_refused(
    server: GrafanaServer, client: Client, version: str, said: str
) -> None:
    server.state.version = version
    with pytest.raises(ConfigError, match=said):
        client.check()


@pytest.mark.parametrize("version", ["11.6.0", "13.3.0-pre", "20.1.0", ""])
def test_a_new_grafana_or_a_silent_one_is_taken(
    server: GrafanaServer, client: Client, version: str
) -> None:
    server.state.version = version
    assert client.check() == (version or "unknown")


@pytest.mark.parametrize("status", [0, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("item", [FOLDER, SOURCE], ids=["folder", "source"])
@pytest.mark.parametrize("done", [False, True], ids=["not-done", "done"])
def test_a_write_is_tried_again_and_done_once(
    server: GrafanaServer, remote: Remote, item: Item, status: int, done: bool
) -> None:
    server.faults.append(Fault(status, "POST", done=done))
    remote.write(item)
    assert not server.faults
    assert [*server.state.folders, *server.state.sources] == [item.key]


def test_waits_grow_and_end(server: GrafanaServer, client: Client, clock: ManualClock) -> None:
    server.faults += [Fault(503) for _ in range(ATTEMPTS)]
    with pytest.raises(Unavailable, match=r"Grafana at http://127.0.0.1.* answered 503: .*planted"):
        client.check()
    assert len(server.requests) == ATTEMPTS
    assert 5 < clock.monotonic_s() < 60


def test_a_server_says_how_long_to_wait(
    server: GrafanaServer, client: Client, clock: ManualClock
) -> None:
    server.faults += [Fault(429, headers={"retry-after": "7"}) for _ in range(2)]
    client.check()
    assert clock.monotonic_s() == 14


def test_a_server_that_is_too_slow_is_unavailable(
    server: GrafanaServer, clock: ManualClock
) -> None:
    over = threading.Event()

    def wait(*_: str) -> None:
        over.wait(10)

    server.before_answering = wait
    slow = Client(server.url, "t", clock, timeout_s=0.2, attempts=1)
    try:
        with pytest.raises(Unavailable, match=r"no answer within 0\.2 s"):
            slow.check()
    finally:
        over.set()


def test_nobody_there_is_unavailable(clock: ManualClock) -> None:
    with pytest.raises(Unavailable, match=r"Grafana at http://127\.0\.0\.1:9"):
        Client("http://127.0.0.1:9", "t", clock, attempts=2).check()


def test_an_answer_without_a_body_is_no_error(server: GrafanaServer, remote: Remote) -> None:
    remote.delete(Kind.RULE, "there is none")
    assert server.writes == [
        ("DELETE", "/grafana/api/v1/provisioning/alert-rules/there%20is%20none")
    ]


def test_what_is_not_there_is_none(remote: Remote) -> None:
    for kind in Kind:
        if kind is not Kind.POLICIES:
            assert remote.read(kind, "no/thing") is None


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("wrong", r"401: .*Invalid API key.*TRENDS_GRAFANA_TOKEN.*role Admin"),
        (VIEWER, r"403: .*additional permissions.*TRENDS_GRAFANA_TOKEN.*role Admin"),
    ],
)
def test_a_token_that_may_not_is_named_with_the_role_it_needs(
    server: GrafanaServer, clock: ManualClock, token: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        Remote(Client(server.url, token, clock)).write(FOLDER)


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (400, Refused, "planted"),
        (409, Refused, "planted"),
        (412, Changed, "trends grafana diff"),
        (422, Refused, "planted"),
        (302, ConfigError, "redirects"),
    ],
)
def test_what_another_try_would_not_change_is_told_at_once(
    server: GrafanaServer, remote: Remote, status: int, error: type[Exception], said: str
) -> None:
    server.faults.append(Fault(status, "POST"))
    with pytest.raises(error, match=said):
        remote.write(FOLDER)
    assert len(server.writes) == 1


@pytest.mark.parametrize("body", [b"<html>", b"", b"[]", b"{}"])
def test_what_is_no_grafana_is_told(server: GrafanaServer, client: Client, body: bytes) -> None:
    server.faults.append(Fault(200, body=body))
    with pytest.raises(ConfigError, match="no Grafana"):
        client.check()


def test_a_user_and_a_password_do_too(server: GrafanaServer, clock: ManualClock) -> None:
    url = server.url.replace("http://", "http://admin:s3cret%20pass@")
    client = connected(Settings(grafana=url), clock)
    Remote(client).write(FOLDER)
    assert list(server.state.folders) == ["trends"]
    assert "s3cret" not in client.who


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (Settings(), "TRENDS_GRAFANA names no Grafana"),
        (Settings(grafana="grafana:3000"), "is no URL"),
        (Settings(grafana="http://grafana:3000"), "TRENDS_GRAFANA_TOKEN is not set"),
    ],
)
def test_settings_that_do_not_say_enough_are_refused(
    settings: Settings, said: str, clock: ManualClock
) -> None:
    with pytest.raises(ConfigError, match=said):
        connected(settings, clock)
