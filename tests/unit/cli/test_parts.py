"""Which parts are needed to publish and wait: never a second processor, never a wait in vain."""

from __future__ import annotations

from pathlib import Path

import pytest

from trends.cli import parts
from trends.cli.parts import parts_needed
from trends.embedded.stack import COUNTING, Part
from trends.errors import ConfigError
from trends.settings import Settings


@pytest.fixture
def at_work(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether processors of the group are at work on Kafka; change its one element."""
    state = [True]
    monkeypatch.setattr(parts, "wait_for_servers", lambda *_: None)
    monkeypatch.setattr(parts, "group_is_active", lambda *_: state[0])
    return state


def test_the_embedded_stack_has_all_that_counts(at_work: list[bool]) -> None:
    assert parts_needed(Settings()) == COUNTING


def test_processors_at_work_are_used(at_work: list[bool]) -> None:
    settings = Settings(kafka="k:1", clickhouse="http://c/trends")
    assert parts_needed(settings) == {Part.BROKER, Part.STORE}


def test_without_any_a_processor_is_started(at_work: list[bool]) -> None:
    at_work[0] = False
    assert Part.PROCESSOR in parts_needed(Settings(kafka="k:1"))


def test_processors_that_count_elsewhere_are_not_waited_for(
    at_work: list[bool], tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match="TRENDS_CLICKHOUSE"):
        parts_needed(Settings(kafka="k:1", data_dir=tmp_path))
