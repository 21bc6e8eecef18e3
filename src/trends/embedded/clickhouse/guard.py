"""Decides whether the read-only user may run a query, on the engine's own syntax tree.

In: SQL. Out: the same query as the engine prints it, with the settings that it names; or a
`QueryError` that says what is refused. Never looks at SQL text to decide: the engine parses it to
JSON (`parseQueryToJSON`), every node of the tree must be of a known kind, and what runs is the
tree printed back, so that nothing hides in comments, quotes, escapes or a second statement.

Statements that the engine cannot give as JSON (DESCRIBE, EXISTS, SHOW CREATE) are rebuilt from
their object, which is checked as if it stood in ``SELECT * FROM``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from trends.embedded.clickhouse.errors import Code, QueryError
from trends.embedded.clickhouse.functions import FunctionCatalog
from trends.embedded.clickhouse.lexer import tokens
from trends.embedded.clickhouse.reader_policy import (
    INFORMATION_SCHEMA_TABLES,
    SYSTEM_TABLES,
    TABLE_FUNCTIONS,
)

PARSE_SQL = (
    "WITH unhex({sql:String}) AS q, parseQueryToJSON(q) AS tree "
    "SELECT tree, formatQueryFromJSON(tree), formatQuerySingleLine(q)"
)
Node = dict[str, Any]
Parse = Callable[[str], tuple[str, str, str]]

_ROOTS = frozenset(
    {
        "SelectWithUnionQuery",
        "SelectIntersectExceptQuery",
        "SelectQuery",
        "ExplainQuery",
        "ShowTablesQuery",
        "ShowColumnsQuery",
        "ShowIndexesQuery",
    }
)
_EXPLAIN_KINDS = frozenset(
    {
        "EXPLAIN",
        "EXPLAIN AST",
        "EXPLAIN SYNTAX",
        "EXPLAIN QUERY TREE",
        "EXPLAIN PIPELINE",
        "EXPLAIN ESTIMATE",
    }
)
# Nodes that carry no name of their own that would need a check; their children are visited.
_PLAIN = frozenset(
    "ArrayJoin Asterisk ColumnsExceptTransformer ColumnsListMatcher ColumnsRegexpMatcher"
    " ColumnsReplaceTransformer ColumnsReplaceTransformerReplacement ColumnsTransformerList"
    " ExpressionList InterpolateElement Literal OrderByElement QualifiedAsterisk"
    " QualifiedColumnsListMatcher QualifiedColumnsRegexpMatcher SampleRatio"
    " SelectIntersectExceptQuery SelectQuery SelectWithUnionQuery Subquery TableJoin"
    " TablesInSelectQuery TablesInSelectQueryElement WindowDefinition WindowListElement"
    " WithElement".split()
)
_OUTPUT_KEYS = ("out_file", "compression", "compression_level")
_OUTPUT_FLAGS = ("is_outfile_append", "is_outfile_truncate", "is_into_outfile_with_stdout")
_SHOW_KEYS = frozenset(
    "type databases settings changed dictionaries full temporary like not_like"
    " case_insensitive_like from limit_length where_expression format_ast settings_ast".split()
) | set(_OUTPUT_FLAGS)
_IN_FUNCTIONS = frozenset(
    name.lower()
    for base in ("in", "notIn", "nullIn", "notNullIn")
    for stem in (base, "global" + base[0].upper() + base[1:])
    for name in (stem, stem + "IgnoreSet")
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A query that may run.

    Attributes:
        sql: what to run, printed by the engine.
        settings: the settings that the query names, not yet checked against the limits.
    """

    sql: str
    settings: dict[str, str] = field(default_factory=dict)


