"""Start, stop, and who owns the folder."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from .server_process import Server, start


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "trends.embedded.clickhouse", *options],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_second_start_on_the_folder_names_its_owner(fresh: Server) -> None:
    second = run("--data", str(fresh.data), "--port", "0")
    assert second.returncode == 2
    assert f"in use by the process with id {fresh.process.pid};" in second.stderr
    assert "Traceback" not in second.stderr
    assert fresh.sql("SELECT 1") == "1"


def test_a_port_in_use_is_said_and_touches_no_folder(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        second = run("--data", str(tmp_path / "data"), "--port", str(port))
    assert second.returncode == 2
    assert (
        second.stderr == f"clickhouse: cannot listen on 127.0.0.1:{port}: Address already in use\n"
    )
    assert not (tmp_path / "data").exists()


def test_kill_9_frees_the_folder(fresh: Server) -> None:
    fresh.sql("CREATE DATABASE trends")
    fresh.kill()
    began = time.monotonic()
    again = start(fresh.data)
    assert time.monotonic() - began < 15
    assert "trends" in again.sql("SHOW DATABASES")
    assert again.stop() == 0


@pytest.mark.usefixtures("stop_signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_running_queries_finish(fresh: Server, number: int) -> None:
    answers: list[str] = []

    def ask() -> None:
        sql = "SELECT sum(sleepEachRow(1)) + 7 FROM numbers(2) SETTINGS max_block_size = 1"
        answers.append(fresh.sql(sql))

    asking = threading.Thread(target=ask)
    asking.start()
    wait_for_query(fresh, "sleepEachRow")
    assert fresh.stop(number) == 0
    asking.join()
    assert answers == ["7"]
    assert fresh.errors() == ""


def test_a_query_that_does_not_end_is_stopped(tmp_path: Path) -> None:
    server = start(tmp_path / "data", "--drain-s", "0.5")
    codes: list[str | None] = []
    sql = "SELECT count() FROM numbers(1000000000000)"
    asking = threading.Thread(target=lambda: codes.append(server.ask(sql).code))
    asking.start()
    wait_for_query(server, "1000000000000")
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 10
    asking.join()
    assert codes == ["394"]


def test_the_password_comes_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("s3cret\n", encoding="utf-8")
    server = start(tmp_path / "data", "--password-file", str(secret))
    assert server.ask("SELECT 1").code == "516"
    assert server.ask("SELECT 1", user="default", password="s3cret").text == "1\n"
    assert server.ask("SELECT 1", user="reader").text == "1\n"
    assert server.stop() == 0


def test_a_missing_password_file_is_said(tmp_path: Path) -> None:
    done = run("--data", str(tmp_path / "d"), "--password-file", str(tmp_path / "nope"))
    assert done.returncode == 2
    assert "cannot read the password file" in done.stderr


def test_the_reader_connects_before_its_database_exists(fresh: Server) -> None:
    assert fresh.sql("SELECT currentDatabase()", user="reader") == "system"
    assert fresh.ask("SELECT * FROM `/etc/passwd`", user="reader").code == "497"


def wait_for_query(server: Server, text: str) -> None:
    sql = f"SELECT count() FROM system.processes WHERE query LIKE '%{text}%'"
    deadline = time.monotonic() + 20
    while int(server.sql(sql)) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
