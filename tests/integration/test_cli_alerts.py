"""`trends alerts` on a store: what the ledger wrote, as people and programs read it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from clickhouse_connect.driver.client import Client
from typer.testing import CliRunner, Result

from tests.support.clickhouse import ClickHouseServer
from tests.support.webhooks import receiving
from tests.unit.alerting.transitions import listing, spike
from trends.alerting.alert import Alert, State, Transition
from trends.alerting.ledger import ClickHouseLedger
from trends.alerting.lifecycle import Step
from trends.alerting.notify.message import explained
from trends.alerting.parcel import TOPIC_SINK, Parcel
from trends.cli.main import app
from trends.clock import SystemClock
from trends.detection.spike import Kind, Member, Spike
from trends.store.alerts_deliveries import Status
from trends.store.alerts_silences import list_silences
from trends.store.client import connect
from trends.store.migrate import prepare_store

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ROUTE = (TOPIC_SINK, "log", "slack")
NASTY = "\x1b[2J\nworld [/red] " + "é" * 300


@pytest.fixture(scope="module")
def url(clickhouse: ClickHouseServer) -> str:
    return f"{clickhouse.url}/test_{uuid.uuid4().hex[:8]}"


@pytest.fixture
def client(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Client]:
    """Of a store without alerts, which is the one that commands use."""
    monkeypatch.setenv("TRENDS_CLICKHOUSE", url)
    monkeypatch.setenv("TRENDS_DATA_DIR", str(tmp_path))
    prepare_store(url)
    client = connect(url)
    for table in ("alert_records", "deliveries", "silences"):
        client.command(f"TRUNCATE TABLE {table}")
    yield client
    client.close()


@pytest.fixture
def now() -> datetime:
    present = SystemClock().now()
    return present.replace(microsecond=0)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["alerts", *arguments], catch_exceptions=False)


def answer(*arguments: str) -> Any:
    """The one JSON document of a command that ends well."""
    result = run(*arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def refused(*arguments: str) -> str:
    """The one line that says what to change."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    return line


def rose(name: str, **changes: Any) -> Spike:
    """A spike of one name."""
    return spike(
        name=name, members=(Member(Kind.TERM, name.lower(), 14, 3.1, 2e-6, 4e-4),), **changes
    )


class Alerts:
    """Writes what an alerter would."""

    def __init__(self, client: Client) -> None:
        self._ledger = ClickHouseLedger(client)

    def opened(self, found: Spike, at: datetime, alert_id: str = "") -> Alert:
        """A pending one."""
        alert = Alert(
            id=alert_id or str(uuid.uuid4()),
            rule="taking-off",
            severity="warning",
            state=State.PENDING,
            seq=1,
            names=found.names,
            spike=found,
            opened_at=at,
            fired_at=None,
            resolved_at=None,
            last_seen=at,
        )
        self._keep(Transition(alert=alert, before=None, at=at), (TOPIC_SINK,))
        return alert

    def fired(
        self, found: Spike, at: datetime, alert_id: str = "", route: Sequence[str] = ROUTE
    ) -> tuple[Alert, dict[str, Parcel]]:
        """One that fires, and what is to be told of that."""
        before = self.opened(found, at - HOUR, alert_id)
        alert = replace(before, state=State.FIRING, seq=2, fired_at=at)
        parcels = self._keep(Transition(alert=alert, before=State.PENDING, at=at), route)
        return alert, parcels

    def resolved(self, alert: Alert, at: datetime) -> tuple[Alert, dict[str, Parcel]]:
        over = replace(alert, state=State.RESOLVED, seq=alert.seq + 1, resolved_at=at)
        return over, self._keep(Transition(alert=over, before=alert.state, at=at), ROUTE)

    def _keep(self, change: Transition, route: Sequence[str]) -> dict[str, Parcel]:
        taken = Step((), (change,), ())
        self._ledger.commit(taken, lambda _: route, change.at)
        owed = [parcel for parcel in self._ledger.owed() if parcel.transition.id == change.id]
        return {parcel.notifier: parcel for parcel in owed}

    def record(
        self, parcel: Parcel, status: Status, attempts: int, at: datetime, why: str = ""
    ) -> None:
        self._ledger.record([parcel.record(status, attempts, at, why)])


@pytest.fixture
def alerts(client: Client) -> Alerts:
    return Alerts(client)


