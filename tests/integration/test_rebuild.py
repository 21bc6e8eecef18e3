"""`trends rebuild` on real processes: listings arrive, processes are killed, counts stay exact."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.clickhouse import ClickHouseServer
from tests.support.kafka import KafkaServer
from tests.support.pipeline import CLOCK, TestPipeline, open_pipeline
from tests.support.restarting import Restarting
from tests.support.waiting import wait_for
from trends.analysis.reference import ReferenceAnalyser
from trends.analysis.segment import Bigrams
from trends.model import Listing
from trends.store.client import connect
from trends.store.generations import active_generation
from trends.store.verify import verify
from trends.wire.publisher import SentMessage

TRENDS = (sys.executable, "-c", "from trends.cli.main import main; main()")
# Dies as by ``kill -9`` when it has rewritten the first listings.
DYING = """
import os, signal
from trends.cli.main import main
from trends.store.clickhouse_rebuild import ClickHouseRebuild

rewrite = ClickHouseRebuild.rewrite

def rewrite_and_die(*given, **named):
    rewrite(*given, **named)
    os.kill(os.getpid(), signal.SIGKILL)

ClickHouseRebuild.rewrite = rewrite_and_die
main()
"""
NEW = "Boats: [rudder, keel]\nWinds: [gust]\n"
NEWER = "Boats: [keel]\nBirds: [heron]\n"
WORDS = ("rudder", "keel", "gust", "heron", "language model", "agent")
# The oldest first, so that history is more than what arrives while a rebuild runs.
HISTORY, ARRIVING = 6_000, 1_500
TIMEOUT_S = 200


def listings(first: int, number: int) -> Iterator[Listing]:
    """Spread over 60 days; each mentions two of the words."""
    today = datetime.now(UTC).replace(microsecond=0)
    for index in range(first, first + number):
        words = WORDS[index % len(WORDS)], WORDS[index * 7 % 5]
        yield Listing(
            id=f"rebuild:{index}",
            source="test",
            title=f"A {words[0]} for {index}",
            text=f"We describe the {words[1]}, the {words[0]} and the rest of it {index % 97}.",
            listed_at=today - timedelta(hours=index * 31 % 1_440),
        )


class Rebuild:
    """Runs of `trends rebuild` against one pipeline."""

    def __init__(self, pipeline: TestPipeline, folder: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if name[:7] != "TRENDS_"}
        self._env = {**kept, **pipeline.env, "TRENDS_DATA_DIR": str(folder / "none")}
        self._folder = folder

    @contextmanager
    def started(
        self, taxonomy: str, program: Sequence[str] = TRENDS, **env: str
    ) -> Iterator[subprocess.Popen[str]]:
        """One that runs; killed at the end if it is still there."""
        file = self._folder / "taxonomy.yaml"
        file.write_text(taxonomy)
        with subprocess.Popen(
            [*program, "rebuild", "--taxonomy", str(file), "--format", "json"],
            env={**self._env, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def die(self, taxonomy: str) -> None:
        """One that is killed in its middle."""
        with self.started(taxonomy, (sys.executable, "-c", DYING)) as process:
            assert process.wait() == -signal.SIGKILL

    def run(self, taxonomy: str, **env: str) -> dict[str, Any]:
        """One that comes to its end; what it reports."""
        with self.started(taxonomy, **env) as process:
            printed, complaints = process.communicate(timeout=TIMEOUT_S)
        assert process.returncode == 0, complaints
        summary: dict[str, Any] = json.loads(printed)
        return summary


@pytest.fixture
def pipeline(
    broker: KafkaServer, clickhouse: ClickHouseServer, tmp_path: Path
) -> Iterator[TestPipeline]:
    pipeline = open_pipeline(broker, clickhouse, tmp_path, FLUSH_LISTINGS=200)
    try:
        yield pipeline
    finally:
        pipeline.stop()


def send(pipeline: TestPipeline, some: Iterator[Listing], over_s: float = 0) -> list[SentMessage]:
    batch = list(some)
    return pipeline.publish(batch, 10 * over_s / len(batch))


def check(pipeline: TestPipeline, taxonomy: str, number: int) -> None:
    """Every count equals the recount by this taxonomy, and every listing carries its topics."""
    client = connect(pipeline.url)
    try:
        active = active_generation(client)
        assert active is not None
        assert active.taxonomy_text == taxonomy
        reference = ReferenceAnalyser(active.taxonomy(Bigrams()), Bigrams())
        verdict = verify(client, reference, 90, CLOCK)
        assert verdict.equal, (verdict.different, verdict.differences, verdict.behind)
        assert verdict.listings == number
        ((wrong,),) = client.query(
            "SELECT count() FROM listings_counted FINAL WHERE has(topics, 'Boats') != "
            "match(lowerUTF8(concat(title, ' ', text)), {words:String})",
            parameters={"words": r"\b(rudder|keel)\b" if taxonomy == NEW else r"\bkeel\b"},
        ).result_rows
        assert wrong == 0
    finally:
        client.close()


def topics(pipeline: TestPipeline) -> set[str]:
    return {row[0] for row in pipeline.query("SELECT DISTINCT topic FROM topics")}


@pytest.mark.timeout(600)
def test_a_rebuild_is_exact_while_listings_arrive_and_processes_are_killed(
    pipeline: TestPipeline, tmp_path: Path
) -> None:
    workers = [pipeline.start_worker(), pipeline.start_worker()]
    pipeline.wait_until_counted(send(pipeline, listings(0, HISTORY)))
    assert "Boats" not in topics(pipeline)
    rebuild = Rebuild(pipeline, tmp_path)
    sent: list[SentMessage] = []
    arriving = threading.Thread(
        target=lambda: sent.extend(send(pipeline, listings(HISTORY, ARRIVING), over_s=20))
    )
    arriving.start()
    with Restarting(pipeline) as restarting:
        try:
            rebuild.die(NEW)
            assert rewritten(pipeline) > 0
            assert "Boats" not in topics(pipeline)
            with rebuild.started(NEW) as process:
                wait_for(lambda: "Boats" in topics(pipeline), 60, "the new taxonomy is active")
                restarting.kill(pipeline.workers[0])
                process.send_signal(signal.SIGKILL)
                process.wait()
            restarting.kill(pipeline.workers[0])
            summary = rebuild.run(NEW)
            arriving.join()
            pipeline.wait_until_counted(sent, 120)
        finally:
            arriving.join()
    assert len(workers) == 2
    assert summary["taken_over"] is True
    assert topics(pipeline) == {"Boats", "Winds"}
    check(pipeline, NEW, HISTORY + ARRIVING)
    ranked = pipeline.query(
        "SELECT topic, sum(docs) FROM topics WHERE resolution = '1d' GROUP BY 1"
    )
    stored = pipeline.query("SELECT arrayJoin(topics) AS topic, count() FROM listings GROUP BY 1")
    assert sorted(ranked) == sorted(stored)


def rewritten(pipeline: TestPipeline) -> int:
    ((number,),) = pipeline.query("SELECT count() FROM listings_counted WHERE generation > 1")
    return int(number)


@pytest.mark.timeout(300)
def test_processors_take_over_by_themselves_and_equal_taxonomies_change_nothing(
    pipeline: TestPipeline, tmp_path: Path
) -> None:
    worker = pipeline.start_worker()
    with Restarting(pipeline):
        pipeline.wait_until_counted(send(pipeline, listings(0, 300)))
        rebuild = Rebuild(pipeline, tmp_path)
        first = rebuild.run(NEWER)
        assert (first["rebuilt"], first["generation"]) == ("topics", 2)
        assert first["listings"] == 300
        assert topics(pipeline) == {"Boats", "Birds"}
        again = rebuild.run("# a comment\nBirds: [heron]\nBoats: [keel]\n")
        assert (again["rebuilt"], again["generation"], again["listings"]) == ("nothing", 2, 0)
        assert rebuild.run(NEWER)["rebuilt"] == "nothing"
        pipeline.wait_until_counted(send(pipeline, listings(300, 200)))
    assert "starting anew" in worker.log
    check(pipeline, NEWER, 500)
    ((older,),) = pipeline.query("SELECT count() FROM topic_counts WHERE generation < 2")
    assert older == 0


@pytest.mark.timeout(300)
def test_another_segmenter_wants_all_processors_stopped_and_counts_everything(
    pipeline: TestPipeline, tmp_path: Path
) -> None:
    worker = pipeline.start_worker()
    pipeline.wait_until_counted(send(pipeline, listings(0, 300)))
    worker.stop()
    client = connect(pipeline.url)
    try:
        # As if all of it had been counted by another segmenter.
        client.command(
            "INSERT INTO generations SELECT 1, analysis, 'other/1', fingerprint, taxonomy, 1, at "
            "FROM generations FINAL"
        )
        client.command("INSERT INTO term_counts SELECT shard, resolution, bucket, 'wrong', 1, 1, "
                       "version + 1000000 FROM term_counts WHERE term = 'keel'")  # fmt: skip
    finally:
        client.close()
    worker.start()
    wait_for(worker.has_ended, 60, "the processor refuses")
    assert "run `trends rebuild`" in worker.log
    rebuild = Rebuild(pipeline, tmp_path)
    rebuild.die(NEW)
    summary = rebuild.run(NEW)
    assert summary["rebuilt"] == "everything"
    worker.kill()
    worker.start()
    pipeline.wait_until_counted(send(pipeline, listings(300, 100)))
    check(pipeline, NEW, 400)
    assert pipeline.query("SELECT count() FROM term_counts WHERE term = 'wrong'") == [(0,)]
