"""Variables are put into SQL as the browser and the plugin do it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from trends.errors import ConfigError
from trends.grafana.variables import ALL, BUILT_IN, Variable, built_in, interpolate
from trends.grafana.window import Window

WINDOW = Window(
    datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 1, 2, tzinfo=UTC), timedelta(minutes=5)
)
VARIABLES = {
    variable.name: variable
    for variable in (
        Variable("one", "it's"),
        Variable("many", ("a", "b'c", 'd"e')),
        Variable("single", ("a",)),
        Variable("every", (ALL,), options=("x", "y")),
        Variable("unknown", (ALL,)),
        Variable("free", (ALL,), all_value=".*"),
        Variable("empty", ""),
        Variable("unset", ()),
        Variable("shown", "4", text="four & more"),
    )
}


def put(sql: str) -> str:
    return interpolate(sql, VARIABLES, WINDOW, "Spikes: Firing now")


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("$one", "it's"),
        ("[[one]]", "it's"),
        ("[[one:singlequote]]", r"'it\'s'"),
        ("${one}", "it's"),
        ("${one:singlequote}", r"'it\'s'"),
        ("${one:sqlstring}", "'it''s'"),
        ("${one:doublequote}", '"it\'s"'),
        ("${one:percentencode}", "it%27s"),
        ("${one:json}", "it's"),
        ("${one:queryparam}", "var-one=it%27s"),
        ("$many", """'a','b'c','d"e'"""),
        ("${many:singlequote}", r"""'a','b\'c','d"e'"""),
        ("${many:doublequote}", r'''"a","b'c","d\"e"'''),
        ("${many:sqlstring}", r"""'a','b''c','d\"e'"""),
        ("${many:csv}", """a,b'c,d"e"""),
        ("${many:raw}", """a,b'c,d"e"""),
        ("${many:pipe}", """a|b'c|d"e"""),
        ("${many:regex}", """(a|b'c|d"e)"""),
        ("${many:glob}", """{a,b'c,d"e}"""),
        ("${many:json}", r"""["a","b'c","d\"e"]"""),
        ("${many:text}", """a + b'c + d"e"""),
        ("${many:queryparam}", "var-many=a&var-many=b%27c&var-many=d%22e"),
        ("$single", "'a'"),
        ("${single:regex}", "a"),
        ("${single:glob}", "a"),
        ("${every:singlequote}", "'x','y'"),
        ("${every:text}", "All"),
        ("$every", "'x','y'"),
        ("${free:singlequote}", ".*"),
        ("${shown:text} $shown", "four & more 4"),
        ("$__from $__to", "1735689600000 1735776000000"),
        ("${__from:date}", "2025-01-01T00:00:00.000Z"),
        ("${__from:date:iso}", "2025-01-01T00:00:00.000Z"),
        ("${__to:date:seconds}", "1735776000"),
        ("$__interval $__interval_ms $__range_s", "5m 300000 86400"),
        ("$__timeFilter(a) $__interval_s '^x$' '$1'", "$__timeFilter(a) $__interval_s '^x$' '$1'"),
    ],
)
def test_a_reference_becomes_the_value_in_its_format(sql: str, expected: str) -> None:
    assert put(sql) == expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("$__conditionalAll(s IN (${many:csv}), $many)", """s IN (a,b'c,d"e)"""),
        ("$__conditionalAll(s IN ($every), $every)", "1=1"),
        ("$__conditionalAll(has(t, '$empty'), $empty)", "1=1"),
        (
            "$__conditionalAll(a = 1 AND $__conditionalAll(b = 2, $every), $one)",
            "a = 1 AND 1=1",
        ),
    ],
)
def test_a_condition_is_dropped_when_nothing_or_all_is_chosen(sql: str, expected: str) -> None:
    assert put(sql) == expected


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("$nobody", r"\$nobody is no variable"),
        ("${nobody:csv}", r"\$\{nobody:csv\} is no variable"),
        ("[[nobody]]", "is no variable"),
        ("${__nobody}", "is no variable"),
        ("${one:bold}", "no format 'bold'"),
        ("${one.field}", "fields of variables"),
        ("${unknown:singlequote}", "stands for all"),
        ("$unset", "has no value"),
        ("${__from:date:YYYY}", "date format"),
        ("$__conditionalAll(a = 1)", "takes a condition and a variable"),
        ("$__conditionalAll(a = '(', $one)", "takes a condition and a variable"),
        ("$__conditionalAll(a = 1, $nobody)", "no variable"),
        # The browser looks for a bare name.
        ("$__conditionalAll(a = 1, ${every:singlequote})", "no variable"),
        ("$__conditionalAll(match(a, '^x$'), $one)", "lost in the browser"),
    ],
)
def test_what_cannot_be_put_in_is_refused_with_its_place(sql: str, said: str) -> None:
    with pytest.raises(ConfigError, match=rf"Spikes: Firing now: .*{said}"):
        put(sql)


def test_the_browsers_own_variables_are_listed() -> None:
    assert set(built_in(WINDOW)) == BUILT_IN
