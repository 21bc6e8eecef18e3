"""`trends kafka-topics`: shows, and with --apply makes, the topics as settings want them."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import uuid
from typing import Any

import pytest

from tests.support.kafka import KafkaServer
from tests.support.kafka.clients import create_topic
from trends.settings import Settings, load_settings
from trends.wire.topics import ensure_topics

TRENDS = (sys.executable, "-c", "from trends.cli.main import main; main()")
DAY_MS = 86_400_000


def own_topics(broker: KafkaServer, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Topics of one test's own; children see the same settings."""
    name = f"test_{uuid.uuid4().hex[:8]}"
    for key, value in {
        "KAFKA": broker.bootstrap,
        "LISTINGS_TOPIC": name,
        "DEAD_TOPIC": f"{name}.dead",
        "SPIKES_TOPIC": f"{name}.spikes",
        "PARTITIONS": "2",
    }.items():
        monkeypatch.setenv(f"TRENDS_{key}", value)
    return load_settings()


@pytest.fixture
def settings(broker: KafkaServer, monkeypatch: pytest.MonkeyPatch) -> Settings:
    return own_topics(broker, monkeypatch)


def command(*arguments: str, **env: str) -> tuple[int, dict[str, Any], str]:
    """Exit code, JSON answer and messages."""
    done = subprocess.run(
        [*TRENDS, "kafka-topics", "--format", "json", *arguments],
        capture_output=True,
        env={**os.environ, **env},
        timeout=60,
        check=False,
    )
    return done.returncode, json.loads(done.stdout or b"{}"), done.stderr.decode()


def row(answer: dict[str, Any], topic: str, what: str) -> dict[str, Any]:
    (found,) = (each for each in answer["topics"] if (each["topic"], each["what"]) == (topic, what))
    return dict(found)


def test_topics_that_are_not_there_are_told_and_made(settings: Settings) -> None:
    code, answer, _ = command()
    assert (code, answer["as_wanted"]) == (1, False)
    assert row(answer, settings.spikes_topic, "partitions")["real"] is None
    code, answer, said = command("--apply")
    assert (code, answer["as_wanted"]) == (0, True), said
    assert row(answer, settings.listings_topic, "partitions")["real"] == "2"
    assert command()[0] == 0


def test_topics_that_are_made_at_start_are_as_wanted(
    settings: Settings, broker: KafkaServer, caplog: pytest.LogCaptureFixture
) -> None:
    ensure_topics(settings, broker.bootstrap)
    with caplog.at_level(logging.WARNING, "trends.wire.topics"):
        ensure_topics(settings, broker.bootstrap)
    assert caplog.messages == []
    assert command()[0] == 0


@pytest.mark.kafka
def test_configurations_are_changed_only_when_asked_for(
    apache_kafka: KafkaServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = own_topics(apache_kafka, monkeypatch)
    ensure_topics(settings, apache_kafka.bootstrap)
    changed = {"TRENDS_LISTINGS_RETENTION_DAYS": "7", "TRENDS_PARTITIONS": "3"}
    code, answer, said = command(**changed)
    retention = row(answer, settings.listings_topic, "retention.ms")
    assert (code, retention["real"]) == (1, str(30 * DAY_MS))
    assert "--apply" not in said  # json is for programs
    other = load_settings(listings_retention_days=7, partitions=3)
    with caplog.at_level(logging.WARNING, "trends.wire.topics"):
        ensure_topics(other, apache_kafka.bootstrap)
    (warning,) = caplog.messages
    assert "retention.ms is 2592000000, wanted 604800000" in warning
    assert "partitions is 2, wanted 3" in warning
    assert row(command(**changed)[1], settings.listings_topic, "partitions")["real"] == "2"
    code, answer, said = command("--apply", **changed)
    assert (code, answer["as_wanted"]) == (0, True), said
    assert row(answer, settings.listings_topic, "retention.ms")["real"] == str(7 * DAY_MS)
    assert row(answer, settings.listings_topic, "partitions")["real"] == "3"
    spikes = row(answer, settings.spikes_topic, "cleanup.policy")
    assert set(spikes["real"].split(",")) == {"compact", "delete"}


def test_nothing_is_taken_away(settings: Settings, broker: KafkaServer) -> None:
    create_topic(broker.bootstrap, settings.listings_topic, partitions=4)
    code, answer, _ = command("--apply")
    partitions = row(answer, settings.listings_topic, "partitions")
    assert (code, partitions["real"]) == (1, "4")
    assert "cannot take partitions away" in partitions["obstacle"]
