"""Whether an answer is what a panel, variable, annotation or alert rule can use. Pure.

In: names and ClickHouse types of columns, and rows. Out: what is wrong, in words. That no rows came
is nothing wrong here: whether a query may be empty, its caller knows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

from trends.grafana.panels import Contract

Columns = Sequence[tuple[str, str]]
Rows = Sequence[Sequence[Any]]

_WRAPPED: Final = re.compile(r"(?:Nullable|LowCardinality)\((.*)\)")
_NUMBER: Final = re.compile(r"U?Int(?:8|16|32|64)|Float(?:32|64)|Decimal\d*(?:\(.*\))?|Bool")
_STRING: Final = re.compile(r"String|FixedString\(\d+\)|Enum(?:8|16)\(.*\)|UUID|IPv[46]", re.DOTALL)
_ANNOTATION: Final[Mapping[str, frozenset[str]]] = {
    "time": frozenset({"time"}),
    "timeEnd": frozenset({"time"}),
    "text": frozenset({"string"}),
    "title": frozenset({"string"}),
    "tags": frozenset({"string", "strings"}),
    "id": frozenset({"string", "number"}),
    "color": frozenset({"string"}),
}


class Kind(StrEnum):
    """What Grafana makes of a column."""

    TIME = "time"
    NUMBER = "number"
    STRING = "string"
    STRINGS = "strings"
    DATE = "date"
    OTHER = "other"


def kind_of(type_: str) -> Kind:
    """The kind of a ClickHouse type, such as ``LowCardinality(Nullable(String))``."""
    bare = type_.strip()
    while found := _WRAPPED.fullmatch(bare):
        bare = found[1]
    if bare.startswith("DateTime"):
        return Kind.TIME
    if bare in ("Date", "Date32"):
        return Kind.DATE
    if _NUMBER.fullmatch(bare):
        return Kind.NUMBER
    if _STRING.fullmatch(bare):
        return Kind.STRING
    if bare.startswith("Array(") and kind_of(bare[6:-1]) is Kind.STRING:
        return Kind.STRINGS
    return Kind.OTHER


def contract_problems(contract: Contract, columns: Columns, rows: Rows) -> list[str]:
    """What is wrong with an answer; nothing if it keeps its contract."""
    names = [name for name, _ in columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    problems = [f"column {name!r} comes more than once" for name in twice]
    if not columns:
        problems.append("no columns")
    if not problems:
        problems += _CHECKS[contract](columns, rows)
    return problems


def _time_series(columns: Columns, rows: Rows) -> Iterator[str]:
    times = _of(columns, Kind.TIME)
    yield from _odd(columns, {Kind.TIME, Kind.NUMBER, Kind.STRING})
    if len(times) != 1:
        yield f"{len(times)} time columns where there must be one, a DateTime"
    if not _of(columns, Kind.NUMBER):
        yield "no numeric column"
    if len(times) == 1:
        yield from _times_in_order(columns, rows, times[0])
        yield from _once(columns, rows, [times[0], *_of(columns, Kind.STRING)])


def _times_in_order(columns: Columns, rows: Rows, time: int) -> Iterator[str]:
    name = columns[time][0]
    moments = [row[time] for row in rows]
    if any(moment is None for moment in moments):
        yield f"{name!r} is null in some rows"
    elif any(later < earlier for earlier, later in pairwise(moments)):
        yield f"rows are not in ascending order of {name!r}"


def _once(columns: Columns, rows: Rows, key: Sequence[int]) -> Iterator[str]:
    seen = set()
    for row in rows:
        values = tuple(str(row[place]) for place in key)
        if values in seen:
            shown = ", ".join(f"{columns[place][0]}={row[place]}" for place in key)
            yield f"more than one row with {shown}"
            return
        seen.add(values)


def _table(columns: Columns, rows: Rows) -> Iterator[str]:  # noqa: ARG001 - as all of them
    for name, type_ in columns:
        if type_.startswith(("AggregateFunction", "Tuple", "Map", "Nested")):
            yield f"column {name!r} is a {type_}, which a table cannot show"


def _variable(columns: Columns, rows: Rows) -> Iterator[str]:
    if len(columns) > 2:
        yield f"{len(columns)} columns where there must be one, or a value and its text"
    yield from _odd(columns, {Kind.STRING, Kind.NUMBER})
    if any(row[0] is None or row[0] == "" for row in rows):
        yield "a value is empty"
    yield from _once(columns, rows, [0])


def _annotation(columns: Columns, rows: Rows) -> Iterator[str]:
    names = [name for name, _ in columns]
    for needed in ("time", "text"):
        if needed not in names:
            yield f"no column {needed!r}"
    for place, (name, type_) in enumerate(columns):
        allowed = _ANNOTATION.get(name)
        if allowed is None:
            yield f"column {name!r} means nothing to an annotation"
        elif kind_of(type_) not in allowed:
            yield f"column {name!r} is a {type_}"
        elif name == "time" and any(row[place] is None for row in rows):
            yield "'time' is null in some rows"


def _alert(columns: Columns, rows: Rows) -> Iterator[str]:
    yield from _odd(columns, {Kind.TIME, Kind.NUMBER, Kind.STRING})
    times, numbers = _of(columns, Kind.TIME), _of(columns, Kind.NUMBER)
    if len(times) > 1:
        yield f"{len(times)} time columns where there may be one"
    if len(numbers) != 1:
        yield f"{len(numbers)} numeric columns where there must be exactly one"
        return
    if len(times) == 1:
        yield from _times_in_order(columns, rows, times[0])
    yield from _once(columns, rows, [*times, *_of(columns, Kind.STRING)])
    if any(not _finite(row[numbers[0]]) for row in rows):
        yield f"{columns[numbers[0]][0]!r} is null or not a finite number in some rows"


def _finite(value: Any) -> bool:
    return value is not None and math.isfinite(value)


def _odd(columns: Columns, kinds: set[Kind]) -> Iterator[str]:
    for name, type_ in columns:
        if kind_of(type_) not in kinds:
            yield f"column {name!r} is a {type_}, which is none of: {', '.join(sorted(kinds))}"


def _of(columns: Columns, kind: Kind) -> list[int]:
    return [place for place, (_, type_) in enumerate(columns) if kind_of(type_) is kind]


_CHECKS: Final = {
    Contract.TIME_SERIES: _time_series,
    Contract.TABLE: _table,
    Contract.VARIABLE: _variable,
    Contract.ANNOTATION: _annotation,
    Contract.ALERT: _alert,
}
