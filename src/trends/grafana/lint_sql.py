"""What can be told of a query without running it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from trends.grafana.finding import Finding
from trends.grafana.formats import ENCODED, QUOTING
from trends.grafana.macros import MACROS
from trends.grafana.sqltext import literals, without_comments, without_literals
from trends.grafana.variables import BUILT_IN, REFERENCE

_STAR: Final = re.compile(r"(?:\bselect\s+(?:distinct\s+)?|,\s*|\.)\*", re.IGNORECASE)
_ORDERED: Final = re.compile(r"\border\s+by\b", re.IGNORECASE)
_CONDITIONAL: Final = re.compile(r"\$__conditionalAll\(")
# Second argument of $__conditionalAll: only looked at, never put into the SQL.
_CONDITIONAL_VARIABLE: Final = re.compile(r",\s*\$\{?\w+\}?\s*\)")
_BUILT_IN: Final = frozenset(name.removeprefix("__") for name in BUILT_IN)
_FREE_TYPES: Final = frozenset({"query", "textbox"})


def lint_sql(
    sql: object,
    path: str,
    variables: Mapping[str, Mapping[str, Any]],
    *,
    browser: bool = True,
    series: bool = False,
) -> Iterator[Finding]:
    """What is wrong with a query of a dashboard or rule.

    Args:
        sql: as the file has it.
        path: of it.
        variables: the dashboard's definitions by name.
        browser: whether one expands variables; for alert rules none does.
        series: whether a time series is asked for.
    """
    if not isinstance(sql, str) or not sql.strip():
        yield Finding(path, "no SQL")
        return
    text = without_comments(sql)
    bare = without_literals(sql)
    if ";" in bare:
        yield Finding(path, "holds a ';': the plugin sends one query, as it stands")
    if _STAR.search(bare):
        yield Finding(path, "selects *: a new column of the table would break the panel")
    if series and not _ORDERED.search(bare):
        yield Finding(path, "a time series without ORDER BY")
    if not browser:
        yield from _without_browser(text, path)
        return
    for name in sorted(set(_macros(text)) - MACROS - _BUILT_IN - {"conditionalAll"}):
        yield Finding(path, f"$__{name} is no macro of the plugin")
    yield from _references(text, path, variables)


def _macros(text: str) -> list[str]:
    return re.findall(r"\$__(\w+)", text)


def _without_browser(text: str, path: str) -> Iterator[Finding]:
    for name in sorted(set(_macros(text)) - MACROS):
        yield Finding(path, f"$__{name} is not expanded for alerts, or no macro of the plugin")
    for found in REFERENCE.finditer(text):
        name = found["bare"] or found["old"] or found["braced"]
        if not name.startswith("__") and not name.isdigit():
            yield Finding(path, f"{found[0]}: an alert knows no variables")


def _references(
    text: str, path: str, variables: Mapping[str, Mapping[str, Any]]
) -> Iterator[Finding]:
    quoted = "\0".join(literals(text))
    only_asked = {match.start() for match in _CONDITIONAL_VARIABLE.finditer(text)}
    conditional = bool(_CONDITIONAL.search(text))
    for found in REFERENCE.finditer(text):
        name = found["bare"] or found["old"] or found["braced"]
        if name.startswith("__") or (found["bare"] and name.isdigit()):
            continue
        definition = variables.get(name)
        if definition is None:
            yield Finding(path, f"{found[0]} is not defined")
            continue
        before = text[: found.start()].rstrip()
        if conditional and before.endswith(",") and len(before) - 1 in only_asked:
            continue
        format_ = (found["format"] or found["old_format"] or "").partition(":")[0]
        if format_ in QUOTING and found[0] in quoted:
            yield Finding(path, f"{found[0]} stands in quotes, and brings its own")
        elif format_ == ENCODED and found[0] in quoted and not _is_several(definition):
            continue
        elif format_ not in QUOTING and _needs_quoting(definition):
            yield Finding(
                path, f"{found[0]} can be anything: write ${{{name}:sqlstring}}, without quotes"
            )


def _needs_quoting(definition: Mapping[str, Any]) -> bool:
    """Several values are only told apart by quotes; what people or data say needs escaping."""
    return _is_several(definition) or definition.get("type") in _FREE_TYPES


def _is_several(definition: Mapping[str, Any]) -> bool:
    return bool(definition.get("multi")) or bool(definition.get("includeAll"))
