"""The embedded ClickHouse as a real process, and plain HTTP to talk to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .server_process import Server, start

READER_LIMITS = [
    "--reader-time-s",
    "2",
    "--reader-memory-mb",
    "200",
    "--reader-result-rows",
    "5000",
]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests that do not stop it; each test uses tables of its own."""
    secret = tmp_path_factory.mktemp("secret") / "secret.csv"
    secret.write_text("top,secret\n", encoding="utf-8")
    running = start(tmp_path_factory.mktemp("data"), *READER_LIMITS)
    running.secret = secret
    running.sql("CREATE DATABASE trends")
    running.sql("CREATE DATABASE other")
    running.sql("CREATE TABLE other.hidden (a Int32) ENGINE = MergeTree ORDER BY a")
    running.sql("INSERT INTO other.hidden VALUES (42)")
    running.sql(
        "CREATE TABLE trends.terms (term String, docs UInt32) ENGINE = MergeTree ORDER BY term"
    )
    running.sql("INSERT INTO trends.terms VALUES ('llm', 3), ('agents', 5), ('/etc/passwd', 1)")
    running.sql(
        "CREATE VIEW trends.top AS SELECT term FROM trends.terms ORDER BY docs DESC LIMIT 1"
    )
    yield running
    assert running.stop() == 0
    assert running.errors() == ""


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own, for what the test wants to kill."""
    running = start(tmp_path / "data")
    yield running
    running.kill()
