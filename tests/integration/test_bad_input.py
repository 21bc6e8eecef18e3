"""What cannot be read becomes a dead letter that names the problem; the rest is counted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.clickhouse import ClickHouseServer
from tests.support.kafka import KafkaServer
from tests.support.pipeline import TestPipeline, open_pipeline
from tests.support.waiting import wait_for
from trends.wire.partition import home_partition

GOOD = {"title": "A good listing", "text": "graph neural networks", "listed_at": "2026-01-02"}


def line(**fields: object) -> bytes:
    """A listing's line: the good one with changes; None drops a field."""
    merged = {**GOOD, **fields}
    return json.dumps({key: value for key, value in merged.items() if value is not None}).encode()


BAD: list[tuple[str, bytes | None]] = [
    ("not_json", b"{not json"),
    ("not_object", b"[1, 2]"),
    ("wrong_type", line(id="x1", title=7)),
    ("wrong_type", line(id="x2", upvotes="many")),
    ("wrong_type", line(id="x3", authors="Ada")),
    ("missing_title", line(id="x4", title=None)),
    ("missing_title", line(id="x5", title="   ")),
    ("missing_time", line(id="x6", listed_at=None)),
    ("bad_time", line(id="x7", listed_at="yesterday")),
    ("time_out_of_range", line(id="x8", listed_at="9999-01-01")),
    ("title_too_long", line(id="x9", title="x" * 5_000_000)),
    ("line_too_long", line(id="x10", note="y" * 2_000_000)),
    ("nul_byte", line(id="x11", text="a\0b")),
    ("lone_surrogate", b'{"id": "x12", "title": "\\ud800", "listed_at": "2026-01-02"}'),
    ("bad_utf8", b'{"id": "x13", "title": "\xff\xfe", "listed_at": "2026-01-02"}'),
    ("empty_message", b""),
    ("empty_message", None),
]


@pytest.fixture
def pipeline(
    broker: KafkaServer, clickhouse: ClickHouseServer, tmp_path: Path
) -> Iterator[TestPipeline]:
    opened = open_pipeline(broker, clickhouse, tmp_path)
    yield opened
    opened.stop()


def test_bad_lines_are_dead_letters_with_a_code_and_good_ones_are_counted(
    pipeline: TestPipeline,
) -> None:
    pipeline.start_worker()
    batch = [line(id=f"batch{n}", title=f"Listing {n}", text="z" * 1_000) for n in range(900)]
    batch[450] = b"{broken"
    # The batch is not sorted by home partition: what belongs elsewhere is sent there and counted.
    sent = pipeline.send(
        [(0, value) for _, value in BAD]
        + [(1, b"\n".join(batch)), (home_partition("after", 4), line(id="after"))]
    )
    pipeline.wait_until_counted(sent)
    wait_for(lambda: pipeline.query("SELECT count() FROM listings") == [(900,)], 30, "900 listings")
    letters = pipeline.query("SELECT code, raw, line FROM dead_letters FINAL ORDER BY offset, line")
    codes = sorted(code for code, _, _ in letters)
    assert codes == sorted([code for code, _ in BAD] + ["not_json"])
    assert (450,) in [(number,) for code, raw, number in letters if raw == "{broken"]
    assert pipeline.query("SELECT sum(listings) FROM totals WHERE resolution = '1d'") == [(900,)]
    phrase = "SELECT docs FROM terms WHERE resolution = '1d' AND term = 'graph neural network'"
    assert pipeline.query(phrase) == [(1,)]


def test_a_flood_of_bad_lines_stops_the_processor_with_a_clear_message(
    pipeline: TestPipeline,
) -> None:
    worker = pipeline.start_worker()
    good = pipeline.send([(home_partition("good", 4), line(id="good"))])
    pipeline.wait_until_counted(good)
    pipeline.send([(0, b"rubbish") for _ in range(300)])
    wait_for(lambda: "flood of bad lines" in worker.log, 30, "the processor's last words")
    wait_for(worker.has_ended, 30, "the end of the processor")
    assert "TRENDS_FLOOD_SHARE" in worker.log
    assert pipeline.query("SELECT count() FROM listings") == [(1,)]
    (buried,) = pipeline.query("SELECT count() FROM dead_letters FINAL")
    assert buried[0] <= 200
