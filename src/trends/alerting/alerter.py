"""The alerter: looks for spikes when counts change, decides what becomes of alerts, has it told.

In: spikes, as a `SpikeSource` finds them. Out: alerts in the ledger, and parcels for the outbox.

One round: evaluate; read how alerts stand; step; commit; hand over. It may die anywhere:

- before the commit: nothing was decided; the next round decides it, under the same ids;
- in the commit: it landed as a whole or not at all, and which of the two is read from the ledger;
- after it: what is not recorded as told is owed, and told by whoever leads next;
- after a notifier was told, before that was recorded: it is told again under the same delivery id.

Since every round begins with what the ledger says, a leader that was paused goes on from what its
heir decided. Only one that is paused between reading and committing, which takes milliseconds, can
still commit what the heir did not know of.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from trends.alerting.alert import Transition
from trends.alerting.leader import Leadership
from trends.alerting.ledger import Ledger
from trends.alerting.lifecycle import Found, step
from trends.alerting.measures import forget, show_look, show_step
from trends.alerting.outbox import Outbox
from trends.alerting.parcel import TOPIC_SINK
from trends.alerting.rules import Rules
from trends.clock import Clock
from trends.detection.spike import Kind, Spike
from trends.errors import Unavailable
from trends.metrics.meters import AlerterMeters
from trends.metrics.vitals import KAFKA, STORE, Vitals
from trends.store.alerts_spikes import NO_HORIZON, EvaluationRecord

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 0.2
REST_MAX_S: Final = 0.3
WAIT_FIRST_S: Final = 0.5
WAIT_LAST_S: Final = 10.0
# However short the cool-downs: an alert that was resolved is not opened again by the same window.
REMEMBER_MIN: Final = timedelta(days=9)

_Key = tuple[str, str, datetime, Kind, str]


class Evaluated(Protocol):
    """What one evaluation found."""

    @property
    def spikes(self) -> Sequence[Spike]:
        """For any rule."""
        ...

    @property
    def watched(self) -> Mapping[str, Sequence[Spike]]:
        """For the rule of that name alone."""
        ...

    def records(self, at: datetime) -> Sequence[EvaluationRecord]:
        """The windows that were looked at."""
        ...


class SpikeSource(Protocol):
    """Looks for spikes."""

    def evaluate(self, now: datetime) -> Evaluated:
        """All that there are now, those at the pending level included.

        Raises:
            Unavailable: if the store is away.
        """
        ...


class Alerter:
    """Runs until it is told to stop.

    Args:
        source: of spikes.
        signature: of the counts: another value means other counts.
        ledger: keeps alerts.
        leadership: whether this one is to act.
        new_outbox: an outbox for a time of leading.
        rules: which spikes become alerts, and who is told.
        every_s: evaluate so often, whatever the counts.
        clock: of the machine.
        vitals: say what is away.
        meters: say what was found and told.
    """

    def __init__(
        self,
        *,
        source: SpikeSource,
        signature: Callable[[], object],
        ledger: Ledger,
        leadership: Leadership,
        new_outbox: Callable[[], Outbox],
        rules: Rules,
        every_s: float,
        clock: Clock,
        vitals: Vitals,
        meters: AlerterMeters,
    ) -> None:
        self._source = source
        self._signature = signature
        self._ledger = ledger
        self._leadership = leadership
        leadership.before_handing_over = self._retire
        self._new_outbox = new_outbox
        self._rules = rules
        self._every_s = every_s
        self._clock = clock
        self._vitals = vitals
        self._meters = meters
        self._remember = max(REMEMBER_MIN, *(rule.cool_down for rule in rules.rules))
        self._stopping = threading.Event()
        self._outbox: Outbox | None = None
        self._knows_owed = False
        self._seen: object = None
        self._next_s = 0.0
        self._rest_until_s = 0.0
        self._observed: dict[_Key, Spike] = {}
        self._beats_again_s = 0.0

    def stop(self) -> None:
        """Ends `run` soon; may be called from a signal handler."""
        self._stopping.set()

    def run(self) -> None:
        """Works until `stop`; what is decided and not yet told stays in the ledger.

        Raises:
            TrendsError: what waiting cannot mend.
        """
        wait_s = WAIT_FIRST_S
        try:
            while not self._stopping.is_set():
                try:
                    self.turn()
                    wait_s = WAIT_FIRST_S
                except Unavailable as error:
                    log.warning("waiting %.1f s: %s", wait_s, error)
                    self._stopping.wait(wait_s)
                    wait_s = min(2 * wait_s, WAIT_LAST_S)
        finally:
            self._retire()
            self._leadership.close()

    def turn(self) -> None:
        """One look at whether there is something to do, and the doing."""
        self._vitals.liveness.beat()
        if not self._leads(LOOK_EVERY_S):
            self._retire()
            return
        if self._outbox is None:
            self._outbox = self._new_outbox()
            self._knows_owed = False
            self._seen = None
        self._outbox.check()
        if not self._knows_owed:
            with self._vitals.asking(STORE):
                self._outbox.add(self._ledger.owed())
            self._knows_owed = True
        self._meters.deliveries_waiting.set(self._outbox.waiting)
        now_s = self._clock.monotonic_s()
        if now_s < self._rest_until_s:
            return
        with self._vitals.asking(STORE):
            signature = self._signature()
        if signature == self._seen and now_s < self._next_s:
            return
        self._evaluate(self._outbox)
        self._seen = signature
        done_s = self._clock.monotonic_s()
        # The source paces itself, window by window; this leaves room for what else is to be done.
        self._rest_until_s = done_s + min(done_s - now_s, REST_MAX_S)
        self._next_s = now_s + self._every_s

    def _evaluate(self, outbox: Outbox) -> None:
        now = self._clock.now()
        # As exact as the store keeps it.
        now = now.replace(microsecond=now.microsecond // 1_000 * 1_000)
        with self._vitals.asking(STORE):
            found = self._source.evaluate(now)
        if not self._leads() or self._outbox is not outbox:
            return  # it is another's turn, or was for a moment
        with self._vitals.asking(STORE):
            self._decide(found, outbox, now)

    def _decide(self, found: Evaluated, outbox: Outbox, now: datetime) -> None:
        standing = self._ledger.standing(now - self._remember)
        taken = step(
            standing.open,
            standing.resolved,
            Found(found.spikes, found.watched),
            self._rules.rules,
            now,
        )
        # If it is not certain whether the commit landed, the ledger knows what is owed.
        self._knows_owed = False
        self._ledger.commit(taken, self._route, now)
        if taken.transitions:
            outbox.add(self._ledger.owed())
        self._knows_owed = True
        for change in taken.transitions:
            log.info("%s: %s is %s", change.alert.rule, change.alert.spike.name, change.alert.state)
        show_step(self._meters, taken)
        self._observe(found, now)

    def _observe(self, found: Evaluated, now: datetime) -> None:
        """Records what was found, where it is not what was recorded before."""
        spikes = {_key("", spike): spike for spike in found.spikes}
        for rule, watched in found.watched.items():
            spikes.update({_key(rule, spike): spike for spike in watched})
        news = [
            (key[0], spike) for key, spike in spikes.items() if self._observed.get(key) != spike
        ]
        looked = found.records(now)
        show_look(self._meters, found.spikes, looked)
        self._ledger.observe(news, looked or self._heartbeat(now), now)
        self._observed = spikes

    def _heartbeat(self, now: datetime) -> Sequence[EvaluationRecord]:
        """Where no counts changed no window is looked at; that is no silence, and must not be one.

        One row per `every_s` at most, for evaluations may follow each other quickly.
        """
        now_s = self._clock.monotonic_s()
        if now_s < self._beats_again_s:
            return ()
        self._beats_again_s = now_s + self._every_s
        return (EvaluationRecord(now, NO_HORIZON, now, 0, 0, 0),)

    def _leads(self, wait_s: float = 0.0) -> bool:
        with self._vitals.asking(KAFKA):
            leads = self._leadership.leads(wait_s)
        self._meters.leads.set(leads)
        return leads

    def _route(self, transition: Transition) -> list[str]:
        return [TOPIC_SINK, *self._rules.recipients(transition)]

    def _retire(self) -> None:
        if self._outbox is not None:
            self._outbox.stop()
            self._outbox = None
            forget(self._meters)


def _key(rule: str, spike: Spike) -> _Key:
    lead = spike.members[0]
    return rule, spike.horizon, spike.window_start, lead.kind, lead.name
