"""What the dashboard Spikes shows of one alert: its numbers, evidence, what happened to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from clickhouse_connect.driver.client import Client

from tests.support.board_spikes import EVERY, Again, Make, floor, made_up, rounded, same, upper, utc
from tests.support.board_store import UPVOTES_LATER
from tests.support.board_truth import DAY, Truth, with_name
from tests.support.boards import Board
from trends.alerting.alert import Alert
from trends.detection.horizons import BY_NAME

if TYPE_CHECKING:
    from tests.support.board_alerts import Alerts


@pytest.fixture(scope="module")
def truth(filled: Client) -> Truth:
    return Truth(filled)


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


def test_nothing_is_chosen_of_an_alert_that_is_none(spikes: Make) -> None:
    for name in ("", "none", "' OR 1=1 --", "\\"):
        asked = {**EVERY, "alert": name}
        for title in ("What is told of it", "Evidence", "What happened to it"):
            assert spikes().rows(title, **asked) == [], title
