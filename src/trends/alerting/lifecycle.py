"""From spikes to alerts: pending, firing, resolved, each told once.

In: alerts as they stand, the spikes of one evaluation, the rules, and the time. Out: the alerts as
they stand then, and their changes of state. Pure: the same input gives the same output, ids
included, so an evaluation that is repeated after a crash changes nothing twice.

```
          q <= 4 x rate           suffices             not found for 2 windows
 (none) ───────────────> pending ──────────> firing ──────────────────────────> resolved
    └───────────────────────────────────────────┘
                           └──────────── not found for 2 windows: told nobody ────┘
```

- One alert per thing: spikes that share a name, or most of their evidence, are one, at whatever
  horizons they are found; see `matching`.
- A rule says what is its business and what suffices to be told. Rules are tried in the order of
  their file. While an alert of an earlier rule fires for a spike,
  later rules open and fire nothing for it; what they have open goes on and resolves as usual. A
  pending alert of an earlier rule keeps nobody quiet.
- Two open alerts that a spike shows to be one: one that fires goes before one that is pending, else
  the older takes over names and sightings of the other, and the other is resolved at once, so that
  whoever was told of it can close it.
- An alert holds until its spike was not found in two further whole windows of a horizon at which
  it was found, counted from the end of the newest such window.
- For a rule's cool-down after an alert of it (or of an earlier rule) was resolved, its names stay
  pending, unless they rise at least twice as high over what was expected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from trends.alerting.alert import Alert, State, Transition, alert_id
from trends.alerting.matching import Group, belongs, groups, strength
from trends.detection.horizons import BY_NAME
from trends.detection.spike import Kind, Spike

PENDING_TIMES: Final = 4.0
RESOLVE_AFTER_WINDOWS: Final = 2
LIFT_AGAIN: Final = 2.0


class LifecycleRule(Protocol):
    """What the lifecycle asks of a rule."""

    @property
    def name(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def false_discovery_rate(self) -> float: ...
    @property
    def cool_down(self) -> timedelta: ...
    def selects(self, spike: Spike) -> bool:
        """Whether a spike is this rule's business, however weak."""
        ...

    def suffices(self, spike: Spike) -> bool:
        """Whether it is strong enough to be told."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """What one evaluation found.

    Attributes:
        spikes: for any rule that selects them.
        watched: by name of a rule, what was looked for on its behalf, and is for it alone.
    """

    spikes: Sequence[Spike] = ()
    watched: Mapping[str, Sequence[Spike]] = field(default_factory=dict)

    def by(self, rule: LifecycleRule, now: datetime) -> list[Spike]:
        """What is there for ``rule``, at least at the pending level and not of long ago."""
        return [
            spike
            for spike in (*self.spikes, *self.watched.get(rule.name, ()))
            if spike.q <= PENDING_TIMES * rule.false_discovery_rate
            and now < held_until(spike)
            and rule.selects(spike)
        ]


@dataclass(frozen=True, slots=True)
class Step:
    """What an evaluation made of the alerts.

    Attributes:
        alerts: that are open after it.
        transitions: what to tell, in the order of rules.
        updated: open alerts that changed without a change of state.
    """

    alerts: tuple[Alert, ...]
    transitions: tuple[Transition, ...]
    updated: tuple[Alert, ...]


def held_until(spike: Spike) -> datetime:
    """When an alert whose spike is not found again is over."""
    return spike.window_end + _patience(spike.horizon)


def deadline(alert: Alert) -> datetime:
    """When it is resolved, if its spike is not found until then."""
    return max(
        (end + _patience(horizon) for horizon, end in alert.seen), default=held_until(alert.spike)
    )


def step(
    open_alerts: Sequence[Alert],
    resolved: Sequence[Alert],
    found: Found,
    rules: Sequence[LifecycleRule],
    now: datetime,
) -> Step:
    """One evaluation's worth of life.

    Args:
        open_alerts: pending and firing ones.
        resolved: those of at least the longest cool-down.
        found: what the evaluation found.
        rules: in the order of their file.
        now: when it was evaluated.
    """
    before = {alert.id: alert for alert in open_alerts}
    known = frozenset(alert.id for alert in (*open_alerts, *resolved))
    told = [alert for alert in resolved if alert.fired_at is not None]
    stand: list[Alert] = []
    firing: list[Alert] = []
    earlier: set[str] = set()
    for rule in rules:
        earlier.add(rule.name)
        past = [alert for alert in told if alert.rule in earlier]
        keeper = _Keeper(rule, firing, past, known, now)
        mine = [alert for alert in open_alerts if alert.rule == rule.name]
        for group in groups(found.by(rule, now), mine):
            stand.extend(keeper.keep(group))
        firing = [alert for alert in stand if alert.state is State.FIRING]
    orphans = [alert for alert in open_alerts if alert.rule not in earlier]
    stand.extend(_aged(alert, now) for alert in orphans)
    return _changes(stand, before, now)


def _changes(stand: Iterable[Alert], before: Mapping[str, Alert], now: datetime) -> Step:
    changed = [alert for alert in stand if alert != before.get(alert.id)]
    transitions = []
    updated = []
    for alert in changed:
        was = before.get(alert.id)
        if was is None:
            transitions.append(Transition(alert=alert, before=None, at=now))
        elif was.state is not alert.state:
            transitions.append(Transition(alert=alert, before=was.state, at=now))
        else:
            updated.append(alert)
    still_open = tuple(alert for alert in stand if alert.state is not State.RESOLVED)
    return Step(still_open, tuple(transitions), tuple(updated))


@dataclass(frozen=True, slots=True)
class _Keeper:
    """Keeps the alerts of one rule.

    Attributes:
        rule: whose.
        firing: alerts of earlier rules that fire.
        past: alerts of this rule and earlier ones that fired and are resolved.
        known: ids of alerts that were opened once, and are not opened again.
        now: when.
    """

    rule: LifecycleRule
    firing: Sequence[Alert]
    past: Sequence[Alert]
    known: frozenset[str]
    now: datetime

    def keep(self, group: Group) -> list[Alert]:
        """The alerts of ``group`` as they stand now; a new one, if it has none."""
        if not group.spikes:
            return [_aged(alert, self.now) for alert in group.alerts]
        if not group.alerts:
            return self._opened(group)
        keeps = _refreshed(group.alerts[0], group.spikes, group.alerts[1:])
        if keeps.state is State.PENDING and self._fires(group) and not self._is_told(group):
            keeps = replace(keeps, state=State.FIRING, seq=keeps.seq + 1, fired_at=self.now)
        return [keeps, *(_resolved(alert, self.now) for alert in group.alerts[1:])]

    def _opened(self, group: Group) -> list[Alert]:
        lead = group.spikes[0]
        name = alert_id(self.rule.name, lead)
        if name in self.known or self._is_told(group):
            return []
        fires = self._fires(group)
        alert = Alert(
            id=name,
            rule=self.rule.name,
            severity=str(self.rule.severity),
            state=State.FIRING if fires else State.PENDING,
            seq=1,
            names=lead.names,
            spike=lead,
            opened_at=self.now,
            fired_at=self.now if fires else None,
            resolved_at=None,
            last_seen=lead.window_end,
            seen=((lead.horizon, lead.window_end),),
        )
        return [_refreshed(alert, group.spikes)]

    def _is_told(self, group: Group) -> bool:
        return any(belongs(spike, alert) for spike in group.spikes for alert in self.firing)

    def _fires(self, group: Group) -> bool:
        strong = [spike for spike in group.spikes if self.rule.suffices(spike)]
        if not strong:
            return False
        names = frozenset[tuple[Kind, str]]().union(*(spike.names for spike in strong))
        lift = max(spike.lift for spike in strong)
        return all(lift >= LIFT_AGAIN * alert.spike.lift for alert in self._cooling(names))

    def _cooling(self, names: frozenset[tuple[Kind, str]]) -> list[Alert]:
        return [
            alert
            for alert in self.past
            if alert.resolved_at is not None
            and self.now < alert.resolved_at + self.rule.cool_down
            and names & alert.names
        ]


def _refreshed(alert: Alert, spikes: Sequence[Spike], joining: Sequence[Alert] = ()) -> Alert:
    """``alert`` after ``spikes`` were found to be its, and ``joining`` to be the same."""
    sightings = [(spike.horizon, spike.window_end) for spike in spikes]
    sightings.extend(seen for other in (alert, *joining) for seen in other.seen)
    newest: dict[str, datetime] = {}
    for horizon, end in sightings:
        newest[horizon] = max(end, newest.get(horizon, end))
    return replace(
        alert,
        names=alert.names.union(
            *(spike.names for spike in spikes), *(other.names for other in joining)
        ),
        spike=min((alert.spike, *spikes), key=strength),
        last_seen=max(alert.last_seen, *newest.values()),
        seen=tuple(sorted(newest.items())),
    )


def _aged(alert: Alert, now: datetime) -> Alert:
    return alert if now < deadline(alert) else _resolved(alert, now)


def _resolved(alert: Alert, now: datetime) -> Alert:
    return replace(alert, state=State.RESOLVED, seq=alert.seq + 1, resolved_at=now)


def _patience(horizon: str) -> timedelta:
    # By buckets: a week's window moves on by a day.
    return RESOLVE_AFTER_WINDOWS * BY_NAME[horizon].bucket
