"""Inserts: every way to send rows, one part per partition, all or nothing."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from .batches import ONE_BLOCK, TABLE, arrow_stream, parquet
from .server_process import Server

PARTS = (
    "SELECT partition, count(), sum(rows) FROM system.parts WHERE active AND database = 'trends'"
    " AND table = '{}' GROUP BY partition ORDER BY partition"
)


@pytest.fixture
def table(server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"t{abs(hash(request.node.name))}"
    server.sql(f"CREATE TABLE trends.{name} {TABLE}")
    yield name
    server.sql(f"DROP TABLE trends.{name} SYNC")


def rows(server: Server, table: str) -> str:
    return server.sql(f"SELECT batch, part, n, term FROM trends.{table} ORDER BY n")


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("", "INSERT INTO {t} VALUES (1, 2, 3, 'a;b'), (1, 2, 4, '\n\n')"),
        ("", "INSERT INTO {t} (batch, part, n, term) VALUES\n(1, 2, 3, 'a;b'), (1, 2, 4, '\n\n');"),
        ("INSERT INTO {t} VALUES", "(1, 2, 3, 'a;b'), (1, 2, 4, '\n\n')"),
        ("INSERT INTO {t} VALUES (1, 2, 3, 'a;b'),", "(1, 2, 4, '\n\n')"),
        ("INSERT INTO {t}", "VALUES (1, 2, 3, 'a;b'), (1, 2, 4, '\n\n')"),
        ("INSERT INTO {t}", "(1, 2, 3, 'a;b'), (1, 2, 4, '\n\n')"),
        ("INSERT INTO {t} FORMAT TSV", "1\t2\t3\ta;b\n1\t2\t4\t\\n\\n\n"),
        ("INSERT INTO {t} FORMAT TSV;", "1\t2\t3\ta;b\n1\t2\t4\t\\n\\n\n"),
        ("", "INSERT INTO {t} FORMAT TSV\n1\t2\t3\ta;b\n1\t2\t4\t\\n\\n\n"),
        ("", "INSERT INTO {t} FORMAT TSV\r\n1\t2\t3\ta;b\n1\t2\t4\t\\n\\n\n"),
        ("", '-- hi\nINSERT INTO {t} /* FORMAT x */ FORMAT CSV 1,2,3,a;b\n1,2,4,"\n\n"\n'),
        (
            "INSERT INTO {t} SETTINGS async_insert = 1, wait_for_async_insert = 0 FORMAT CSV",
            '1,2,3,a;b\n1,2,4,"\n\n"\n',
        ),
        (
            "",
            'INSERT INTO {t} FORMAT JSONEachRow\n{{"batch":1,"part":2,"n":3,"term":"a;b"}}\n\n'
            '{{"batch":1,"part":2,"n":4,"term":"\\n\\n"}}',
        ),
        (
            "",
            "INSERT INTO {t} SELECT 1, 2, 3 + number, ['a;b', '\n\n'][number + 1] FROM numbers(2)",
        ),
        ("INSERT INTO {t} SELECT 1, 2, 3 + number,", "['a;b', '\n\n'][number + 1] FROM numbers(2)"),
    ],
)
def test_ways_to_write_an_insert(server: Server, table: str, url: str, body: str) -> None:
    target = f"trends.{table}"
    query = {"query": url.format(t=target)} if url else {}
    reply = server.ask(None, body=body.format(t=target).encode(), url=query)
    assert reply.status == 200, reply.text
    assert json.loads(reply.headers["X-ClickHouse-Summary"])["written_rows"] == "2"
    assert rows(server, table) == "1\t2\t3\ta;b\n1\t2\t4\t\\n\\n"


def test_the_format_may_come_from_the_header(server: Server, table: str) -> None:
    headers = {"X-ClickHouse-Format": "CSV"}
    server.ask(f"INSERT INTO trends.{table}", body=b"1,2,3,x\n", headers=headers)
    assert rows(server, table) == "1\t2\t3\tx"


def test_an_insert_without_rows_writes_nothing(server: Server, table: str) -> None:
    for format_name in ("TSV", "JSONEachRow", "Values"):
        assert server.ask(f"INSERT INTO trends.{table} FORMAT {format_name}").status == 200
    assert rows(server, table) == ""


def test_parameters_work_in_inserts(server: Server, table: str) -> None:
    sql = "INSERT INTO {d:Identifier}.{t:Identifier} FORMAT TSV"
    reply = server.ask(sql, body=b"1\t2\t3\tx\n", param_d="trends", param_t=table)
    assert reply.status == 200, reply.text
    assert rows(server, table) == "1\t2\t3\tx"


@pytest.mark.parametrize("settings", [{}, ONE_BLOCK], ids=["default", "one block"])
@pytest.mark.parametrize("format_name", ["ArrowStream", "Native", "Parquet"])
def test_an_insert_makes_one_part_per_partition(
    server: Server, table: str, format_name: str, settings: dict[str, int]
) -> None:
    if format_name == "ArrowStream":
        body = arrow_stream(300_000)
    elif format_name == "Parquet":
        body = parquet(300_000)
    else:
        columns = "toUInt32(0) AS batch, toUInt8(number % 2) AS part, number AS n, 'x' AS term"
        body = server.ask(f"SELECT {columns} FROM numbers(300000) FORMAT Native").body
    reply = server.ask(f"INSERT INTO trends.{table} FORMAT {format_name}", body=body, url=settings)
    assert reply.status == 200, reply.text
    assert server.sql(PARTS.format(table)) == "0\t1\t150000\n1\t1\t150000"


def test_more_rows_than_the_default_block_make_one_part_if_asked(
    server: Server, table: str
) -> None:
    body = arrow_stream(1_500_000)
    url = f"INSERT INTO trends.{table} FORMAT ArrowStream"
    assert server.ask(url, body=body, url=ONE_BLOCK).status == 200
    assert server.sql(PARTS.format(table)) == "0\t1\t750000\n1\t1\t750000"


@pytest.mark.parametrize("settings", [{}, ONE_BLOCK], ids=["default", "one block"])
@pytest.mark.parametrize("keep", [0.3, 0.9, 0.9999])
def test_a_body_cut_off_inside_a_batch_inserts_nothing(
    server: Server, table: str, keep: float, settings: dict[str, int]
) -> None:
    body = arrow_stream(200_000)
    cut = body[: int(len(body) * keep)]
    reply = server.ask(f"INSERT INTO trends.{table} FORMAT ArrowStream", body=cut, url=settings)
    assert reply.status != 200
    assert rows(server, table) == ""


@pytest.mark.parametrize("chunked", [False, True])
def test_a_connection_that_breaks_inserts_nothing(
    server: Server, table: str, chunked: bool
) -> None:
    body = b"".join(b"1\t2\t%d\tx\n" % n for n in range(100_000))
    target = "/?" + urlencode({"query": f"INSERT INTO trends.{table} FORMAT TSV"})
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    half = body[: len(body) // 2]
    sent = b"%x\r\n%s\r\n" % (len(half), half) if chunked else half
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(f"POST {target} HTTP/1.1\r\nHost: x\r\n{length}\r\n\r\n".encode() + sent)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1000)
    assert rows(server, table) == ""


def test_a_bad_row_refuses_the_whole_insert(server: Server, table: str) -> None:
    body = b"".join(b"1\t2\t%d\tx\n" % n for n in range(50_000)) + b"1\t2\tnot a number\tx\n"
    reply = server.ask(f"INSERT INTO trends.{table} FORMAT TSV", body=body)
    assert reply.code in {"6", "27", "117", "72"}, reply.text
    assert rows(server, table) == ""


def test_errors_of_inserts(server: Server, table: str) -> None:
    assert server.ask("INSERT INTO trends.nope FORMAT TSV", body=b"1\n").code == "60"
    assert server.ask(f"INSERT INTO trends.{table} FORMAT Nope", body=b"1\n").code == "73"
    assert server.ask(f"INSERT INTO trends.{table} (nope) FORMAT TSV", body=b"1\n").code == "16"


def test_a_body_larger_than_the_memory_for_it_goes_through_a_file(
    server: Server, table: str
) -> None:
    row = b"1\t2\t3\t" + b"x" * 1_000_000 + b"\n"
    reply = server.ask(f"INSERT INTO trends.{table} FORMAT TSV", body=row * 80)
    assert reply.status == 200, reply.text
    assert server.sql(f"SELECT count(), sum(length(term)) FROM trends.{table}") == "80\t80000000"
