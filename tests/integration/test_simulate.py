"""History walked through day by day: nothing of the future, and the same as a look at that day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from clickhouse_connect.driver.client import Client

from tests.support.clickhouse import ClickHouseServer
from tests.support.history import Told, Writer, empty_store
from trends.alerting.alert import State
from trends.alerting.evaluator import Evaluator, limits_of, live_spans, watched_spikes
from trends.alerting.rules import Rules
from trends.alerting.simulate import Evaluated, Simulation
from trends.alerting.spikes import spikes_of
from trends.clock import ManualClock
from trends.detection.find import find
from trends.detection.horizons import BY_NAME
from trends.detection.source import span_at
from trends.detection.spike import Kind, Spike
from trends.model import Listing, Position
from trends.store.interface import Sighting
from trends.store.window_counts import StoreCounts

DAY = timedelta(days=1)
# Far from any retention: a store may delete what is old.
FIRST_DAY = datetime(2098, 3, 7, tzinfo=UTC)
DAYS = 60
# Day of the first listing of each event, and how many it has on that day and on the next ones.
WATCHED = 55
EVENTS = {"glider": (40, [14, 6]), "flat rotor": (46, [9]), "turbine": (52, [12, 20, 9])}
BY_DAY = ("day", "week", "month")


def rules(**changes: Any) -> Rules:
    return Rules.model_validate(
        {
            "rules": [
                {"name": "all", "cool_down": "28d", **changes},
                {"name": "mine", "watch": ["rare*"], "min_docs": 3, "min_lift": 1.5},
            ]
        }
    )


def moment(day: int, minute: int) -> datetime:
    return FIRST_DAY + day * DAY + timedelta(minutes=minute)


def history() -> list[Told]:
    """Sixty days in which some things rise; the weekends have no listings."""
    random = np.random.default_rng(42)
    told = []
    for day in range(DAYS):
        if (FIRST_DAY + day * DAY).weekday() >= 5:
            continue
        for number in range(int(random.integers(15, 40))):
            words = random.choice(30, 3, replace=False)
            terms = {f"word{word}": 1 for word in words}
            terms |= {f"only{day}x{number}": 1}
            terms |= {"rare thing": 1} if day == WATCHED and number < 4 else {}
            told.append(
                Told(
                    id=f"{day}:{number}",
                    at=moment(day, 7 * number),
                    terms=terms,
                    title_terms=4,
                    topics={f"Topic {number % 3}": 1},
                    upvotes=int(random.integers(0, 50)),
                    source="papers",
                )
            )
    for name, (first, counts) in EVENTS.items():
        for day, many in enumerate(counts, first):
            told += [
                Told(
                    id=f"{name}:{day}:{number}",
                    at=moment(day, 3 * number),
                    terms={name: 1, f"{name} {day}x{number}": 1},
                    title_terms=2,
                    title=f"A {name}",
                    upvotes=number,
                    tags=("air",),
                    # The long form of a short form that people learn only later.
                    acronyms={"fr": "flat rotor"} if name == "turbine" else {},
                )
                for number in range(many)
            ]
    told += [
        Told(id=f"fr:{n}", at=moment(46, 5 * n), terms={"fr": 1}, title_terms=1, title="FR")
        for n in range(8)
    ]
    return sorted(told, key=lambda one: (one.at, one.id))


HISTORY = history()
# Sightings that change upvotes: of which listing, on which day.
SEEN = [(f"glider:40:{number}", day, 100 * day) for number in range(5) for day in (42, 50, 58)]


def fill(client: Client, told: Sequence[Told], until: datetime) -> None:
    """A store of the listings and sightings before ``until``, in shuffled flushes of 2 shards."""
    writer = Writer(client, shards=2)
    kept = [one for one in told if one.at < until]
    order = np.random.default_rng(1).permutation(len(kept))
    for start in range(0, len(kept), 500):
        writer.write([kept[place] for place in order[start : start + 500]])
    (flush, _) = writer.flushes([])
    sightings = [
        Sighting(Listing(id=name, title="T", listed_at=at, upvotes=votes), Position("s", n, 0))
        for n, (name, day, votes) in enumerate(SEEN)
        if (at := moment(day, 5)) < until
    ]
    writer.store.write_sightings([replace(flush, sightings=sightings)])


@pytest.fixture(scope="module")
def whole(clickhouse: ClickHouseServer) -> Iterator[Client]:
    """A store of all the history."""
    with empty_store(clickhouse) as client:
        fill(client, HISTORY, moment(DAYS, 0))
        yield client


def simulated(
    client: Client, until: int, first: int = 30, by: Rules | None = None
) -> list[Evaluated]:
    """Evaluations at the ends of days from ``first`` until before ``until``."""
    start, end = moment(first + 1, 0), moment(until, 0)
    return list(Simulation(client, by or rules(), start, end, BY_DAY))


@pytest.fixture(scope="module")
def walked(whole: Client) -> list[Evaluated]:
    """All of it."""
    return simulated(whole, DAYS)


def fired(evaluated: Sequence[Evaluated], rule: str = "all") -> list[str]:
    """Leading names of alerts that fired, in order."""
    return [
        change.alert.spike.members[0].name
        for one in evaluated
        for change in one.transitions
        if change.alert.state is State.FIRING and change.alert.rule == rule
    ]


def test_each_event_fires_once_on_its_first_day(walked: list[Evaluated]) -> None:
    at = {
        change.alert.spike.members[0].name: one.at
        for one in walked
        for change in one.transitions
        if change.alert.state is State.FIRING
    }
    for name, (day, _) in EVENTS.items():
        assert sum(name in one for one in fired(walked)) == 1
        assert at[name] == moment(day + 1, 0)


def test_what_fired_is_resolved_after_it_is_over(walked: list[Evaluated]) -> None:
    changes = [change for one in walked for change in one.transitions]
    glider = [
        (change.alert.state, change.at)
        for change in changes
        if "glider" in {name for _, name in change.alert.names}
        and change.alert.fired_at is not None
    ]
    assert [state for state, _ in glider] == [State.FIRING, State.RESOLVED]
    assert moment(42, 0) < glider[1][1] < moment(DAYS, 0)
    for one in walked:
        for change in one.transitions:
            assert change.at == one.at
            assert change.alert.spike.window_end <= one.at


def test_a_watch_list_hears_of_what_nobody_else_does(walked: list[Evaluated]) -> None:
    assert fired(walked, "mine") == ["rare thing"]
    assert "rare thing" not in fired(walked)


def test_other_thresholds_find_other_things(whole: Client, walked: list[Evaluated]) -> None:
    strict = fired(simulated(whole, DAYS, by=rules(min_docs=13)))
    assert set(strict) < set(fired(walked))
    assert "glider" in strict
    assert "flat rotor" not in strict


def test_an_evaluation_stands_at_the_end_of_each_day(walked: list[Evaluated]) -> None:
    assert [one.at for one in walked] == [moment(day, 0) for day in range(31, DAYS + 1)]


@pytest.mark.parametrize("until", [32, 41, 47, 54])
def test_nothing_of_the_future_plays_a_part(
    clickhouse: ClickHouseServer, walked: list[Evaluated], until: int
) -> None:
    """Neither listings, sightings nor acronyms that come later."""
    with empty_store(clickhouse) as client:
        fill(client, HISTORY, moment(until, 0))
        known = simulated(client, until)
    assert known == walked[: len(known)]
    assert len(known) == until - 30


def test_a_walk_that_begins_later_finds_the_same_spikes(
    whole: Client, walked: list[Evaluated]
) -> None:
    late = simulated(whole, DAYS, first=45)
    assert [one.spikes for one in late] == [one.spikes for one in walked[15:]]


@pytest.mark.parametrize("day", [40, 41, 46, 52, 53, 55, 58])
def test_it_finds_what_a_look_at_that_day_finds(
    whole: Client, walked: list[Evaluated], day: int
) -> None:
    at = moment(day + 1, 0)
    source = StoreCounts(whole)
    limits = limits_of(rules())
    expected = [
        spike
        for name in BY_DAY
        for spike in spikes_of(
            whole,
            find(source, span_at(BY_NAME[name], moment(day, 1)), limits, at),
            limits.min_docs,
        )
    ]
    (found,) = [one for one in walked if one.at == at]
    assert [rounded(spike) for spike in found.spikes] == [rounded(spike) for spike in expected]
    assert found.spikes or day in (55, 58)


def rounded(spike: Any) -> Any:
    """Sums over series in another order differ in the last digit."""
    if isinstance(spike, float):
        return float(f"{spike:.9g}")
    if isinstance(spike, tuple):
        return tuple(map(rounded, spike))
    if hasattr(spike, "__dataclass_fields__"):
        return tuple(rounded(getattr(spike, name)) for name in spike.__dataclass_fields__)
    return spike


def test_upvotes_are_those_of_the_day(whole: Client, walked: list[Evaluated]) -> None:
    (first,) = [one for one in walked if one.at == moment(41, 0)]
    (spike,) = [one for one in first.spikes if one.horizon == "day"]
    assert all((one.upvotes or 0) < 100 for one in spike.evidence)
    later = [one for one in walked if one.at == moment(43, 0)]
    weeks = [
        spike
        for one in later
        for spike in one.spikes
        if spike.horizon == "week" and spike.members[0].name == "glider"
    ]
    assert {one.upvotes for spike in weeks for one in spike.evidence} == {4_200}


def test_acronyms_are_those_that_were_introduced_by_then(walked: list[Evaluated]) -> None:
    by_day = {one.at: one for one in walked}
    then = by_day[moment(47, 0)].spikes
    day = [spike for spike in then if spike.horizon == "day"]
    assert sorted(spike.members[0].name for spike in day) == ["flat rotor", "fr"]
    # By then, twelve listings have said what it stands for.
    later = by_day[moment(53, 0)].spikes
    for spike in later:
        if spike.horizon == "month" and "fr" in {member.name for member in spike.members}:
            assert "flat rotor" in {member.name for member in spike.members}


def test_topics_that_are_always_there_do_not_rise(walked: list[Evaluated]) -> None:
    kinds = {kind for one in walked for spike in one.spikes for kind, _ in spike.names}
    assert kinds == {Kind.TERM}


def test_hours_are_evaluated_every_hour(whole: Client) -> None:
    start, end = moment(40, 0), moment(41, 0)
    evaluations = list(Simulation(whole, rules(), start, end, ["hour", "day"]))
    assert len(evaluations) == 25
    spikes = [spike for one in evaluations for spike in one.spikes]
    for one in evaluations:
        for spike in one.spikes:
            assert spike.window_end == one.at
    assert {spike.horizon for spike in spikes} == {"hour", "day"}
    first = next(spike for spike in spikes if spike.horizon == "hour")
    assert (first.name, first.window_start) == ("glider", moment(40, 0))


def test_nothing_is_stored(whole: Client) -> None:
    tables = ("alert_transitions", "spikes_found", "evaluations", "deliveries")
    known = {row[0] for row in whole.query("SHOW TABLES").result_rows}
    before = {table: count(whole, table) for table in tables if table in known}
    simulated(whole, DAYS, first=50)
    assert {table: count(whole, table) for table in before} == before
    assert "evaluations" in before


def count(client: Client, table: str) -> int:
    return int(client.query(f"SELECT count() FROM {table}").result_rows[0][0])


def test_a_store_without_listings_has_quiet_days(clickhouse: ClickHouseServer) -> None:
    with empty_store(clickhouse) as client:
        Writer(client)
        evaluations = simulated(client, 35)
    assert len(evaluations) == 5
    assert not any(one.spikes or one.transitions or one.firing for one in evaluations)


# -- live, on the same store ----------------------------------------------------------------------


def settled(evaluator: Evaluator, clock: ManualClock, at: datetime) -> tuple[Spike, ...]:
    """All spikes, once there is nothing new to look at."""
    while True:
        clock.advance(86_400)
        found = evaluator.evaluate(at)
        if not found.looked:
            return found.spikes


def test_a_live_look_finds_what_the_walk_finds(whole: Client, walked: list[Evaluated]) -> None:
    at = moment(53, 0)
    clock = ManualClock(at)
    live = settled(Evaluator(whole, rules(), clock), clock, at)
    (then,) = [one for one in walked if one.at == at]
    ended = [spike for spike in live if spike.window_end == at]
    assert sorted(map(rounded, ended), key=repr) == sorted(map(rounded, then.spikes), key=repr)
    span = span_at(BY_NAME["day"], moment(55, 1))
    watched = watched_spikes(whole, StoreCounts(whole), span, rules(), moment(56, 0))
    assert [spike.members[0].name for spike in watched["mine"]] == ["rare thing"]


def parts(writer: Writer, told: Sequence[Told]) -> Iterator[str]:
    """Writes a flush step by step, as others may see it."""
    flushes = writer.flushes(told)
    writer.store.write_listings(flushes)
    yield "listings"
    writer.store.write_totals(flushes)
    yield "totals"
    writer.store.write_topics(flushes)
    yield "topics"
    writer.store.write_terms(flushes)
    writer.store.write_checkpoints([flush.checkpoint for flush in flushes], FIRST_DAY)
    yield "terms"


def seen(spike: Spike) -> tuple[object, ...]:
    return spike.horizon, spike.window_start, spike.members[0].name, spike.observed


def test_a_look_in_the_middle_of_a_flush_is_not_the_last(clickhouse: ClickHouseServer) -> None:
    """Totals are stored before counts: who looks between them must look again."""
    at = moment(41, 0) - timedelta(hours=1)
    past = [one for one in HISTORY if one.at < moment(40, 0)]
    today = [one for one in HISTORY if moment(40, 0) <= one.at < at]
    clock = ManualClock(at)
    with empty_store(clickhouse) as client:
        writer = Writer(client)
        writer.write(past)
        evaluator = Evaluator(client, rules(), clock)
        for _ in parts(writer, today):
            for _ in range(len(live_spans(at))):
                clock.advance(86_400)
                evaluator.evaluate(at)
        found = settled(evaluator, clock, at)
        fresh = settled(Evaluator(client, rules(), clock), clock, at)
        assert "glider" in {spike.members[0].name for spike in fresh}
        # What is known of all names may be older, and with it q.
        assert set(map(seen, found)) == set(map(seen, fresh))


def test_a_new_taxonomy_is_no_rise(clickhouse: ClickHouseServer) -> None:
    """The past of a topic is counted anew, so what is remembered of it must be forgotten."""
    at = moment(41, 0) - timedelta(hours=1)
    known = [one for one in HISTORY if one.at < at]
    few = [replace(one, topics={"T": 1} if n % 12 == 0 else {}) for n, one in enumerate(known)]
    more = [replace(one, topics={"T": 1}) for one in known]
    clock = ManualClock(at)
    with empty_store(clickhouse) as client:
        writer = Writer(client)
        writer.write(few)
        evaluator = Evaluator(client, rules(min_docs=2), clock)
        settled(evaluator, clock, at)
        client.command(
            "INSERT INTO generations SELECT 2, analysis, segmenter, fingerprint, taxonomy, 1, at "
            "FROM generations"
        )
        counted = Writer(client)
        assert counted.store.generation == 2
        counted.store.write_topics(counted.flushes(more))
        writer.write([Told(id="one more", at=at - DAY / 8, terms={"x": 1})])
        fresh = settled(Evaluator(client, rules(min_docs=2), clock), clock, at)
        assert not {spike.name for spike in fresh if spike.kind is Kind.TOPIC}
        found = settled(evaluator, clock, at)
        assert not {spike.name for spike in found if spike.kind is Kind.TOPIC}
