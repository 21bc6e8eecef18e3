"""Webhook, Slack and Grafana alike: whatever a server does, a send ends in time and says why."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.integration.notify.conftest import Build
from tests.integration.notify.receiver import (
    Behaviour,
    answering,
    close,
    endless,
    garbage,
    hang,
    receiving,
    trickle_body,
    trickle_headers,
)
from tests.unit.alerting.transitions import delivery
from trends.errors import Unavailable
from trends.http.errors import Refused, Throttled

TIMEOUT_S = 0.5
GIVEN_UP_S = 10.0  # without a limit: 20 s, so long the servers here go on
TYPES: dict[str, dict[str, Any]] = {
    "webhook": {"type": "webhook"},
    "slack": {"type": "slack"},
    "grafana": {"type": "grafana", "token": "glsa_token"},
}
every_type = pytest.mark.parametrize("kind", TYPES)


def fields(kind: str, url: str, timeout_s: float = 20.0) -> dict[str, Any]:
    return {**TYPES[kind], "url": url, "timeout": f"{timeout_s}s"}


@every_type
@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (hang, "no answer within 0.5 s|[Tt]imed? ?out"),
        (trickle_headers, "no answer within 0.5 s"),
        (trickle_body, "no answer within 0.5 s"),
    ],
)
def test_no_answer_in_time_is_unavailable(
    kind: str, behaviour: Behaviour, words: str, build: Build
) -> None:
    with receiving(behaviour) as server:
        notifier = build(**fields(kind, server.url, TIMEOUT_S))
        began_s = time.monotonic()
        with pytest.raises(Unavailable, match=words) as caught:
            notifier.send(delivery())
        assert time.monotonic() - began_s < GIVEN_UP_S
        assert str(caught.value).startswith(f"{kind} it (http://127.0.0.1:{server.port})")


@every_type
@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (answering(500, b"broken \x1b[31m"), r"answered 500: broken \\x1b\[31m"),
        (answering(502), "answered 502"),
        (close, "disconnected|closed"),
        (garbage, "illegal|malformed|[Ii]nvalid"),
    ],
)
def test_what_may_pass_is_unavailable(
    kind: str, behaviour: Behaviour, words: str, build: Build
) -> None:
    with receiving(behaviour) as server:
        notifier = build(**fields(kind, server.url))
        with pytest.raises(Unavailable, match=words) as caught:
            notifier.send(delivery())
        assert str(caught.value).startswith(f"{kind} it (http://127.0.0.1:{server.port})")
        assert len(server.requests) == 1


@every_type
@pytest.mark.parametrize(
    ("status", "retry_after", "seconds"),
    [
        (429, "17", 17.0),
        (503, "Mon, 02 Mar 2026 15:01:00 GMT", 60.0),
        (429, "Mon, 02 Mar 2026 14:00:00 GMT", 0.0),
        (429, "-5", 0.0),
        (429, "1e9", 86_400.0),
        (429, "soon", None),
        (429, "nan", None),
        (429, "", None),
    ],
)
def test_a_receiver_says_when_to_try_again(
    kind: str, status: int, retry_after: str, seconds: float | None, build: Build
) -> None:
    with receiving(answering(status, b"slow down", retry_after=retry_after)) as server:
        with pytest.raises(Throttled, match=f"answered {status}: slow down") as caught:
            build(**fields(kind, server.url)).send(delivery())
        assert caught.value.retry_after_s == seconds


@every_type
@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413])
def test_what_another_try_would_not_mend_is_refused(kind: str, status: int, build: Build) -> None:
    with receiving(answering(status, b"no_service")) as server:
        with pytest.raises(Refused, match=f"answered {status}: no_service"):
            build(**fields(kind, server.url)).send(delivery())
        assert len(server.requests) == 1


@every_type
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_but_told(kind: str, status: int, build: Build) -> None:
    with receiving() as target:
        location = f"http://127.0.0.1:{target.port}/new?token=secret"
        with (
            receiving(answering(status, location=location)) as server,
            pytest.raises(Refused) as caught,
        ):
            build(**fields(kind, server.url)).send(delivery())
        assert f"to http://127.0.0.1:{target.port}/new; " in str(caught.value)
        assert "change its url" in str(caught.value)
        assert "secret" not in str(caught.value)
        assert target.requests == []


@every_type
def test_an_endless_answer_is_not_read_to_its_end(kind: str, build: Build) -> None:
    with receiving(endless) as server, pytest.raises(Refused, match="answered 400: yyy") as caught:
        build(**fields(kind, server.url)).send(delivery())
    assert len(str(caught.value)) < 500


@every_type
def test_nobody_there_is_unavailable(kind: str, build: Build, closed_port: int) -> None:
    notifier = build(**fields(kind, f"http://127.0.0.1:{closed_port}/hook"))
    with pytest.raises(Unavailable, match=f"{kind} it .*{closed_port}"):
        notifier.send(delivery())


@every_type
def test_a_host_without_an_address_is_unavailable(kind: str, build: Build) -> None:
    notifier = build(**fields(kind, "http://no-such-host.invalid/"))
    with pytest.raises(Unavailable, match=r"no-such-host\.invalid"):
        notifier.send(delivery())


@every_type
def test_a_server_without_tls_is_unavailable(kind: str, build: Build) -> None:
    with receiving() as server, pytest.raises(Unavailable, match=r"(?i)ssl|tls"):
        build(**fields(kind, server.url.replace("http:", "https:"))).send(delivery())


@every_type
def test_no_proxy_of_the_environment_stands_between(
    kind: str, build: Build, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port}")
    with receiving(answering(200, b"[]")) as server:
        build(**fields(kind, server.url)).send(delivery())
        assert server.requests


@every_type
def test_a_proxy_that_is_named_is_asked(kind: str, build: Build) -> None:
    with receiving(answering(200, b"[]")) as proxy:
        notifier = build(**fields(kind, "http://example.org/hook"), proxy=proxy.url[:-5])
        notifier.send(delivery())
        assert proxy.requests[0].path.startswith("http://example.org/hook")
