"""What the dashboard Spikes shows is what the alerter decided, and detection says when asked again.

Truth of alerts are the alerter's own documents, that of spikes what `trends.detection` finds in the
counts of the store, and that of series the listings, counted in Python.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.board_spikes import (
    CHOICES,
    EVERY,
    HOUR,
    RANGES,
    Again,
    Make,
    floor,
    made_up,
    open_within,
    rounded,
    same,
    select,
    shown,
    told,
    upper,
    utc,
)
from tests.support.board_truth import DAY
from trends.alerting.alert import State
from trends.store.alerts_deliveries import Status

if TYPE_CHECKING:
    from tests.support.board_alerts import Alerts


def test_the_store_has_what_the_tests_are_about(alerts: Alerts) -> None:
    states = Counter(alert.state for alert in alerts.standing)
    assert min(states[state] for state in (State.FIRING, State.PENDING, State.RESOLVED)) >= 1
    horizons = {alert.spike.horizon for alert in alerts.standing}
    assert {"hour", "day", "month"} <= horizons
    assert {alert.spike.kind for alert in alerts.standing} == {"term", "topic"}
    assert any("'" in alert.spike.name for alert in alerts.standing)


@pytest.mark.parametrize("choice", CHOICES.values(), ids=CHOICES)
def test_what_fires_now(spikes: Make, alerts: Alerts, choice: dict[str, Any]) -> None:
    asked = {**EVERY, **choice}
    every = select(alerts.standing, choice)
    firing = [alert for alert in every if alert.state is State.FIRING]
    # Whatever the range.
    board = spikes(HOUR)
    rows = board.rows("Firing now", **asked)
    firing.sort(key=lambda alert: alert.id)
    firing.sort(key=lambda alert: alert.fired_at or alert.opened_at, reverse=True)
    assert len(rows) == len(firing)
    for row, alert in zip(rows, firing, strict=True):
        evidence = alert.spike.evidence
        web = evidence[0].url if evidence[0].url.startswith("https://") else ""
        same(row, shown(alert))
        same(row, {"new": alert.spike.is_new, "shown": len(evidence), "url": web})
        assert row["evidence"] == evidence[0].title
        assert utc(row["since"]) == alert.fired_at
    assert board.rows("Firing", **asked) == [{"alerts": len(firing)}]
    pending = [alert for alert in every if alert.state is State.PENDING]
    assert board.rows("Pending", **asked) == [{"alerts": len(pending)}]


@pytest.mark.parametrize(
    ("length", "choice"),
    [
        *((length, {}) for length in RANGES.values()),
        *((90 * DAY, choice) for choice in CHOICES.values() if choice),
    ],
    ids=[*RANGES, *(name for name, choice in CHOICES.items() if choice)],
)
def test_alerts_of_a_range(
    spikes: Make, alerts: Alerts, now: datetime, length: timedelta, choice: dict[str, Any]
) -> None:
    end = now if length < 90 * DAY else now - 10 * DAY
    start, board, asked = end - length, spikes(length, end), {**EVERY, **choice}
    every = select(alerts.standing, choice)
    within = open_within(every, start, end)
    rows = {row["id"]: row for row in board.rows("Alerts of the range", **asked)}
    assert set(rows) == {alert.id for alert in within}
    for alert in within:
        row, spike = rows[alert.id], alert.spike
        same(row, shown(alert))
        assert (row["state"], row["of"]) == (alert.state, spike.listings)
        assert utc(row["opened"]) == alert.opened_at
        assert (utc(row["fired"]), utc(row["over"])) == (alert.fired_at, alert.resolved_at)
        if alert.fired_at is None:
            assert row["fires_for"] is None
        else:
            until = alert.resolved_at or datetime.now(UTC)
            seconds = (until - alert.fired_at).total_seconds()
            assert row["fires_for"] == pytest.approx(seconds, abs=60)
    fired = [alert for alert in every if alert.fired_at and start <= alert.fired_at <= end]
    assert board.rows("Fired in the range", **asked) == [{"alerts": len(fired)}]

    (query,) = [each for each in board.queries(asked) if each.name == "Fired"]
    step = query.window.interval
    steps: Counter[tuple[datetime, str]] = Counter()
    for alert in fired:
        assert alert.fired_at is not None
        steps[floor(alert.fired_at, step), alert.spike.horizon] += 1
    drawn = board.rows("Fired", **asked)
    assert {(utc(row["time"]), row["horizon"]): row["alerts"] for row in drawn} == steps

    notes = board.rows("annotation Alerts that fired", **asked)
    told = [alert for alert in within if alert.fired_at and alert.fired_at <= end]
    assert sorted(row["text"] for row in notes) == sorted(
        f"{alert.spike.name}: {alert.spike.observed} listings, "
        f"{rounded(alert.spike.expected)} are usual"
        for alert in told
    )
    assert {utc(row["time"]) for row in notes} == {alert.fired_at for alert in told}


@pytest.mark.parametrize("length", RANGES.values(), ids=RANGES)
def test_states_over_time(spikes: Make, alerts: Alerts, now: datetime, length: timedelta) -> None:
    start = now - length
    standing = {alert.id: alert for alert in open_within(alerts.standing, start, now)}
    codes = {State.PENDING: 1, State.FIRING: 2, State.RESOLVED: 0}
    drawn: dict[tuple[datetime, str, str], int] = {}
    for change in alerts.changes:  # the last of those before the range holds at its start
        if change.alert.id in standing and change.at <= now:
            at = max(change.at.replace(microsecond=0), start)
            line = f"{standing[change.alert.id].spike.name} · {change.alert.rule}"
            drawn[at, line, change.alert.id] = codes[change.alert.state]
    expected: dict[tuple[datetime, str], int] = {}
    for (at, line, _), code in drawn.items():
        expected[at, line] = max(code, expected.get((at, line), 0))
    rows = spikes(length).rows("Alerts over time", **EVERY)
    assert {(utc(row["time"]), row["alert"]): row["state"] for row in rows} == expected


@pytest.mark.parametrize("length", [HOUR, 25 * DAY, 90 * DAY], ids=str)
def test_spikes_found(
    spikes: Make, alerts: Alerts, again: Again, now: datetime, length: timedelta
) -> None:
    start, board = now - length, spikes(length)
    (query,) = [each for each in board.queries(EVERY) if each.name == "Spikes found"]
    step = query.window.interval
    counts: Counter[tuple[datetime, str]] = Counter(
        (floor(alerts.found_at[key], step), each.horizon)
        for key, each in alerts.spikes.items()
        if start <= alerts.found_at[key] <= now
    )
    rows = board.rows("Spikes found", **EVERY)
    assert {(utc(row["time"]), row["horizon"]): row["spikes"] for row in rows} == counts

    inside = [
        each
        for each in alerts.spikes.values()
        if each.window_end >= start and each.window_start <= now
    ]
    rows = board.rows("Strongest spikes", **EVERY)
    assert len(rows) == len(inside) > 0
    assert [row["q"] for row in rows] == sorted(row["q"] for row in rows)
    by_key = {(utc(row["window"]), row["horizon"], row["name"]): row for row in rows}
    for each in inside:
        row = by_key[each.window_start, each.horizon, each.name]
        numbers = {"listings": each.observed, "usual": each.expected, "lift": each.lift}
        most = each.expected_high
        if not made_up(each):
            found = again.found(each)
            numbers = {"listings": found.docs, "usual": found.expected, "lift": found.lift}
            most = upper(found)
        same(row, {name: pytest.approx(value) for name, value in numbers.items()})
        assert row["at most by chance"] == pytest.approx(most)
        assert (row["kind"], row["new"]) == (each.kind, each.is_new)
        assert row["evidence"] == (each.evidence[0].title if each.evidence else "")
        assert row["told"] == ("yes" if told(each, alerts.standing) else "no"), row


@pytest.mark.parametrize("choice", [*CHOICES.values()][:3], ids=[*CHOICES][:3])
@pytest.mark.parametrize("length", [HOUR, 90 * DAY], ids=["hour", "90 days"])
def test_how_long_telling_took(
    spikes: Make, alerts: Alerts, now: datetime, length: timedelta, choice: dict[str, Any]
) -> None:
    board, asked = spikes(length), {**EVERY, **choice}
    changes = {
        each.id: each
        for each in alerts.changes
        if now - length <= each.at <= now and select([each.alert], choice)
    }
    by_notifier: dict[str, list[Any]] = {}
    for each in alerts.told:
        if each.transition_id in changes:
            took = (each.at - changes[each.transition_id].at).total_seconds()
            by_notifier.setdefault(each.notifier, []).append((each, took))
    rows = board.rows("Notifiers", **asked)
    assert [row["notifier"] for row in rows] == sorted(by_notifier)
    for row in rows:
        own = by_notifier[row["notifier"]]
        for status in Status:
            assert row[status] == sum(each.status is status for each, _ in own)
        assert row["tries at most"] == max(each.attempts for each, _ in own)
        delivered = [
            took
            for each, took in own
            if each.status is Status.DELIVERED and each.state == State.FIRING
        ]
        if len(delivered) % 2:
            assert row["usually"] == pytest.approx(median(delivered), abs=0.002)
        if delivered:
            assert min(delivered) <= row["usually"] <= row["one in twenty"] <= max(delivered)
        else:
            assert row["usually"] is None

    (query,) = [each for each in board.queries(asked) if each.name == "Time to tell"]
    step = query.window.interval
    longest: dict[tuple[datetime, str], float] = {}
    for name, own in by_notifier.items():
        for each, took in own:
            if each.status is Status.DELIVERED and each.state == State.FIRING:
                at = floor(changes[each.transition_id].at, step)
                longest[at, name] = max(took, longest.get((at, name), 0.0))
    drawn = board.rows("Time to tell", **asked)
    assert {(utc(row["time"]), row["notifier"]): row["took"] for row in drawn} == pytest.approx(
        longest, abs=0.002
    )


@pytest.mark.parametrize("end_days", [0, 11, 13, 30, 45])
def test_silences_of_the_range(spikes: Make, alerts: Alerts, now: datetime, end_days: int) -> None:
    end = now - end_days * DAY
    start = end - 3 * DAY
    expected = [
        {
            "pattern": each.pattern,
            "of rule": each.rule or "every",
            "since": each.created_at,
            "until": each.until,
            "ended before": each.ended_at,
            "comment": each.comment,
            "in force": "yes" if each.is_in_force(datetime.now(UTC)) else "no",
            "id": each.id,
        }
        for each in sorted(alerts.silences, key=lambda each: each.created_at, reverse=True)
        if each.created_at <= end and min(each.until, each.ended_at or each.until) >= start
    ]
    rows = spikes(3 * DAY, end).rows("Silences", **EVERY)
    for row in rows:
        for name in ("since", "until", "ended before"):
            row[name] = utc(row[name])
    assert rows == expected


@pytest.mark.parametrize(
    ("search", "expected"),
    [("KETTLE", 1), ("'s kett", 1), ("nothing of the kind", 0), ("", None), ('"old" \\', 1)],
)
def test_alerts_to_choose_from(
    spikes: Make, alerts: Alerts, now: datetime, search: str, expected: int | None
) -> None:
    within = open_within(alerts.standing, now - 90 * DAY, now)
    rows = spikes().rows("$alert", **{**EVERY, "search": search})
    assert len(rows) == (len(within) if expected is None else expected)
    firing = [alert.id for alert in within if alert.state is State.FIRING]
    by_id = {alert.id: alert for alert in within}
    for row in rows:
        alert = by_id[row["id"]]
        at = alert.fired_at or alert.opened_at
        assert row["text"] == f"{alert.spike.name}, {alert.state}, {at:%Y-%m-%d %H:%M}"
    if expected is None:
        assert {row["id"] for row in rows[: len(firing)]} == {*firing}


def test_rules_to_choose_from(spikes: Make, alerts: Alerts) -> None:
    rules = sorted({alert.rule for alert in alerts.standing})
    assert [row["rule"] for row in spikes().rows("$rule", **EVERY)] == rules
