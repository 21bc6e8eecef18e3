"""How Grafana judges alert rules, simulated: expressions, pending, recovering, missing rows. Pure.

In: a rule as its file has it, and the answer of its query at each evaluation. Out: the state of
each alert instance, and what people would have been told. What it knows was read in Grafana's
documentation and sources (state manager and expressions of version 12 and later); routing and
grouping are left out.

```
            condition           for has passed              condition is gone
 Normal ──────────────> Pending ──────────────> Alerting ───────────────────────> Recovering
    ^                      │                     │    ^   (at once to Normal if        │
    │  condition is gone   │    row is missing   │    │    keepFiringFor is 0)         │
    ├──────────────────────┘   in 2 evaluations  │    └──── condition is back ─────────┤
    ├────────────────────────────────────────────┘                                     │
    └───────────────────── keepFiringFor has passed ───────────────────────────────────┘
```
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from trends.grafana.contract import Kind, kind_of
from trends.grafana.window import parse_duration

MISSING_EVALUATIONS: Final = 2
Labels = tuple[tuple[str, str], ...]
Numbers = dict[Labels, float]


class State(StrEnum):
    """Of one instance of a rule."""

    NORMAL = "Normal"
    PENDING = "Pending"
    ALERTING = "Alerting"
    RECOVERING = "Recovering"
    NO_DATA = "NoData"
    ERROR = "Error"


@dataclass(frozen=True)
class Answer:
    """What the query of a rule gives: columns with ClickHouse types, and rows."""

    columns: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Told:
    """A message to people: an instance fires, or it is over."""

    at: datetime
    labels: Labels
    fires: bool


@dataclass
class Instance:
    """One label set of a rule."""

    state: State = State.NORMAL
    since: datetime | None = None
    seen: datetime | None = None
    missed: int = 0


@dataclass
class RuleSimulator:
    """Judges one rule, evaluation by evaluation.

    Args:
        rule: as the provisioning file has it.
    """

    rule: Mapping[str, Any]
    instances: dict[Labels, Instance] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    changes: int = 0

    def evaluate(self, at: datetime, answer: Answer | Exception) -> dict[Labels, State]:
        """One evaluation; returns the states after it."""
        if isinstance(answer, Exception):
            self._all(str(self.rule["execErrState"]), State.ERROR, at)
            return self.states
        numbers = condition_of(self.rule, answer)
        if not numbers:
            self._all(str(self.rule["noDataState"]), State.NO_DATA, at)
            return self.states
        for labels, number in numbers.items():
            instance = self.instances.setdefault(labels, Instance())
            instance.missed = 0
            self._judge(labels, instance, at, met=number != 0)
        for labels in [*self.instances]:
            if labels not in numbers:
                self._miss(labels, at)
        return self.states

    @property
    def states(self) -> dict[Labels, State]:
        """Of every instance that Grafana keeps."""
        return {labels: instance.state for labels, instance in self.instances.items()}

    @property
    def fires(self) -> bool:
        """Whether any instance fires."""
        firing = (State.ALERTING, State.RECOVERING, State.ERROR, State.NO_DATA)
        return any(state in firing for state in self.states.values())

    def _all(self, policy: str, special: State, at: datetime) -> None:
        """No data, or an error: it concerns all instances alike."""
        if policy == special.value:
            self._set((), self.instances.setdefault((), Instance()), special, at)
            for labels in [*self.instances]:
                if labels != ():
                    self._miss(labels, at)
            return
        if policy == "KeepLast":
            return
        for labels, instance in (self.instances or {(): Instance()}).items():
            self.instances[labels] = instance
            self._judge(labels, instance, at, met=policy == "Alerting")

    def _judge(self, labels: Labels, instance: Instance, at: datetime, *, met: bool) -> None:
        wait = parse_duration(str(self.rule.get("for", "0s")))
        keep = parse_duration(str(self.rule.get("keepFiringFor", "0s")))
        since = instance.since or at
        match instance.state, met:
            case State.PENDING, True:
                if at - since >= wait:
                    self._set(labels, instance, State.ALERTING, at)
            case ((State.NORMAL | State.NO_DATA | State.ERROR), True):
                after = State.PENDING if wait > timedelta(0) else State.ALERTING
                self._set(labels, instance, after, at)
            case State.RECOVERING, True:
                self._set(labels, instance, State.ALERTING, at)
            case State.ALERTING, False:
                after = State.RECOVERING if keep > timedelta(0) else State.NORMAL
                self._set(labels, instance, after, at)
            case State.RECOVERING, False:
                if at - since >= keep:
                    self._set(labels, instance, State.NORMAL, at)
            case ((State.PENDING | State.NO_DATA | State.ERROR), False):
                self._set(labels, instance, State.NORMAL, at)

    def _miss(self, labels: Labels, at: datetime) -> None:
        """Its row is not there: it stays as it is for a while, then is over and forgotten."""
        instance = self.instances[labels]
        instance.missed += 1
        if instance.missed >= MISSING_EVALUATIONS:
            self._set(labels, instance, State.NORMAL, at)
            del self.instances[labels]

    def _set(self, labels: Labels, instance: Instance, state: State, at: datetime) -> None:
        before = instance.state
        if before is state:
            return
        loud = (State.ALERTING, State.RECOVERING, State.ERROR, State.NO_DATA)
        if state in loud and before not in loud:
            self.told.append(Told(at, labels, fires=True))
        if state not in loud and before in loud:
            self.told.append(Told(at, labels, fires=False))
        self.changes += 1
        instance.state, instance.since = state, at


def condition_of(rule: Mapping[str, Any], answer: Answer) -> Numbers:
    """The numbers of the rule's condition by labels: 0 is false. Empty: no data."""
    known: dict[str, Numbers] = {}
    for data in rule["data"]:
        model, ref = data["model"], data["refId"]
        if data["datasourceUid"] != "__expr__":
            known[ref] = numbers_of(answer)
        elif model["type"] == "reduce":
            known[ref] = _reduced(model, known[model["expression"]])
        elif model["type"] == "threshold":
            known[ref] = {
                labels: float(_exceeds(model["conditions"][0]["evaluator"], number))
                for labels, number in known[model["expression"]].items()
            }
        else:
            raise AssertionError(f"no rule of ours has an expression of type {model['type']!r}")
    return known[rule["condition"]]


