"""The guard on trees as the engine gives them; the engine itself is in the integration tests."""

from __future__ import annotations

import json
from typing import Any

import pytest

from trends.embedded.clickhouse.errors import QueryError
from trends.embedded.clickhouse.functions import FunctionCatalog, FunctionRow
from trends.embedded.clickhouse.guard import Checked, Guard

CATALOG = FunctionCatalog(
    [
        FunctionRow("upper", "", "System", "String", False),
        FunctionRow("in", "", "System", "Comparison", False),
        FunctionRow("file", "", "System", "Other", False),
    ],
    [],
)
GUARD = Guard("reader", frozenset({"trends"}), CATALOG)


def node(kind: str, /, **fields: Any) -> dict[str, Any]:
    return {"type": kind, **fields}


def expressions(*children: Any) -> dict[str, Any]:
    return node("ExpressionList", children=list(children))


def call(name: str, *arguments: Any) -> dict[str, Any]:
    return node("Function", name=name, arguments=expressions(*arguments))


def name(*parts: str, kind: str = "Identifier") -> dict[str, Any]:
    if len(parts) == 1:
        return node(kind, name=parts[0])
    return node(kind, name=".".join(parts), name_parts=list(parts))


def select(what: Any, **more: Any) -> dict[str, Any]:
    query = node("SelectQuery", select=expressions(what), **more)
    return node("SelectWithUnionQuery", list_of_selects=expressions(query))


def check(tree: dict[str, Any], sql: str = "SELECT 1", database: str = "trends") -> Checked:
    return GUARD.check(sql, database, lambda _: (json.dumps(tree), "printed", "printed"))


def from_table(*parts: str) -> dict[str, Any]:
    table = node("TableExpression", database_and_table_name=name(*parts, kind="TableIdentifier"))
    element = node("TablesInSelectQueryElement", table_expression=table)
    return node("TablesInSelectQuery", children=[element])


LITERAL = node("Literal", value={"field_type": "String", "value": "file"})


@pytest.mark.parametrize(
    "tree",
    [
        select(LITERAL),
        select(call("upper", LITERAL)),
        select(name("term"), tables=from_table("terms")),
        select(name("t", "file"), tables=from_table("trends", "terms")),
        select(call("in", LITERAL, name("trends", "terms"))),
        select(LITERAL, tables=from_table("system", "one")),
        node("ExplainQuery", kind="EXPLAIN", query=select(LITERAL)),
        node("ShowTablesQuery", databases=True),
        node("ShowColumnsQuery", table="terms"),
    ],
)
def test_reading_is_allowed_and_what_runs_is_the_engines_print(tree: dict[str, Any]) -> None:
    assert check(tree) == Checked("printed")


@pytest.mark.parametrize(
    "tree",
    [
        select(call("file", LITERAL)),
        select(call("upper", call("file", LITERAL))),
        select(call("upper", name("file"))),
        select(node("Asterisk", transformers=node("ColumnsApplyTransformer", func_name="file"))),
        select(LITERAL, tables=from_table("other", "hidden")),
        select(LITERAL, tables=from_table("system", "processes")),
        select(LITERAL, tables=from_table("a", "b", "c")),
        select(LITERAL, tables=from_table("", "")),
        select(call("in", LITERAL, name("other", "hidden"))),
        select(node("QueryParameter", name="t", param_type="Identifier")),
        select(node("KindOfTheNextEngine")),
        node("SelectWithUnionQuery", out_file=LITERAL),
        node("SelectWithUnionQuery", is_into_outfile_with_stdout=True),
        node("InsertQuery"),
        node("SetQuery", is_standalone=True),
        node("ExplainQuery", kind="EXPLAIN", query=node("InsertQuery")),
        node("ExplainQuery", kind="EXPLAIN CURRENT TRANSACTION", query=select(LITERAL)),
        node("ShowTablesQuery", clusters=True),
        node("ShowColumnsQuery", database="other", table="hidden"),
        select(LITERAL, settings=node("SetQuery", query_parameters=[{"name": "a"}])),
        {},
    ],
)
def test_everything_else_is_refused(tree: dict[str, Any]) -> None:
    with pytest.raises(QueryError, match="ACCESS_DENIED"):
        check(tree)


def test_table_functions_have_a_list_of_their_own() -> None:
    def from_function(function: dict[str, Any]) -> dict[str, Any]:
        table = node("TableExpression", table_function=function)
        return select(LITERAL, tables=node("TablesInSelectQuery", children=[table]))

    assert check(from_function(call("numbers", LITERAL))).sql == "printed"
    for refused in (call("upper", LITERAL), call("numbers", call("file", LITERAL))):
        with pytest.raises(QueryError, match="ACCESS_DENIED"):
            check(from_function(refused))


def test_unqualified_tables_of_a_system_database_are_judged_as_such() -> None:
    assert check(select(LITERAL, tables=from_table("one")), database="system").sql == "printed"
    with pytest.raises(QueryError, match=r"system\.processes"):
        check(select(LITERAL, tables=from_table("processes")), database="system")


def test_settings_are_collected_from_everywhere() -> None:
    inner = select(
        LITERAL,
        settings=node("SetQuery", changes=[{"name": "a", "value": {"value": 1}}]),
    )
    outer = select(node("Subquery", children=[inner])) | {
        "settings_ast": node("SetQuery", changes=[{"name": "b", "value": {"value": True}}])
    }
    assert check(outer).settings == {"a": "1", "b": "1"}


def test_a_print_that_differs_from_the_query_is_refused() -> None:
    with pytest.raises(QueryError, match="cannot be checked"):
        GUARD.check("SELECT 1", "trends", lambda _: (json.dumps(select(LITERAL)), "one", "other"))


def test_a_tree_deeper_than_the_stack_is_refused() -> None:
    tree = LITERAL
    for _ in range(450):
        tree = call("upper", tree)
    with pytest.raises(QueryError, match="nested"):
        check(select(tree))


@pytest.mark.parametrize(
    ("sql", "runs"),
    [
        ("EXISTS TABLE trends.t", "EXISTS TABLE `trends`.`t`"),
        ("SHOW CREATE VIEW trends.t", "SHOW CREATE VIEW `trends`.`t`"),
        ("SHOW CREATE trends.t", "SHOW CREATE TABLE `trends`.`t`"),
    ],
)
def test_statements_about_an_object_are_rebuilt(sql: str, runs: str) -> None:
    asked: list[str] = []

    def parse(text: str) -> tuple[str, str, str]:
        asked.append(text)
        tree = select(node("Asterisk"), tables=from_table("trends", "t"))
        return json.dumps(tree), "printed", "printed"

    assert GUARD.check(sql, "trends", parse).sql == runs
    assert asked == ["SELECT * FROM  trends.t"]


@pytest.mark.parametrize("database", ["default", "other", "", "Trends"])
def test_only_its_own_and_the_systems_databases_can_be_current(database: str) -> None:
    GUARD.check_database("trends")
    GUARD.check_database("system")
    with pytest.raises(QueryError, match="ACCESS_DENIED"):
        GUARD.check_database(database)
