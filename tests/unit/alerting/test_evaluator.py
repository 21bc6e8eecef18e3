"""The windows of now are looked at when there is something new about them, and not else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.support.history import MemoryCounts, MemoryEvidence, Told
from tests.unit.alerting.risen_world import DAY, MIDNIGHT
from trends.alerting.evaluator import (
    BUCKETS_BACK,
    PACE,
    Evaluation,
    Evaluator,
    Looked,
    limits_of,
    live_spans,
)
from trends.alerting.rules import Rules
from trends.clock import ManualClock
from trends.detection.horizons import BY_NAME, HORIZONS
from trends.detection.source import Span, WindowCounts, span_at

NOW = MIDNIGHT + timedelta(hours=12, minutes=30)
HOUR = timedelta(hours=1)
LONG_S = 86_400.0


class SlowCounts(MemoryCounts):
    """Counts of a growing world, in place of `LiveCounts`; each look at a window takes a second."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__([])
        self.clock = clock
        self.looked: list[tuple[str, Any]] = []
        self.looked_s: list[tuple[Span, float]] = []

    def keep(self, spans: Sequence[Span]) -> bool:
        """Remembers nothing anyway."""
        return True

    def is_settled(self, span: Span) -> bool:
        return True

    def window(self, span: Span, min_docs: int) -> WindowCounts:
        self.looked_s.append((span, self.clock.monotonic_s()))
        self.clock.advance(1)
        self.looked.append((span.horizon.name, span.start))
        return super().window(span, min_docs)

    def taken(self) -> list[tuple[str, Any]]:
        """Windows looked at since this was asked."""
        looked, self.looked = self.looked, []
        return looked


