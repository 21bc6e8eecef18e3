"""Which terms or topics more listings mention now than before, in shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from clickhouse_connect.driver.client import Client

from trends.store.client import translated
from trends.store.queries import KINDS

RISES_BY: Final = 2.0
RISES_SCORE: Final = 5.0


@dataclass(frozen=True, slots=True)
class Compared:
    """A term or topic since a day, against the days before it."""

    name: str
    docs: int
    listings: int
    docs_before: int
    listings_before: int
    score: float
    """How many standard deviations `docs` lies above what the share before gives (Poisson)."""

    @property
    def share(self) -> float:
        return self.docs / self.listings if self.listings else 0.0

    @property
    def share_before(self) -> float:
        return self.docs_before / self.listings_before if self.listings_before else 0.0

    @property
    def lift(self) -> float | None:
        """Share against the share before; None if it was not there."""
        return self.share / self.share_before if self.share_before else None

    @property
    def rises(self) -> bool:
        """Whether chance and doubled interest are both too little to explain it."""
        return self.score >= RISES_SCORE and (self.lift is None or self.lift >= RISES_BY)


def compare(
    client: Client, kind: str, since: date, days_before: int, *, by_score: bool, limit: int
) -> list[Compared]:
    """Names mentioned since ``since`` or in the ``days_before`` days before, both compared.

    Args:
        client: of the store.
        kind: ``terms`` or ``topics``.
        since: first day of what is looked at.
        days_before: what it is compared with.
        by_score: those that rose most come first, else those with most listings.
        limit: how many.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {KINDS}, not {kind!r}")
    column = kind.removesuffix("s")
    start = datetime(since.year, since.month, since.day, tzinfo=UTC)
    order = "score" if by_score else "docs_now"
    # Half a listing is added to what was before: a first mention is no miracle.
    sql = (
        "WITH (SELECT (sumIf(listings, bucket >= {start:DateTime}), "
        "sumIf(listings, bucket < {start:DateTime})) FROM totals "
        "WHERE resolution = '1d' AND bucket >= {before:DateTime}) AS both, "
        "both.1 AS listings_now, both.2 AS listings_before, "
        "(docs_before + 0.5) * listings_now / greatest(listings_before, 1) AS expected "
        f"SELECT {column}, sumIf(docs, bucket >= {{start:DateTime}}) AS docs_now, listings_now, "
        "sumIf(docs, bucket < {start:DateTime}) AS docs_before, listings_before, "
        "(docs_now - expected) / sqrt(expected + 1) AS score "
        f"FROM {kind} WHERE resolution = '1d' AND bucket >= {{before:DateTime}} "
        f"GROUP BY {column} "
        f"ORDER BY {order} DESC, docs_before DESC, {column} LIMIT {{limit:UInt32}}"
    )
    parameters = {"start": start, "before": start - timedelta(days=days_before), "limit": limit}
    with translated():
        return [Compared(*row) for row in client.query(sql, parameters=parameters).result_rows]


def without_parts(rows: Sequence[Compared], tolerance: float = 0.1) -> list[Compared]:
    """``rows`` without terms that hardly ever stand outside a longer one of ``rows``.

    ``tidal`` says nothing beside ``tidal attention`` when nearly the same listings mention both.
    """
    return [row for row in rows if not any(_is_part(row, other, tolerance) for other in rows)]


def _is_part(row: Compared, of: Compared, tolerance: float) -> bool:
    return (
        len(of.name) > len(row.name)
        and f" {row.name} " in f" {of.name} "
        and of.docs >= (1 - tolerance) * row.docs
    )
