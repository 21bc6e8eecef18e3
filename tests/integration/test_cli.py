"""The commands as people run them: processes, pipes, exit codes, on one running stack."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from clickhouse_connect.driver.client import Client

from tests.support.waiting import wait_for
from trends.cli.demo_folder import MARKER
from trends.embedded.state import read_state
from trends.store.client import connect
from trends.store.dead_letters import letter_id

TRENDS = (sys.executable, "-c", "from trends.cli.main import main; main()")
PAGES = Path(__file__).parents[1] / "fixtures" / "pages"
TIMEOUT_S = 60

GOOD = [
    {"title": f"Glider nets for valley {n}", "text": "We test glider nets.", "listed_at": day}
    for n, day in enumerate(["2025-03-01", "2025-03-02", "2025-03-02", "2025-03-03"] * 5)
]
BAD = ['{"text": "a title is missing", "listed_at": "2025-03-01"}', "not json [at all]"]


class Stack:
    """A folder, and `trends` run on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*TRENDS, *arguments],
            env=environment(self.folder),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )

    def json(self, *arguments: str) -> Any:
        """What a command prints that ends well, which must be one JSON document."""
        done = self(*arguments, "--format", "json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def client(self) -> Client:
        """Of the store, as the user who may do everything."""
        state = read_state(self.folder)
        assert state is not None
        return connect(state.addresses["clickhouse"])


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRENDS_")}
    return {**kept, "TRENDS_DATA_DIR": str(folder)}


@contextmanager
def started(*arguments: str, env: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A running `trends`, killed at the end if it is still there; its servers die with it."""
    with subprocess.Popen(
        [*TRENDS, *arguments],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """`trends up` for all tests here."""
    folder = tmp_path_factory.mktemp("cli") / "data"
    with started("up", "--format", "json", env=environment(folder)) as process:
        assert process.stdout is not None
        addresses = json.loads(process.stdout.readline() or "{}")
        try:
            assert addresses.keys() == {"kafka", "clickhouse", "reader", "data_dir"}
            yield Stack(folder)
        finally:
            process.send_signal(signal.SIGTERM)
            rest, _ = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 0
    assert rest == ""
    assert not left_behind(folder)


def left_behind(folder: Path) -> list[str]:
    """Command lines of processes that name ``folder``."""
    lines = subprocess.run(
        ["ps", "-ww", "-eo", "args"], capture_output=True, text=True, check=True
    ).stdout
    return [line for line in lines.splitlines() if str(folder) in line]


@pytest.fixture(scope="module")
def replayed(up: Stack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with good and bad lines, counted."""
    file = tmp_path_factory.mktemp("files") / "mixed.jsonl"
    lines = [json.dumps(each) for each in GOOD]
    file.write_text("\n".join([*lines[:3], *BAD, *lines[3:]]) + "\n")
    summary = up.json("replay", str(file))
    assert (summary["read"], summary["accepted"], summary["dead"]) == (22, 20, 2)
    return file


def test_a_second_start_names_the_process_that_is_there(up: Stack) -> None:
    state = read_state(up.folder)
    assert state is not None
    done = up("up")
    assert done.returncode == 2
    assert f"in use by the process with id {state.pid}" in done.stderr
    assert done.stdout == ""


def test_replaying_again_counts_nothing_twice(up: Stack, replayed: Path) -> None:
    before = up.json("series", "glider nets")
    assert before
    summary = up.json("replay", str(replayed))
    assert (summary["accepted"], summary["duplicates"], summary["dead"]) == (0, 20, 2)
    assert up.json("series", "glider nets") == before


def test_a_page_is_counted_like_the_rest(up: Stack) -> None:
    summary = up.json("replay", str(PAGES / "search.txt"), "--as-of", "2025-03-04")
    assert (summary["read"], summary["dead"]) == (3, 0)


def test_a_page_without_a_date_wants_one(up: Stack) -> None:
    done = up("replay", str(PAGES / "search.txt"))
    assert done.returncode == 2
    assert "--as-of" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_top_ranks_and_compares(up: Stack, replayed: Path) -> None:
    window = ("--window", "1d", "--as-of", "2025-03-03", "--limit", "3")
    rows = up.json("top", *window)
    (row,) = [row for row in rows if row["names"] == ["glider net"]]
    assert row["term"] == "glider nets"
    # Half the listings, of half as many: the share is the same.
    assert (row["docs"], row["docs_before"], row["lift"]) == (5, 10, 1.0)
    table = up("top", *window).stdout.splitlines()
    assert table[0] == "terms of the 1 days to 2025-03-03"
    assert len(table) == 2 + len(rows)


def test_top_says_what_it_left_out(up: Stack, replayed: Path) -> None:
    window = ("--window", "1d", "--as-of", "2025-03-03")
    answer = up.json("top", *window, "--explain")
    reasons = {row["term"]: row["reason"] for row in answer["left_out"]}
    assert reasons["glider"] == "part of 'glider nets'"
    assert [row["term"] for row in answer["rows"]] == [
        row["term"] for row in up.json("top", *window)
    ]
    table = up("top", *window, "--explain").stdout
    assert "left out above the last line" in table


def test_raw_names_are_the_stored_ones(up: Stack, replayed: Path) -> None:
    rows = up.json("top", "--raw", "--window", "1d", "--as-of", "2025-03-03", "--limit", "500")
    docs = {row["term"]: (row["docs"], row["docs_before"]) for row in rows}
    assert docs["glider"] == docs["glider net"] == (5, 10)


def test_a_month_is_a_window(up: Stack, replayed: Path) -> None:
    rows = up.json("top", "--month", "2025-03", "--before", "1w", "--limit", "1")
    assert rows[0]["docs_before"] == 0
    assert up.json("top", "--month", "2025-02", "--by", "rise") == []


def test_series_says_under_which_names_it_counts(up: Stack, replayed: Path) -> None:
    done = up("series", "Glider-nets", "--format", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == up.json("series", "glider net", "--raw")


def test_series_gives_every_day(up: Stack, replayed: Path) -> None:
    rows = up.json("series", "glider nets")
    days = {row["bucket"][:10]: row["docs"] for row in rows}
    assert (days["2025-03-01"], days["2025-03-02"], days["2025-03-03"]) == (5, 10, 5)


def test_sql_reads_in_any_format(up: Stack, replayed: Path) -> None:
    sql = "SELECT docs FROM terms WHERE resolution = '1d' AND term = 'glider net' ORDER BY bucket"
    assert up("sql", sql, "--format", "CSV").stdout.split() == ["5", "10", "5"]
    assert up("sql", f"{sql} FORMAT CSV").stdout.split() == ["5", "10", "5"]
    assert up("sql", "-", "--format", "TSV", stdin=f"{sql};\n").stdout.split() == ["5", "10", "5"]
    assert [row["docs"] for row in up.json("sql", sql)["data"]] == [5, 10, 5]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("INSERT INTO dead_letters (origin) VALUES ('x')", "Not enough privileges"),
        ("DROP TABLE listings_counted", "Not enough privileges"),
        ("SELEC 1", "Syntax error"),
        ("SELECT no_such_column FROM terms", "no_such_column"),
    ],
)
def test_sql_refuses_in_one_line(up: Stack, sql: str, reason: str) -> None:
    done = up("sql", sql)
    assert done.returncode == 2
    assert reason in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert len(done.stderr) < 400
    assert done.stdout == ""


def test_a_reader_that_leaves_early_is_no_error(up: Stack) -> None:
    sql = "SELECT number, repeat('x', 100) FROM numbers(200000)"
    env = environment(up.folder)
    with started("sql", sql, "--format", "TSV", env=env) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert process.wait(TIMEOUT_S) == 141


def test_dead_letters_are_listed_and_shown(up: Stack, replayed: Path) -> None:
    letters = {letter["code"]: letter for letter in up.json("dead", "list", "--all")}
    assert letters["not_json"]["raw"] == "not json [at all]"
    for letter in letters.values():
        place = letter["origin"], letter["offset"], letter["line"]
        assert letter["id"] == letter_id(*place, letter["raw"].encode())
    shown = up.json("dead", "show", letters["not_json"]["id"][:6])
    assert shown == letters["not_json"]
    table = up("dead", "list", "--code", "not_json").stdout
    assert "not_json" in table
    assert "missing_title" not in table
    raw = up("dead", "show", letters["not_json"]["id"], "--raw")
    assert raw.stdout == "not json [at all]\n"


def test_a_dead_letter_is_corrected_sent_and_closed(
    up: Stack, replayed: Path, tmp_path: Path
) -> None:
    (letter,) = up.json("dead", "list", "--code", "missing_title")
    stays = up("dead", "retry", letter["id"])
    assert stays.returncode == 1
    assert f"{letter['id']} stays: missing_title" in stays.stderr
    fixed = tmp_path / "fixed.jsonl"
    fixed.write_text('{"title": "A corrected umbrella", "listed_at": "2025-03-03"}\n')
    sent = up.json("dead", "retry", letter["id"], "--file", str(fixed))
    assert (sent["resubmitted"], sent["stay"]) == (1, 0)
    assert up.json("dead", "list", "--code", "missing_title") == []
    (closed,) = up.json("dead", "list", "--code", "missing_title", "--all")
    assert closed["resubmitted_at"] is not None
    count = "SELECT count() FROM listings WHERE title = 'A corrected umbrella'"
    assert up("sql", count, "--format", "TSV").stdout == "1\n"
    assert up("dead", "retry", letter["id"]).returncode == 1
    assert up("dead", "show", "0" * 12).returncode == 2


def test_a_letter_that_only_lacked_a_rule_is_sent_as_it_is(up: Stack) -> None:
    with up.client() as client:
        client.command(
            "INSERT INTO dead_letters (origin, offset, line, code, message, raw, recorded_at) "
            "VALUES ('old.jsonl:1', 0, 0, 'old_rule', 'm', "
            '\'{"title": "Late recognition", "listed_at": "2025-03-02"}\', now())'
        )
    sent = up.json("dead", "retry", "--code", "old_rule")
    assert sent["letters"][0]["listing"] == "title:late recognition"


def test_the_doctor_finds_the_stack_well(up: Stack, replayed: Path) -> None:
    report = up.json("doctor")
    checks = {(check["section"], check["name"]): check for check in report["checks"]}
    assert report["ok"] is True
    for name in ("broker", "clickhouse", "processor"):
        assert checks["data folder", name]["health"] == "ok"
    assert "4 partitions" in checks["Kafka", "topic"]["detail"]
    assert checks["Kafka", "processors"]["health"] == "ok"
    assert checks["ClickHouse", "checkpoints"]["health"] == "ok"
    assert "chDB" in checks["embedded", "store"]["detail"]


@pytest.mark.parametrize("part", ["clickhouse", "broker"])
def test_a_command_waits_for_a_server_that_does_not_answer_yet(
    up: Stack, replayed: Path, part: str
) -> None:
    """As while the supervisor of a running stack starts it again."""
    state = read_state(up.folder)
    assert state is not None
    (pid,) = [process.pid for process in state.processes if process.name == part]
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    with started("replay", str(replayed), env=environment(up.folder)) as process:
        try:
            assert process.stderr is not None
            assert "waiting for" in process.stderr.readline()
        finally:
            os.kill(pid, signal.SIGCONT)
        process.communicate(timeout=TIMEOUT_S)
        assert process.returncode == 0


def test_verify_names_the_count_that_is_wrong(up: Stack, replayed: Path) -> None:
    assert up.json("verify")["equal"] is True
    row = (
        "SELECT shard, resolution, bucket, term, {docs}, mentions, version + {more} "
        "FROM term_counts FINAL WHERE term = 'glider net' AND resolution = '1d' "
        "AND bucket = '2025-03-02' ORDER BY shard LIMIT 1"
    )
    columns = "shard, resolution, bucket, term, docs, mentions, version"
    insert = f"INSERT INTO term_counts ({columns}) "
    with up.client() as client:
        client.command(insert + row.format(docs="docs + 1", more=1))
        try:
            done = up("verify", "--format", "json")
        finally:
            client.command(insert + row.format(docs="docs - 1", more=1))
    assert done.returncode == 1
    verdict = json.loads(done.stdout)
    # The number itself, and the same number in the table that is ordered by term.
    assert (verdict["equal"], verdict["different"]) == (False, 2)
    difference, copy = verdict["differences"]
    assert (difference["name"], difference["resolution"]) == ("glider net", "1d")
    assert (copy["kind"], copy["name"], copy["stored"]) == ("term by day", "glider net", [10, 20])
    assert difference["stored"] == [11, 20]
    assert difference["recounted"] == [10, 20]
    assert up("verify").returncode == 0


def test_verify_sees_what_is_wrong_in_the_series_alone(up: Stack, replayed: Path) -> None:
    insert = (
        "INSERT INTO term_days SELECT term, bucket, shard, docs + {more}, mentions, version + 1 "
        "FROM term_days FINAL WHERE term = 'glider net' AND bucket = '2025-03-02' LIMIT 1"
    )
    with up.client() as client:
        client.command(insert.format(more="1"))
        try:
            done = up("verify", "--format", "json")
        finally:
            client.command(insert.format(more="-1"))
    (difference,) = json.loads(done.stdout)["differences"]
    assert (difference["kind"], difference["stored"]) == ("term by day", [11, 20])
    assert up("verify").returncode == 0


@pytest.mark.parametrize(
    "wrong",
    [
        "arrayPushBack(terms, 'glider trap') AS terms",
        "title_terms - 1 AS title_terms",
        "arrayPushBack(topics, 'gliding') AS topics",
        "mapUpdate(acronyms, map('GT', 'glider trap')) AS acronyms",
    ],
)
def test_verify_names_the_listing_whose_own_terms_are_wrong(
    up: Stack, replayed: Path, wrong: str
) -> None:
    row = "SELECT * {} FROM {} WHERE id = (SELECT min(id) FROM listings_counted)"
    with up.client() as client:
        client.command("CREATE TABLE kept AS listings_counted")
        try:
            client.command("INSERT INTO kept " + row.format("", "listings_counted FINAL"))
            (kept,) = client.query("SELECT id FROM kept").result_rows
            insert = "INSERT INTO listings_counted "
            client.command(insert + row.format(f"REPLACE ({wrong})", "kept"))
            done = up("verify", "--format", "json")
            client.command(insert + row.format("", "kept"))
        finally:
            client.command("DROP TABLE kept")
    verdict = json.loads(done.stdout)
    assert done.returncode == 1
    assert (verdict["equal"], verdict["different"]) == (False, 0)
    assert verdict["misnamed"] == list(kept)
    assert up("verify").returncode == 0


@pytest.mark.usefixtures("stop_signals")
def test_ctrl_c_ends_waiting_for_a_server_that_is_away(tmp_path: Path) -> None:
    env = {**environment(tmp_path), "TRENDS_CLICKHOUSE": "http://127.0.0.1:9/trends"}
    with started("top", env=env) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=TIMEOUT_S)
    assert "waiting for ClickHouse at http://127.0.0.1:9/trends" in first
    assert "0 s of 60 s" in first
    assert process.returncode == 130
    assert "Traceback" not in rest


