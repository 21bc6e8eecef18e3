"""What the read-only user can do, and where its limits are."""

from __future__ import annotations

import re

import clickhouse_connect
import pytest

from .server_process import Server

READER = {"X-ClickHouse-User": "reader"}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT count() FROM trends.terms", "3"),
        ("SELECT term FROM terms ORDER BY docs DESC LIMIT 1", "agents"),
        ("SELECT * FROM trends.top", "agents"),
        ("WITH t AS (SELECT docs FROM terms) SELECT sum(docs) FROM t", "9"),
        ("SELECT sumIf(docs, term = 'llm') FROM terms", "3"),
        ("SELECT quantilesExactIf(0.5)(docs, docs > 1)[1] FROM terms", "5"),
        ("SELECT finalizeAggregation(sumState(docs)) FROM terms", "9"),
        ("SELECT arrayMap(x -> upper(x), groupArraySorted(2)(term))[2] FROM terms", "AGENTS"),
        ("SELECT docs, rank() OVER (ORDER BY docs) FROM terms ORDER BY docs LIMIT 1", "1\t1"),
        ("SELECT count() FROM numbers(10)", "10"),
        ("SELECT sum(number) FROM system.numbers LIMIT 0", ""),
        ("SELECT 3 IN (SELECT docs FROM terms)", "1"),
        ("SELECT 'llm' IN (SELECT term FROM trends.terms)", "1"),
        ("EXISTS TABLE trends.terms", "1"),
        ("EXISTS trends.nope", "0"),
        ("SHOW TABLES LIKE 't%'", "terms\ntop"),
        ("SHOW TABLES FROM trends LIKE 'to%'", "top"),
        ("DESCRIBE TABLE trends.top", "term\tString\t\t\t\t\t"),
        ("DESC (SELECT 1 AS x)", "x\tUInt8\t\t\t\t\t"),
        ("SELECT name FROM system.tables WHERE database = 'trends' AND name = 'top'", "top"),
        ("SELECT table_name FROM information_schema.tables WHERE table_name = 'top'", "top"),
        ("SELECT currentUser() != '', version() != ''", "1\t1"),
        ("SELECT 1 SETTINGS max_execution_time = 1", "1"),
        ("SELECT toDate('2020-01-01') + INTERVAL 1 DAY AS d", "2020-01-02"),
        ("SELECT CASE WHEN docs > 4 THEN 'a' ELSE 'b' END FROM terms WHERE term = 'llm'", "b"),
        ("SELECT a.docs FROM terms AS a INNER JOIN terms AS b USING term WHERE term = 'llm'", "3"),
        ("SELECT term FROM terms WHERE term = {t:String}", "llm"),
        ("SELECT 1 UNION DISTINCT SELECT 1", "1"),
        ("/* hi */ SELECT 1 -- there", "1"),
        ("SELECT 1;", "1"),
        ("SELECT '; DROP TABLE x', \"x\" FROM (SELECT 1 AS x)", "; DROP TABLE x\t1"),
        ("SELECT `dócs` FROM (SELECT 'ü\\'\\n' AS `dócs`)", "ü\\'\\n"),
    ],
)
def test_the_reader_reads(server: Server, sql: str, expected: str) -> None:
    reply = server.ask(sql, headers=READER, param_t="llm")
    assert (reply.status, reply.text.rstrip("\n")) == (200, expected)


def test_explain_works(server: Server) -> None:
    assert "ReadFromMergeTree" in server.sql("EXPLAIN SELECT * FROM trends.terms", user="reader")
    shown = server.sql("SHOW CREATE VIEW trends.top", user="reader", default_format="TSVRaw")
    assert shown.startswith("CREATE VIEW trends.`top`")


def test_format_clauses_and_format_settings_work(server: Server) -> None:
    sql = "SELECT toUInt64(1) AS a FORMAT JSONEachRow"
    sql += " SETTINGS output_format_json_quote_64bit_integers = 1"
    assert server.sql(sql, user="reader") == '{"a":"1"}'
    reply = server.ask("SELECT 1 AS a", user="reader", default_format="CSVWithNames")
    assert reply.text == '"a"\n1\n'


def test_the_time_limit_holds(server: Server) -> None:
    reply = server.ask("SELECT count() FROM numbers(100000000000)", headers=READER)
    assert (reply.status, reply.code) == (408, "159")


def test_the_memory_limit_holds(server: Server) -> None:
    # Reaches the limit long before that of time, on a busy machine too.
    sql = "SELECT length(groupArray(repeat('x', 1000000))) FROM numbers(100000)"
    assert server.ask(sql, headers=READER).code == "241"


def test_the_limit_of_result_rows_holds(server: Server) -> None:
    assert server.sql("SELECT number FROM numbers(5000)", user="reader").count("\n") == 4999
    assert server.ask("SELECT number FROM numbers(5001)", headers=READER).code == "396"


def test_a_lower_limit_in_the_url_holds(server: Server) -> None:
    sql = "SELECT count() FROM numbers(100000000000)"
    reply = server.ask(sql, headers=READER, max_execution_time=1)
    assert reply.code == "159"
    assert re.search(r"maximum: 1000(\.0+)? ms", reply.text)


def test_limits_of_one_query_do_not_leak_to_the_next(server: Server) -> None:
    strict = server.ask("SELECT number FROM numbers(10)", headers=READER, max_result_rows=5)
    assert strict.code == "396"
    assert server.ask("SELECT number FROM numbers(10)", headers=READER).status == 200


def test_clickhouse_connect_works_as_reader(server: Server) -> None:
    client = clickhouse_connect.get_client(
        host="127.0.0.1", port=server.port, username="reader", autogenerate_session_id=False
    )
    try:
        rows = client.query("SELECT term, docs FROM terms ORDER BY docs").result_rows
        assert rows == [("/etc/passwd", 1), ("llm", 3), ("agents", 5)]
        assert client.command("SELECT count() FROM trends.terms") == 3
        # The client itself refuses settings that a read-only user sees as fixed; a query may
        # still name them.
        limited = client.query("SELECT 1 SETTINGS max_execution_time = 1")
        assert limited.result_rows == [(1,)]
        with pytest.raises(clickhouse_connect.driver.exceptions.DatabaseError, match="497"):
            client.command("DROP TABLE trends.terms")
    finally:
        client.close()
