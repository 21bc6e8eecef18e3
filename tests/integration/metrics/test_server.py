"""The HTTP server beside a service: what it answers, and that it gets into nobody's way."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as openmetrics_families,
)

from tests.support.scrape import Scrape, ask
from trends.clock import ManualClock
from trends.errors import ConfigError, Unavailable
from trends.metrics.meters import ProcessorMeters
from trends.metrics.server import MetricsServer
from trends.metrics.vitals import KAFKA, STORE, Vitals

START = datetime(2025, 3, 1, tzinfo=UTC)
LOOPBACK = "127.0.0.1"


class Bench:
    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.vitals = Vitals("test", self.clock, silent_max_s=60)
        self.meters = ProcessorMeters(self.vitals.registry)
        self.server = MetricsServer(self.vitals, LOOPBACK, 0)

    @property
    def port(self) -> int:
        return self.server.port


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    with made.server:
        yield made


def test_metrics_are_served_as_they_are_now(bench: Bench) -> None:
    assert Scrape(bench.port).sum("trends_listings_accepted_total") == 0
    bench.meters.accepted.labels("0").inc(3)
    bench.meters.accepted.labels("1").inc(4)
    now = Scrape(bench.port)
    assert now.sum("trends_listings_accepted_total") == 7
    assert now.sum("trends_listings_accepted_total", partition="1") == 4
    assert now.sum("process_cpu_seconds_total") > 0


def test_openmetrics_is_served_to_those_who_ask_for_it(bench: Bench) -> None:
    accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
    answer = ask(bench.port, "/metrics", Accept=accept)
    assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
    names = [family.name for family in openmetrics_families(answer.body.decode())]  # type: ignore[no-untyped-call]
    assert "trends_listings_accepted" in names
    plain = ask(bench.port, "/metrics", Accept="*/*")
    assert plain.headers["Content-Type"].startswith("text/plain")


def test_ready_says_what_is_missing_and_why(bench: Bench) -> None:
    bench.vitals.answered(KAFKA)
    bench.vitals.away(STORE, Unavailable("no connection"))
    answer = ask(bench.port, "/ready")
    assert answer.status == 503
    assert answer.json() == {
        "ready": False,
        "conditions": ["kafka", "store"],
        "missing": {"store": "no connection"},
    }
    bench.vitals.answered(STORE)
    answer = ask(bench.port, "/ready")
    assert (answer.status, answer.json()["ready"]) == (200, True)


def test_health_does_not_depend_on_other_servers_but_on_the_main_loop(bench: Bench) -> None:
    bench.vitals.away(STORE, Unavailable("no connection"))
    assert ask(bench.port, "/health").status == 200
    bench.clock.advance(61)
    answer = ask(bench.port, "/health")
    assert answer.status == 503
    assert "has not come round for 61 s" in answer.json()["reason"]
    bench.vitals.liveness.beat()
    assert ask(bench.port, "/health").json() == {"alive": True, "silent_s": 0.0}


@pytest.mark.parametrize("path", ["/metrics", "/health", "/ready"])
def test_head_is_get_without_its_body(bench: Bench, path: str) -> None:
    head, get = ask(bench.port, path, "HEAD"), ask(bench.port, path)
    assert (head.status, head.body) == (get.status, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"]
    assert int(head.headers["Content-Length"]) > 0


@pytest.mark.parametrize("path", ["/ready/", "/ready?verbose=1"])
def test_paths_are_taken_generously(bench: Bench, path: str) -> None:
    assert ask(bench.port, path).json()["conditions"] == ["kafka", "store"]


def test_other_paths_and_methods_are_refused_with_a_hint(bench: Bench) -> None:
    answer = ask(bench.port, "/")
    assert answer.status == 404
    assert answer.json()["paths"] == ["/metrics", "/health", "/ready"]
    for method in ("POST", "PUT", "DELETE"):
        answer = ask(bench.port, "/metrics", method)
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_a_client_that_says_nothing_keeps_nobody_waiting(bench: Bench) -> None:
    with socket.create_connection((LOOPBACK, bench.port)):
        assert ask(bench.port, "/ready").status == 503


def test_a_client_that_talks_nonsense_or_leaves_hurts_nobody(bench: Bench) -> None:
    for said in (b"\x16\x03\x01nonsense\r\n\r\n", b"GET /metrics HTTP/1.1\r\nHost:"):
        with socket.create_connection((LOOPBACK, bench.port)) as client:
            client.sendall(said)
    assert ask(bench.port, "/health").status == 200


def test_a_port_that_is_taken_is_told_with_its_setting(bench: Bench) -> None:
    second = MetricsServer(bench.vitals, LOOPBACK, bench.port)
    with pytest.raises(ConfigError, match=f"127.0.0.1:{bench.port}: .*TRENDS_METRICS_PORT"):
        second.start()
    second.close()


def test_an_address_that_is_not_ours_is_told(bench: Bench) -> None:
    with pytest.raises(ConfigError, match=r"192\.0\.2\.1"):
        MetricsServer(bench.vitals, "192.0.2.1", 0).start()


def test_after_its_end_nobody_listens_and_the_port_is_free() -> None:
    made = Bench()
    before = threading.active_count()
    with made.server:
        port = made.port
        assert ask(port, "/health").status == 200
    assert threading.active_count() <= before
    with pytest.raises(ConnectionRefusedError):
        ask(port, "/health")
    with MetricsServer(made.vitals, LOOPBACK, port):
        assert ask(port, "/health").status == 200
