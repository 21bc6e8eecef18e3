"""An HTTP request to a `QueryRequest`: what to run, how, and for whom.

In: method, url parameters and headers. Out: frozen values, or a `QueryError`.
Never reads the body and never talks to the engine: everything here is a pure function.
"""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from trends.embedded.clickhouse.errors import Code, QueryError

DEFAULT_USER = "default"
# Parameters of the interface itself; every other one is a setting of the query.
_INTERFACE = frozenset(
    [
        "query",
        "database",
        "default_format",
        "query_id",
        "user",
        "password",
        "quota_key",
        "compress",
        "decompress",
        "wait_end_of_query",
        "buffer_size",
        "client_protocol_version",
        "stacktrace",
        "session_timeout",
        "session_check",
        "session_timezone_check",
        "role",
    ]
)
_SETTING_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,127}")
_PARAMETER_NAME = re.compile(r"[A-Za-z0-9_.]{1,128}")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks. ``password`` is never shown."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """One query as a client asked for it.

    Attributes:
        url_query: the SQL in the url; the body follows it.
        credentials: user and password.
        database: the current database, or ``None`` for the user's default.
        format: the output format if the query names none.
        settings: settings for this query only, as text.
        parameters: values of ``{name:Type}``, in the engine's escaped form.
        query_id: echoed to the client.
        read_only: the method allows no writes (GET, HEAD).
        compress_response: the client asked for HTTP compression or left it to the server.
        accept_encoding: the codings that the client takes.
        content_encoding: the coding of the body.
    """

    url_query: str
    credentials: Credentials
    database: str | None
    format: str | None
    settings: Mapping[str, str]
    parameters: Mapping[str, str]
    query_id: str
    read_only: bool
    compress_response: bool
    accept_encoding: str
    content_encoding: str


def parse_request(method: str, query_string: str, headers: Mapping[str, str]) -> QueryRequest:
    """Read everything but the body.

    Args:
        method: GET, HEAD or POST.
        query_string: the url after ``?``, still percent-encoded.
        headers: case-insensitive.

    Raises:
        QueryError: malformed, or something that this server does not offer.
    """
    values = _parse_url(query_string)
    _refuse_unsupported(values)
    query_id = values.get("query_id") or headers.get("X-ClickHouse-Query-Id") or str(uuid.uuid4())
    if any(ord(char) < 32 or ord(char) > 126 for char in query_id):
        raise QueryError.of(Code.BAD_ARGUMENTS, "query_id must be printable ASCII")
    settings = {
        name: value
        for name, value in values.items()
        if name not in _INTERFACE and not name.startswith("param_")
    }
    for name in settings:
        if not _SETTING_NAME.fullmatch(name):
            raise QueryError.of(Code.UNKNOWN_SETTING, f"Unknown setting '{name}'")
    compress = settings.get("enable_http_compression", "1")
    return QueryRequest(
        url_query=values.get("query", ""),
        credentials=_credentials(values, headers),
        database=values.get("database") or headers.get("X-ClickHouse-Database") or None,
        format=headers.get("X-ClickHouse-Format") or values.get("default_format") or None,
        settings=settings,
        parameters=parameters_of(values),
        query_id=query_id,
        read_only=method in ("GET", "HEAD"),
        compress_response=compress.lower() in ("1", "true"),
        accept_encoding=headers.get("Accept-Encoding", ""),
        content_encoding=headers.get("Content-Encoding", ""),
    )


def parameters_of(values: Mapping[str, str]) -> dict[str, str]:
    """The ``param_*`` values without their prefix."""
    parameters = {}
    for name, value in values.items():
        if name.startswith("param_"):
            short = name.removeprefix("param_")
            if not _PARAMETER_NAME.fullmatch(short):
                raise QueryError.of(Code.BAD_ARGUMENTS, f"Bad query parameter name '{short}'")
            parameters[short] = value
    return parameters


def _parse_url(query_string: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query_string, keep_blank_values=True, errors="strict")
    except (UnicodeDecodeError, ValueError) as error:
        raise QueryError.of(Code.BAD_ARGUMENTS, f"Cannot read the url: {error}") from error
    return dict(pairs)


def _refuse_unsupported(values: Mapping[str, str]) -> None:
    if values.get("session_id"):
        raise QueryError.of(
            Code.NOT_IMPLEMENTED,
            "Sessions are not supported: every request runs on its own. Leave session_id out "
            "(clickhouse-connect: autogenerate_session_id=False)",
        )
    for name in ("compress", "decompress"):
        if values.get(name, "0") not in ("", "0", "false"):
            raise QueryError.of(
                Code.NOT_IMPLEMENTED,
                f"The native block compression ({name}=1) is not supported; use HTTP compression "
                "(Content-Encoding, Accept-Encoding with enable_http_compression=1)",
            )
    if values.get("role"):
        raise QueryError.of(Code.SET_NON_GRANTED_ROLE, "There are no roles here; leave role out")


def _credentials(values: Mapping[str, str], headers: Mapping[str, str]) -> Credentials:
    """As the real server: one way only, else it is unclear whose query this is."""
    authorization = headers.get("Authorization", "")
    by_header = "X-ClickHouse-User" in headers or "X-ClickHouse-Key" in headers
    by_url = "user" in values or "password" in values
    if (bool(authorization) + by_header + by_url) > 1:
        raise QueryError.of(
            Code.AUTHENTICATION_FAILED,
            "Invalid authentication: it is not allowed to use more than one of the Authorization "
            "header, X-ClickHouse headers and url parameters",
        )
    if authorization:
        return _basic(authorization)
    if by_header:
        return Credentials(
            headers.get("X-ClickHouse-User", DEFAULT_USER), headers.get("X-ClickHouse-Key", "")
        )
    return Credentials(values.get("user", DEFAULT_USER), values.get("password", ""))


def _basic(authorization: str) -> Credentials:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise QueryError.of(
            Code.AUTHENTICATION_FAILED,
            f"Invalid authentication: '{scheme}' HTTP Authorization scheme is not supported",
        )
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise QueryError.of(
            Code.AUTHENTICATION_FAILED, "Invalid authentication: malformed Authorization header"
        ) from error
    return Credentials(user or DEFAULT_USER, password)
