"""Alerts as commands read them from the store. Reads only.

In: a client, possibly of the read-only user. Out: alerts as they stand, one of them whole, and
their changes of state with those who were to be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from clickhouse_connect.driver.client import Client

from trends.errors import ConfigError, shorten
from trends.store.client import translated

SHORT_ID_CHARS: Final = 8


class Wanted(StrEnum):
    """Which alerts to list."""

    FIRING = "firing"
    PENDING = "pending"
    RESOLVED = "resolved"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of an alert's state, and who was to be told of it.

    Attributes:
        before: state before it; empty if there was none.
        route: names of notifiers.
        silence: id of the silence that was in force then, or empty.
    """

    alert_id: str
    seq: int
    at: datetime
    before: str
    state: str
    route: Sequence[str]
    silence: str

    @property
    def id(self) -> str:
        """Of the transition, as deliveries name it."""
        return f"{self.alert_id}:{self.seq}"


# An alert that was only ever pending was told to nobody: it is listed when all are wanted.
_LATELY: Final = "(state = 'resolved' AND fired_at IS NOT NULL AND resolved_at >= since)"
_WHERE: Final[Mapping[Wanted | None, str]] = {
    None: f"state = 'firing' OR {_LATELY}",
    Wanted.FIRING: "state = 'firing'",
    Wanted.PENDING: "state = 'pending'",
    Wanted.RESOLVED: _LATELY,
    Wanted.ALL: "state != 'resolved' OR resolved_at >= since",
}
_COLUMNS: Final = (
    *("id", "state", "state_since", "name", "kind", "horizon", "window_start", "window_end"),
    *("observed", "expected", "expected_high", "listings", "lift", "p", "q", "is_new", "rule"),
    *("severity", "opened_at", "fired_at", "resolved_at", "last_seen", "names"),
)
_LIST_SQL: Final = """
WITH {{since:DateTime64(3, 'UTC')}} AS since
SELECT {columns} FROM
(
    SELECT * REPLACE (toString(state) AS state),
           multiIf(state = 'firing', ifNull(fired_at, opened_at),
                   state = 'resolved', ifNull(resolved_at, opened_at), opened_at) AS state_since,
           indexOf(['firing', 'pending', 'resolved'], state) AS place
    FROM alerts
)
WHERE {where}
"""


def list_alerts(
    client: Client, wanted: Wanted | None, since: datetime, limit: int
) -> tuple[list[dict[str, Any]], int]:
    """Alerts as they stand: firing, pending, resolved, each with the newest first.

    Args:
        client: of the store.
        wanted: which; None: what fires, and what fired and is over.
        since: of those that are over, only these.
        limit: at most so many.

    Returns:
        Rows, with ``state_since`` for when the alert came into its state; and how many there are
        without the limit.
    """
    parameters: dict[str, object] = {"since": since}
    where = _WHERE[wanted]
    ((total,),) = _rows(client, _LIST_SQL.format(columns="count()", where=where), parameters)
    ordered = f"{_LIST_SQL} ORDER BY place, state_since DESC, id LIMIT {limit:d}"
    rows = _rows(client, ordered.format(columns=", ".join(_COLUMNS), where=where), parameters)
    return [dict(zip(_COLUMNS, row, strict=True)) for row in rows], int(total)


def find_alert(client: Client, id_start: str) -> str:
    """The id of the one alert whose id begins with ``id_start``.

    Raises:
        ConfigError: if there is none, or more than one.
    """
    start = id_start.strip().lower()
    rows = _rows(
        client,
        "SELECT DISTINCT alert_id FROM alert_records WHERE startsWith(alert_id, {start:String}) "
        "ORDER BY alert_id LIMIT 3",
        {"start": start},
    )
    if not rows or not start:
        raise ConfigError(
            f"no alert has an id that begins with {shorten(id_start)}; "
            "`trends alerts list --state all` shows ids"
        )
    if len(rows) > 1:
        some = ", ".join(row[0] for row in rows[:2]) + (", ..." if len(rows) > 2 else "")
        raise ConfigError(
            f"several alerts have an id that begins with {shorten(id_start)}: {some}; "
            "give more of it"
        )
    return str(rows[0][0])


def alert_document(client: Client, alert_id: str) -> str:
    """An alert as it stands, as JSON."""
    ((document,),) = _rows(
        client,
        "SELECT document FROM alert_records WHERE alert_id = {id:String} "
        "ORDER BY seq DESC, record DESC, at DESC LIMIT 1",
        {"id": alert_id},
    )
    return str(document)


def changes_of(client: Client, alert_ids: Sequence[str]) -> list[Change]:
    """Every change of state of these alerts, in the order in which they happened."""
    rows = _rows(
        client,
        "SELECT alert_id, seq, at, before, toString(state), route, silence FROM alert_transitions "
        "WHERE has({ids:Array(String)}, alert_id) ORDER BY at, alert_id, seq",
        {"ids": list(alert_ids)},
    )
    return [Change(*row) for row in rows]


def rules_of_alerts(client: Client) -> set[str]:
    """The rules that any alert so far was of."""
    return {str(rule) for (rule,) in _rows(client, "SELECT DISTINCT rule FROM alert_records", {})}


def short_ids(client: Client, alert_ids: Sequence[str]) -> dict[str, str]:
    """Per id, as much of its beginning as no other alert has."""
    rows = _rows(
        client,
        "SELECT DISTINCT alert_id FROM alert_records "
        f"WHERE has({{starts:Array(String)}}, substring(alert_id, 1, {SHORT_ID_CHARS}))",
        {"starts": sorted({each[:SHORT_ID_CHARS] for each in alert_ids})},
    )
    return shortest(alert_ids, [row[0] for row in rows])


def shortest(some: Iterable[str], every: Iterable[str]) -> dict[str, str]:
    """Per text of ``some``, the shortest beginning that no other of ``every`` has."""
    ordered = sorted({*some, *every})
    found = {}
    for place, text in enumerate(ordered):
        # In order, nobody shares more with a text than one of its neighbours.
        shared = max(
            (
                _shared(text, other)
                for other in ordered[max(place - 1, 0) : place + 2]
                if other != text
            ),
            default=0,
        )
        found[text] = text[: max(SHORT_ID_CHARS, shared + 1)]
    return {text: found[text] for text in some}


def _shared(one: str, other: str) -> int:
    """How many characters they begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _rows(client: Client, sql: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
    with translated():
        result = client.query(sql, parameters=dict(parameters), tz_mode="aware")
        return list(map(tuple, result.result_rows))
