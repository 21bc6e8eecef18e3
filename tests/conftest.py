"""Fixtures for every test; their code is in `tests.support`."""

import os
import warnings

import pytest

from tests.support.examples import load_profile
from tests.support.fixtures import (
    apache_kafka,
    broker,
    clickhouse,
    cluster_of_one,
    embedded_broker,
    stop_signals,
    topic,
)
from trends.embedded import ports

__all__ = [
    "apache_kafka",
    "broker",
    "clickhouse",
    "cluster_of_one",
    "embedded_broker",
    "stop_signals",
    "topic",
]


def pytest_configure(config: pytest.Config) -> None:
    """Let pass what kafka-python does; every other warning is an error."""
    load_profile()
    _take_ports_of_our_own()
    # It leaves a socket whose connection was refused to the garbage collector: bound to no address
    # and connected to none, as no socket of ours is.
    refused = r"unclosed <socket.socket fd=\d+, family=2, type=1, proto=6, laddr=.'0\.0\.0\.0'"
    config.addinivalue_line("filterwarnings", f"ignore:{refused}:ResourceWarning")
    # The line above is for tests; what is collected after the last of them sees this filter.
    warnings.filterwarnings("ignore", refused, ResourceWarning)
    # On import.
    for name in ("read_text", "open_text"):
        config.addinivalue_line(
            "filterwarnings", f"ignore:{name} is deprecated. Use files:DeprecationWarning"
        )


def _take_ports_of_our_own() -> None:
    """Two workers that choose the same free port before either has opened it would both fail."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    share = (ports.CHOICE_TO - ports.CHOICE_FROM) // workers
    ports.CHOICE_FROM += share * int(worker)
    ports.CHOICE_TO = ports.CHOICE_FROM + share
