"""The client that the rest of the project uses, unchanged, against the embedded server."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator

import clickhouse_connect
import pyarrow as pa
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from .server_process import Server


@pytest.fixture(params=[True, False, "lz4", "zstd", "gzip"], ids=lambda p: f"compress={p}")
def client(server: Server, request: pytest.FixtureRequest) -> Iterator[Client]:
    connected = clickhouse_connect.get_client(
        host="127.0.0.1",
        port=server.port,
        database="trends",
        compress=request.param,
        autogenerate_session_id=False,
        tz_mode="aware",
    )
    connected.command("DROP TABLE IF EXISTS client")
    connected.command(
        "CREATE TABLE client (id UInt64, term String, tags Array(String), at DateTime('UTC'),"
        " kind LowCardinality(String), share Nullable(Float64)) ENGINE = MergeTree ORDER BY id"
    )
    yield connected
    connected.close()


ROWS = [
    [1, "it's", ["a'b", "ü\t\n\\"], dt.datetime(2026, 1, 2, tzinfo=dt.UTC), "x", 0.5],
    [2, "日本", [], dt.datetime(2026, 1, 3, tzinfo=dt.UTC), "y", None],
]
COLUMNS = ["id", "term", "tags", "at", "kind", "share"]


def test_rows_go_in_and_come_out(client: Client) -> None:
    summary = client.insert("client", ROWS, column_names=COLUMNS)
    assert summary.written_rows == 2
    found = client.query("SELECT * FROM client ORDER BY id")
    assert [list(row) for row in found.result_rows] == ROWS
    assert found.summary["read_rows"] == "2"
    assert len(found.query_id) > 0


def test_arrow_goes_in_and_comes_out(client: Client) -> None:
    table = pa.table(
        {"id": pa.array(range(1000), pa.uint64()), "term": [f"t{i}" for i in range(1000)]}
    )
    client.insert_arrow("client", table)
    back = client.query_arrow("SELECT id, term FROM client ORDER BY id", use_strings=True)
    assert back.column("term").to_pylist() == table.column("term").to_pylist()
    with client.query_arrow_stream("SELECT id FROM client") as stream:
        assert sum(batch.num_rows for batch in stream) == 1000


def test_raw_inserts(client: Client) -> None:
    client.raw_insert("client", ["id", "term"], "1,a\n2,b\n", fmt="CSV")
    client.raw_insert(
        "client", ["id", "term"], b'{"id":3,"term":"c"}\n\n{"id":4}', fmt="JSONEachRow"
    )
    assert client.command("SELECT count() FROM client") == 4


def test_raw_queries(client: Client) -> None:
    assert client.raw_query("SELECT 1 AS a", fmt="JSONEachRow") == b'{"a":1}\n'
    with client.raw_stream("SELECT number FROM numbers(100000)", fmt="TSV") as stream:
        assert b"".join(stream).count(b"\n") == 100_000


def test_a_stream_of_blocks(client: Client) -> None:
    with client.query_row_block_stream("SELECT number FROM numbers(300000)") as stream:
        assert sum(len(block) for block in stream) == 300_000


@pytest.mark.parametrize(
    "value", ["plain", "it's", 'say "x"', "back\\slash", "tab\there\nline", "ünïcödé 日本", ""]
)
def test_text_parameters_arrive_as_they_are(client: Client, value: str) -> None:
    found = client.query("SELECT {v:String}, {a:Array(String)}", {"v": value, "a": [value, "x"]})
    assert found.result_rows == [(value, [value, "x"])]


def test_typed_parameters(client: Client) -> None:
    at = dt.datetime(2026, 1, 2, 3, tzinfo=dt.UTC)
    found = client.query(
        "SELECT {n:Int32} + 1, {d:Date}, {t:DateTime('UTC')}, {o:Nullable(String)}",
        {"n": -5, "d": dt.date(2026, 1, 2), "t": at, "o": None},
    )
    assert found.result_rows == [(-4, dt.date(2026, 1, 2), at, None)]


def test_parameters_in_the_body_of_a_form(client: Client) -> None:
    client.form_encode_query_params = True  # type: ignore[attr-defined]
    values = [f"term {i}" for i in range(2000)]
    found = client.query("SELECT length({a:Array(String)})", {"a": values})
    assert found.result_rows == [(2000,)]


def test_settings_hold_for_one_query_only(client: Client) -> None:
    sql = "SELECT getSetting('max_block_size')"
    assert client.query(sql, settings={"max_block_size": 77}).result_rows == [(77,)]
    assert client.query(sql).result_rows != [(77,)]


def test_errors_carry_the_engines_code_and_name(client: Client) -> None:
    with pytest.raises(DatabaseError, match="UNKNOWN_TABLE") as caught:
        client.query("SELECT * FROM nope")
    assert caught.value.code == 60
    assert caught.value.name == "UNKNOWN_TABLE"
    with pytest.raises(DatabaseError, match="code: 62"):
        client.command("CREATE NONSENSE")
    with pytest.raises(DatabaseError, match=r"code: (27|26|6|72|117)\b"):
        client.raw_insert("client", ["id"], "x\n", fmt="CSV")


def test_a_wrong_password_is_an_authentication_error(server: Server) -> None:
    with pytest.raises(DatabaseError, match="AUTHENTICATION_FAILED"):
        clickhouse_connect.get_client(
            host="127.0.0.1", port=server.port, password="wrong", autogenerate_session_id=False
        )


def test_a_default_client_with_sessions_is_told_what_to_do(server: Server) -> None:
    client = clickhouse_connect.get_client(
        host="127.0.0.1", port=server.port, autogenerate_session_id=True
    )
    try:
        with pytest.raises(DatabaseError, match="autogenerate_session_id=False"):
            client.query("SELECT 1")
    finally:
        client.close()


def test_ping(client: Client) -> None:
    assert client.ping()


def test_the_asynchronous_client(server: Server) -> None:
    async def ask() -> list[int]:
        client = await clickhouse_connect.get_async_client(
            host="127.0.0.1", port=server.port, autogenerate_session_id=False
        )
        try:
            found = await asyncio.gather(*(client.query(f"SELECT {i}") for i in range(20)))
            return [result.result_rows[0][0] for result in found]
        finally:
            await client.close()

    assert asyncio.run(ask()) == list(range(20))