def test_the_demo_shows_a_topic_that_takes_off(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    demo = Stack(folder)
    done = demo("demo", "--once", "--seconds", "5", "--data-dir", str(folder))
    assert done.returncode == 0, done.stderr
    assert "▲  tidal attention" in done.stdout
    assert f"trends verify --data-dir {folder}" in done.stdout
    assert (folder / MARKER).exists()
    assert demo.json("verify")["equal"] is True
    assert not left_behind(folder)


@pytest.mark.usefixtures("stop_signals")
def test_ctrl_c_ends_the_demo_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with started("demo", "--data-dir", str(folder), env=environment(tmp_path)) as process:
        assert process.stdout is not None
        assert "trends demo" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        printed, complaints = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 0
    assert complaints == ""
    (counted, published) = re.findall(r"^([0-9,]+) of ([0-9,]+) listings", printed, re.MULTILINE)[0]
    assert counted == published
    assert not left_behind(folder)


@pytest.mark.usefixtures("stop_signals")
def test_ctrl_c_while_it_starts_leaves_no_process_behind(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with started("up", env=environment(folder)) as process:
        wait_for(lambda: bool(left_behind(folder / "clickhouse")), 30, "the store starts")
        process.send_signal(signal.SIGINT)
        printed, complaints = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 0
    assert (printed, complaints) == ("", "stopped\n")
    assert not left_behind(folder)
