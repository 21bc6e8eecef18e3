from __future__ import annotations

import pytest

from trends.embedded.clickhouse.errors import QueryError
from trends.embedded.clickhouse.functions import FunctionCatalog, FunctionRow
from trends.embedded.clickhouse.reader_policy import ReaderLimits

LIMITS = ReaderLimits(time_s=30, memory_bytes=1000, result_rows=10)


@pytest.mark.parametrize(
    "asked",
    [
        {"max_execution_time": "30"},
        {"max_execution_time": "1", "max_memory_usage": "999"},
        {"output_format_json_quote_64bit_integers": "1"},
        {"limit": "5", "session_timezone": "UTC"},
    ],
)
def test_lower_limits_and_harmless_settings_are_kept(asked: dict[str, str]) -> None:
    assert LIMITS.allowed_settings(asked) == asked


def test_settings_without_effect_are_left_out() -> None:
    asked = {"enable_http_compression": "1", "readonly": "0", "log_queries": "0"}
    assert LIMITS.allowed_settings(asked) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_execution_time", "31"),
        ("max_execution_time", "0"),
        ("max_execution_time", "-1"),
        ("max_execution_time", "1e9"),
        ("max_execution_time", " 1"),
        ("max_execution_time", "٣"),
        ("max_execution_time", ""),
        ("max_memory_usage", "1001"),
        ("max_result_rows", "11"),
        ("result_overflow_mode", "break"),
        ("timeout_overflow_mode", "break"),
        ("allow_ddl", "1"),
        ("format_schema", "x"),
        ("dialect", "prql"),
        ("MAX_EXECUTION_TIME", "1"),
        ("new_setting_of_the_next_engine", "1"),
    ],
)
def test_everything_else_is_refused(name: str, value: str) -> None:
    with pytest.raises(QueryError, match="SETTING_CONSTRAINT_VIOLATION"):
        LIMITS.allowed_settings({name: value})


def test_the_limits_are_the_engines_settings() -> None:
    settings = LIMITS.settings()
    assert settings["max_execution_time"] == "30"
    assert settings["max_memory_usage"] == "1000"
    assert settings["max_result_rows"] == "10"
    assert settings["result_overflow_mode"] == "throw"


def row(
    name: str, category: str = "", *, alias_to: str = "", origin: str = "System", agg: bool = False
) -> FunctionRow:
    return FunctionRow(name, alias_to, origin, category, agg)


CATALOG = FunctionCatalog(
    [
        row("upper", "String"),
        row("file", "Other"),
        row("materialize", "Other"),
        row("aiGenerate", "AI"),
        row("AIGenerate", alias_to="aiGenerate"),
        row("ucase", alias_to="upper"),
        row("sum", "Aggregate Functions", agg=True),
        row("STD", alias_to="stddevPop", agg=True),
        row("stddevPop", "Aggregate Functions", agg=True),
        row("mine", "String", origin="SQLUserDefined"),
        row("brandNew", "A Category Of The Next Engine"),
        row("chdb", "String"),
    ],
    ["If", "State", "OrDefault"],
)


@pytest.mark.parametrize(
    "name",
    "upper UPPER ucase sum sumIf SUMIF sumOrDefaultState STDIf lambda materialize".split(),
)
def test_functions_that_only_compute_are_allowed(name: str) -> None:
    assert CATALOG.allows(name)
    assert not CATALOG.refuses_known(name)


@pytest.mark.parametrize("name", ["file", "FILE", "aiGenerate", "AIGenerate", "mine", "chdb"])
def test_functions_that_reach_out_are_refused(name: str) -> None:
    assert not CATALOG.allows(name)
    assert CATALOG.refuses_known(name)


@pytest.mark.parametrize("name", ["brandNew", "unknown", "If", "fileIf", "upperIf", ""])
def test_what_is_not_known_to_be_harmless_is_refused(name: str) -> None:
    assert not CATALOG.allows(name)


def test_a_column_may_have_any_name_that_is_no_function() -> None:
    assert not CATALOG.refuses_known("term")
