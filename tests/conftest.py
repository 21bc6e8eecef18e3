"""Fixtures for every test; their code is in `tests.support`."""

import pytest

from tests.support.fixtures import apache_kafka, broker, clickhouse, embedded_broker, topic

__all__ = ["apache_kafka", "broker", "clickhouse", "embedded_broker", "topic"]


def pytest_configure(config: pytest.Config) -> None:
    """Let pass what kafka-python does to itself on import; every other warning is an error."""
    for name in ("read_text", "open_text"):
        config.addinivalue_line(
            "filterwarnings", f"ignore:{name} is deprecated. Use files:DeprecationWarning"
        )