def numbers_of(answer: Answer) -> Numbers:
    """A table without a time column, as Grafana reads it: one number and labels per row."""
    kinds = [kind_of(type_) for _, type_ in answer.columns]
    if kinds.count(Kind.NUMBER) != 1 or set(kinds) - {Kind.NUMBER, Kind.STRING}:
        raise ValueError(f"input data must be a wide series, or one number and labels: {kinds}")
    place = kinds.index(Kind.NUMBER)
    numbers: Numbers = {}
    for row in answer.rows:
        cells = zip(answer.columns, row, kinds, strict=True)
        labels = tuple(
            (name, str(value)) for (name, _), value, kind in cells if kind is Kind.STRING
        )
        if labels in numbers:
            raise ValueError(f"two rows have the labels {dict(labels)}")
        numbers[labels] = math.nan if row[place] is None else float(row[place])
    return numbers


def _reduced(model: Mapping[str, Any], numbers: Numbers) -> Numbers:
    """What is a number already stays what it is; ``dropNN`` drops what is none."""
    assert model["reducer"] == "last"
    drop = model["settings"]["mode"] == "dropNN"
    return {
        labels: number for labels, number in numbers.items() if not drop or math.isfinite(number)
    }


def _exceeds(evaluator: Mapping[str, Any], number: float) -> bool:
    assert evaluator["type"] == "gt", "no rule of ours compares otherwise"
    return number > float(evaluator["params"][0])
