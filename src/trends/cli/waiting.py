"""Waiting for servers that settings name: visibly, with back-off, and not for ever.

In: settings and which parts a command needs. Out: nothing, once each of these servers answers.
Embedded servers that a command starts are none of its business: the supervisor waits for those.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ssl import SSLCertVerificationError
from typing import Final
from urllib.parse import urlsplit

from trends.cli.interrupt import raise_if_interrupted
from trends.clock import Clock
from trends.embedded.kafka_probe import kafka_answers
from trends.embedded.stack import Part
from trends.errors import ConfigError, Unavailable
from trends.settings import Settings, redact_url
from trends.store.access import StoreAccess, store_access
from trends.wire.access import KafkaAccess, kafka_access
from trends.wire.knock import knock

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
    if settings.kafka and needs_kafka(parts):
        wait_for_kafka(settings, settings.kafka, clock, say, limit_s)
    if settings.clickhouse and {Part.STORE, Part.PROCESSOR} & set(parts):
        wait_for_store(settings, settings.clickhouse, clock, say, limit_s)


def needs_kafka(parts: Collection[Part]) -> bool:
    """Whether a command that works with ``parts`` needs the broker."""
    return not {Part.BROKER, Part.PROCESSOR}.isdisjoint(parts)


def wait_for_kafka(
    settings: Settings,
    bootstrap: str,
    clock: Clock,
    say: Say,
    limit_s: float | None = WAIT_LIMIT_S,
) -> None:
    """Returns when one of the servers answers; see `wait_for_servers`."""
    servers = single_servers(kafka_access(settings, bootstrap))
    name = f"Kafka at {bootstrap}{' (TRENDS_KAFKA)' if settings.kafka else ''}"
    wait_for(name, lambda: any(map(kafka_answers_us, servers)), clock, say, limit_s)


def wait_for_store(
    settings: Settings,
    url: str,
    clock: Clock,
    say: Say,
    limit_s: float | None = WAIT_LIMIT_S,
) -> None:
    """Returns when it answers; see `wait_for_servers`."""
    access = store_access(settings, url)
    named = " (TRENDS_CLICKHOUSE)" if settings.clickhouse else ""
    name = f"ClickHouse at {redact_url(access.url)}{named}"
    wait_for(name, lambda: clickhouse_answers(access), clock, say, limit_s)


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


def clickhouse_answers(where: str | StoreAccess, timeout_s: float = PROBE_TIMEOUT_S) -> bool:
    """Whether a ClickHouse server answers pings there.

    Raises:
        ConfigError: if the URL is none, or the server's certificate is not trusted.
    """
    access = StoreAccess(where) if isinstance(where, str) else where
    url = access.url
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
    context = access.tls()
    connection: HTTPConnection
    if context is None:
        connection = HTTPConnection(parts.hostname, port or 8123, timeout=timeout_s)
    else:
        connection = HTTPSConnection(
            parts.hostname, port or 8443, timeout=timeout_s, context=context
        )
    try:
        connection.request("GET", "/ping")
        return connection.getresponse().status == 200
    except SSLCertVerificationError as error:
        raise ConfigError(
            f"ClickHouse at {redact_url(url)} shows a certificate that is not trusted: "
            f"{error.verify_message}; set TRENDS_CLICKHOUSE_CA_FILE to the certificate of the "
            "authority that signed it"
        ) from error
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def single_servers(access: KafkaAccess) -> list[KafkaAccess]:
    """The same access to each of the servers alone.

    Raises:
        ConfigError: if an address is none.
    """
    return [
        replace(access, bootstrap=server)
        for server, _ in zip(access.servers, access.addresses, strict=True)
    ]


def kafka_answers_us(server: KafkaAccess) -> bool:
    """Whether one server answers, and lets us in.

    Raises:
        ConfigError: if it does not let us in.
    """
    if not server.has_tls and not server.has_sasl:
        return kafka_answers(*server.addresses[0], PROBE_TIMEOUT_S)
    try:
        knock(server, PROBE_TIMEOUT_S)
    except Unavailable:
        return False
    return True


def _back_off() -> Iterator[float]:
    delay_s = BACK_OFF_FIRST_S
    while True:
        yield delay_s
        delay_s = min(2 * delay_s, BACK_OFF_LAST_S)
