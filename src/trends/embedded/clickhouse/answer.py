"""An `Answer` or a `QueryError` to an HTTP response with ClickHouse's headers.

In: what a query gave. Out: a response that is written in slices of the engine's own memory.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import socket
from collections.abc import Mapping

from aiohttp import web

from trends.embedded.clickhouse.compression import choose_response_coding, encoder
from trends.embedded.clickhouse.engine import Result, Summary
from trends.embedded.clickhouse.errors import QueryError
from trends.embedded.clickhouse.request import QueryRequest
from trends.embedded.clickhouse.work import Answer

_SLICE_BYTES = 1 << 20
_SMALL_BYTES = 1 << 16


class Responder:
    """Makes the responses of one server.

    Args:
        timezone: the engine's time zone.
        version: the engine's version, for error texts.
        content_types: MIME type per format.
    """

    def __init__(self, timezone: str, version: str, content_types: Mapping[str, str]) -> None:
        self._version = version
        self._content_types = content_types
        self._common = {
            "X-ClickHouse-Server-Display-Name": socket.gethostname(),
            "X-ClickHouse-Timezone": timezone,
        }

    def error(self, error: QueryError, query_id: str | None = None) -> web.Response:
        """The response to a query that failed."""
        headers = {**self._common, "X-ClickHouse-Exception-Code": str(error.code)}
        if query_id is not None:
            headers["X-ClickHouse-Query-Id"] = query_id
        return web.Response(
            status=error.status,
            text=f"{error.text} (version {self._version})\n",
            headers=headers,
            content_type="text/plain",
            charset="UTF-8",
        )

    async def answer(
        self, http: web.Request, request: QueryRequest, answer: Answer
    ) -> web.StreamResponse:
        """Send an answer.

        The query has ended by now, so its status and summary are true: no error can follow the
        first byte.
        """
        headers = {
            **self._common,
            "X-ClickHouse-Query-Id": request.query_id,
            "X-ClickHouse-Summary": summary_json(answer.summary),
            "X-ClickHouse-Format": answer.format,
            "Content-Type": self._content_types.get(answer.format, "text/plain; charset=UTF-8"),
        }
        result = answer.result
        if result is None or not result.data:
            return web.Response(headers=headers)
        coding = (
            choose_response_coding(request.accept_encoding) if request.compress_response else None
        )
        if coding is not None:
            headers["Content-Encoding"] = coding
        elif len(result.data) <= _SMALL_BYTES:
            return web.Response(body=bytes(result.data), headers=headers)
        response = web.StreamResponse(headers=headers)
        if coding is None:
            response.content_length = len(result.data)
        await response.prepare(http)
        await (_write(response, result) if coding is None else _encode(response, result, coding))
        await response.write_eof()
        return response


def summary_json(summary: Summary) -> str:
    """``X-ClickHouse-Summary``: every number as a string, as the real server writes them."""
    values = {name: str(value) for name, value in dataclasses.asdict(summary).items()}
    values["total_rows_to_read"] = values["read_rows"]
    return json.dumps(values, separators=(",", ":"))


async def _write(response: web.StreamResponse, result: Result) -> None:
    for start in range(0, len(result.data), _SLICE_BYTES):
        await response.write(bytes(result.data[start : start + _SLICE_BYTES]))


async def _encode(response: web.StreamResponse, result: Result, coding: str) -> None:
    stream = encoder(coding)
    for start in range(0, len(result.data), _SLICE_BYTES):
        piece = bytes(result.data[start : start + _SLICE_BYTES])
        # Off the event loop: a slow coding must not hold up /ping.
        encoded = await asyncio.to_thread(stream.encode, piece)
        if encoded:
            await response.write(encoded)
    await response.write(stream.finish())
