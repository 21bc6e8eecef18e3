"""Slow queries, large answers, many queries: none may be at the cost of the others."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.support.waiting import wait_for

from .server_process import Server, start
from .test_lifecycle import wait_for_query

# So long that whatever is answered meanwhile has not waited for it; ends with its client.
SLOW = b"SELECT sum(sleepEachRow(1)) FROM numbers(60) SETTINGS max_block_size = 1"
STOPPED = "/?cancel_http_readonly_queries_on_client_close=1"


@contextmanager
def slow_queries(server: Server, count: int) -> Iterator[None]:
    """As many as are to run at the same time, until the end of the block."""
    asking = [http.client.HTTPConnection("127.0.0.1", server.port) for _ in range(count)]
    try:
        for connection in asking:
            connection.request("POST", STOPPED, SLOW)
        yield
    finally:
        for connection in asking:
            connection.close()


def running(server: Server) -> int:
    """How many slow queries run."""
    sql = "SELECT count() FROM system.processes WHERE query LIKE 'SELECT sum(sleepEachRow%'"
    return int(server.sql(sql))


def test_slow_queries_block_nothing(server: Server) -> None:
    server.sql("CREATE OR REPLACE TABLE trends.quick (a UInt32) ENGINE = MergeTree ORDER BY a")
    with slow_queries(server, 8):
        wait_for(lambda: running(server) == 8, 20, "all of them run, not one after another")
        for path in ("/ping", "/replicas_status"):
            assert server.ask(method="GET", path=path).status == 200
        assert server.sql("SELECT 1") == "1"
        assert server.sql("SELECT count() FROM trends.terms", user="reader") >= "3"
        assert server.ask("INSERT INTO trends.quick FORMAT TSV", body=b"1\n").status == 200
        assert running(server) == 8
    wait_for(lambda: running(server) == 0, 20, "they have ended")


def test_inserts_and_ping_do_not_wait_for_busy_query_threads(tmp_path: Path) -> None:
    server = start(tmp_path / "data", "--query-threads", "2")
    server.sql("CREATE TABLE quick (a UInt32) ENGINE = MergeTree ORDER BY a")

    def busy() -> bool:
        try:
            return server.ask("SELECT 1", timeout_s=1).status != 200
        except TimeoutError:
            return True

    with slow_queries(server, 2):
        wait_for(busy, 20, "no thread is left for queries")
        assert server.ask(method="GET", path="/ping").status == 200
        assert server.ask("INSERT INTO quick FORMAT TSV", body=b"1\n").status == 200
        assert busy()
    assert server.sql("SELECT a FROM quick") == "1"
    assert server.stop() == 0


def test_a_query_stops_when_its_client_goes_if_asked(server: Server) -> None:
    sql = b"SELECT count() FROM numbers(7000000000000)"
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("POST", "/?cancel_http_readonly_queries_on_client_close=1", sql)
    wait_for_query(server, "7000000000000")
    assert isinstance(connection.sock, socket.socket)
    connection.close()
    deadline = time.monotonic() + 10
    count = "SELECT count() FROM system.processes WHERE query LIKE '%7000000000000%'"
    while int(server.sql(count)) > 1:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_hundred_megabytes_come_out_whole(server: Server) -> None:
    sql = "SELECT toString(number) || repeat('x', 92) FROM numbers(1000000) FORMAT RowBinary"
    body = server.ask(sql).body
    assert len(body) > 98_000_000
    assert body.endswith(b"999999" + b"x" * 92)


def test_memory_does_not_grow_with_the_number_of_queries(server: Server) -> None:
    process = psutil.Process(server.process.pid)

    def some(count: int) -> None:
        for i in range(count):
            server.sql("SELECT number, toString(number) FROM numbers(20000)", max_threads=1)
            server.sql(f"SELECT term FROM trends.terms WHERE docs = {i}", user="reader")
            server.ask("SELECT nope")

    some(100)
    before = process.memory_info().rss
    files = process.num_fds()
    some(170)
    assert process.memory_info().rss - before < 40_000_000
    assert process.num_fds() <= files + 5