class Guard:
    """The rules of one read-only user.

    Args:
        user: name for messages.
        databases: databases that may be read in full.
        catalog: which functions are harmless.
    """

    def __init__(self, user: str, databases: frozenset[str], catalog: FunctionCatalog) -> None:
        self._user = user
        self._databases = databases
        self._catalog = catalog

    def check_database(self, name: str) -> None:
        """Raise unless the reader may have ``name`` as its current database."""
        if name not in self._databases and name.lower() not in ("system", "information_schema"):
            raise self._refused(f"database {name!r}")

    def check(self, sql: str, database: str, parse: Parse) -> Checked:
        """Check one statement.

        Args:
            sql: the statement.
            database: the current database, where unqualified names are looked up.
            parse: runs `PARSE_SQL` on a connection: tree, tree printed, text printed.

        Raises:
            QueryError: refused, or no valid SQL.
        """
        try:
            return self._check(sql, database, parse)
        except RecursionError:
            raise self._refused("a query nested as deep as this") from None

    def _check(self, sql: str, database: str, parse: Parse) -> Checked:
        words = [token for token, _ in zip(tokens(sql.encode()), range(4), strict=False)]
        keyword = words[0].word if words else ""
        if keyword in ("DESCRIBE", "DESC"):
            skip = 2 if len(words) > 1 and words[1].word == "TABLE" else 1
            return self._describe(_after(sql, words[skip - 1].end), database, parse)
        if keyword == "EXISTS" or (
            keyword == "SHOW" and len(words) > 1 and words[1].word in ("CREATE", "TABLE", "VIEW")
        ):
            return self._about_object(sql, keyword, database, parse)
        tree, printed = self._parse(sql, parse)
        if tree.get("type") not in _ROOTS:
            raise self._refused(f"statement {tree.get('type')}")
        walk = _Walk(self, database)
        walk.visit(tree)
        return Checked(printed, walk.settings)

    def _parse(self, sql: str, parse: Parse) -> tuple[Node, str]:
        try:
            tree_text, from_tree, from_text = parse(sql)
        except QueryError as error:
            if "does not support JSON serialization" in error.text:
                raise self._refused("this kind of statement") from error
            raise
        # The printed tree is what runs: it must say what was asked.
        if from_tree != from_text:
            raise self._refused("this query, because it cannot be checked,")
        tree: Node = json.loads(tree_text)
        return tree, from_tree

    def _describe(self, target: str, database: str, parse: Parse) -> Checked:
        tree, printed = self._parse(f"SELECT * FROM {target}", parse)
        expression = _only_table(tree)
        walk = _Walk(self, database)
        walk.visit(tree)
        if expression is None:
            raise self._refused("this kind of DESCRIBE")
        return Checked("DESCRIBE TABLE " + printed.removeprefix("SELECT * FROM "), walk.settings)

    def _about_object(self, sql: str, keyword: str, database: str, parse: Parse) -> Checked:
        """``EXISTS [TABLE|VIEW] x`` and ``SHOW [CREATE] [TABLE|VIEW] x``."""
        kind = "TABLE"
        end = 0
        for token in tokens(sql.encode()):
            if token.word in ("VIEW", "TABLE"):
                kind = token.word
            elif token.word not in ("EXISTS", "SHOW", "CREATE"):
                break
            end = token.end
        target = _after(sql, end)
        tree, _ = self._parse(f"SELECT * FROM {target}", parse)
        expression = _only_table(tree)
        table = expression.get("database_and_table_name") if expression else None
        if not isinstance(table, dict) or "alias" in table or "format_ast" in tree:
            raise self._refused(f"this kind of {keyword}")
        walk = _Walk(self, database)
        walk.visit(tree)
        name = ".".join(_quoted(part) for part in _parts(table))
        verb = "EXISTS" if keyword == "EXISTS" else "SHOW CREATE"
        return Checked(f"{verb} {kind} {name}", walk.settings)

    def check_function(self, name: str) -> None:
        if not self._catalog.allows(name):
            raise self._refused(f"function {name}")

    def check_bare_identifier(self, name: str) -> None:
        if self._catalog.refuses_known(name):
            raise self._refused(
                f"the bare name {name}, which is also a function (put the table's name before a "
                "column's)"
            )

    def check_table_function(self, name: str) -> None:
        if name.lower() not in TABLE_FUNCTIONS:
            raise self._refused(f"table function {name}")

    def check_table(self, parts: list[str], current: str) -> None:
        if not all(parts) or len(parts) not in (1, 2):
            raise self._refused("this kind of table name")
        # An unqualified name may also be one of the query's own; if the current database is not
        # free to read, such a name is judged as if it were a table there.
        database, table = parts if len(parts) == 2 else (current, parts[0])
        if database in self._databases:
            return
        lower = table.lower()
        if database == "system" and lower in SYSTEM_TABLES:
            return
        if database.lower() == "information_schema" and lower in INFORMATION_SCHEMA_TABLES:
            return
        raise self._refused(f"table {database}.{table}")

    def _refused(self, what: str) -> QueryError:
        return QueryError.of(
            Code.ACCESS_DENIED,
            f"{self._user}: Not enough privileges. The read-only user may not use {what}",
        )

    refused = _refused