class World:
    """Listings, and an evaluator that sees them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, rules: Rules) -> None:
        self.clock = ManualClock(NOW)
        self.counts = SlowCounts(self.clock)
        self._monkeypatch = monkeypatch
        monkeypatch.setattr("trends.alerting.evaluator.LiveCounts", lambda *_: self.counts)
        self.evaluator = Evaluator(None, rules, self.clock)  # type: ignore[arg-type]

    def evaluate(self, now: datetime) -> Evaluation:
        """Evaluates until there is nothing new; what was looked at in all."""
        looked: list[Looked] = []
        while True:
            self.clock.advance(LONG_S)
            found = self.evaluator.evaluate(now)
            looked += found.looked
            if not found.looked:
                return replace(found, looked=tuple(looked))

    def add(self, listings: Sequence[Told]) -> None:
        self.counts.told += listings
        MemoryEvidence(self.counts.told).stand_in(self._monkeypatch)


Make = Callable[..., World]


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Make:
    def made(*rules: dict[str, Any]) -> World:
        given = rules or ({"name": "all"},)
        return World(monkeypatch, Rules.model_validate({"rules": list(given)}))

    return made


def listings(name: str, many: int, at: Any, prefix: str = "") -> list[Told]:
    return [
        Told(
            id=f"{prefix}{name}{at:%d%H%M}:{n}",
            at=at + timedelta(seconds=n),
            terms={name: 1, **({} if n % 2 else {"even": 1})},
            title_terms=1,
            title=name,
        )
        for n in range(many)
    ]


def past(days: int = 30) -> list[Told]:
    """A few listings of noon, day by day."""
    return [one for day in range(1, days + 1) for one in listings("steady", 9, NOW - day * DAY)]


def windows(looked: Sequence[tuple[str, Any]], horizon: str) -> list[Any]:
    return [start for name, start in looked if name == horizon]


# -- which windows ------------------------------------------------------------------------------


def test_the_windows_of_now_are_the_present_one_and_those_that_ended_shortly_before() -> None:
    spans = live_spans(NOW)
    assert len(spans) == len(set(spans)) == len(HORIZONS) * (BUCKETS_BACK + 1)
    for horizon in HORIZONS:
        ends = [span.end for span in spans if span.horizon is horizon]
        assert min(ends) > NOW - (BUCKETS_BACK + 1) * horizon.bucket
        assert NOW < max(ends) <= NOW + horizon.bucket


def test_older_windows_are_never_looked_at(make: Make) -> None:
    world = make()
    world.add([*past(), *listings("glider", 20, NOW - 6 * DAY)])
    found = world.evaluate(NOW)
    assert {spike.horizon for spike in found.spikes} <= {"week", "month"}
    assert set(windows(world.counts.taken(), "day")) <= {
        MIDNIGHT,
        MIDNIGHT - DAY,
        MIDNIGHT - 2 * DAY,
    }


def test_a_window_that_ended_yesterday_and_fills_today_is_looked_at(make: Make) -> None:
    world = make()
    world.add(past())
    world.evaluate(NOW)
    world.add(listings("glider", 20, NOW - DAY))
    found = world.evaluate(NOW)
    assert [spike.window_start for spike in found.spikes if spike.horizon == "day"] == [
        MIDNIGHT - DAY
    ]


# -- when ---------------------------------------------------------------------------------------


def test_a_window_is_looked_at_again_only_when_its_listings_change(make: Make) -> None:
    world = make()
    world.add(past())
    world.add(listings("usual", 4, NOW))
    world.evaluate(NOW)
    assert len(world.counts.taken()) > 4
    assert world.evaluate(NOW).looked == ()
    assert world.counts.taken() == []
    world.add(listings("more", 1, NOW))
    looked = world.evaluate(NOW).looked
    # Those that hold the moment: no other window has changed.
    assert {look.span for look in looked} == {span_at(horizon, NOW) for horizon in HORIZONS}


def test_a_window_that_comes_to_its_end_is_looked_at_once_more(make: Make) -> None:
    world = make()
    world.add([*past(), *listings("usual", 4, NOW)])
    world.evaluate(NOW)
    world.counts.taken()
    looked = world.evaluate(NOW + HOUR).looked
    assert [(look.span.horizon.name, look.span.start) for look in looked] == [
        ("hour", NOW.replace(minute=0))
    ]
    assert world.evaluate(NOW + HOUR).looked == ()


def test_windows_without_listings_are_not_looked_at(make: Make) -> None:
    world = make()
    assert world.evaluate(NOW).looked == ()
    assert world.counts.taken() == []


def test_what_takes_long_is_looked_at_less_often(make: Make) -> None:
    world = make()
    world.add(past(4))
    for number in range(400):
        world.clock.advance(0.25)
        world.add(listings("more", 1, NOW, prefix=f"{number}:"))
        world.evaluator.evaluate(NOW)
    looks = {}
    for horizon in HORIZONS:
        span = span_at(horizon, NOW)
        at = [at_s for looked, at_s in world.counts.looked_s if looked == span]
        # A look takes a second; then so many of them pass.
        assert min(after - before for before, after in pairwise(at)) >= 1 + PACE[horizon.name]
        looks[horizon.name] = len(at)
    assert looks["hour"] > 4 * looks["week"] > 4


# -- what is found ------------------------------------------------------------------------------


def test_spikes_of_windows_that_are_not_looked_at_again_still_stand(make: Make) -> None:
    world = make()
    world.add([*past(), *listings("glider", 30, NOW)])
    first = world.evaluate(NOW)
    assert {spike.members[0].name for spike in first.spikes} == {"glider"}
    assert {spike.horizon for spike in first.spikes} >= {"day"}
    second = world.evaluate(NOW)
    assert second.looked == ()
    assert second.spikes == first.spikes


def test_spikes_of_windows_long_over_are_forgotten(make: Make) -> None:
    world = make({"name": "all", "horizons": ["day"]})
    world.add([*past(), *listings("glider", 30, NOW)])
    spikes = [s for s in world.evaluate(NOW).spikes if s.horizon == "day"]
    assert spikes
    for days in range(1, BUCKETS_BACK + 2):
        found = world.evaluate(NOW + days * DAY)
        still = {spike.window_start for spike in found.spikes if spike.horizon == "day"}
        assert (MIDNIGHT in still) == (days <= BUCKETS_BACK)


def test_a_spike_that_grows_is_told_with_its_new_count(make: Make) -> None:
    world = make()
    world.add([*past(), *listings("glider", 20, NOW)])
    world.evaluate(NOW)
    world.add(listings("glider", 15, NOW + timedelta(minutes=5)))
    spikes = {spike.horizon: spike for spike in world.evaluate(NOW).spikes}
    assert spikes["day"].observed == 35
    assert spikes["day"].listings == 35


def test_a_watch_list_finds_what_is_lost_among_all_names(make: Make) -> None:
    noise = [
        replace(one, terms={f"noise {n % 300}": 1, "steady": 1})
        for n, one in enumerate(listings("noise", 1_600, NOW - 9 * DAY))
    ]
    rise = listings("glider", 4, NOW)
    day = {"horizons": ["day"], "min_docs": 4}
    world = make({"name": "all", **day}, {"name": "mine", "watch": ["GLIDER"], **day})
    world.add([*past(), *noise, *rise, *listings("glider", 1, NOW - 3 * DAY)])
    found = world.evaluate(NOW + 12 * HOUR)
    (mine,) = [spike for spike in found.watched["mine"] if spike.horizon == "day"]
    assert mine.members[0].name == "glider"
    general = [spike for spike in found.spikes if spike.members[0].name == "glider"]
    assert all(mine.q < spike.q for spike in general if spike.horizon == "day")


def test_a_watch_list_finds_nothing_else(make: Make) -> None:
    world = make({"name": "mine", "watch": ["turb*"]})
    world.add([*past(), *listings("glider", 30, NOW), *listings("turbine", 30, NOW, "t")])
    found = world.evaluate(NOW)
    assert {spike.members[0].name for spike in found.watched["mine"]} == {"turbine"}


def test_a_watch_list_is_looked_at_in_the_windows_of_its_rule(make: Make) -> None:
    world = make({"name": "mine", "watch": ["glider"], "horizons": ["week"]})
    world.add([*past(), *listings("glider", 30, NOW)])
    found = world.evaluate(NOW)
    assert {spike.horizon for spike in found.watched["mine"]} <= {"week"}


def test_records_are_of_the_windows_looked_at(make: Make) -> None:
    world = make()
    world.add([*past(), *listings("glider", 30, NOW)])
    found = world.evaluate(NOW)
    records = found.records(NOW)
    assert [(one.horizon, one.window_start) for one in records] == [
        (look.span.horizon.name, look.span.start) for look in found.looked
    ]
    day = next(one for one in records if (one.horizon, one.window_start) == ("day", MIDNIGHT))
    assert (day.spikes, day.candidates) == (1, 2)
    assert day.took_ms >= 1_000
    assert world.evaluate(NOW).records(NOW) == []


def test_what_is_looked_for_is_the_least_that_a_rule_without_a_watch_list_asks() -> None:
    rules = [
        {"name": "a", "min_docs": 9, "min_lift": 2.5, "false_discovery_rate": 0.01},
        {"name": "b", "min_docs": 7, "min_lift": 4.0, "false_discovery_rate": 0.1},
        {"name": "c", "min_docs": 2, "min_lift": 1.0, "watch": ["x"]},
    ]
    limits = limits_of(Rules.model_validate({"rules": rules}))
    assert (limits.min_docs, limits.min_lift, limits.false_discovery_rate) == (7, 2.5, 0.1)
    alone = limits_of(Rules.model_validate({"rules": rules[2:]}))
    assert (alone.min_docs, alone.min_lift) == (2, 1.0)


def test_a_horizon_has_a_pace() -> None:
    assert set(PACE) == set(BY_NAME)
