"""One way to ClickHouse: clickhouse-connect over HTTP, its errors translated into ours."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, OperationalError
from urllib3.exceptions import HTTPError

from trends.errors import ConfigError, Fatal, Unavailable
from trends.settings import redact_url
from trends.store.access import StoreAccess

DEFAULT_DATABASE = "trends"
CONNECT_TIMEOUT_S = 10
SHOWN_MAX_CHARS = 300
QUERY_TIMEOUT_S = 300

_SYSTEM_ERROR = re.compile(r"\[Errno -?\d+\] ([\w ]+)")

# What waiting can mend: memory, too many parts or queries, a replica or keeper that is away, an
# insert before ours that waits for its quorum, a replica that lags behind.
_RETRY_CODES = frozenset(
    {159, 164, 202, 203, 209, 210, 225, 241, 242, 252, 279, 285, 286, 289, 319, 364, 369, 439}
    | {473, 499, 517, 999}
)

# What those who decide send to a cluster. An acknowledged insert is on most replicas, and one that
# lacks it refuses to be read: so whoever takes over reads the last checkpoint and every id. Sharded
# tables have an insert when it returns, and a subquery on one is asked of all shards.
CLUSTER_SETTINGS: Final = {
    "insert_quorum": "auto",
    "insert_quorum_parallel": 0,
    "insert_quorum_timeout": 60_000,
    "select_sequential_consistency": 1,
    "distributed_foreground_insert": 1,
    "distributed_product_mode": "global",
    "alter_sync": 2,
}


def database_of(url: str) -> str:
    """The database a ClickHouse URL names."""
    return urlsplit(url).path.strip("/") or DEFAULT_DATABASE


def connect(
    where: str | StoreAccess, *, database: str | None = None, read_only: bool = False
) -> Client:
    """A client of the store.

    Args:
        where: an address (see `StoreAccess`) and what goes with it, or the address alone.
        database: another database than the URL names.
        read_only: sends no settings, which a read-only user may not change; then a cluster may
            answer with what it had a moment ago.

    Raises:
        ConfigError: if the URL is not of that form, or certificate, user or password are refused.
        Unavailable: if nothing answers there.
    """
    access = StoreAccess(where) if isinstance(where, str) else where
    url = access.url
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(
            f"ClickHouse URL {redact_url(url)!r} is not of the form "
            "http://user:password@host:8123/database"
        )
    secure = parts.scheme == "https"
    access.tls()  # a file that is no certificate is named here
    with translated():
        return clickhouse_connect.get_client(
            host=parts.hostname,
            port=parts.port or (8443 if secure else 8123),
            secure=secure,
            username=unquote(parts.username) if parts.username else "default",
            password=access.password,
            ca_cert=_text(access.ca_file),
            client_cert=_text(access.cert_file),
            client_cert_key=_text(access.key_file),
            # A certificate of ours beside a password; without one, it is what the user logs in by.
            tls_mode="strict" if access.cert_file and access.password else None,
            settings=dict(CLUSTER_SETTINGS) if access.cluster and not read_only else None,
            database=database or database_of(url),
            connect_timeout=CONNECT_TIMEOUT_S,
            send_receive_timeout=QUERY_TIMEOUT_S,
            autogenerate_session_id=False,
            compress=False,
            query_retries=0,
        )


@contextmanager
def translated() -> Iterator[None]:
    """Turns errors of the driver into ours.

    Raises:
        Unavailable: where trying again may help.
        ConfigError: where user, password or database are wrong.
        Fatal: anything else the server refuses.
    """
    try:
        yield
    except (ClickHouseError, HTTPError, OSError) as error:
        _raise_tls_problem(error)
        code = error_code(error)
        text = str(error).strip()
        if code in (516, 192, 193, 81):
            raise ConfigError(f"ClickHouse refuses the connection: {text}") from error
        away = code is None and isinstance(error, OperationalError | HTTPError | OSError)
        if away or code in _RETRY_CODES:
            raise Unavailable(f"ClickHouse: {_brief(text)}") from error
        raise Fatal(f"ClickHouse: {text}") from error


def query_rows(client: Client, sql: str, **parameters: object) -> list[Any]:
    """The rows of an answer.

    Raises:
        Unavailable: if the store is away.
    """
    with translated():
        return list(client.query(sql, parameters=parameters or None).result_rows)


def in_utc(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Values that the driver puts into the text of a query: moments as columns in UTC read them.

    It would write them in the server's time zone, which on a laptop is that of its owner.
    """
    return {
        name: f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value
        for name, value in parameters.items()
    }


def _raise_tls_problem(error: BaseException) -> None:
    """Raises a ConfigError if what is behind an error is that TLS was not agreed on."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            raise ConfigError(
                f"ClickHouse shows a certificate that is not trusted: {cause.verify_message}; set "
                "TRENDS_CLICKHOUSE_CA_FILE to the certificate of the authority that signed it"
            ) from error
        if isinstance(cause, ssl.SSLError) and cause.reason and "EOF" not in cause.reason:
            raise ConfigError(
                f"ClickHouse does not agree on TLS: {cause.reason}; look at scheme and port in "
                "TRENDS_CLICKHOUSE and, if it wants a certificate, TRENDS_CLICKHOUSE_CERT_FILE"
            ) from error
        cause = _behind(cause)


def _behind(error: BaseException) -> BaseException | None:
    """What an error stems from; urllib3 keeps it as ``reason`` or as the argument of another."""
    kept = (getattr(error, "reason", None), *error.args)
    found = next((each for each in kept if isinstance(each, BaseException)), None)
    return found or error.__cause__ or error.__context__


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _brief(text: str) -> str:
    """The reason alone where a connection failed: the driver repeats the whole address twice."""
    reason = _SYSTEM_ERROR.search(text)
    return f"no connection ({reason[1]})" if reason else text[:SHOWN_MAX_CHARS]


def error_code(error: BaseException) -> int | None:
    """The server's error code, if the server answered with one."""
    code = getattr(error, "code", None)
    if isinstance(code, int) and code > 0:
        return code
    text = str(error)
    start = text.find("Code: ")
    if start >= 0:
        digits = text[start + 6 :].split(".", 1)[0].strip()
        if digits.isdigit():
            return int(digits)
    return None
