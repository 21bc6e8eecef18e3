"""The routes: ClickHouse's HTTP interface as an aiohttp application.

In: HTTP requests. Out: HTTP responses; the work is done by `work.run` in worker threads.
Never blocks the event loop: /ping answers while every worker is busy.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path

from aiohttp import BodyPartReader, web

from trends.embedded.clickhouse import work
from trends.embedded.clickhouse.answer import Responder
from trends.embedded.clickhouse.body import Body
from trends.embedded.clickhouse.compression import decoder
from trends.embedded.clickhouse.engine import Engine
from trends.embedded.clickhouse.errors import Code, QueryError
from trends.embedded.clickhouse.measured import Measured
from trends.embedded.clickhouse.reader_policy import ReaderLimits
from trends.embedded.clickhouse.request import QueryRequest, parameters_of, parse_request
from trends.embedded.clickhouse.users import User, Users
from trends.embedded.clickhouse.workers import Workers

_LOG = logging.getLogger(__name__)
_OK = "Ok.\n"
_CANCEL_SETTING = "cancel_http_readonly_queries_on_client_close"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one request may take."""

    body_memory_bytes: int = 64 << 20
    body_max_bytes: int = 8 << 30
    reader: ReaderLimits = field(default_factory=ReaderLimits)


class Interface:
    """The HTTP interface over one engine.

    Args:
        engine: runs the queries.
        users: who may come in.
        workers: threads for the queries.
        spool: folder for large bodies.
        bounds: sizes and limits.
    """

    def __init__(
        self, engine: Engine, users: Users, workers: Workers, spool: Path, bounds: Bounds
    ) -> None:
        self._engine = engine
        self._users = users
        self._workers = workers
        self._spool = spool
        self._bounds = bounds
        self._responder = Responder(engine.timezone, engine.version, engine.content_types)

    def application(self, measured: Measured) -> web.Application:
        """The routes of the real server and /metrics; all others answer 404 with a hint."""
        app = web.Application(middlewares=[measured.middleware])
        app.router.add_get("/metrics", measured.metrics)
        for path in ("/", "/query"):
            app.router.add_route("GET", path, self.query)
            app.router.add_route("HEAD", path, self.query)
            app.router.add_route("POST", path, self.query)
            app.router.add_route("OPTIONS", path, _options)
        for path in ("/ping", "/replicas_status"):
            app.router.add_get(path, _ok)
        app.router.add_route("*", "/{path:.*}", _unknown)
        return app

    async def query(self, http: web.Request) -> web.StreamResponse:
        """Run the query of a request."""
        if http.method != "POST" and http.path == "/" and not http.query_string:
            return await _ok(http)
        query_id: str | None = None
        try:
            request = parse_request(http.method, http.rel_url.raw_query_string, http.headers)
            query_id = request.query_id
            user = self._users.authenticate(request.credentials)
            answer = await self._run(http, request, user)
        except QueryError as error:
            _LOG.debug("query %s failed: %s", query_id, error)
            return self._responder.error(error, query_id)
        except Exception as error:
            # The outermost place that can still answer the client.
            _LOG.exception("query %s failed in the server itself", query_id)
            failed = QueryError.of(Code.UNKNOWN_EXCEPTION, f"{type(error).__name__}: {error}")
            return self._responder.error(failed, query_id)
        _LOG.debug("query %s done: %s", query_id, answer.summary)
        return await self._responder.answer(http, request, answer)

    async def _run(self, http: web.Request, request: QueryRequest, user: User) -> work.Answer:
        body = Body(self._spool, self._bounds.body_memory_bytes, self._bounds.body_max_bytes)
        try:
            if http.content_type.startswith("multipart/"):
                request = await _read_form(http, request)
            else:
                await _read_body(http, request.content_encoding, body)
            mark = uuid.uuid4().hex
            call = functools.partial(
                work.run, self._engine, request, user, body, mark, self._bounds.reader
            )
            future = self._workers.submit(call, _is_write(request, body))
        except BaseException:
            body.close()
            raise
        # The body belongs to the worker from here on, also when the client goes away.
        future.add_done_callback(lambda _: body.close())
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            future.add_done_callback(_forget)
            if request.settings.get(_CANCEL_SETTING) == "1" and not _is_write(request, body):
                self._workers.submit_control(functools.partial(self._engine.kill, mark))
            raise


async def _read_body(http: web.Request, coding: str, body: Body) -> None:
    stream = decoder(coding)
    try:
        async for piece in http.content.iter_chunked(1 << 18):
            body.write(stream.decode(piece))
    except (OSError, web.HTTPException) as error:
        raise QueryError.of(Code.ABORTED, f"The request ended early: {error}") from error
    stream.finish()


async def _read_form(http: web.Request, request: QueryRequest) -> QueryRequest:
    """A form with ``query`` and ``param_*`` fields; files would be external tables."""
    fields: dict[str, str] = {}
    async for part in await http.multipart():
        if not isinstance(part, BodyPartReader) or part.filename or not part.name:
            raise QueryError.of(
                Code.NOT_IMPLEMENTED, "External data (files in a multipart form) is not supported"
            )
        fields[part.name] = (await part.read(decode=True)).decode()
    strange = [name for name in fields if name != "query" and not name.startswith("param_")]
    if strange:
        raise QueryError.of(
            Code.NOT_IMPLEMENTED,
            f"External data (form field {strange[0]!r}) is not supported",
        )
    return replace(
        request,
        url_query=request.url_query + fields.get("query", ""),
        parameters={**request.parameters, **parameters_of(fields)},
    )


def _is_write(request: QueryRequest, body: Body) -> bool:
    """A guess for choosing the pool: inserts must not wait behind slow queries."""
    begin = request.url_query.lstrip()[:6] or body.head(64).lstrip()[:6].decode("ascii", "replace")
    return begin.upper() == "INSERT"


def _forget(future: asyncio.Future[work.Answer]) -> None:
    """Take note of a result that nobody waits for, so that asyncio does not complain."""
    if not future.cancelled():
        future.exception()


async def _ok(_: web.Request) -> web.Response:
    return web.Response(text=_OK, content_type="text/html", charset="UTF-8")


async def _options(_: web.Request) -> web.Response:
    return web.Response(status=204, headers={"Allow": "OPTIONS, GET, HEAD, POST"})


async def _unknown(http: web.Request) -> web.Response:
    return web.Response(
        status=404,
        text=f"There is no handle {http.path}\n\n"
        "Use / or /ping for health checks.\n"
        "Or /replicas_status for more sophisticated health checks.\n\n"
        "Send queries from your program with POST method or GET /?query=...\n",
        content_type="text/plain",
        charset="UTF-8",
    )
