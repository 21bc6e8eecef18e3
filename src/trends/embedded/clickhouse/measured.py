"""What the embedded store shows of itself under /metrics: its requests, their time and rows.

In: requests on their way through. Out: metrics, for whoever asks: they hold numbers alone.
"""

from __future__ import annotations

import asyncio
import json
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from trends.clock import Clock
from trends.metrics.meters import StoreMeters

SUMMARY_HEADER: Final = "X-ClickHouse-Summary"
QUERY_PATHS: Final = frozenset({"/", "/query"})
# As some web servers have it: the client went away before the answer.
CLIENT_GONE: Final = "499"


class Measured:
    """Measures the requests of one server."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._registry = CollectorRegistry()
        self._meters = StoreMeters(self._registry)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Around every request; measures those that bring a query."""
        if request.path not in QUERY_PATHS:
            return await handler(request)
        started_s = self._clock.monotonic_s()
        try:
            response = await handler(request)
        except asyncio.CancelledError:
            self._meters.requests.labels(CLIENT_GONE).inc()
            raise
        self._meters.requests.labels(str(response.status)).inc()
        self._meters.duration.observe(self._clock.monotonic_s() - started_s)
        summary = json.loads(response.headers.get(SUMMARY_HEADER, "{}"))
        for direction in ("read", "written"):
            rows = int(summary.get(f"{direction}_rows", 0))
            self._meters.rows.labels(direction).inc(rows)
        return response

    async def metrics(self, http: web.Request) -> web.Response:
        """All of them."""
        encode, content_type = choose_encoder(http.headers.get("Accept") or "")
        return web.Response(body=encode(self._registry), headers={"Content-Type": content_type})