@pytest.fixture
def four(alerts: Alerts, now: datetime) -> dict[str, Alert]:
    """One that fires, one that fires since long ago, one that is over, one that is pending."""
    fires, parcels = alerts.fired(rose("World model"), now - HOUR)
    alerts.record(parcels[TOPIC_SINK], Status.DELIVERED, 1, now)
    alerts.record(parcels["log"], Status.DELIVERED, 1, now)
    alerts.record(parcels["slack"], Status.RETRYING, 12, now, "slack: no answer within 10 s")
    old, parcels = alerts.fired(rose("Diffusion"), now - 40 * DAY)
    for notifier in ROUTE:
        alerts.record(parcels[notifier], Status.DELIVERED, 1, now)
    over, parcels = alerts.fired(rose("Agents"), now - 3 * DAY)
    over, _ = alerts.resolved(over, now - 2 * DAY)
    alerts.record(parcels["slack"], Status.REFUSED, 1, now, "slack answered 404: no_team")
    pending = alerts.opened(rose("Robots"), now - HOUR)
    return {"fires": fires, "old": old, "over": over, "pending": pending}


Listed = Callable[..., list[str]]


@pytest.fixture
def listed(four: dict[str, Alert]) -> Listed:
    """Which of the four a command lists."""
    called = {alert.id: name for name, alert in four.items()}

    def names(*arguments: str) -> list[str]:
        return [called[row["id"]] for row in answer("list", *arguments)]

    return names


@pytest.mark.usefixtures("client")
def test_without_alerts_there_is_nothing_to_list() -> None:
    assert answer("list") == []
    result = run("list")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "no alert fires, and none is over since 7 days or less\n"
    assert run("list", "--state", "pending").stderr == "no alert is pending\n"
    assert answer("silences") == []
    assert run("silences").stderr == "no silence is in force\n"
    assert "no alert has an id that begins with 'abc'" in refused("show", "abc")
    assert "no silence has an id that begins with 'abc'" in refused("unsilence", "abc")


def test_what_fires_comes_first_then_what_did_lately(listed: Listed) -> None:
    assert listed() == ["fires", "old", "over"]
    assert listed("--since", "1d") == ["fires", "old"], "what is open is listed however old"
    assert listed("--state", "firing") == ["fires", "old"]
    assert listed("--state", "pending") == ["pending"]
    assert listed("--state", "resolved") == ["over"]
    assert listed("--state", "resolved", "--since", "1d") == []
    assert listed("--state", "all") == ["fires", "old", "pending", "over"]


def test_what_never_fired_is_listed_only_with_all(
    alerts: Alerts, four: dict[str, Alert], now: datetime
) -> None:
    alerts.resolved(four["pending"], now - timedelta(minutes=1))
    assert len(answer("list")) == 3
    assert len(answer("list", "--state", "resolved")) == 1
    every = answer("list", "--state", "all")
    assert [row["name"] for row in every] == ["World model", "Diffusion", "Robots", "Agents"]


@pytest.mark.usefixtures("four")
def test_what_does_not_fit_is_counted() -> None:
    result = run("list", "--limit", "1")
    assert len(result.stdout.splitlines()) == 2
    assert "2 more; --limit shows them" in result.stderr
    assert "2 more" in run("list", "--limit", "1", "--format", "json").stderr


def test_a_line_says_what_rose_and_who_knows(four: dict[str, Alert]) -> None:
    result = run("list")
    assert result.exit_code == 0
    head, fires, old, over = result.stdout.splitlines()
    assert head.split() == (
        "id state since name kind horizon observed expected lift q rule told".split()
    )
    alert = four["fires"]
    assert fires.startswith(f"{alert.id[:8]}  firing")
    assert f"{alert.fired_at:%Y-%m-%d %H:%M}  World model  term  day" in fires
    assert fires.endswith("retrying slack (12 tries: slack: no answer within 10 s); delivered log")
    assert old.rstrip().endswith("delivered")
    assert "refused slack (slack answered 404: no_team); waiting log" in over
    assert result.stderr.splitlines() == [
        f"slack refuses {four['over'].id[:8]} (Agents), and is not tried again: slack answered "
        "404: no_team; `trends alerts test slack` tries it",
        f"slack is away, 12 tries to tell of {alert.id[:8]} (World model): slack: no answer within "
        "10 s; `trends alerts test slack` tries it",
    ]


def test_a_listed_alert_as_json(four: dict[str, Alert]) -> None:
    row = answer("list")[0]
    alert = four["fires"]
    assert (row["id"], row["short_id"]) == (alert.id, alert.id[:8])
    assert datetime.fromisoformat(row["state_since"]) == alert.fired_at
    assert (row["observed"], row["expected"], row["q"]) == (14, 3.1, 4e-4)
    assert (row["names"], row["is_new"]) == (["world model"], False)
    told = {(each["state"], each["notifier"]): each for each in row["told"]}
    assert told["firing", "slack"]["attempts"] == 12
    assert told["firing", "log"]["status"] == "delivered"
    assert told["pending", TOPIC_SINK]["status"] == "waiting"


