"""What one notifier is to be told, in which order and when to try again. No threads, no network.

In: parcels, and what became of each try. Out: the parcel to try next, or how long there is nothing
to do. Of one alert, what happened first is told first; one alert that cannot be told holds up no
other, and a notifier that is away is tried less and less often, for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from trends.alerting.alert import State
from trends.alerting.parcel import TOPIC_SINK, Parcel
from trends.store.alerts_deliveries import Status

RETRY_FIRST_S: Final = 1.0
RETRY_LAST_S: Final = 300.0
# A receiver that says "come back next year" is asked again tomorrow.
RETRY_AFTER_MAX_S: Final = 86_400.0
IDLE_S: Final = 60.0


@dataclass(slots=True)
class Waiting:
    """A parcel, when it is due by the monotonic clock, and how often it was tried in vain."""

    parcel: Parcel
    due_s: float
    attempts: int


class Lane:
    """The parcels of one notifier; for one thread at a time. ``now_s`` is monotonic everywhere."""

    def __init__(self) -> None:
        self._waiting: dict[str, Waiting] = {}  # by delivery id, in the order of arrival
        self._known: set[str] = set()
        self._firing: dict[str, Status] = {}  # by alert: what became of telling that it fires
        self._failures = 0
        self._open_at_s = 0.0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, parcel: Parcel, now_s: float) -> None:
        """Takes a parcel; one that it was given before is ignored."""
        if parcel.id in self._known:
            return
        self._known.add(parcel.id)
        if parcel.firing is not None:
            self._firing.setdefault(parcel.transition.alert.id, parcel.firing)
        self._waiting[parcel.id] = Waiting(parcel, now_s, parcel.attempts)

    def due(self, now_s: float) -> Waiting | None:
        """What to do now, if there is anything."""
        if now_s < self._open_at_s:
            return None
        ready = [each for each in self._heads() if each.due_s <= now_s]
        return min(ready, key=lambda each: each.due_s, default=None)

    def idle_s(self, now_s: float) -> float:
        """For how long there is nothing to do, unless something new comes."""
        soonest_s = min((each.due_s for each in self._heads()), default=now_s + IDLE_S)
        return min(max(soonest_s, self._open_at_s) - now_s, IDLE_S)

    def needless(self, parcel: Parcel) -> Status | None:
        """Why a parcel is not to be sent, if so."""
        if parcel.notifier == TOPIC_SINK:
            return None
        if parcel.silence:
            return Status.SILENCED
        alert = parcel.transition.alert
        over = alert.state is State.RESOLVED
        if over and self._firing.get(alert.id) is not Status.DELIVERED:
            return Status.SKIPPED
        return None

    def hold(self, waiting: Waiting, now_s: float, for_s: float) -> None:
        """It is to be looked at again then, or in a while: the wall clock may be set meanwhile."""
        waiting.due_s = now_s + min(for_s, IDLE_S)

    def done(self, parcel: Parcel, status: Status) -> None:
        """That is settled."""
        del self._waiting[parcel.id]
        if parcel.transition.alert.state is State.FIRING:
            self._firing[parcel.transition.alert.id] = status
        if status is Status.DELIVERED:
            self._failures = 0
            self._open_at_s = 0.0

    def failed(self, waiting: Waiting, now_s: float, retry_after_s: float | None = None) -> float:
        """The notifier was away; returns the seconds until this is tried again."""
        waiting.attempts += 1
        self._failures += 1
        asked_s = min(retry_after_s or 0.0, RETRY_AFTER_MAX_S)
        own_s = max(back_off_s(waiting.attempts), asked_s)
        waiting.due_s = now_s + own_s
        # One alert that it chokes on is not to keep the others waiting as long as itself.
        self._open_at_s = now_s + max(back_off_s(self._failures), asked_s)
        return own_s

    def _heads(self) -> list[Waiting]:
        """Of each alert, the first that is not told yet."""
        heads: dict[str, Waiting] = {}
        for waiting in self._waiting.values():
            heads.setdefault(waiting.parcel.transition.alert.id, waiting)
        return list(heads.values())


def back_off_s(failures: int) -> float:
    """Seconds to wait after so many failures in a row."""
    return min(RETRY_FIRST_S * 2.0 ** min(failures - 1, 30), RETRY_LAST_S)
