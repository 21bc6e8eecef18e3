"""What became of telling people and programs of alerts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from clickhouse_connect.driver.client import Client

from trends.store.alerts import FINAL_RANK
from trends.store.client import translated


class Status(StrEnum):
    """What became of it so far."""

    RETRYING = "retrying"  # the notifier was away at the last try
    DELIVERED = "delivered"
    REFUSED = "refused"  # trying again would end the same way: a person must look
    SILENCED = "silenced"  # a silence was in force
    SKIPPED = "skipped"  # that it is over, to one who was never told that it fires

    @property
    def is_final(self) -> bool:
        """Whether that is the end of it."""
        return self is not Status.RETRYING


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRecord:
    """A row of `deliveries`."""

    alert_id: str
    transition_id: str
    notifier: str
    delivery_id: str
    state: str
    status: Status
    attempts: int
    at: datetime
    message: str = ""


_NAMES: Final = [
    *("alert_id", "transition_id", "notifier", "delivery_id", "state"),
    *("status", "attempts", "at", "message", "rank"),
]


def put_deliveries(client: Client, records: Sequence[DeliveryRecord]) -> None:
    """Records them; what is final stays, and more tries replace fewer."""
    if not records:
        return
    rows = [
        [
            *(record.alert_id, record.transition_id, record.notifier, record.delivery_id),
            *(record.state, record.status.value, record.attempts, record.at, record.message),
            FINAL_RANK if record.status.is_final else record.attempts,
        ]
        for record in records
    ]
    with translated():
        client.insert("deliveries", rows, column_names=_NAMES)


def deliveries_of(client: Client, alert_ids: Sequence[str] = ()) -> list[DeliveryRecord]:
    """All of these alerts, or of all alerts; oldest first."""
    with translated():
        rows = client.query(
            "SELECT alert_id, transition_id, notifier, delivery_id, toString(state), "
            "toString(status), attempts, at, message FROM deliveries FINAL "
            "WHERE empty({ids:Array(String)}) OR has({ids:Array(String)}, alert_id) "
            "ORDER BY at, transition_id, notifier",
            parameters={"ids": list(alert_ids)},
            tz_mode="aware",
        ).result_rows
    return [
        DeliveryRecord(
            alert_id=row[0],
            transition_id=row[1],
            notifier=row[2],
            delivery_id=row[3],
            state=row[4],
            status=Status(row[5]),
            attempts=row[6],
            at=row[7],
            message=row[8],
        )
        for row in rows
    ]
