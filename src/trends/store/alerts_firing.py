"""The alerts that fire now, in brief."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from clickhouse_connect.driver.client import Client

from trends.store.client import translated

TITLES_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class FiringAlert:
    """An alert that fires: what rose, and some of the listings behind it."""

    name: str
    kind: str
    horizon: str
    observed: int
    expected: float
    q: float
    titles: tuple[str, ...]


def firing_alerts(client: Client, limit: int) -> list[FiringAlert]:
    """The newest ones first."""
    with translated():
        rows = client.query(
            "SELECT name, kind, horizon, observed, expected, q, "
            f"arraySlice(evidence_titles, 1, {TITLES_SHOWN:d}) FROM alerts "
            f"WHERE state = 'firing' ORDER BY fired_at DESC, id LIMIT {limit:d}"
        ).result_rows
    return [
        FiringAlert(row[0], row[1], row[2], row[3], row[4], row[5], tuple(row[6])) for row in rows
    ]
