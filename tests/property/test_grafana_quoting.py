"""No value gets out of its quotes in SQL, whatever it is; but for what Grafana does not escape."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trends.grafana.formats import QUOTING
from trends.grafana.macros import expand_macros
from trends.grafana.variables import Variable, interpolate
from trends.grafana.window import Window

WINDOW = Window(
    datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 1, 2, tzinfo=UTC), timedelta(minutes=5)
)
# Neither format doubles a backslash (see the last test).
ALPHABET = st.sampled_from("'\"$`{}[]()-/*,;:%\n\r\t aé中") | st.characters(
    exclude_characters="\\", exclude_categories=["Cs"]
)
VALUES = st.text(ALPHABET, max_size=20)


def literals(sql: str) -> list[str]:
    """The literals of a list as ClickHouse reads them.

    Raises:
        ValueError: if anything but commas stands between them.
    """
    found, position = [], 0
    while True:
        if sql[position] != "'":
            raise ValueError(f"{sql[position:]!r} is no literal")
        position += 1
        text = ""
        while sql[position] != "'" or sql[position + 1 : position + 2] == "'":
            position += sql[position] == "\\" or sql[position : position + 2] == "''"
            text += sql[position]
            position += 1
        found.append(text)
        position += 1
        if position == len(sql):
            return found
        if sql[position] != ",":
            raise ValueError(f"{sql[position:]!r} stands outside of quotes")
        position += 1


@pytest.mark.parametrize("format_", sorted(QUOTING))
@given(values=st.lists(VALUES, min_size=1, max_size=4))
@example(values=["' OR 1 = 1 --", "/*", "*/"])
@example(values=["$__timeFilter(x)", "${v}", "''", "'"])
def test_quoted_values_are_read_back_as_they_were(format_: str, values: list[str]) -> None:
    variables = {"v": Variable("v", tuple(values))}
    sql = interpolate(f"${{v:{format_}}}", variables, WINDOW)
    assert literals(sql) == values


@given(value=VALUES.filter(lambda value: "$__" not in value))
@example(value="it's -- over")
@example(value="it's /* over")
@example(value="(it's), over")
def test_a_value_in_sqlstring_passes_the_plugins_reading_unchanged(value: str) -> None:
    sql = "SELECT $__timeFilter(a), [${v:sqlstring}], 1"
    expanded = expand_macros(interpolate(sql, {"v": Variable("v", value)}, WINDOW), WINDOW)
    inside = expanded.partition("[")[2].rpartition("]")[0]
    assert literals(inside) == [value]


@pytest.mark.parametrize("format_", sorted(QUOTING))
def test_grafana_lets_a_backslash_out(format_: str) -> None:
    """A known hole of Grafana: what runs such SQL must be a user who can only read."""
    sql = interpolate(f"${{v:{format_}}}", {"v": Variable("v", "\\' OR 1 --")}, WINDOW)
    with pytest.raises((ValueError, IndexError)):
        literals(sql)


def test_a_quote_before_a_comment_mark_is_cut_off_by_the_plugin_unless_it_is_doubled() -> None:
    """Why `sqlstring` is the better of the two: the plugin's parser knows no backslash."""
    variables = {"v": Variable("v", "it's -- over")}
    singly, doubly = (
        expand_macros(interpolate(f"[${{v:{name}}}]", variables, WINDOW), WINDOW)
        for name in ("singlequote", "sqlstring")
    )
    assert doubly == "['it''s -- over']"
    assert singly.rstrip() == r"['it\'s"
