"""`trends spikes` and `trends simulate` on a store with a history."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.support.clickhouse import ClickHouseServer
from tests.support.history import Told, Writer
from trends.alerting.rules import Rules
from trends.alerting.simulate import Simulation
from trends.cli.main import app
from trends.store.client import connect
from trends.store.migrate import prepare_store

DAY = timedelta(days=1)
FIRST_DAY = datetime(2098, 3, 1, tzinfo=UTC)
DAYS = 45
RISE = 20
RISE_DAY = f"{FIRST_DAY + RISE * DAY:%Y-%m-%d}"
STEERING = "sail\x1b[31m red"
STRICT = "rules:\n  - {name: strict, min_docs: 15}\n"
HOURLY = "rules:\n  - {name: hourly, horizons: [hour]}\n"

Run = Callable[..., Result]


def history() -> list[Told]:
    told = [
        Told(
            id=f"{day}:{number}",
            at=FIRST_DAY + day * DAY + number * timedelta(hours=1),
            terms={"steady": 1, f"only{day}x{number}": 1},
            title_terms=1,
        )
        for day in range(DAYS)
        for number in range(20)
    ]
    for name, day, many in (("glider", RISE, 12), (STEERING, DAYS - 1, 12)):
        told += [
            Told(
                id=f"{name}{number}",
                at=FIRST_DAY + day * DAY + number * timedelta(hours=1),
                terms={name: 1, f"{name} {day}x{number}": 1},
                title_terms=1,
                title=f"A new {name}",
                url=f"https://example.org/{number}",
                upvotes=number,
            )
            for number in range(many)
        ]
    return told


@pytest.fixture(scope="module")
def url(clickhouse: ClickHouseServer) -> Iterator[str]:
    """A database with the history."""
    url = f"{clickhouse.url}/test_{uuid.uuid4().hex[:12]}"
    prepare_store(url)
    client = connect(url)
    try:
        Writer(client, shards=2).write(history())
        yield url
    finally:
        client.close()


@pytest.fixture
def run(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`trends` on that store."""
    for name in [name for name in os.environ if name.startswith("TRENDS_")]:
        monkeypatch.delenv(name)

    def ran(*arguments: str, store: str = url) -> Result:
        monkeypatch.setenv("TRENDS_CLICKHOUSE", store)
        monkeypatch.setenv("TRENDS_DATA_DIR", str(tmp_path / "data"))
        return CliRunner().invoke(app, arguments, catch_exceptions=False)

    return ran


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def refused(result: Result) -> str:
    """The one line that says what to change."""
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    return line


# -- spikes -------------------------------------------------------------------------------------


def test_spikes_of_a_day_with_their_evidence(run: Run) -> None:
    spikes = answer(run("spikes", "--as-of", RISE_DAY, "--format", "json"))
    assert {spike["horizon"] for spike in spikes} >= {"day"}
    (day,) = [spike for spike in spikes if spike["horizon"] == "day"]
    assert (day["name"], day["observed"], day["complete"]) == ("glider", 12, True)
    assert day["window_start"].startswith(RISE_DAY)
    assert len(day["evidence"]) == 5
    assert day["evidence"][0]["upvotes"] == 11
    assert day["q"] <= 0.05


def test_a_table_has_the_spikes_and_the_listings_behind_them(run: Run) -> None:
    shown = run("spikes", "--as-of", RISE_DAY, "--horizon", "day")
    assert shown.exit_code == 0
    head, row, *rest = shown.stdout.splitlines()
    assert head.split()[:3] == ["name", "kind", "horizon"]
    assert row.split()[:3] == ["glider", "term", "day"]
    assert any("A new glider [11]  https://example.org/11" in line for line in rest)
    without = run("spikes", "--as-of", RISE_DAY, "--horizon", "day", "--no-evidence")
    assert without.stdout.splitlines() == [head, row]


def test_a_name_cannot_steer_the_terminal(run: Run) -> None:
    last = f"{FIRST_DAY + (DAYS - 1) * DAY:%Y-%m-%d}"
    for command in (["spikes", "--as-of", last, "--horizon", "day"], ["simulate"]):
        shown = run(*command).stdout
        assert "sail" in shown
        assert "\x1b" not in shown


def test_a_day_sees_nothing_of_the_next(run: Run) -> None:
    before = f"{FIRST_DAY + (RISE - 1) * DAY:%Y-%m-%d}"
    done = run("spikes", "--as-of", before, "--all")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "nothing has risen" in done.stderr


