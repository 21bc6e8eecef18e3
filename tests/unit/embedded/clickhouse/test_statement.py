from __future__ import annotations

import pytest

from trends.embedded.clickhouse.errors import QueryError
from trends.embedded.clickhouse.lexer import tokens
from trends.embedded.clickhouse.statement import parse_statement


def texts(sql: bytes) -> list[bytes]:
    return [token.text for token in tokens(sql)]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (b"a -- b\n c", [b"a", b"c"]),
        (b"a /* ; ' */ b", [b"a", b"b"]),
        (b"a # b\nc", [b"a", b"c"]),
        (b"'it''s; \\' x' y", [b"'it''s; \\' x'", b"y"]),
        (b'`a\\`b` "c;" ;', [b"`a\\`b`", b'"c;"', b";"]),
        (b"$x$ ; ' $x$ y", [b"$x$ ; ' $x$", b"y"]),
        (b"f(1.5e3)", [b"f", b"(", b"1.5e3", b")"]),
        (b"/* no end", []),
    ],
)
def test_tokens(sql: bytes, expected: list[bytes]) -> None:
    assert texts(sql) == expected


def test_an_unterminated_string_of_a_megabyte_takes_no_exponential_time() -> None:
    assert texts(b"'" + b"a" * 1_000_000)[0] == b"'"


def test_depth_counts_round_brackets() -> None:
    assert [token.depth for token in tokens(b"a(b(c))d")] == [0, 0, 1, 1, 2, 1, 0, 0]


@pytest.mark.parametrize(
    ("sql", "keyword", "format_name"),
    [
        (b"SELECT 1", "SELECT", None),
        (b"select 1 format JSON", "SELECT", "JSON"),
        (b"(select 1) format `Null`", "SELECT", "Null"),
        (b"SELECT 1 FORMAT CSV SETTINGS a = 1, b = 'FORMAT x'", "SELECT", "CSV"),
        (b"SELECT 1 SETTINGS a = 1 FORMAT CSV;", "SELECT", "CSV"),
        (b"SELECT format FROM t", "SELECT", None),
        (b"SELECT 'FORMAT CSV'", "SELECT", None),
        (b"SELECT (SELECT 1 FORMAT CSV)", "SELECT", None),
        (b"-- c\nWITH x AS (SELECT 1) SELECT * FROM x FORMAT TSV -- end", "WITH", "TSV"),
        (b"DESCRIBE t", "DESCRIBE", None),
    ],
)
def test_statements_without_data(sql: bytes, keyword: str, format_name: str | None) -> None:
    statement = parse_statement(sql)
    assert (statement.keyword, statement.format) == (keyword, format_name)
    assert not statement.takes_data


@pytest.mark.parametrize(
    ("sql", "format_name", "head", "data"),
    [
        (b"INSERT INTO t VALUES (1)", "Values", b"INSERT INTO t ", b" (1)"),
        (b"INSERT INTO t (a, b) VALUES(1)", "Values", b"INSERT INTO t (a, b) ", b"(1)"),
        (b"INSERT INTO values VALUES (1)", "Values", b"INSERT INTO values ", b" (1)"),
        (b"INSERT INTO d.format FORMAT CSV\n1", "CSV", b"INSERT INTO d.format ", b"1"),
        (b"INSERT INTO t FORMAT CSV 1", "CSV", b"INSERT INTO t ", b"1"),
        (b"INSERT INTO t FORMAT CSV;\r\n1", "CSV", b"INSERT INTO t ", b"1"),
        (b"INSERT INTO t FORMAT CSV\n\n1", "CSV", b"INSERT INTO t ", b"\n1"),
        (b"INSERT INTO t FORMAT Native\n\x01\x00'", "Native", b"INSERT INTO t ", b"\x01\x00'"),
        (b"INSERT INTO t SETTINGS a=1 FORMAT X\n", "X", b"INSERT INTO t SETTINGS a=1 ", b""),
        (
            b"INSERT INTO FUNCTION file('x') FORMAT X 1",
            "X",
            b"INSERT INTO FUNCTION file('x') ",
            b"1",
        ),
        (b"INSERT INTO t", None, b"INSERT INTO t", b""),
    ],
)
def test_inserts_with_data(sql: bytes, format_name: str | None, head: bytes, data: bytes) -> None:
    statement = parse_statement(sql)
    assert (statement.format, statement.head) == (format_name, head)
    assert sql[statement.data_offset :] == data


@pytest.mark.parametrize(
    "sql", [b"INSERT INTO t SELECT 1", b"INSERT INTO t (a) WITH 1 AS x SELECT x FORMAT CSV"]
)
def test_an_insert_from_a_query_takes_no_data(sql: bytes) -> None:
    statement = parse_statement(sql)
    assert not statement.takes_data
    assert statement.head == sql


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        (b"", 62),
        (b" ;; -- x", 62),
        (b"SELECT 1; SELECT 2", 62),
        (b"\\i /etc/passwd", 62),
        (b"EXIT", 62),
        (b"SELECT 1 INTO OUTFILE 'x'", 358),
        (b"INSERT INTO t FROM INFILE 'x' FORMAT CSV", 78),
        (b"INSERT INTO t FORMAT", 62),
    ],
)
def test_refused_statements(sql: bytes, code: int) -> None:
    with pytest.raises(QueryError) as caught:
        parse_statement(sql)
    assert caught.value.code == code


def test_a_semicolon_at_the_end_is_no_second_statement() -> None:
    assert parse_statement(b"SELECT ';' ; ; -- x").keyword == "SELECT"