def test_names_cannot_steer_the_terminal_nor_break_the_table(alerts: Alerts, now: datetime) -> None:
    nasty, parcels = alerts.fired(rose(NASTY), now - HOUR)
    alerts.record(parcels["slack"], Status.REFUSED, 1, now, "no\n\x1b[31m")
    shown = [run("list"), run("show", nasty.id), run("silence", "*", "--for", "1d")]
    for result in shown:
        assert result.exit_code == 0
        assert "\x1b" not in result.stdout + result.stderr
    (_, line) = shown[0].stdout.splitlines()
    assert "\\x1b[2J world [/red] " in line
    assert "\\x1b[2J world [/red] " in shown[1].stdout
    assert max(len(each) for each in line.split("  ")) < 120
    assert len(shown[0].stderr.splitlines()) == 1
    assert answer("list")[0]["name"] == NASTY
    assert answer("show", nasty.id)["alert"]["spike"]["name"] == NASTY


def test_an_alert_is_found_by_how_its_id_begins(alerts: Alerts, now: datetime) -> None:
    one, _ = alerts.fired(rose("One"), now, "aaaaaaaa-1111-4000-8000-000000000000")
    two, _ = alerts.fired(rose("Two"), now, "aaaaaaaa-1222-4000-8000-000000000000")
    assert [row["short_id"] for row in answer("list")] == ["aaaaaaaa-11", "aaaaaaaa-12"]
    assert answer("show", "aaaaaaaa-11")["alert"]["id"] == one.id
    assert answer("show", " AAAAAAAA-12 ")["alert"]["id"] == two.id
    line = refused("show", "aaaaaaaa")
    assert f"several alerts have an id that begins with 'aaaaaaaa': {one.id}, {two.id}" in line
    assert "give more of it" in line
    assert "no alert has an id" in refused("show", "")
    assert "'b\\x1b'" in refused("show", "b\x1b")


def test_an_alert_is_explained_as_its_notifiers_do(four: dict[str, Alert]) -> None:
    alert = four["fires"]
    result = run("show", alert.id[:8])
    assert result.exit_code == 0
    text = result.stdout
    message = explained(Transition(alert=alert, before=State.PENDING, at=alert.opened_at))
    assert text.splitlines()[0] == message.title
    assert message.summary in text
    for fact in message.facts:
        assert fact.label in text
        assert fact.text in text
    assert "- A world model that plans (41 upvotes, papers, 2026-03-02)\n" in text
    assert "\n  https://example.org/a1\n" in text
    assert "21 days from 2026-02-10" in text
    assert text.index("pending\n") < text.index("firing, before that pending\n")
    assert "firing    slack: retrying, 12 tries  (delivery " in text
    assert "\n  slack: no answer within 10 s\n" in text
    assert "slack is away, 12 tries to tell of this alert" in result.stderr


def test_the_whole_of_an_alert_as_json(alerts: Alerts, four: dict[str, Alert]) -> None:
    found = answer("show", four["over"].id)
    assert found["alert"]["spike"]["evidence"][0]["url"] == listing().url
    assert len(found["alert"]["spike"]["series"]) == 21
    assert found["explanation"]["title"].startswith("resolved: taking off: Agents - 14 listings")
    states = [(each["seq"], each["before"], each["state"]) for each in found["transitions"]]
    assert states == [(1, None, "pending"), (2, "pending", "firing"), (3, "firing", "resolved")]
    (refused_one,) = [each for each in found["deliveries"] if each["status"] == "refused"]
    assert refused_one["message"] == "slack answered 404: no_team"
    assert len(found["deliveries"]) == 1 + 2 * len(ROUTE)


def test_an_alert_that_was_seen_again_is_shown_as_it_stands(
    client: Client, four: dict[str, Alert], now: datetime
) -> None:
    stronger = replace(four["fires"], spike=rose("World model", observed=99))
    ClickHouseLedger(client).commit(Step((), (), (stronger,)), lambda _: ROUTE, now)
    found = answer("show", four["fires"].id)
    assert found["alert"]["spike"]["observed"] == 99
    assert len(found["transitions"]) == 2
    assert answer("list")[0]["observed"] == 99