class _Walk:
    """One visit of a tree; collects the settings on its way."""

    def __init__(self, guard: Guard, database: str) -> None:
        self._guard = guard
        self._database = database
        self.settings: dict[str, str] = {}

    def visit(self, node: object) -> None:
        if isinstance(node, list):
            for item in node:
                self.visit(item)
        elif isinstance(node, dict):
            self._visit_node(node)

    def _visit_node(self, node: Node) -> None:
        kind = node.get("type")
        if any(key in node for key in _OUTPUT_KEYS) or any(node.get(key) for key in _OUTPUT_FLAGS):
            raise self._guard.refused("INTO OUTFILE")
        visitor = getattr(self, f"_visit_{kind}", None)
        if visitor is not None:
            visitor(node)
        elif kind in _PLAIN:
            self._visit_children(node)
        else:
            raise self._guard.refused(f"{kind} in a query")

    def _visit_children(self, node: Node, *without: str) -> None:
        for key, value in node.items():
            # A literal's value is data, and its JSON form has no nodes.
            if key in without or (key == "value" and node.get("type") == "Literal"):
                continue
            self.visit(value)

    def _visit_Function(self, node: Node) -> None:  # noqa: N802 - named after the node
        name = str(node["name"])
        self._guard.check_function(name)
        if name.lower() in _IN_FUNCTIONS:
            # `x IN t` names a table without saying so.
            arguments = (node.get("arguments") or {}).get("children") or []
            for argument in arguments[1:]:
                if argument.get("type") in ("Identifier", "TableIdentifier"):
                    self._guard.check_table(_parts(argument), self._database)
        self._visit_children(node)

    def _visit_Identifier(self, node: Node) -> None:  # noqa: N802
        parts = _parts(node)
        if len(parts) == 1 and parts[0]:
            self._guard.check_bare_identifier(parts[0])
        self._visit_children(node, "name_parts")

    def _visit_TableIdentifier(self, node: Node) -> None:  # noqa: N802
        self._guard.check_table(_parts(node), self._database)
        self._visit_children(node, "name_parts")

    def _visit_QueryParameter(self, node: Node) -> None:  # noqa: N802
        if "identifier" in str(node.get("param_type", "")).lower():
            raise self._guard.refused("parameters of the type Identifier")

    def _visit_TableExpression(self, node: Node) -> None:  # noqa: N802
        function = node.get("table_function")
        if isinstance(function, dict):
            self._guard.check_table_function(str(function.get("name")))
            # Its name is no ordinary function's, its arguments are checked like any others.
            self._visit_children(function)
        self._visit_children(node, "table_function")

    def _visit_ColumnsApplyTransformer(self, node: Node) -> None:  # noqa: N802
        if node.get("func_name"):
            self._guard.check_function(str(node["func_name"]))
        self._visit_children(node)

    def _visit_SetQuery(self, node: Node) -> None:  # noqa: N802
        if (
            node.get("is_standalone")
            or node.get("query_parameters")
            or node.get("default_settings")
        ):
            raise self._guard.refused("SET")
        for change in node.get("changes", ()):
            value = change["value"].get("value")
            if isinstance(value, bool):
                value = int(value)
            if not isinstance(value, str | int | float):
                raise self._guard.refused(f"this value of setting {change['name']}")
            self.settings[str(change["name"])] = str(value)

    def _visit_ExplainQuery(self, node: Node) -> None:  # noqa: N802
        if node.get("kind") not in _EXPLAIN_KINDS:
            raise self._guard.refused(str(node.get("kind")))
        query = node.get("query")
        if not isinstance(query, dict) or query.get("type") not in _ROOTS:
            raise self._guard.refused("EXPLAIN of anything but a SELECT")
        # EXPLAIN's own settings (actions = 1) are options of the printout, not of the engine.
        self._visit_children(node, "settings")

    def _visit_ShowTablesQuery(self, node: Node) -> None:  # noqa: N802
        odd = set(node) - _SHOW_KEYS
        if odd:
            raise self._guard.refused(f"SHOW {', '.join(sorted(odd)).upper()}")
        self._visit_children(node, "from")

    def _visit_ShowColumnsQuery(self, node: Node) -> None:  # noqa: N802
        parts = [str(node[key]) for key in ("database", "table") if node.get(key)]
        self._guard.check_table(parts, self._database)
        self._visit_children(node)

    _visit_ShowIndexesQuery = _visit_ShowColumnsQuery  # noqa: N815


def _after(sql: str, byte_offset: int) -> str:
    return sql.encode()[byte_offset:].decode()


def _parts(node: Node) -> list[str]:
    parts = node.get("name_parts")
    if isinstance(parts, list):
        return [str(part) for part in parts]
    return [str(node.get("name", ""))]


def _quoted(name: str) -> str:
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def _only_table(tree: Node) -> Node | None:
    """The table expression of ``SELECT * FROM x``, if the query is nothing but that."""
    selects = (tree.get("list_of_selects") or {}).get("children") or []
    if tree.get("type") != "SelectWithUnionQuery" or len(selects) != 1:
        return None
    select = selects[0]
    if select.get("type") != "SelectQuery" or set(select) - {"type", "select", "tables"}:
        return None
    elements = (select.get("tables") or {}).get("children") or []
    if len(elements) != 1:
        return None
    expression = elements[0].get("table_expression")
    if not isinstance(expression, dict) or set(expression) & {"final", "sample_size"}:
        return None
    return expression
