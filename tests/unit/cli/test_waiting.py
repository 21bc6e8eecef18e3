"""Waiting for servers that settings name: visible, slower and slower, and with an end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from trends.cli.waiting import clickhouse_answers, wait_for, wait_for_servers
from trends.clock import ManualClock
from trends.embedded.ports import choose_ports
from trends.embedded.stack import Part
from trends.errors import ConfigError, Unavailable
from trends.settings import Settings


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 1, 1, tzinfo=UTC))


def test_a_server_that_answers_is_not_spoken_of(clock: ManualClock) -> None:
    said: list[str] = []
    wait_for("Kafka", lambda: True, clock, said.append, 60)
    assert said == []
    assert clock.monotonic_s() == 0


def test_waiting_is_said_each_time_and_slows_down(clock: ManualClock) -> None:
    said: list[str] = []
    wait_for("Kafka at k:1", lambda: clock.monotonic_s() > 3, clock, said.append, 60)
    assert said == [
        "waiting for Kafka at k:1: no answer, 0 s of 60 s, next try in 0.5 s",
        "waiting for Kafka at k:1: no answer, 0 s of 60 s, next try in 1.0 s",
        "waiting for Kafka at k:1: no answer, 2 s of 60 s, next try in 2.0 s",
    ]


def test_waiting_ends_exactly_at_the_limit_and_names_the_server(clock: ManualClock) -> None:
    said: list[str] = []
    with pytest.raises(Unavailable, match=r"Kafka at k:1 did not answer within 60 s"):
        wait_for("Kafka at k:1", lambda: False, clock, said.append, 60)
    assert clock.monotonic_s() == pytest.approx(60)
    assert len(said) < 15


def test_without_a_limit_it_goes_on(clock: ManualClock) -> None:
    wait_for("Kafka", lambda: clock.monotonic_s() > 3_600, clock, lambda _: None, None)
    assert clock.monotonic_s() > 3_600


def test_each_server_that_a_part_needs_is_waited_for(clock: ManualClock) -> None:
    port = choose_ports(["nobody"])["nobody"]
    settings = Settings(kafka=f"127.0.0.1:{port}", clickhouse=f"http://127.0.0.1:{port}/trends")
    quiet: list[str] = []
    wait_for_servers(Settings(), set(Part), clock, quiet.append, 0)
    for parts, named in (
        ({Part.BROKER}, "TRENDS_KAFKA"),
        ({Part.STORE}, "TRENDS_CLICKHOUSE"),
        ({Part.PROCESSOR}, "TRENDS_KAFKA"),
    ):
        with pytest.raises(Unavailable, match=named):
            wait_for_servers(settings, parts, clock, quiet.append, 0)


@pytest.mark.parametrize("url", ["localhost:8123", "ftp://h/x", "http://", "http://h:x/"])
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="TRENDS_CLICKHOUSE"):
        clickhouse_answers(url)


def test_a_password_is_not_shown_in_an_error() -> None:
    with pytest.raises(ConfigError) as caught:
        clickhouse_answers("ftp://user:secret@h/x")
    assert "secret" not in str(caught.value)
