"""Slow queries, large answers, many queries: none may be at the cost of the others."""

from __future__ import annotations

import http.client
import socket
import threading
import time

import psutil

from .server_process import Server
from .test_lifecycle import wait_for_query

SLOW = "SELECT sum(sleepEachRow(1)) FROM numbers(3) SETTINGS max_block_size = 1"


def test_slow_queries_block_nothing(server: Server) -> None:
    server.sql("CREATE OR REPLACE TABLE trends.quick (a UInt32) ENGINE = MergeTree ORDER BY a")
    replies: list[str] = []
    slow = [threading.Thread(target=lambda: replies.append(server.sql(SLOW))) for _ in range(8)]
    began = time.monotonic()
    for thread in slow:
        thread.start()
    wait_for_query(server, "sleepEachRow")
    for path in ("/ping", "/replicas_status"):
        assert server.ask(method="GET", path=path).status == 200
    assert server.sql("SELECT 1") == "1"
    assert server.sql("SELECT count() FROM trends.terms", user="reader") >= "3"
    assert server.ask("INSERT INTO trends.quick FORMAT TSV", body=b"1\n").status == 200
    assert time.monotonic() - began < 2.5
    for thread in slow:
        thread.join()
    assert replies == ["0"] * 8
    # One after another they would take 24 s.
    assert time.monotonic() - began < 8


def test_inserts_and_ping_do_not_wait_for_busy_query_threads(server: Server) -> None:
    server.sql("CREATE OR REPLACE TABLE trends.quick2 (a UInt32) ENGINE = MergeTree ORDER BY a")
    slow = [threading.Thread(target=lambda: server.sql(SLOW)) for _ in range(24)]
    for thread in slow:
        thread.start()
    wait_for_query(server, "sleepEachRow")
    began = time.monotonic()
    assert server.ask(method="GET", path="/ping").status == 200
    assert server.ask("INSERT INTO trends.quick2 FORMAT TSV", body=b"1\n").status == 200
    assert time.monotonic() - began < 1.5
    for thread in slow:
        thread.join()


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
