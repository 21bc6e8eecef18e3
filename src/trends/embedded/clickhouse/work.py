"""From a request and its body to an answer: joins the SQL, picks the way it runs, runs it.

In: `QueryRequest`, `User`, `Body`. Out: an `Answer`, or a `QueryError`.
Blocking: called in worker threads. Never touches HTTP.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from trends.embedded.clickhouse.body import Body
from trends.embedded.clickhouse.engine import Engine, Job, Result, Summary
from trends.embedded.clickhouse.errors import Code, QueryError
from trends.embedded.clickhouse.reader_policy import ReaderLimits
from trends.embedded.clickhouse.request import QueryRequest
from trends.embedded.clickhouse.statement import Statement, parse_statement
from trends.embedded.clickhouse.users import User

DEFAULT_OUTPUT_FORMAT = "TabSeparated"
DEFAULT_INPUT_FORMAT = "Values"
# The text of an INSERT before its data is far shorter; the engine's own limit is 256 KiB.
_HEAD_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the client."""

    format: str
    summary: Summary
    result: Result | None = None


def run(
    engine: Engine,
    request: QueryRequest,
    user: User,
    body: Body,
    mark: str,
    limits: ReaderLimits,
) -> Answer:
    """Run one request.

    Args:
        engine: where.
        request: everything but the body.
        user: already authenticated.
        body: decoded and complete.
        mark: a word by which the running query can be killed.
        limits: for a reader.

    Raises:
        QueryError: failed or refused.
    """
    statement, sql, data = _split(request, body)
    job = Job(
        sql=sql,
        format=engine.format_name(statement.format or request.format or DEFAULT_OUTPUT_FORMAT),
        database=request.database or user.database,
        settings=request.settings,
        parameters=request.parameters,
        # A GET may change settings, but nothing that lasts.
        read_only=2 if request.read_only else 0,
        mark=mark,
        limits=limits if user.reader else None,
    )
    if data is None:
        result = engine.query(job)
        return Answer(job.format, result.summary, result)
    if user.reader:
        raise QueryError.of(
            Code.ACCESS_DENIED,
            f"{user.name}: Not enough privileges. The read-only user may not use INSERT",
        )
    input_format = statement.format or request.format or DEFAULT_INPUT_FORMAT
    summary = engine.insert(replace(job, format=engine.format_name(input_format)), data)
    return Answer(job.format, summary)


def _split(request: QueryRequest, body: Body) -> tuple[Statement, bytes, Iterator[bytes] | None]:
    """The statement, its SQL, and the data of an INSERT if it takes some."""
    url_sql = request.url_query.encode()
    if url_sql:
        statement = _parse_if_insert(url_sql)
        if statement is not None and statement.data_offset is not None:
            rest = url_sql[statement.data_offset :].strip()
            if rest or statement.format or not _continues(body):
                # Data may begin in the url; the real server reads the body right behind it.
                parts = (url_sql[statement.data_offset :],) if rest else ()
                return statement, statement.head, itertools.chain(parts, body.pieces())
    prefix = url_sql + b"\n" if url_sql else b""
    head = prefix + body.head(_HEAD_BYTES)
    statement = _parse_if_insert(head)
    if statement is not None and statement.data_offset is not None:
        offset = statement.data_offset - len(prefix)
        return statement, statement.head, body.pieces(max(0, offset))
    sql = prefix + b"".join(body.pieces())
    return parse_statement(sql), sql, None


def _parse_if_insert(sql: bytes) -> Statement | None:
    """The statement, if it is an INSERT; other kinds need their whole text first."""
    if not sql.lstrip()[:6].upper().startswith((b"INSERT", b"/", b"-", b"#")):
        return None
    statement = parse_statement(sql)
    return statement if statement.keyword == "INSERT" else None


def _continues(body: Body) -> bool:
    """Whether a body goes on with the statement in the url instead of being its data."""
    begin = body.head(64).lstrip()[:7].upper()
    return begin.startswith((b"VALUES", b"FORMAT ", b"SELECT ", b"WITH "))
