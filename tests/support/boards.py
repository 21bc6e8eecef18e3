"""Dashboards as their files have them, asked as Grafana would ask."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from clickhouse_connect.driver.client import Client

from trends.grafana.contract import contract_problems
from trends.grafana.panels import Query, dashboard_queries
from trends.grafana.variables import ALL

FOLDER: Final = Path(__file__).parents[2] / "dashboards"
NOBODY: Final = ("",)
"""A variable of many values with none chosen."""

Values = Mapping[str, str | tuple[str, ...]]
Row = dict[str, Any]


def board(name: str) -> dict[str, Any]:
    """The dashboard of that file."""
    read: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return read


class Board:
    """One dashboard over one store."""

    def __init__(self, name: str, client: Client, start: datetime, end: datetime) -> None:
        self.json = board(name)
        self._client = client
        self._range = (start, end)

    def queries(self, values: Values) -> list[Query]:
        """All of them, with what is chosen; of variables that are not named, what the file has."""
        return dashboard_queries(self.json, *self._range, values=values)

    def rows(self, title: str, **values: str | tuple[str, ...]) -> list[Row]:
        """What the panel of that title shows, or the variable ``$title`` offers."""
        (query,) = [query for query in self.queries(values) if query.name == title]
        return self.ask(query)

    def ask(self, query: Query) -> list[Row]:
        """What one of its queries gives."""
        return list(self._client.query(elsewhere(query.sql)).named_results())

    def answers(self, values: Values) -> dict[str, int]:
        """How many rows each query has, by its name; each keeps its contract."""
        found = {}
        for query in self.queries(values):
            columns, rows = answer(self._client, query.sql)
            assert contract_problems(query.contract, columns, rows) == [], query.where
            found[query.name] = len(rows)
        return found


def answer(client: Client, sql: str) -> tuple[list[tuple[str, str]], Sequence[Sequence[Any]]]:
    """Columns with their types, also of an empty answer, and rows as JSON has them."""
    told = json.loads(client.raw_query(elsewhere(sql), fmt="JSONCompact"))
    return [(column["name"], column["type"]) for column in told["meta"]], told["data"]


def elsewhere(sql: str) -> str:
    """The query as a server in Tokyo runs it: days are those of UTC, whatever the server's are."""
    return f"{sql}\nSETTINGS session_timezone = 'Asia/Tokyo'"


def chosen(**values: str | tuple[str, ...]) -> Values:
    """What is chosen when nobody has chosen anything, but for ``values``."""
    return {"source": (ALL,), "tag": (ALL,), **values}
