"""Rankings in a store: what `trends top` says, of all that is counted, and the newest holds."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from clickhouse_connect.driver.client import Client
from typer.testing import CliRunner

from tests.support.clickhouse import ClickHouseServer
from tests.support.history import Writer, empty_store
from tests.support.rankings import DAY, LAST_DAY, assert_as_computed, history, ranked_rows, told
from tests.support.waiting import wait_for
from trends.analysis.taxonomy import default_text
from trends.cli.main import app
from trends.clock import SystemClock
from trends.detection.spike import Kind
from trends.embedded.child import launch
from trends.embedded.process import ProcessSpec
from trends.ranker.board import StoreBoard
from trends.ranker.plan import SPANS, plan
from trends.ranker.ranker import rank_all
from trends.store.generations import Generation, active_generation, put_generation
from trends.store.rankings import Line, Made, Ordering, RankingKey, known, put_ranking

CLOCK = SystemClock()
NOON = datetime(2025, 11, 1, 12, tzinfo=UTC)
KEY = RankingKey(Kind.TERM, Ordering.DOCS, 7, LAST_DAY)

Trends = Callable[..., Any]


@pytest.fixture(scope="module")
def ready(clickhouse: ClickHouseServer) -> Iterator[tuple[Client, str]]:
    """A store with a history that is ranked by `trends rank`, and its address."""
    with empty_store(clickhouse) as client:
        Writer(client, shards=2).write(list(history()))
        yield client, f"{clickhouse.url}/{client.database}"


@pytest.fixture
def trends(ready: tuple[Client, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trends:
    """A command on that store, and its JSON."""
    for name in [name for name in os.environ if name.startswith("TRENDS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TRENDS_CLICKHOUSE", ready[1])
    monkeypatch.setenv("TRENDS_DATA_DIR", str(tmp_path))

    def ran(*arguments: str) -> Any:
        result = CliRunner().invoke(app, [*arguments, "--format", "json"], catch_exceptions=False)
        assert result.exit_code == 0
        return json.loads(result.stdout)

    return ran


@pytest.fixture
def store(clickhouse: ClickHouseServer) -> Iterator[Client]:
    with empty_store(clickhouse) as client:
        yield client


def rank(client: Client, since: date | None = date.min) -> list[RankingKey]:
    done: list[RankingKey] = []
    board = StoreBoard(client, CLOCK)
    rank_all(board, since, CLOCK, lambda key, _made, _left: done.append(key))
    return done


@pytest.mark.parametrize("last_day", [LAST_DAY, LAST_DAY - 3 * DAY], ids=["present", "past"])
@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("ordering", Ordering)
@pytest.mark.parametrize("kind", Kind)
def test_the_view_says_what_top_prints(
    ready: tuple[Client, str],
    trends: Trends,
    kind: Kind,
    ordering: Ordering,
    span: int,
    last_day: date,
) -> None:
    trends("rank", "--since", "3d")
    window = ("--window", f"{span}d", "--as-of", str(last_day), "--limit", "50")
    printed = trends("top", "--kind", f"{kind}s", "--by", ordering, *window)
    rows = ranked_rows(ready[0], RankingKey(kind, ordering, span, last_day))
    assert printed or (kind, ordering) == (Kind.TERM, Ordering.RISE), "not of nothing"
    for row in printed:
        row.setdefault("names", [row[kind.value]])
    assert [
        {
            kind.value: row["name"],
            **{name: row[name] for name in ("docs", "mentions", "share", "docs_before")},
            "share_before": row["docs_before"] / max(row["listings_before"], 1),
            **{name: row[name] for name in ("lift", "rise", "names")},
        }
        for row in rows
    ] == printed


def test_names_that_are_one_thing_are_one_line_and_first_seen_under_any(
    ready: tuple[Client, str], trends: Trends
) -> None:
    trends("rank")
    rising = ranked_rows(ready[0], KEY._replace(ordering=Ordering.RISE))
    (turbine,) = [row for row in rising if "gtt" in row["names"]]
    assert turbine["names"] == ["gated tidal turbine", "gtt"]
    assert (turbine["docs"], turbine["docs_before"]) == (25, 1)
    assert turbine["first_seen"] == LAST_DAY - 15 * DAY
    (energy,) = [
        row
        for row in ranked_rows(ready[0], KEY._replace(kind=Kind.TOPIC))
        if row["name"] == "energy"
    ]
    assert energy["names"] == ["energy"]
    assert energy["first_seen"] == LAST_DAY - 15 * DAY


def test_ranking_again_does_nothing(trends: Trends) -> None:
    trends("rank", "--since", "2d")
    assert trends("rank", "--since", "2d")["rankings"] == []


def test_without_listings_there_is_nothing_to_rank(
    store: Client, clickhouse: ClickHouseServer, trends: Trends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRENDS_CLICKHOUSE", f"{clickhouse.url}/{store.database}")
    assert trends("rank")["rankings"] == []
    assert known(store).days == {}


def test_late_listings_are_in_the_rankings_of_their_windows_and_no_other_is_touched(
    store: Client,
) -> None:
    writer = Writer(store)
    writer.write(list(history(3)))
    assert len(rank(store)) == 3 * 16
    late = LAST_DAY - DAY
    writer.write([told(late, 90 + number, "late comet") for number in range(8)])
    again = rank(store)
    assert {key.last_day for key in again} == {late, LAST_DAY}
    assert len(again) == len(set(again)) == 2 * 16
    comet = [row for row in ranked_rows(store, KEY) if row["names"] == ["late comet"]]
    assert [(row["docs"], row["first_seen"]) for row in comet] == [(8, late)]
    for key in known(store).made:
        if key.span == 7:
            assert_as_computed(store, key)


def test_counts_of_a_flush_that_is_not_at_its_end_are_ranked_again_when_it_is(
    store: Client,
) -> None:
    writer = Writer(store, shards=2)
    writer.write(list(history(2)))
    rank(store)
    more = [told(LAST_DAY, 90 + number, "solar kite") for number in range(12)]
    flushes = writer.flushes(more)
    writer.store.write_listings(flushes)
    writer.store.write_totals(flushes)
    # Killed here; the totals are seen by whoever asks, the terms are not there.
    assert known(store).days[LAST_DAY] < 22
    rank(store)
    assert {row["listings"] for row in ranked_rows(store, KEY)} == {32}
    assert not any("solar kite" in row["names"] for row in ranked_rows(store, KEY))
    assert rank(store) == [], "nor is it done again and again"
    writer.store.write_topics(flushes)
    writer.store.write_terms(flushes)
    writer.store.write_checkpoints([flush.checkpoint for flush in flushes], CLOCK.now())
    assert {key.last_day for key in rank(store)} == {LAST_DAY}
    assert any("solar kite" in row["names"] for row in ranked_rows(store, KEY))
    for key in known(store).made:
        if key.span == 7:
            assert_as_computed(store, key)


def test_a_taxonomy_that_is_made_the_active_one_ranks_all_again(store: Client) -> None:
    Writer(store).write(list(history(1)))
    before = rank(store)
    active = active_generation(store)
    assert active is not None
    second = Generation(2, active.analysis, active.segmenter, default_text())
    put_generation(store, second, active=False, at=CLOCK.now())
    assert rank(store) == []
    put_generation(store, second, active=True, at=CLOCK.now())
    assert set(rank(store)) == set(before)
    assert ranked_rows(store, KEY._replace(kind=Kind.TOPIC)) == [], "nothing is counted by it yet"


def lines(count: int, mark: str) -> list[Line]:
    day = date(2025, 1, 1)
    return [Line(f"{mark}{n}", (mark,), 9, 9, 0, 0.5, None, None, day) for n in range(count)]


def made(seconds: int) -> Made:
    return Made("any", 10, 10, NOON + timedelta(seconds=seconds, milliseconds=1), 5)


@pytest.mark.parametrize("merged", [False, True])
def test_the_newest_computation_holds_as_a_whole_whoever_wrote_last(
    store: Client, merged: bool
) -> None:
    def write(seconds: int, count: int, mark: str) -> list[str]:
        put_ranking(store, KEY, made(seconds), lines(count, mark), (10, 10))
        if merged:
            store.command("OPTIMIZE TABLE rankings FINAL")
        return [row["name"] for row in ranked_rows(store, KEY)]

    other = KEY._replace(span=28)
    put_ranking(store, other, made(0), lines(4, "other"), (10, 10))
    assert write(0, 3, "a") == ["a0", "a1", "a2"]
    assert write(1, 1, "b") == ["b0"]
    assert write(3, 2, "c") == ["c0", "c1"]
    assert write(2, 4, "d") == ["c0", "c1"], "a slow ranker that began before is too late"
    assert write(4, 0, "e") == []
    assert known(store).made == {KEY: made(4), other: made(0)}
    assert len(ranked_rows(store, other)) == 4


def test_a_ranking_is_later_than_the_last_one_whatever_the_clocks_say(store: Client) -> None:
    Writer(store).write(list(history(1)))
    rank(store)
    ahead = replace(known(store).made[KEY], computed_at=CLOCK.now() + timedelta(days=9), listings=1)
    ahead = replace(ahead, computed_at=ahead.computed_at.replace(microsecond=0))
    put_ranking(store, KEY, ahead, lines(3, "ahead"), (10, 10))
    assert rank(store) == [KEY]
    assert_as_computed(store, KEY)
    assert plan(CLOCK.now(), known(store), timedelta(0)).due == ()


def test_the_service_ranks_and_leaves_at_once_when_told(
    store: Client, clickhouse: ClickHouseServer, tmp_path: Path
) -> None:
    Writer(store).write(list(history(2)))
    url = f"{clickhouse.url}/{store.database}"
    log_path = tmp_path / "ranker.log"
    child = launch(
        ProcessSpec(
            name="ranker",
            argv=(sys.executable, "-m", "trends_services.ranker"),
            env={"TRENDS_CLICKHOUSE": url, "TRENDS_METRICS_PORT": "0"},
            log_path=log_path,
        )
    )
    try:
        wait_for(lambda: len(known(store).made) >= 3, 60, "rankings appear")
        own = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, child.pid) == min(own + 10, 19)
        child.send(signal.SIGTERM)
        wait_for(lambda: child.poll() is not None, 10, "it has left")
        assert child.poll() == 0
    finally:
        child.kill()
    log = log_path.read_text(encoding="utf-8")
    assert "terms by docs of 1 days to 2025-10-31" in log
    assert "Traceback" not in log
    for key in known(store).made:
        if key.span == 7:
            assert_as_computed(store, key)
