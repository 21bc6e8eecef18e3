"""Macros expand as the plugin's table says, and nothing else passes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from trends.errors import ConfigError
from trends.grafana.macros import MACROS, expand_macros
from trends.grafana.window import Window

START = datetime(2025, 1, 1, 0, 0, 0, 250_000, tzinfo=UTC)
END = datetime(2025, 1, 8, 12, tzinfo=UTC)
F, T = 1_735_689_600, 1_736_337_600
WINDOW = Window(START, END, timedelta(seconds=90, milliseconds=500))

TABLE = [
    ("$__timeFilter(c)", f"c >= toDateTime({F}) AND c <= toDateTime({T})"),
    (
        "$__timeFilter_ms(c)",
        f"c >= fromUnixTimestamp64Milli({F}250) AND c <= fromUnixTimestamp64Milli({T}000)",
    ),
    ("$__fromTime", f"toDateTime({F})"),
    ("$__toTime", f"toDateTime({T})"),
    ("$__timeFrom(c)", f"c >= toDateTime({F})"),
    ("$__timeTo(c)", f"c <= toDateTime({T})"),
    ("$__dateFilter(c)", "c >= toDate('2025-01-01') AND c <= toDate('2025-01-08')"),
    ("$__timeInterval(c)", "toStartOfInterval(toDateTime(c), INTERVAL 90 second)"),
    (
        "$__timeInterval_ms(c)",
        "toStartOfInterval(toDateTime64(c, 3), INTERVAL 90500 millisecond)",
    ),
    ("$__timeGroup(c,5m)", "toStartOfInterval(toDateTime(c), INTERVAL 300 second)"),
    ("$__timeGroup(c, '1h30m')", "toStartOfInterval(toDateTime(c), INTERVAL 5400 second)"),
    ("$__interval_s", "90"),
]


@pytest.mark.parametrize(("macro", "expansion"), TABLE, ids=[macro for macro, _ in TABLE])
def test_a_macro_expands_as_the_plugin_expands_it(macro: str, expansion: str) -> None:
    assert expand_macros(f"SELECT {macro}, 1", WINDOW) == f"SELECT {expansion}, 1"


def test_every_macro_stands_in_the_table() -> None:
    assert {macro[3:].partition("(")[0] for macro, _ in TABLE} == MACROS


def test_the_interval_is_a_second_at_least() -> None:
    window = Window(START, END, timedelta(milliseconds=20))
    assert expand_macros("$__interval_s", window) == "1"
    assert "INTERVAL 1 second" in expand_macros("$__timeInterval(c)", window)
    assert "INTERVAL 20 millisecond" in expand_macros("$__timeInterval_ms(c)", window)


def test_an_argument_may_hold_parentheses_commas_quotes_and_macros() -> None:
    sql = "$__timeGroup(if(a = '),', toDateTime(b, 'UTC'), $__fromTime), 1h)"
    assert expand_macros(sql, WINDOW) == (
        f"toStartOfInterval(toDateTime(if(a = '),', toDateTime(b, 'UTC'), toDateTime({F}))), "
        "INTERVAL 3600 second)"
    )


def test_comments_are_blanked_and_quotes_are_not() -> None:
    sql = "SELECT '-- $x /*', 1 -- $__nonsense\n/* $__nonsense( */ + 1"
    assert expand_macros(sql, WINDOW).split() == ["SELECT", "'--", "$x", "/*',", "1", "+", "1"]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("$__nonsense(c)", r"\$__nonsense: the plugin knows no such macro"),
        ("$__timeFiltered(c)", r"\$__timeFiltered"),
        ("$__conditionalAll(a = 1, $x)", "browser"),
        ("$__interval", "browser"),
        ("$__timeFilter", "takes 1 arguments, not 0"),
        ("$__timeFilter()", "takes 1 arguments, not 0"),
        ("$__timeFilter(a, b)", "takes 1 arguments, not 2"),
        ("$__timeFilter(a", "no parenthesis closes"),
        ("$__timeGroup(a, 1d)", "1d is not an interval"),
        ("$__timeGroup(a, $__interval)", r"\$__interval"),
    ],
)
def test_what_the_plugin_does_not_know_is_refused_with_its_place(sql: str, said: str) -> None:
    with pytest.raises(ConfigError, match=rf"Top terms.*{said}"):
        expand_macros(f"SELECT {sql}", WINDOW, "Top terms")


def test_a_range_needs_a_time_zone_and_an_order() -> None:
    with pytest.raises(ConfigError, match="time zone"):
        Window(datetime(2025, 1, 1), END, timedelta(1))  # noqa: DTZ001 - it is what is refused
    with pytest.raises(ConfigError, match="before it starts"):
        Window(END, START, timedelta(1))
