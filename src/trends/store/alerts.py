"""Alerts in the store: what evaluations decided about them, and how they stand.

In: rows that `trends.alerting` makes of its values; this package knows alerts only as rows, and as
JSON documents. Out: the same documents. Nothing is ever deleted or changed: a row replaces an
earlier one of the same key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from clickhouse_connect.driver.client import Client

from trends.store.client import translated

TRANSITION: Final = "transition"
STANDING: Final = "standing"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRecord:
    """A row of `alert_records`; see the migration for what it means."""

    alert_id: str
    seq: int
    record: str
    at: datetime
    rule: str
    severity: str
    state: str
    before: str
    name: str
    kind: str
    horizon: str
    window_start: datetime
    window_end: datetime
    observed: int
    expected: float
    expected_high: float
    listings: int
    p: float
    q: float
    lift: float
    is_new: bool
    opened_at: datetime
    fired_at: datetime | None
    resolved_at: datetime | None
    last_seen: datetime
    names: list[str]
    evidence_ids: list[str]
    evidence_titles: list[str]
    evidence_urls: list[str]
    route: list[str]
    silence: str
    document: str


@dataclass(frozen=True, slots=True)
class Owed:
    """One notifier that is yet to be told of one transition.

    Attributes:
        document: the alert right after it, as JSON.
        before: state before it, empty if there was none.
        at: when it happened.
        silence: id of the silence that was in force then, or empty.
        notifier: who is to be told.
        attempts: that were made in vain.
        told_of_firing: what became of telling the notifier that the alert fires: ``delivered``,
            another status, or empty if nothing did yet.
    """

    document: str
    before: str
    at: datetime
    silence: str
    notifier: str
    attempts: int
    told_of_firing: str


_NAMES: Final = [field.name for field in fields(AlertRecord)]

# Documents are long, and those of old alerts many: first which, then these.
_STANDING_SQL: Final = """
SELECT document FROM alert_records
WHERE (alert_id, seq, record, at) IN
(
    SELECT alert_id, seq, record, at FROM
    (
        SELECT alert_id, seq, record, at, state, resolved_at FROM alert_records
        ORDER BY alert_id, seq DESC, record DESC, at DESC
        LIMIT 1 BY alert_id
    )
    WHERE state != 'resolved' OR resolved_at >= {since:DateTime64(3, 'UTC')}
)
ORDER BY opened_at, alert_id
LIMIT 1 BY alert_id
"""

_OWED_SQL: Final = """
WITH unsettled AS
(
    SELECT alert_id, seq, notifier, attempts
    FROM
    (
        SELECT alert_id, seq, arrayJoin(route) AS notifier,
               concat(alert_id, ':', toString(seq)) AS transition_id
        FROM alert_records FINAL
        WHERE record = 'transition'
    ) AS meant
    LEFT JOIN (SELECT transition_id, notifier, attempts, rank FROM deliveries FINAL) AS done
    ON done.transition_id = meant.transition_id AND done.notifier = meant.notifier
    WHERE done.rank < {final:UInt32}
)
SELECT document, before, at, silence, unsettled.notifier, attempts, told.status
FROM unsettled
INNER JOIN
(
    SELECT alert_id, seq, document, before, at, silence FROM alert_records FINAL
    WHERE record = 'transition' AND (alert_id, seq) IN (SELECT alert_id, seq FROM unsettled)
) AS records
ON records.alert_id = unsettled.alert_id AND records.seq = unsettled.seq
LEFT JOIN
(
    SELECT alert_id, notifier, toString(status) AS status FROM deliveries FINAL
    WHERE state = 'firing'
) AS told
ON told.alert_id = unsettled.alert_id AND told.notifier = unsettled.notifier
ORDER BY at, unsettled.alert_id, unsettled.seq, unsettled.notifier
"""

# `rank` of a delivery that is over.
FINAL_RANK: Final = (1 << 32) - 1


def put_records(client: Client, records: Sequence[AlertRecord]) -> None:
    """Commits what one evaluation decided: all of it, or nothing.

    Raises:
        Unavailable: if it is not certain; committing it again does no harm.
    """
    if not records:
        return
    rows = [[getattr(record, name) for name in _NAMES] for record in records]
    with translated():
        client.insert("alert_records", rows, column_names=_NAMES)


def standing_alerts(client: Client, since: datetime) -> list[str]:
    """As JSON, every alert that is open, and those that were resolved after ``since``."""
    return [row[0] for row in _rows(client, _STANDING_SQL, {"since": since})]


def owed(client: Client) -> list[Owed]:
    """What is yet to be told, in the order in which it happened."""
    return [Owed(*row) for row in _rows(client, _OWED_SQL, {"final": FINAL_RANK})]


def _rows(client: Client, sql: str, parameters: dict[str, object]) -> list[tuple[Any, ...]]:
    with translated():
        return list(
            map(tuple, client.query(sql, parameters=parameters, tz_mode="aware").result_rows)
        )


def counts_signature(client: Client) -> tuple[Any, ...]:
    """Changes whenever a flush, or another generation, changes counts; cheap to ask for."""
    (row,) = _rows(
        client,
        "SELECT (SELECT sum(cityHash64(shard, version)) FROM checkpoints FINAL), "
        "(SELECT max(generation) FROM generations WHERE active)",
        {},
    )
    return row
