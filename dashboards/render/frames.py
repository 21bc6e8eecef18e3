"""Rows of an answer made into columns as the ClickHouse plugin hands them to Grafana. Pure.

In: names, types and rows. Out: columns with Grafana's types; of a time series, one column for each
combination of strings, with these as its labels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from trends.grafana.contract import Columns, Kind, Rows, kind_of

Column = dict[str, Any]
_FIELD_TYPES: Final = {
    Kind.TIME: "time",
    Kind.DATE: "time",
    Kind.NUMBER: "number",
    Kind.STRING: "string",
    Kind.STRINGS: "other",
    Kind.OTHER: "other",
}


def table(columns: Columns, rows: Rows) -> list[Column]:
    """Columns as they came."""
    return [
        {
            "name": name,
            "type": "boolean" if type_ == "Bool" else _FIELD_TYPES[kind_of(type_)],
            "values": [json_value(row[place]) for row in rows],
        }
        for place, (name, type_) in enumerate(columns)
    ]


def time_series(columns: Columns, rows: Rows) -> list[Column]:
    """Long made wide, as the plugin does it where strings came."""
    strings = _places(columns, Kind.STRING)
    if not strings or not rows:
        return table(columns, rows)
    time = _places(columns, Kind.TIME)[0]
    moments = sorted({row[time] for row in rows})
    place_of = {moment: place for place, moment in enumerate(moments)}
    found: dict[tuple[int, tuple[str, ...]], Column] = {}
    for row in rows:
        labels = tuple(str(row[place]) for place in strings)
        for number in _places(columns, Kind.NUMBER):
            column = found.setdefault(
                (number, labels),
                {
                    "name": columns[number][0],
                    "type": "number",
                    "labels": {
                        columns[place][0]: label
                        for place, label in zip(strings, labels, strict=True)
                    },
                    "values": [None] * len(moments),
                },
            )
            column["values"][place_of[row[time]]] = json_value(row[number])
    # The plugin orders series by their labels.
    ordered = [found[key] for key in sorted(found, key=lambda key: (key[1], key[0]))]
    times = {"name": columns[time][0], "type": "time", "values": [json_value(at) for at in moments]}
    return [times, *ordered]


def json_value(value: Any) -> Any:
    """A value as JSON has it; times in milliseconds."""
    if isinstance(value, datetime):
        at = value if value.tzinfo else value.replace(tzinfo=UTC)
        return round(at.timestamp() * 1_000)
    if isinstance(value, date):
        return json_value(datetime(value.year, value.month, value.day, tzinfo=UTC))
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Sequence):
        return [json_value(each) for each in value]
    return str(value)


def _places(columns: Columns, kind: Kind) -> list[int]:
    return [place for place, (_, type_) in enumerate(columns) if kind_of(type_) is kind]
