from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from trends.embedded import ports
from trends.embedded.ports import LOOPBACK, choose_ports, is_free
from trends.errors import Unavailable


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.create_server((LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


def test_a_port_in_use_is_not_free(busy_port: int) -> None:
    assert not is_free(busy_port)


def test_each_name_gets_a_free_port_of_its_own() -> None:
    chosen = choose_ports(("kafka", "clickhouse", "web"))
    assert list(chosen) == ["kafka", "clickhouse", "web"]
    assert len(set(chosen.values())) == 3
    assert all(is_free(port) for port in chosen.values())


def test_no_port_is_one_that_outgoing_connections_are_given() -> None:
    assert all(port < 32_768 for port in choose_ports(str(n) for n in range(50)).values())


def test_the_recorded_ports_are_used_again() -> None:
    before = choose_ports(("kafka", "clickhouse"), seed=1)
    assert choose_ports(("kafka", "clickhouse"), before, seed=2) == before


def test_a_recorded_port_that_is_taken_by_now_is_replaced(busy_port: int) -> None:
    before = {"kafka": busy_port, "web": choose_ports(("web",))["web"]}
    chosen = choose_ports(("kafka", "web"), before)
    assert chosen["kafka"] != busy_port
    assert chosen["web"] == before["web"]


def test_one_port_recorded_for_two_names_is_given_once() -> None:
    port = choose_ports(("kafka",))["kafka"]
    chosen = choose_ports(("kafka", "web"), {"kafka": port, "web": port})
    assert chosen["kafka"] == port
    assert chosen["web"] != port


def test_a_machine_without_free_ports_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda *_: False)
    with pytest.raises(Unavailable, match="no free port"):
        choose_ports(("kafka",))
