from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from trends.embedded.signals import STOP_SIGNALS, calling_on_stop_signals


@pytest.fixture(autouse=True)
def quiet_signals() -> Iterator[None]:
    """Handlers that end nothing, put back afterwards."""
    before = {number: signal.signal(number, lambda *_: None) for number in STOP_SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_each_stop_signal_is_a_request_to_stop(number: signal.Signals) -> None:
    requests: list[str] = []
    with calling_on_stop_signals(lambda: requests.append("stop")):
        signal.raise_signal(number)
        signal.raise_signal(number)
    assert requests == ["stop", "stop"]


def test_a_signal_ignored_from_the_start_stays_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    requests: list[str] = []
    with calling_on_stop_signals(lambda: requests.append("stop")):
        signal.raise_signal(signal.SIGHUP)
    assert requests == []


def test_the_handlers_from_before_are_back_afterwards() -> None:
    before = [signal.getsignal(number) for number in STOP_SIGNALS]
    with calling_on_stop_signals(lambda: None):
        assert [signal.getsignal(number) for number in STOP_SIGNALS] != before
    assert [signal.getsignal(number) for number in STOP_SIGNALS] == before
