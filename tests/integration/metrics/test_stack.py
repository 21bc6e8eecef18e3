"""`trends up` gives every service a place for its metrics, and says where."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.clickhouse import EmbeddedClickHouse
from tests.support.scrape import Scrape, ask, missing
from tests.support.waiting import wait_for
from trends.clock import SystemClock
from trends.embedded.stack import Part, metrics_name, running_stack
from trends.embedded.state import StackState, read_state
from trends.settings import load_settings
from trends.store.client import connect

WAIT_S = 60


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackState]:
    """Of a whole stack that runs."""
    folder = tmp_path_factory.mktemp("stack")
    settings = load_settings(data_dir=folder)
    with running_stack(settings, SystemClock(), set(Part)):
        found = read_state(folder)
        assert found is not None
        yield found


def port_of(state: StackState, part: Part) -> int:
    parts = urlsplit(state.addresses[metrics_name(part)])
    assert (parts.scheme, parts.hostname, parts.path) == ("http", "127.0.0.1", "/metrics")
    assert parts.port is not None
    return parts.port


@pytest.mark.parametrize("part", [Part.PROCESSOR, Part.ALERTER, Part.RANKER])
def test_a_service_becomes_ready_and_says_who_it_is(state: StackState, part: Part) -> None:
    port = port_of(state, part)
    assert state.ports[metrics_name(part)] == port
    wait_for(lambda: missing(port) == {}, WAIT_S, f"the {part} is ready")
    assert ask(port, "/health").status == 200
    scrape = Scrape(port)
    assert scrape.sum("trends_build_info", service=part.value) == 1
    assert scrape.sum("trends_ready") == len(ask(port, "/ready").json()["conditions"])


def test_all_ports_differ(state: StackState) -> None:
    assert len(set(state.ports.values())) == len(state.ports)


def test_the_store_counts_its_queries(tmp_path: Path) -> None:
    server = EmbeddedClickHouse(tmp_path)
    server.start()
    try:
        port = urlsplit(server.url).port
        assert port is not None
        client = connect(f"{server.url}/default")
        try:
            before = Scrape(port)
            client.command("CREATE TABLE numbers (n UInt32) ENGINE = MergeTree ORDER BY n")
            client.insert("numbers", [[n] for n in range(50)], column_names=["n"])
            assert client.command("SELECT sum(n) FROM numbers") == 49 * 25
        finally:
            client.close()
        assert ask(port, "/?query=SELEC").status == 400
        after = Scrape(port)
    finally:
        server.stop()

    def grown(name: str, **labels: str) -> float:
        return after.sum(name, **labels) - before.sum(name, **labels)

    assert grown("trends_store_requests_total", status="400") == 1
    assert grown("trends_store_requests_total", status="200") >= 3
    requests = grown("trends_store_requests_total")
    assert grown("trends_store_query_duration_seconds_count") == requests
    assert grown("trends_store_rows_total", direction="written") == 50
    assert grown("trends_store_rows_total", direction="read") >= 50