def test_horizons_are_those_asked_for(run: Run) -> None:
    asked = ["--horizon", "week", "--horizon", "month", "--all"]
    spikes = answer(run("spikes", "--as-of", RISE_DAY, *asked, "--format", "json"))
    assert {spike["horizon"] for spike in spikes} <= {"week", "month"}


def test_a_short_past_is_said(run: Run) -> None:
    day = f"{FIRST_DAY + 5 * DAY:%Y-%m-%d}"
    said = run("spikes", "--as-of", day, "--horizon", "day").stderr
    assert "day: only 5 windows of the past have listings" in said


def test_now_is_as_good_as_any_day(run: Run) -> None:
    done = run("spikes")  # the listings are of a time to come
    assert done.exit_code == 0
    assert "nothing has risen: 0 terms and topics tested" in done.stderr


def test_spikes_refuse_what_they_do_not_know(run: Run, tmp_path: Path) -> None:
    assert "--as-of '2098-13-01' is not a date" in refused(run("spikes", "--as-of", "2098-13-01"))
    line = refused(run("spikes", "--horizon", "year"))
    assert "--horizon 'year' is none of hour, day, week, month" in line
    missing = str(tmp_path / "none.yaml")
    for command in ("spikes", "simulate"):
        assert missing in refused(run(command, "--rules", missing))


# -- simulate -----------------------------------------------------------------------------------


def test_what_would_have_fired_as_json(run: Run, url: str) -> None:
    done = answer(run("simulate", "--format", "json"))
    assert (done["from"], done["evaluations"]) == ("2098-03-01", DAYS)
    fired = [change for change in done["transitions"] if change["state"] == "firing"]
    assert len(fired) == done["fired"]
    assert [change["name"] for change in fired][:1] == ["glider"]
    assert {change["state"] for change in done["transitions"]} >= {"firing", "resolved"}
    assert all(change["rule"] and change["alert"] and change["at"] for change in fired)
    client = connect(url)
    try:
        rules = Rules.model_validate({"rules": [{"name": "taking-off", "cool_down": "28d"}]})
        walk = Simulation(
            client, rules, FIRST_DAY + DAY, FIRST_DAY + DAYS * DAY, ["day", "week", "month"]
        )
        names = [
            change.alert.spike.name
            for one in walk
            for change in one.transitions
            if change.alert.state == "firing"
        ]
    finally:
        client.close()
    assert [change["name"] for change in fired] == names


def test_what_would_have_fired_as_lines(run: Run) -> None:
    done = run("simulate", "--from", RISE_DAY, "--to", RISE_DAY)
    assert done.exit_code == 0
    line, *rest = done.stdout.splitlines()
    assert line.startswith(f"{FIRST_DAY + (RISE + 1) * DAY:%Y-%m-%d} 00:00  firing    glider")
    assert "12 of 32 listings" in line
    assert sum("https://example.org/" in each for each in rest) == 5
    assert "1 evaluations over 1 days: 1 alerts fired" in done.stderr


def test_other_rules_fire_otherwise(run: Run, tmp_path: Path) -> None:
    (tmp_path / "strict.yaml").write_text(STRICT)
    (tmp_path / "hourly.yaml").write_text(HOURLY)
    strict = answer(run("simulate", "--rules", str(tmp_path / "strict.yaml"), "--format", "json"))
    assert strict["fired"] == 0
    line = refused(run("simulate", "--rules", str(tmp_path / "hourly.yaml")))
    assert "add --hours" in line


def test_hours_are_walked_if_asked_for(run: Run) -> None:
    asked = ("--hours", "--from", RISE_DAY, "--to", RISE_DAY, "--format", "json")
    assert answer(run("simulate", *asked))["evaluations"] == 24


def test_pending_alerts_are_shown_if_asked_for(run: Run) -> None:
    plain, all_of_them = (
        answer(run("simulate", *more, "--format", "json"))["transitions"]
        for more in ([], ["--pending"])
    )
    assert len(all_of_them) >= len(plain)
    assert [change for change in all_of_them if change in plain] == plain


def test_simulate_refuses_what_cannot_be(run: Run, clickhouse: ClickHouseServer) -> None:
    assert "is not a date" in refused(run("simulate", "--from", "yesterday"))
    line = refused(run("simulate", "--from", "2098-04-02", "--to", "2098-04-01"))
    assert "--to 2098-04-01 is before --from 2098-04-02" in line
    empty = f"{clickhouse.url}/test_{uuid.uuid4().hex[:12]}"
    assert "the store has no listings" in refused(run("simulate", store=empty))
    done = run("spikes", store=empty)
    assert (done.exit_code, done.stdout) == (0, "")
    assert answer(run("spikes", "--format", "json", store=empty)) == []
