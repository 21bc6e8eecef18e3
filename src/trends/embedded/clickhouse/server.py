"""The life of the process: own the folder, open chDB, listen, drain, close.

In: `ServerOptions`. Out: an exit code. Never leaves a query half answered if it ends in time.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from trends.clock import SystemClock
from trends.embedded.clickhouse.app import Bounds, Interface
from trends.embedded.clickhouse.engine import Engine
from trends.embedded.clickhouse.measured import Measured
from trends.embedded.clickhouse.users import User, Users
from trends.embedded.clickhouse.workers import Workers
from trends.embedded.folder_lock import FolderLock
from trends.errors import ConfigError

_LOG = logging.getLogger(__name__)
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
# As the real server: queries may stand in the url.
_URL_MAX_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """How to run.

    Attributes:
        data: the folder to own; chDB's files lie in a folder in it.
        host: address to listen on.
        port: port to listen on; 0 takes a free one.
        user: the user who may do everything.
        password: of that user.
        reader: the read-only user, or an empty name for none.
        reader_database: what the read-only user may read.
        drain_s: how long running queries may go on after a signal.
        query_threads: how many queries run at once.
        bounds: sizes and limits of requests.
    """

    data: Path
    host: str = "127.0.0.1"
    port: int = 8123
    user: str = "default"
    password: str = field(default="", repr=False)
    reader: str = "reader"
    reader_database: str = "trends"
    drain_s: float = 10.0
    query_threads: int = 16
    bounds: Bounds = field(default_factory=Bounds)


def run(options: ServerOptions) -> int:
    """Serve until a signal.

    Returns:
        The exit code: 0.

    Raises:
        ConfigError: the folder is in use, the port is in use, or chDB cannot start.
    """
    # The port first: it is the cheaper thing to find taken.
    listener = _listen(options.host, options.port)
    try:
        with FolderLock(options.data):
            spool = options.data / "spool"
            shutil.rmtree(spool, ignore_errors=True)
            spool.mkdir()
            engine = Engine(
                options.data / "chdb", options.reader, frozenset({options.reader_database})
            )
            if not asyncio.run(_serve(options, listener, engine, spool)):
                # A thread that does not come back would hold up the end of the process for ever;
                # nothing that was answered is lost by not waiting for it.
                _LOG.warning("some queries did not stop; leaving without them")
                sys.stdout.flush()
                os._exit(0)
            engine.close()
    finally:
        listener.close()
    return 0


def _listen(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ConfigError(f"cannot listen on {host}:{port}: {error}") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(256)
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise ConfigError(f"cannot listen on {host}:{port}: {reason}") from error
    listener.setblocking(False)
    return listener


async def _serve(
    options: ServerOptions, listener: socket.socket, engine: Engine, spool: Path
) -> bool:
    """Serve until a signal; says whether every query came to its end."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, stop.set)
    users = [User(options.user, options.password)]
    if options.reader:
        users.append(User(options.reader, reader=True))
    workers = Workers(options.query_threads)
    interface = Interface(engine, Users(users), workers, spool, options.bounds)
    runner = web.AppRunner(
        interface.application(Measured(SystemClock())),
        access_log=None,
        # Bodies are decoded here, with codings that aiohttp does not know.
        auto_decompress=False,
        handler_cancellation=True,
        max_line_size=_URL_MAX_BYTES,
        max_field_size=_URL_MAX_BYTES,
        shutdown_timeout=2.0,
    )
    await runner.setup()
    site = web.SockSite(runner, listener)
    await site.start()
    host, port = listener.getsockname()[:2]
    sys.stdout.write(
        f"clickhouse: listening on http://{host}:{port} "
        f"(chDB {engine.version}, data {options.data}, pid {os.getpid()})\n"
    )
    sys.stdout.flush()
    await stop.wait()
    await site.stop()
    clean = await workers.drain(options.drain_s)
    if not clean:
        workers.submit_control(engine.kill)
        clean = await workers.drain(5.0)
    await runner.cleanup()
    workers.close()
    return clean
