"""What alerts of given rules carry, for policies and templates to name. Pure.

In: files of alerting. Out: labels, annotations, values and titles. Labels that a query gives are
the columns that it ends with; the one that is its number is among them, for SQL does not tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from trends.errors import ConfigError
from trends.grafana.finding import is_object, objects
from trends.grafana.sqltext import (
    closing_parenthesis,
    split_arguments,
    without_comments,
    without_literals,
)

GRAFANAS_LABELS: Final = frozenset({"alertname", "grafana_folder"})
"""On every alert."""
OUTAGE_LABELS: Final = frozenset({"rulename", "datasource_uid", "ref_id"})
"""On the alert DatasourceError, or DatasourceNoData, of a rule whose query gives nothing."""
OUTAGE_TITLES: Final = frozenset({"DatasourceError", "DatasourceNoData"})
_OUTAGE_ANNOTATIONS: Final = frozenset({"Error"})
_SELECT: Final = re.compile(r"\s*SELECT\b(?:\s+DISTINCT\b)?", re.IGNORECASE)
_WORDS: Final = re.compile(r"\b(?:FROM|UNION|WHERE|ORDER|LIMIT|FORMAT)\b|\(", re.IGNORECASE)
_ALIAS: Final = re.compile(r"(?:\bAS\s+|^(?:\w+\.)*)[`\"]?(\w+)[`\"]?\s*$", re.IGNORECASE)
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fields:
    """What can be named of alerts.

    Attributes:
        titles: values of the label `alertname`.
        values: references of queries and expressions.
    """

    labels: frozenset[str]
    annotations: frozenset[str]
    titles: frozenset[str]
    values: frozenset[str]


def fields_of(files: Iterable[Json]) -> Fields | None:
    """What alerts of all rules in these files carry; None if there is no rule."""
    rules = [rule for json in files for rule in _rules(json)]
    if not rules:
        return None
    labels, annotations, values = set(GRAFANAS_LABELS | OUTAGE_LABELS), set(), set()
    for rule in rules:
        labels |= set(_keys(rule.get("labels")))
        # What stands between two underscores is Grafana's own, and templates do not get it.
        annotations |= {key for key in _keys(rule.get("annotations")) if not key.startswith("__")}
        for _, data in objects(rule.get("data"), ""):
            values.add(str(data.get("refId")))
            model = data.get("model")
            if is_object(model) and isinstance(model.get("rawSql"), str):
                labels |= set(columns(model["rawSql"]))
    return Fields(
        frozenset(labels),
        frozenset(annotations) | _OUTAGE_ANNOTATIONS,
        frozenset(str(rule.get("title")) for rule in rules) | OUTAGE_TITLES,
        frozenset(values),
    )


def columns(sql: str) -> list[str]:
    """Names of the columns that a query ends with, as far as it says them."""
    text = without_comments(sql)
    start = _SELECT.match(text)
    if start is None:
        return []
    end = _end_of_columns(text, start.end())
    found = (_ALIAS.search(part) for part in split_arguments(text[start.end() : end]))
    return [match[1] for match in found if match]


def _end_of_columns(text: str, position: int) -> int:
    """Where the word stands that follows them, not one within parentheses or quotes."""
    blank = without_literals(text)
    while match := _WORDS.search(blank, position):
        if match[0] != "(":
            return match.start()
        try:
            position = closing_parenthesis(text, match.start()) + 1
        except ConfigError:
            break
    return len(text)


def _rules(json: Json) -> Iterator[Json]:
    for path, group in objects(json.get("groups"), "groups"):
        for _, rule in objects(group.get("rules"), path):
            yield rule


def _keys(value: object) -> list[str]:
    return [str(key) for key in value] if is_object(value) else []
