"""What the dashboard Spikes shows is what the alerter decided, and detection says when asked again.

Truth of alerts are the alerter's own documents, that of spikes what `trends.detection` finds in the
counts of the store, and that of series the listings, counted in Python.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from clickhouse_connect.driver.client import Client

from tests.support.board_store import UPVOTES_LATER
from tests.support.board_truth import DAY, Truth, with_name
from tests.support.boards import Board
from trends.alerting.alert import Alert, State
from trends.alerting.evaluator import limits_of, live_spans
from trends.alerting.rules_load import load_rules
from trends.alerting.spikes import spikes_of
from trends.clock import ManualClock
from trends.detection.chance import high
from trends.detection.find import Found, find
from trends.detection.horizons import BY_NAME
from trends.detection.source import span_at
from trends.detection.spike import Spike
from trends.grafana.variables import ALL
from trends.store.alerts_deliveries import Status
from trends.store.live_counts import LiveCounts
from trends.store.window_counts import StoreCounts

if TYPE_CHECKING:
    from tests.support.board_alerts import Alerts
    from trends.detection.find import Tested

HOUR = DAY / 24
EVERY: dict[str, Any] = {
    "kind": (ALL,),
    "horizon": (ALL,),
    "severity": (ALL,),
    "rule": (ALL,),
    "search": "",
    "alert": "",
}
CHOICES = {
    "everything": {},
    "topics": {"kind": ("topic",)},
    "hours and days": {"horizon": ("hour", "day")},
    "critical": {"severity": ("critical",)},
    "a rule": {"rule": ("taking-off", "it's none"), "kind": ("term",)},
}
RANGES = {"hour": HOUR, "week": 7 * DAY, "25 days": 25 * DAY, "90 days": 90 * DAY}

Make = Callable[..., Board]


@pytest.fixture(scope="module")
def truth(filled: Client) -> Truth:
    return Truth(filled)


@pytest.fixture
def spikes(filled: Client, alerts: Alerts, now: datetime) -> Make:
    """The dashboard over a range that ends now, or earlier."""
    del alerts

    def made(length: timedelta = 90 * DAY, end: datetime = now) -> Board:
        return Board("spikes", filled, end - length, end)

    return made


class Again:
    """Detection, asked again."""

    def __init__(self, client: Client, now: datetime) -> None:
        self._client = client
        self._now = now
        self._limits = limits_of(load_rules(None, {}))
        self._tested: dict[tuple[str, datetime], Tested] = {}

    def tested(self, horizon: str, start: datetime) -> Tested:
        """The window of that start."""
        if (horizon, start) not in self._tested:
            shape = BY_NAME[horizon]
            # As the alerter looks: hours of a day share what is known of all names.
            source = LiveCounts(StoreCounts(self._client), ManualClock(self._now))
            live = live_spans(self._now, [shape])
            mine = span_at(shape, start + shape.window - shape.bucket)
            assert mine.start == start
            for span in live if mine in live else [mine]:
                source.exposure(span)
                found = find(source, span, self._limits, self._now)
                self._tested[horizon, span.start] = found
        return self._tested[horizon, start]

    def found(self, spike: Spike) -> Found:
        """What it says of the leading name of a spike."""
        lead = spike.members[0]
        every = self.tested(spike.horizon, spike.window_start).found
        (found,) = [each for each in every if each.name == (lead.kind, lead.name)]
        return found

    def spike(self, spike: Spike) -> Spike:
        """The spike as a whole."""
        tested = self.tested(spike.horizon, spike.window_start)
        every = spikes_of(self._client, tested, self._now, self._limits.min_docs)
        (found,) = [each for each in every if each.members[0].name == spike.members[0].name]
        return found


def upper(found: Found) -> float:
    """What one window in forty exceeds by chance."""
    return max(found.expected, float(high(np.array([found.expected]), np.array([found.size]))[0]))


@pytest.fixture(scope="module")
def again(filled: Client, alerts: Alerts, now: datetime) -> Again:
    del filled
    return Again(alerts.client, now)


def utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


def made_up(spike: Spike) -> bool:
    """Whether no listing is behind it."""
    return " rise" in spike.members[0].name


def select(alerts: Iterable[Alert], chosen: dict[str, Any]) -> list[Alert]:
    """Those of what is chosen."""

    def has(alert: Alert) -> bool:
        own = {
            "kind": alert.spike.kind,
            "horizon": alert.spike.horizon,
            "severity": alert.severity,
            "rule": alert.rule,
        }
        return all(own[key] in value for key, value in chosen.items())

    return [alert for alert in alerts if has(alert)]


def open_within(alerts: Iterable[Alert], start: datetime, end: datetime) -> list[Alert]:
    return [
        alert
        for alert in alerts
        if alert.opened_at <= end and (alert.resolved_at is None or alert.resolved_at >= start)
    ]


def shown(alert: Alert) -> dict[str, Any]:
    """What every table says of an alert."""
    spike = alert.spike
    return {
        "id": alert.id,
        "name": spike.name,
        "severity": alert.severity,
        "kind": spike.kind,
        "horizon": spike.horizon,
        "listings": spike.observed,
        "usual": pytest.approx(spike.expected),
        "lift": pytest.approx(spike.lift),
        "q": pytest.approx(spike.q),
        "rule": alert.rule,
    }


def same(row: dict[str, Any], expected: dict[str, Any]) -> None:
    assert {key: row[key] for key in expected} == expected


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


def rounded(number: float) -> str:
    return f"{round(number, 1):g}"


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


def charted(alerts: Alerts) -> list[Alert]:
    """One alert of each horizon and kind."""
    found = {(alert.spike.horizon, alert.spike.kind): alert for alert in alerts.standing}
    return [alert for alert in found.values() if not made_up(alert.spike)]


@pytest.mark.parametrize("length", [10 * DAY, 90 * DAY], ids=["10 days", "90 days"])
def test_what_was_observed(
    spikes: Make, alerts: Alerts, truth: Truth, now: datetime, length: timedelta
) -> None:
    for alert in charted(alerts):
        spike = alert.spike
        lead, shape = spike.members[0], BY_NAME[spike.horizon]
        first, last = now - length, now
        if spike.horizon == "hour":
            first = max(first, spike.window_start - 7 * DAY)
            last = min(last, spike.window_start + 3 * DAY)
        else:
            first -= shape.bucket
        mentions = [row.at for row in with_name(truth.rows, lead.kind, lead.name)]
        buckets = {floor(at, shape.bucket) for at in mentions}
        times = {
            bucket + number * shape.bucket for bucket in buckets for number in range(shape.buckets)
        }
        times |= {floor(row.at, shape.bucket) for row in truth.rows}
        expected = {
            at: sum(at + shape.bucket - shape.window <= one < at + shape.bucket for one in mentions)
            for at in times
            if first <= at <= last
        }
        rows = series(spikes(length), alert, "A")
        assert {utc(row["time"]): row["observed"] for row in rows} == expected, spike.name
        at = spike.window_end - shape.bucket
        if first <= at <= last:
            assert expected[at] == spike.observed, "as it was told"


def floor(moment: datetime, step: timedelta) -> datetime:
    """The start of the step that ``moment`` belongs to."""
    return moment - (moment - datetime(1970, 1, 1, tzinfo=UTC)) % step


def series(board: Board, alert: Alert, ref: str) -> list[dict[str, Any]]:
    """One of the two queries of the chart."""
    queries = board.queries({**EVERY, "alert": alert.id})
    (query,) = [
        each for each in queries if (each.name, each.ref_id) == ("Expected and observed", ref)
    ]
    return board.ask(query)


def test_what_was_expected_is_what_detection_says(
    spikes: Make, alerts: Alerts, again: Again, truth: Truth, now: datetime
) -> None:
    length = 80 * DAY
    start = now - length
    for alert in charted(alerts):
        spike = alert.spike
        lead, shape = spike.members[0], BY_NAME[spike.horizon]
        found, span = again.found(spike), again.tested(spike.horizon, spike.window_start).span
        windows = [
            (at, sum(at <= row.at < at + shape.window for row in truth.rows)) for at in span.starts
        ]
        rate = found.expected / found.exposure
        past = [(at, rate * listings) for at, listings in windows if listings][-29:]
        expected = {at + shape.window - shape.bucket: value for at, value in past}
        band = {}
        for each in alerts.spikes.values():
            own = each.members[0]
            if (each.horizon, own.kind, own.name) == (spike.horizon, lead.kind, lead.name):
                at = each.window_end - shape.bucket
                expected[at] = again.found(each).expected
                band[at] = upper(again.found(each))
        rows = series(spikes(length), alert, "B")
        inside = {at: value for at, value in expected.items() if start - shape.bucket <= at <= now}
        assert {utc(row["time"]): row["expected"] for row in rows} == pytest.approx(inside)
        shown_band = {
            utc(row["time"]): row["expected at most"]
            for row in rows
            if row["expected at most"] is not None
        }
        assert shown_band == pytest.approx({at: band[at] for at in band if at in inside})
        assert shown_band, spike.name
        assert all(value >= expected[at] for at, value in band.items())


def test_of_a_window_that_was_looked_at_twice_the_last_look_counts(
    spikes: Make, alerts: Alerts
) -> None:
    """And what was expected of its leading name alone, for that is drawn."""
    (lasting,) = [alert for alert in alerts.standing if made_up(alert.spike)]
    assert len(lasting.names) == 2
    (row,) = series(spikes(7 * DAY), lasting, "B")
    assert row["expected"] == pytest.approx(lasting.spike.expected)
    assert row["expected at most"] == pytest.approx(lasting.spike.expected_high)


def test_what_is_told_of_an_alert(spikes: Make, alerts: Alerts) -> None:
    for alert in alerts.standing:
        spike = alert.spike
        rows = spikes().rows("What is told of it", **{**EVERY, "alert": alert.id})
        facts = {row["fact"]: row["value"] for row in rows}
        same(
            facts,
            {
                "name": spike.name,
                "also": ", ".join(sorted({name for _, name in alert.names})),
                "state": alert.state,
                "severity": alert.severity,
                "rule": alert.rule,
                "kind": f"new {spike.kind}" if spike.is_new else spike.kind,
                "horizon": spike.horizon,
                "window": f"{spike.window_start:%F %T} to {spike.window_end:%F %T}",
                "since": f"{spike.first_window:%F %T}Z",
                "listings": f"{spike.observed} of {spike.listings}",
                "usual": rounded(spike.expected),
                "at most by chance": rounded(spike.expected_high),
                "lift": f"{rounded(spike.lift)} times",
                "rose with it": ", ".join(spike.rose_with),
            },
        )
        assert float(facts["false-discovery rate q"]) == pytest.approx(spike.q, abs=1e-5)
        assert float(facts["p"]) == pytest.approx(spike.p)


def test_evidence_are_the_listings_behind_it(
    spikes: Make, alerts: Alerts, again: Again, filled: Client
) -> None:
    stored = {
        row[0]: row[1:]
        for row in filled.query(
            "SELECT id, title, source, event_time, url, upvotes FROM listings"
        ).result_rows
    }
    seen = set()
    for alert in charted(alerts):
        rows = spikes().rows("Evidence", **{**EVERY, "alert": alert.id})
        evidence = again.spike(alert.spike).evidence
        assert [row["title"] for row in rows] == [each.title for each in evidence]
        assert [row["place"] for row in rows] == [*range(1, len(evidence) + 1)]
        for row, each in zip(rows, evidence, strict=True):
            title, source, listed, url, upvotes = stored[each.id]
            assert (row["title"], row["source"], row["listed"]) == (title, source, listed)
            assert row["url"] == (url if url.startswith("https://") else "")
            assert row["upvotes"] == upvotes
            at = listed.replace(tzinfo=UTC)
            assert alert.spike.window_start <= at < alert.spike.window_end
            seen.add(row["upvotes"])
    assert UPVOTES_LATER in seen


def test_evidence_that_is_no_more_has_no_time(spikes: Make, alerts: Alerts) -> None:
    (lasting,) = [alert for alert in alerts.standing if made_up(alert.spike)]
    (row,) = spikes().rows("Evidence", **{**EVERY, "alert": lasting.id})
    assert row["title"].startswith("About An")
    assert (row["listed"], row["source"], row["upvotes"]) == (None, "", None)


def test_what_happened_to_an_alert(spikes: Make, alerts: Alerts) -> None:
    for alert in alerts.standing:
        changes = {each.id: each for each in alerts.changes if each.alert.id == alert.id}
        expected = [
            {
                "at": changes[each.transition_id].at,
                "state": changes[each.transition_id].alert.state,
                "notifier": each.notifier,
                "status": each.status,
                "told": each.at,
                "attempts": each.attempts,
                "message": each.message,
            }
            for each in alerts.told
            if each.transition_id in changes
        ]
        expected.sort(key=lambda row: (row["at"], row["notifier"]))
        rows = spikes().rows("What happened to it", **{**EVERY, "alert": alert.id})
        for row in rows:
            row["at"], row["told"] = utc(row["at"]), utc(row["told"])
        assert rows == expected


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


def told(spike: Spike, alerts: Iterable[Alert]) -> bool:
    """Whether somebody was told of it before a week had passed."""
    lead = spike.members[0].name
    return any(
        lead in {name for _, name in alert.names}
        and alert.fired_at is not None
        and alert.fired_at <= spike.window_end + 7 * DAY
        and (alert.resolved_at is None or alert.resolved_at >= spike.window_start)
        for alert in alerts
    )


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


def test_nothing_is_chosen_of_an_alert_that_is_none(spikes: Make) -> None:
    for name in ("", "none", "' OR 1=1 --", "\\"):
        asked = {**EVERY, "alert": name}
        for title in ("What is told of it", "Evidence", "What happened to it"):
            assert spikes().rows(title, **asked) == [], title
