"""Which functions the read-only user may call, from the engine's own list.

In: rows of `system.functions` and `system.aggregate_function_combinators`. Out: `FunctionCatalog`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from trends.embedded.clickhouse.reader_policy import (
    FUNCTION_CATEGORIES,
    FUNCTIONS,
    REFUSED_FUNCTIONS,
)

CATALOG_SQL = (
    "SELECT name, alias_to, origin, categories, toUInt8(is_aggregate) FROM system.functions"
)
COMBINATORS_SQL = "SELECT name FROM system.aggregate_function_combinators"
_ALLOWED_LOWER = frozenset(name.lower() for name in FUNCTIONS)


@dataclass(frozen=True, slots=True)
class FunctionRow:
    """One row of `system.functions`."""

    name: str
    alias_to: str
    origin: str
    category: str
    is_aggregate: bool


class FunctionCatalog:
    """Says yes or no to a function's name.

    Names are compared without case: most functions keep theirs, and where two names differ in case
    only, the stricter answer is the right one here.
    """

    def __init__(self, rows: Iterable[FunctionRow], combinators: Iterable[str]) -> None:
        by_name: dict[str, list[FunctionRow]] = {}
        for row in rows:
            by_name.setdefault(row.name.lower(), []).append(row)
        self._by_name = by_name
        self._combinators = tuple(sorted((c.lower() for c in combinators), key=len, reverse=True))

    def allows(self, name: str) -> bool:
        """Whether a call of ``name`` only computes on its arguments."""
        lower = name.lower()
        if lower in _ALLOWED_LOWER:
            return True
        if lower in self._by_name:
            return all(self._row_allowed(row) for row in self._by_name[lower])
        return self._is_combined_aggregate(lower)

    def refuses_known(self, name: str) -> bool:
        """Whether ``name`` is a function of the engine that may not be called.

        A bare identifier can stand for a function: ``arrayMap(file, ['/etc/passwd'])``.
        """
        return name.lower() in self._by_name and not self.allows(name)

    def _row_allowed(self, row: FunctionRow) -> bool:
        if row.origin != "System" or row.name.lower() in REFUSED_FUNCTIONS:
            return False
        if row.alias_to:
            # Aliases carry no category of their own.
            return row.alias_to.lower() != row.name.lower() and self.allows(row.alias_to)
        return row.is_aggregate or row.category in FUNCTION_CATEGORIES

    def _is_combined_aggregate(self, lower: str) -> bool:
        for suffix in self._combinators:
            base = lower.removesuffix(suffix)
            if base and base != lower:
                rows = self._by_name.get(base)
                if rows is not None and all(self._is_aggregate(row) for row in rows):
                    return self.allows(base)
                if rows is None and self._is_combined_aggregate(base):
                    return True
        return False

    def _is_aggregate(self, row: FunctionRow) -> bool:
        if not row.alias_to:
            return row.is_aggregate
        return any(r.is_aggregate for r in self._by_name.get(row.alias_to.lower(), ()))
