"""What is to be told to whom: a transition, one of its notifiers, and what became of it so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from trends.alerting.alert import Transition, delivery_id
from trends.store.alerts_deliveries import DeliveryRecord, Status

# No notifier of a rules file can have a name with a colon.
TOPIC_SINK: Final = "topic:spikes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One notifier that is to be told of one transition.

    Attributes:
        silence: id of the silence that was in force when it happened, or empty.
        attempts: that were made in vain.
        firing: what became of telling the same notifier that the alert fires; None: nothing yet.
    """

    transition: Transition
    notifier: str
    silence: str = ""
    attempts: int = 0
    firing: Status | None = None

    @property
    def id(self) -> str:
        """Of the delivery, the same at every try."""
        return delivery_id(self.transition.id, self.notifier)

    def record(
        self, status: Status, attempts: int, at: datetime, message: str = ""
    ) -> DeliveryRecord:
        """What became of it."""
        return DeliveryRecord(
            alert_id=self.transition.alert.id,
            transition_id=self.transition.id,
            notifier=self.notifier,
            delivery_id=self.id,
            state=self.transition.alert.state.value,
            status=status,
            attempts=attempts,
            at=at,
            message=message,
        )
