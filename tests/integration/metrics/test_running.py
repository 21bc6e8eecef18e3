"""Every service begins and ends alike: its exit code says what is to be done."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.scrape import ask, missing
from trends.clock import Clock
from trends.embedded.ports import choose_ports
from trends.embedded.process import NO_RESTART_EXIT_CODES
from trends.errors import BadRecord, ConfigError, Fatal, TrendsError, Unavailable
from trends.metrics.vitals import KAFKA, STORE, Vitals
from trends.settings import Settings

Work = Callable[[Settings, Clock, Vitals], None]


@pytest.fixture(autouse=True)
def loggers() -> Iterator[None]:
    """As they were, afterwards."""
    noisy = _running().NOISY
    before = {name: logging.getLogger(name).level for name in noisy}
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def _running() -> Any:
    # By name: type checkers know it under the name of its folder.
    return importlib.import_module("trends_services.running")


def run(work: Work) -> int:
    code = _running().run_service("test", work, conditions=(KAFKA, STORE), silent_max_s=60)
    return int(code)


@pytest.mark.parametrize(
    ("error", "code", "comes_back"),
    [
        (None, 0, True),
        (Unavailable("gone"), 1, True),
        (BadRecord("code", "odd"), 1, True),
        (ConfigError("misspelt"), 3, False),
        (Fatal("impossible"), 3, False),
    ],
)
def test_the_exit_code_says_what_to_do(
    error: TrendsError | None, code: int, comes_back: bool, caplog: pytest.LogCaptureFixture
) -> None:
    def work(_settings: Settings, _clock: Clock, _vitals: Vitals) -> None:
        if error is not None:
            raise error

    assert run(work) == code
    assert (code not in NO_RESTART_EXIT_CODES) == comes_back
    told = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert told == ([str(error)] if error else [])


def test_a_setting_that_is_wrong_ends_it_before_it_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TRENDS_PARTITIONS", "many")
    assert run(lambda *_: pytest.fail("it began")) == 3


def test_it_shows_how_it_is_while_it_runs_and_not_after(monkeypatch: pytest.MonkeyPatch) -> None:
    port = choose_ports(["metrics"])["metrics"]
    monkeypatch.setenv("TRENDS_METRICS_PORT", str(port))
    seen: list[object] = []

    def work(_settings: Settings, _clock: Clock, vitals: Vitals) -> None:
        vitals.answered(KAFKA)
        seen.append(sorted(missing(port) or {}))
        vitals.answered(STORE)
        seen.append(ask(port, "/ready").status)
        raise Unavailable("gone")

    assert run(work) == 1
    assert seen == [["store"], 200]
    with pytest.raises(ConnectionRefusedError):
        ask(port, "/ready")


def test_without_a_port_nothing_is_served() -> None:
    def work(settings: Settings, _clock: Clock, _vitals: Vitals) -> None:
        assert settings.metrics_port == 0

    assert run(work) == 0


def test_a_port_that_is_taken_is_for_a_person(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    port = choose_ports(["metrics"])["metrics"]
    monkeypatch.setenv("TRENDS_METRICS_PORT", str(port))

    def work(*_: object) -> None:
        assert run(lambda *_: pytest.fail("the second began")) == 3

    assert run(work) == 0
    assert f"cannot serve metrics on 127.0.0.1:{port}" in caplog.text
