"""One way to ClickHouse: clickhouse-connect over HTTP, its errors translated into ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, OperationalError
from urllib3.exceptions import HTTPError

from trends.errors import ConfigError, Fatal, Unavailable

DEFAULT_DATABASE = "trends"
CONNECT_TIMEOUT_S = 10
SHOWN_MAX_CHARS = 300
QUERY_TIMEOUT_S = 300

_SYSTEM_ERROR = re.compile(r"\[Errno -?\d+\] ([\w ]+)")

# What waiting can mend: memory, too many parts or queries, a replica or keeper that is away.
_RETRY_CODES = frozenset(
    {159, 164, 202, 203, 209, 210, 225, 241, 242, 252, 319, 364, 439, 473, 499, 999}
)


def database_of(url: str) -> str:
    """The database a ClickHouse URL names."""
    return urlsplit(url).path.strip("/") or DEFAULT_DATABASE


def connect(url: str, *, database: str | None = None) -> Client:
    """A client for ``http[s]://[user[:password]@]host[:port][/database]``.

    Args:
        url: where the server is.
        database: another database than the URL names.

    Raises:
        ConfigError: if the URL is not of that form, or user or password are refused.
        Unavailable: if nothing answers there.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(
            f"ClickHouse URL {url!r} is not of the form http://user:password@host:8123/database"
        )
    secure = parts.scheme == "https"
    with translated():
        return clickhouse_connect.get_client(
            host=parts.hostname,
            port=parts.port or (8443 if secure else 8123),
            secure=secure,
            username=unquote(parts.username) if parts.username else "default",
            password=unquote(parts.password) if parts.password else "",
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
        code = error_code(error)
        text = str(error).strip()
        if code in (516, 192, 193, 81):
            raise ConfigError(f"ClickHouse refuses the connection: {text}") from error
        away = code is None and isinstance(error, OperationalError | HTTPError | OSError)
        if away or code in _RETRY_CODES:
            raise Unavailable(f"ClickHouse: {_brief(text)}") from error
        raise Fatal(f"ClickHouse: {text}") from error


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
