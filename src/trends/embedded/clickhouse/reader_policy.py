"""What the read-only user may touch: lists, and limits that it can only lower.

In: names of functions, tables and settings. Out: yes or no. Anything unknown is refused, so that a
new engine version opens nothing by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trends.embedded.clickhouse.errors import Code, QueryError

# Categories of `system.functions` whose functions only compute on their arguments. Left out on
# purpose: AI (network), Dictionary, Embedded Dictionary and Machine Learning (files and models),
# Introspection, Internal, Encryption, Time Series, and "Other", of which a few are named below.
FUNCTION_CATEGORIES = frozenset(
    {
        "Aggregate Functions",
        "Arithmetic",
        "Arrays",
        "Bit",
        "Bitmap",
        "Comparison",
        "Conditional",
        "Dates and Times",
        "Distance",
        "Encoding",
        "Geo",
        "Geo Polygon",
        "Hash",
        "IP Address",
        "JSON",
        "Logical",
        "Map",
        "Mathematical",
        "Null",
        "Random Number",
        "Rounding",
        "String",
        "String Replacement",
        "String Search",
        "String Splitting",
        "Time Window",
        "Tuple",
        "Type Conversion",
        "URL",
        "UUID",
    }
)
FUNCTIONS = frozenset(
    "bar blockNumber byteSize coalesce countDigits currentDatabase currentUser "
    "defaultValueOfTypeName"
    " displayName dumpColumnStructure errorCodeToName finalizeAggregation formatReadableDecimalSize"
    " formatReadableQuantity formatReadableSize formatReadableTimeDelta getSetting hostName"
    " identity"
    " ignore indexHint isConstant isDecimalOverflow lowCardinalityIndices lowCardinalityKeys"
    " materialize neighbor normalizeQuery normalizedQueryHash parseReadableSize"
    " parseReadableSizeOrNull parseReadableSizeOrZero parseTimeDelta revision rowNumberInAllBlocks"
    " rowNumberInBlock runningAccumulate runningDifference runningDifferenceStartingWithFirstValue"
    " seriesDecomposeSTL seriesOutliersDetectTukey"
    " throwIf timezone toColumnTypeName toTypeName transform uptime variantElement variantType"
    " version"
    " visibleWidth caseWithExpression"
    # Names that the parser makes or resolves by itself; they are not in system.functions.
    " lambda exists grouping untuple".split()
)
# In an allowed category, but not pure: chdb() runs SQL given as text; aggThrow is a test aid.
REFUSED_FUNCTIONS = frozenset({"chdb", "aggthrow"})

TABLE_FUNCTIONS = frozenset(
    {
        "generate_series",
        "generateseries",
        "null",
        "numbers",
        "numbers_mt",
        "primes",
        "values",
        "view",
        "zeros",
        "zeros_mt",
    }
)
SYSTEM_TABLES = frozenset(
    [
        "aggregate_function_combinators",
        "build_options",
        "collations",
        "columns",
        "contributors",
        "data_type_families",
        "databases",
        "formats",
        "functions",
        "keywords",
        "licenses",
        "numbers",
        "numbers_mt",
        "one",
        "parts",
        "settings",
        "table_engines",
        "table_functions",
        "tables",
        "time_zones",
        "zeros",
        "zeros_mt",
    ]
)
INFORMATION_SCHEMA_TABLES = frozenset(
    [
        "columns",
        "key_column_usage",
        "referential_constraints",
        "schemata",
        "statistics",
        "tables",
        "views",
    ]
)


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    """Caps on one query of the read-only user; a query may ask for less, never for more."""

    time_s: int = 30
    memory_bytes: int = 2_000_000_000
    result_rows: int = 1_000_000
    result_bytes: int = 1_000_000_000
    threads: int = 8

    def settings(self) -> dict[str, str]:
        """The engine's settings that hold these limits."""
        return {
            **{name: str(cap) for name, cap in self._caps().items() if name != "max_threads"},
            "result_overflow_mode": "throw",
            "timeout_overflow_mode": "throw",
        }

    def _caps(self) -> dict[str, int]:
        return {
            "max_execution_time": self.time_s,
            "max_memory_usage": self.memory_bytes,
            "max_result_rows": self.result_rows,
            "max_result_bytes": self.result_bytes,
            "max_threads": self.threads,
        }

    def allowed_settings(self, asked: Mapping[str, str]) -> dict[str, str]:
        """Those of the asked settings that have an effect, all checked.

        Raises:
            QueryError: a setting that the reader may not change, or beyond its cap.
        """
        caps = self._caps()
        allowed = {}
        for name, value in asked.items():
            if name in caps:
                _check_cap(name, value, caps[name])
                allowed[name] = value
            elif name in _OWN_LIMITS:
                _check_whole(name, value)
                allowed[name] = value
            elif name in _FREE or name.startswith(_FREE_PREFIXES):
                allowed[name] = value
            elif name not in _WITHOUT_EFFECT:
                raise QueryError.of(
                    Code.SETTING_CONSTRAINT_VIOLATION,
                    f"Setting {name} should not be changed by the read-only user",
                )
        return allowed


# Limits that the reader is free to put on itself.
_OWN_LIMITS = frozenset(
    [
        "limit",
        "offset",
        "max_rows_to_read",
        "max_bytes_to_read",
        "max_block_size",
        "max_rows_to_group_by",
        "max_columns_to_read",
    ]
)
_FREE = frozenset(
    [
        "date_time_output_format",
        "extremes",
        "final",
        "format_csv_delimiter",
        "format_tsv_null_representation",
        "format_csv_null_representation",
        "group_by_use_nulls",
        "join_use_nulls",
        "prefer_column_name_to_alias",
        "session_timezone",
        "totals_mode",
        "union_default_mode",
        "cast_keep_nullable",
    ]
)
_FREE_PREFIXES = ("output_format_",)
# Things of the HTTP interface that clients send to every server. `readonly` is here because the
# reader's queries always run with readonly=1, whatever it asks for.
_WITHOUT_EFFECT = frozenset(
    [
        "add_http_cors_header",
        "cancel_http_readonly_queries_on_client_close",
        "enable_http_compression",
        "http_headers_progress_interval_ms",
        "http_response_buffer_size",
        "http_wait_end_of_query",
        "http_write_exception_in_output_format",
        "http_zlib_compression_level",
        "log_comment",
        "log_queries",
        "readonly",
        "send_logs_level",
        "send_progress_in_http_headers",
    ]
)


def _check_whole(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise QueryError.of(
            Code.SETTING_CONSTRAINT_VIOLATION,
            f"Setting {name} must be a whole number for the read-only user, not {value[:40]!r}",
        )
    return int(value)


def _check_cap(name: str, value: str, cap: int) -> None:
    number = _check_whole(name, value)
    # Zero means "no limit" to the engine.
    if not 0 < number <= cap:
        raise QueryError.of(
            Code.SETTING_CONSTRAINT_VIOLATION,
            f"Setting {name} shouldn't be greater than {cap} (and not 0) for the read-only user",
        )
