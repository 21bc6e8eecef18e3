"""An answer that Grafana could not use is told from one that it can."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from trends.grafana.contract import Kind, contract_problems, kind_of
from trends.grafana.panels import Contract

T0 = datetime(2025, 1, 1, tzinfo=UTC)
T1 = T0 + timedelta(hours=1)
TIME = ("time", "DateTime('UTC')")
DOCS = ("docs", "UInt64")
TERM = ("term", "LowCardinality(String)")


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("DateTime", Kind.TIME),
        ("DateTime64(3, 'UTC')", Kind.TIME),
        ("Nullable(DateTime('UTC'))", Kind.TIME),
        ("Date", Kind.DATE),
        ("UInt64", Kind.NUMBER),
        ("Nullable(Float64)", Kind.NUMBER),
        ("Decimal(18, 4)", Kind.NUMBER),
        ("UInt256", Kind.OTHER),
        ("String", Kind.STRING),
        ("LowCardinality(Nullable(String))", Kind.STRING),
        ("Enum8('a' = 1, 'b' = 2)", Kind.STRING),
        ("Array(LowCardinality(String))", Kind.STRINGS),
        ("Array(UInt8)", Kind.OTHER),
        ("Tuple(String)", Kind.OTHER),
    ],
)
def test_columns_are_of_the_kind_that_grafana_makes_of_them(type_: str, kind: Kind) -> None:
    assert kind_of(type_) is kind


KEPT: list[tuple[Contract, list[tuple[str, str]], list[tuple[Any, ...]]]] = [
    (Contract.TIME_SERIES, [TIME, DOCS], []),
    (Contract.TIME_SERIES, [TIME, TERM, DOCS], [(T0, "a", 1), (T0, "b", 2), (T1, "a", None)]),
    (Contract.TABLE, [("day", "Date"), ("tags", "Array(String)")], [(T0, [])]),
    (Contract.VARIABLE, [TERM], [("a",), ("b",)]),
    (Contract.VARIABLE, [("value", "UInt8"), ("text", "String")], [(1, "a"), (2, "a")]),
    (Contract.ANNOTATION, [TIME, ("text", "String"), ("tags", "Array(String)")], [(T0, "a", [])]),
    (Contract.ANNOTATION, [TIME, ("timeEnd", "DateTime"), ("text", "String")], []),
    (Contract.ALERT, [TERM, DOCS], [("a", 1), ("b", 0)]),
    (Contract.ALERT, [DOCS], [(1,)]),
    (Contract.ALERT, [TIME, TERM, DOCS], [(T0, "a", 1), (T1, "a", 1)]),
]


@pytest.mark.parametrize(("contract", "columns", "rows"), KEPT)
def test_a_usable_answer_passes(contract: Contract, columns: Any, rows: Any) -> None:
    assert contract_problems(contract, columns, rows) == []


BROKEN: list[tuple[Contract, list[tuple[str, str]], list[tuple[Any, ...]], str]] = [
    (Contract.TABLE, [], [], "no columns"),
    (Contract.TABLE, [TERM, TERM], [], "'term' comes more than once"),
    (Contract.TABLE, [("t", "Tuple(String)")], [], "cannot show"),
    (Contract.TIME_SERIES, [DOCS], [], "0 time columns"),
    (Contract.TIME_SERIES, [("day", "Date"), DOCS], [], "'day' is a Date"),
    (Contract.TIME_SERIES, [TIME, ("at", "DateTime"), DOCS], [], "2 time columns"),
    (Contract.TIME_SERIES, [TIME, TERM], [], "no numeric column"),
    (Contract.TIME_SERIES, [TIME, DOCS, ("x", "Array(String)")], [], "'x' is a Array"),
    (Contract.TIME_SERIES, [TIME, DOCS], [(T1, 1), (T0, 1)], "ascending order"),
    (Contract.TIME_SERIES, [TIME, DOCS], [(None, 1)], "is null"),
    (Contract.TIME_SERIES, [TIME, TERM, DOCS], [(T0, "a", 1), (T0, "a", 2)], "more than one row"),
    (Contract.VARIABLE, [TERM, DOCS, TIME], [], "3 columns"),
    (Contract.VARIABLE, [TERM], [("",)], "empty"),
    (Contract.VARIABLE, [TERM], [("a",), ("a",)], "more than one row"),
    (Contract.VARIABLE, [TIME], [], "'time' is a DateTime"),
    (Contract.ANNOTATION, [("text", "String")], [], "no column 'time'"),
    (Contract.ANNOTATION, [TIME], [], "no column 'text'"),
    (Contract.ANNOTATION, [TIME, ("text", "UInt8")], [], "'text' is a UInt8"),
    (Contract.ANNOTATION, [TIME, ("text", "String"), DOCS], [], "'docs' means nothing"),
    (Contract.ANNOTATION, [TIME, ("text", "String")], [(None, "a")], "null"),
    (Contract.ALERT, [TERM], [], "0 numeric columns"),
    (Contract.ALERT, [DOCS, ("b", "Float64")], [], "2 numeric columns"),
    (Contract.ALERT, [TIME, ("at", "DateTime"), DOCS], [], "2 time columns"),
    (Contract.ALERT, [TERM, DOCS], [("a", 1), ("a", 2)], "more than one row"),
    (Contract.ALERT, [DOCS], [(None,)], "not a finite number"),
    (Contract.ALERT, [DOCS], [(float("nan"),)], "not a finite number"),
    (Contract.ALERT, [DOCS, ("day", "Date")], [], "'day' is a Date"),
]


@pytest.mark.parametrize(("contract", "columns", "rows", "said"), BROKEN)
def test_an_unusable_answer_is_told(contract: Contract, columns: Any, rows: Any, said: str) -> None:
    problems = contract_problems(contract, columns, rows)
    assert any(said in problem for problem in problems)
