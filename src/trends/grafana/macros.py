"""Expansion of the ClickHouse plugin's macros (version 4.20). Pure.

In: SQL with ``$__macro(...)`` and a window. Out: SQL that ClickHouse runs. A macro that the plugin
does not know would reach ClickHouse as it stands, so it is an error here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from trends.errors import ConfigError
from trends.grafana.sqltext import closing_parenthesis, split_arguments, without_comments
from trends.grafana.window import Window

_MACRO: Final = re.compile(r"\$__(\w+)")
_GO_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|[smh])")
_GO_UNIT_S: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3_600}


def expand_macros(sql: str, window: Window, where: str = "query") -> str:
    """``sql`` with its macros expanded and without its comments.

    Raises:
        ConfigError: naming ``where`` and the macro that is unknown or has wrong arguments.
    """
    text = without_comments(sql)
    expanded: list[str] = []
    position = 0
    while found := _MACRO.search(text, position):
        expanded.append(text[position : found.start()])
        name, position = found[1], found.end()
        try:
            arguments, position = _arguments(text, position)
            expanded.append(_expansion(name, arguments, window, where))
        except ConfigError as error:
            raise ConfigError(f"{where}: $__{name}: {error}") from error
    return "".join([*expanded, text[position:]])


def _arguments(text: str, position: int) -> tuple[list[str], int]:
    """Arguments of the macro whose name ended at ``position``, and where they end."""
    if text[position : position + 1] != "(":
        return [], position
    end = closing_parenthesis(text, position)
    return split_arguments(text[position + 1 : end]), end + 1


def _expansion(name: str, arguments: list[str], window: Window, where: str) -> str:
    known = _MACROS.get(name)
    if known is None:
        hint = "; it is the browser's, which alerts do without" if name in _BROWSERS else ""
        raise ConfigError(f"the plugin knows no such macro{hint}")
    count, expand = known
    if len(arguments) != count or not all(arguments):
        raise ConfigError(f"takes {count} arguments, not {len(arguments)}")
    # Arguments may hold macros: the plugin goes through the text once per macro.
    return expand(window, *(expand_macros(argument, window, where) for argument in arguments))


def _seconds(window: Window) -> int:
    return max(int(window.interval.total_seconds()), 1)


def _date_time(epoch_ms: int) -> str:
    return f"toDateTime({epoch_ms // 1_000})"


def _date_time_ms(epoch_ms: int) -> str:
    return f"fromUnixTimestamp64Milli({epoch_ms})"


def _date(at: datetime) -> str:
    return f"toDate('{at.astimezone(UTC):%Y-%m-%d}')"


def _time_filter(window: Window, column: str) -> str:
    start, end = _date_time(window.start_ms), _date_time(window.end_ms)
    return f"{column} >= {start} AND {column} <= {end}"


def _time_filter_ms(window: Window, column: str) -> str:
    start, end = _date_time_ms(window.start_ms), _date_time_ms(window.end_ms)
    return f"{column} >= {start} AND {column} <= {end}"


def _date_filter(window: Window, column: str) -> str:
    return f"{column} >= {_date(window.start)} AND {column} <= {_date(window.end)}"


def _group(column: str, seconds: int) -> str:
    return f"toStartOfInterval(toDateTime({column}), INTERVAL {seconds} second)"


def _time_interval_ms(window: Window, column: str) -> str:
    milliseconds = max(window.interval_ms, 1)
    return f"toStartOfInterval(toDateTime64({column}, 3), INTERVAL {milliseconds} millisecond)"


def _time_group(_: Window, column: str, interval: str) -> str:
    return _group(column, max(round(_go_duration(interval).total_seconds()), 1))


def _go_duration(text: str) -> timedelta:
    """A duration as Go reads it: days are not among its units."""
    bare = text.strip().strip("'\"")
    parts = _GO_DURATION.findall(bare)
    if not parts or "".join(number + unit for number, unit in parts) != bare:
        raise ConfigError(f"{text} is not an interval such as 30s, 5m or 24h")
    return timedelta(seconds=sum(float(number) * _GO_UNIT_S[unit] for number, unit in parts))


_MACROS: Final[dict[str, tuple[int, Callable[..., str]]]] = {
    "timeFilter": (1, _time_filter),
    "timeFilter_ms": (1, _time_filter_ms),
    "dateFilter": (1, _date_filter),
    "fromTime": (0, lambda window: _date_time(window.start_ms)),
    "toTime": (0, lambda window: _date_time(window.end_ms)),
    "timeFrom": (1, lambda window, column: f"{column} >= {_date_time(window.start_ms)}"),
    "timeTo": (1, lambda window, column: f"{column} <= {_date_time(window.end_ms)}"),
    "timeInterval": (1, lambda window, column: _group(column, _seconds(window))),
    "timeInterval_ms": (1, _time_interval_ms),
    "timeGroup": (2, _time_group),
    "interval_s": (0, lambda window: str(_seconds(window))),
}
MACROS: Final = frozenset(_MACROS)
"""What the plugin expands on the server."""
_BROWSERS: Final = frozenset({"conditionalAll", "interval", "interval_ms", "from", "to"})
