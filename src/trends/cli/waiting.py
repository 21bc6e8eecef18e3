"""Waiting for servers that settings name: visibly, with back-off, and not for ever.

In: settings and which parts a command needs. Out: nothing, once each of these servers answers.
The embedded servers are none of its business: the supervisor waits for those.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

from trends.cli.interrupt import raise_if_interrupted
from trends.clock import Clock
from trends.embedded.kafka_probe import kafka_answers
from trends.embedded.stack import Part
from trends.errors import ConfigError, Unavailable
from trends.settings import Settings, redact_url

WAIT_LIMIT_S: Final = 60.0
PROBE_TIMEOUT_S: Final = 2.0
BACK_OFF_FIRST_S: Final = 0.5
BACK_OFF_LAST_S: Final = 8.0

Say = Callable[[str], None]


def wait_for_servers(
    settings: Settings,
    parts: Collection[Part],
    clock: Clock,
    say: Say,
    limit_s: float | None = WAIT_LIMIT_S,
) -> None:
    """Returns when every external server that ``parts`` need answers.

    Args:
        settings: name the servers.
        parts: what the command works with; a processor needs both servers.
        clock: to wait with.
        say: told, on every look in vain, what is waited for and for how long yet.
        limit_s: give up after this long; None: never.

    Raises:
        ConfigError: if an address is not one.
        Unavailable: after ``limit_s``.
    """
    if settings.kafka and {Part.BROKER, Part.PROCESSOR} & set(parts):
        servers = kafka_servers(settings.kafka)
        name = f"Kafka at {settings.kafka} (TRENDS_KAFKA)"
        wait_for(name, lambda: _any_answers(servers), clock, say, limit_s)
    if settings.clickhouse and {Part.STORE, Part.PROCESSOR} & set(parts):
        url = settings.clickhouse
        name = f"ClickHouse at {redact_url(url)} (TRENDS_CLICKHOUSE)"
        wait_for(name, lambda: clickhouse_answers(url), clock, say, limit_s)


def wait_for(
    name: str, answers: Callable[[], bool], clock: Clock, say: Say, limit_s: float | None
) -> None:
    """Returns when ``answers()``; see `wait_for_servers`."""
    started_s = clock.monotonic_s()
    for delay_s in _back_off():
        raise_if_interrupted()
        if answers():
            return
        waited_s = clock.monotonic_s() - started_s
        if limit_s is not None and waited_s >= limit_s:
            raise Unavailable(
                f"{name} did not answer within {limit_s:.0f} s; "
                "start it or correct the address (`trends doctor` tells more)"
            )
        left_s = delay_s if limit_s is None else min(delay_s, limit_s - waited_s)
        of = "" if limit_s is None else f" of {limit_s:.0f} s"
        say(f"waiting for {name}: no answer, {waited_s:.0f} s{of}, next try in {left_s:.1f} s")
        clock.sleep(left_s)


def kafka_servers(bootstrap: str) -> list[tuple[str, int]]:
    """``host:port[,host:port]`` as pairs.

    Raises:
        ConfigError: if it is not of that form.
    """
    servers = []
    for server in bootstrap.split(","):
        host, _, port = server.strip().rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 1 << 16:
            raise ConfigError(
                f"TRENDS_KAFKA={bootstrap!r} is not of the form host:port[,host:port]"
            )
        servers.append((host.strip("[]"), int(port)))
    return servers


def clickhouse_answers(url: str, timeout_s: float = PROBE_TIMEOUT_S) -> bool:
    """Whether a ClickHouse server answers pings at ``url``.

    Raises:
        ConfigError: if the URL is none.
    """
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise ConfigError(
            f"TRENDS_CLICKHOUSE={redact_url(url)!r} is not of the form "
            "http://user:password@host:8123/database"
        )
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    default_port = 8443 if parts.scheme == "https" else 8123
    connection = kind(parts.hostname, port or default_port, timeout=timeout_s)
    try:
        connection.request("GET", "/ping")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _any_answers(servers: list[tuple[str, int]]) -> bool:
    return any(kafka_answers(host, port, PROBE_TIMEOUT_S) for host, port in servers)


def _back_off() -> Iterator[float]:
    delay_s = BACK_OFF_FIRST_S
    while True:
        yield delay_s
        delay_s = min(2 * delay_s, BACK_OFF_LAST_S)
