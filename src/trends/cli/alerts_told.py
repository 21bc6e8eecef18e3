"""Who was told of alerts, and who could not be.

In: changes of state and deliveries. Out: what became of each telling, in short and in words. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from trends.alerting.alert import delivery_id
from trends.alerting.parcel import TOPIC_SINK
from trends.cli.alerts_stored import Change
from trends.http.text import clean
from trends.store.alerts_deliveries import DeliveryRecord, Status

WAITING: Final = "waiting"  # not tried yet: it is young, in quiet hours, or no alerter runs
NOBODY: Final = "nobody"
REASON_MAX_CHARS: Final = 60
REASON_WHOLE_MAX_CHARS: Final = 500
# With the pauses between them, about a quarter of an hour.
LONG_RETRYING_ATTEMPTS: Final = 10
# What needs a person comes first.
_WORST_FIRST: Final = (
    *(Status.REFUSED.value, Status.RETRYING.value, WAITING),
    *(Status.SILENCED.value, Status.DELIVERED.value, Status.SKIPPED.value),
)
_TROUBLE: Final = frozenset({Status.REFUSED.value, Status.RETRYING.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of telling one notifier of one change of state.

    Attributes:
        status: as of a delivery, or ``waiting``.
        at: of the newest try; None before the first.
    """

    alert_id: str
    state: str
    notifier: str
    status: str
    attempts: int = 0
    message: str = ""
    at: datetime | None = None
    delivery_id: str

    @property
    def needs_a_look(self) -> bool:
        """Whether it will not, or not soon, mend itself."""
        return self.status == Status.REFUSED or (
            self.status == Status.RETRYING and self.attempts >= LONG_RETRYING_ATTEMPTS
        )

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "state": self.state,
            "notifier": self.notifier,
            "status": self.status,
            "attempts": self.attempts,
            "message": self.message,
            "at": self.at,
            "delivery_id": self.delivery_id,
        }


def told_of(changes: Iterable[Change], deliveries: Iterable[DeliveryRecord]) -> list[Told]:
    """Of each change in turn, what became of telling those who were to be told."""
    done = {(each.transition_id, each.notifier): each for each in deliveries}
    return [
        _told(change, notifier, done.get((change.id, notifier)))
        for change in changes
        for notifier in change.route
    ]


def _told(change: Change, notifier: str, record: DeliveryRecord | None) -> Told:
    if record is None:
        return Told(
            alert_id=change.alert_id,
            state=change.state,
            notifier=notifier,
            status=WAITING,
            delivery_id=delivery_id(change.id, notifier),
        )
    return Told(
        alert_id=change.alert_id,
        state=change.state,
        notifier=notifier,
        status=record.status.value,
        attempts=record.attempts,
        message=record.message,
        at=record.at,
        delivery_id=record.delivery_id,
    )


def summary(told: Iterable[Told]) -> str:
    """Of one alert, in a few words: ``delivered``, or ``retrying slack (12 tries: why)``."""
    worst: dict[str, Told] = {}
    for each in told:
        # That it is over is not told to one who never heard of it: what counts is why.
        if each.status != Status.SKIPPED:
            worst[each.notifier] = min(worst.get(each.notifier, each), each, key=_badness)
    # The topic is for programs, and is named only when it is in trouble.
    if TOPIC_SINK in worst and worst[TOPIC_SINK].status not in _TROUBLE:
        del worst[TOPIC_SINK]
    if not worst:
        return NOBODY
    statuses = {each.status for each in worst.values()}
    if statuses in ({Status.DELIVERED}, {Status.SILENCED}, {WAITING}):
        return statuses.pop()
    ordered = sorted(worst.values(), key=lambda each: (_badness(each), each.notifier))
    return "; ".join(f"{each.status} {each.notifier}{_why(each)}" for each in ordered)


def complaints(told: Iterable[Told], shown: dict[str, str]) -> Iterator[str]:
    """A sentence for each reason why somebody could not be told.

    Args:
        told: of any alerts.
        shown: id of an alert to what it is called.
    """
    by_reason: dict[tuple[str, str, str], list[Told]] = {}
    for each in told:
        if each.needs_a_look:
            by_reason.setdefault((each.status, each.notifier, each.message), []).append(each)
    for (status, notifier, message), all_of in sorted(by_reason.items()):
        alerts = _some(list(dict.fromkeys(shown[each.alert_id] for each in all_of)))
        attempts = max(each.attempts for each in all_of)
        reason = clean(message, REASON_WHOLE_MAX_CHARS) or "no reason was given"
        mend = "" if notifier == TOPIC_SINK else f"; `trends alerts test {notifier}` tries it"
        if status == Status.REFUSED:
            yield f"{notifier} refuses {alerts}, and is not tried again: {reason}{mend}"
        else:
            yield f"{notifier} is away, {tries(attempts)} to tell of {alerts}: {reason}{mend}"


def tries(attempts: int) -> str:
    """So many tries."""
    return f"{attempts:,} {'try' if attempts == 1 else 'tries'}"


def _badness(told: Told) -> int:
    return _WORST_FIRST.index(told.status)


def _why(told: Told) -> str:
    reason = clean(told.message, REASON_MAX_CHARS)
    if told.status == Status.RETRYING:
        return f" ({tries(told.attempts)}{f': {reason}' if reason else ''})"
    return f" ({reason})" if told.status == Status.REFUSED and reason else ""


def _some(names: Sequence[str], at_most: int = 3) -> str:
    more = len(names) - at_most
    return ", ".join(names[:at_most]) + (f" and {more:,} more" if more > 0 else "")