def test_a_silence_is_in_force_until_it_is_ended(client: Client, four: dict[str, Alert]) -> None:
    made = answer("silence", "WORLD*", "--for", "7d", "--comment", "we know")
    assert made["covers"] == [four["fires"].id]
    (stored,) = list_silences(client)
    assert (stored.id, stored.pattern, stored.comment) == (made["id"], "WORLD*", "we know")
    assert stored.until - stored.created_at == 7 * DAY
    assert datetime.fromisoformat(made["until"]) == stored.until

    assert [each["id"] for each in answer("silences")] == [made["id"]]
    head, line = run("silences").stdout.splitlines()
    assert head.split() == ["id", "pattern", "rule", "since", "until", "left", "comment"]
    assert line.split("  ")[:3] == [made["id"], "WORLD*", " any"]
    assert line.endswith("7 days  we know")

    done = run("unsilence", made["id"][:6])
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == f"silence {made['id']} of 'WORLD*' is over\n"
    assert answer("silences") == []
    (gone,) = answer("silences", "--all")
    assert (gone["id"], gone["in_force"]) == (made["id"], False)
    assert "over" in run("silences", "--all").stdout
    assert "is over since" in refused("unsilence", made["id"])


def test_what_happens_in_a_silence_is_told_as_silenced(alerts: Alerts, now: datetime) -> None:
    made = answer("silence", "robots", "--for", "1h")
    silenced, parcels = alerts.fired(rose("Robots"), SystemClock().now() + timedelta(seconds=1))
    assert parcels["log"].silence == made["id"]
    for parcel in parcels.values():
        alerts.record(parcel, Status.SILENCED, 0, now)
    assert run("list").stdout.splitlines()[1].endswith("silenced")
    assert f"silenced by {made['id']}" in run("show", silenced.id).stdout


@pytest.mark.usefixtures("four")
def test_a_silence_says_what_it_covers() -> None:
    assert "covers 3 open alerts: World model, Diffusion, Robots" in (
        run("silence", "*", "--for", "30m").stderr
    )
    assert "no alert that is open now has such a name" in (
        run("silence", "agents", "--for", "30m").stderr
    )


@pytest.mark.usefixtures("four")
def test_a_silence_of_a_rule_that_nobody_knows_stands_and_is_remarked() -> None:
    known = run("silence", "*", "--for", "30m", "--rule", "taking-off")
    assert "covers 3 open alerts" in known.stderr
    assert "no rule" not in known.stderr
    result = run("silence", "*", "--for", "30m", "--rule", "takin-off")
    assert result.exit_code == 0
    assert "no rule 'takin-off' is known here; did you mean 'taking-off'?" in result.stderr
    assert "no alert that is open now has such a name" in result.stderr


@pytest.mark.usefixtures("client")
def test_two_silences_can_be_told_apart() -> None:
    ids = {answer("silence", "x", "--for", "1d")["id"] for _ in range(17)}
    assert len(ids) == 17
    # Of 17 ids, two begin with the same of 16 digits.
    (shared, *_) = [d for d in "0123456789abcdef" if sum(i.startswith(d) for i in ids) > 1]
    assert "several silences have an id that begins with" in refused("unsilence", shared)


@pytest.mark.parametrize(
    ("status", "exit_code", "said"),
    [
        (200, 0, "hook: delivered in "),
        (404, 1, "error: hook: refused, and would be again: webhook hook (http://127.0.0.1:"),
        (503, 1, "error: hook: unavailable; an alerter would try again: webhook hook (http://127"),
    ],
)
def test_a_test_alert_is_sent_once_and_stored_nowhere(
    client: Client, tmp_path: Path, status: int, exit_code: int, said: str
) -> None:
    with receiving() as receiver:
        receiver.answer = lambda: status
        rules = tmp_path / "rules.yaml"
        rules.write_text(
            "rules: [{name: a, route: [hook]}]\n"
            f"notifiers: {{hook: {{type: webhook, url: '{receiver.url}'}}}}\n"
        )
        result = run("test", "hook", "--rules", str(rules))
        report = run("test", "hook", "--rules", str(rules), "--format", "json")
    assert result.exit_code == report.exit_code == exit_code
    assert (result.stderr if exit_code else result.stdout).startswith(said)
    first, second = receiver.received
    assert "TEST" in first.body["data"]["alert"]["spike"]["name"]
    assert first.id != second.id
    told = json.loads(report.stdout)
    assert (told["notifier"], told["type"], told["delivery_id"]) == ("hook", "webhook", second.id)
    assert told["result"] == {200: "delivered", 404: "refused", 503: "unavailable"}[status]
    assert answer("list", "--state", "all") == []
    assert client.query("SELECT count() FROM deliveries").result_rows == [(0,)]


def test_a_stack_of_ones_own_is_read_by_its_read_only_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRENDS_CLICKHOUSE", raising=False)
    monkeypatch.setenv("TRENDS_DATA_DIR", str(tmp_path / "data"))
    made = answer("silence", "*", "--for", "1d")
    assert [each["id"] for each in answer("silences")] == [made["id"]]
    assert answer("list", "--state", "all") == []
    assert "no alert has an id" in refused("show", "abc")
