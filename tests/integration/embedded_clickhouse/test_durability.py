"""``kill -9`` at random moments while clients insert: what was answered is there, whole."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import pytest

from .batches import ONE_BLOCK, TABLE, arrow_stream
from .server_process import Server, start

ROUNDS = 6
WRITERS = 2
ROWS = 30_000
SEED = 20_260_101
GONE_TIMEOUT_S = 10.0


class Writer(threading.Thread):
    """Inserts numbered batches until its server is gone; remembers which were answered."""

    def __init__(self, server: Server, first: int) -> None:
        super().__init__()
        self.server = server
        self.first = first
        self.answered: list[int] = []
        self.tried: list[int] = []

    def run(self) -> None:
        for batch in range(self.first, self.first + 1000):
            body = arrow_stream(ROWS, batch, record_batch_rows=7_000, parts=1)
            self.tried.append(batch)
            try:
                reply = self.server.ask(
                    "INSERT INTO trends.rows FORMAT ArrowStream", body=body, url=ONE_BLOCK
                )
            except OSError:
                return
            except HTTPException as error:  # an answer cut off: by nothing but the server's end
                with suppress(subprocess.TimeoutExpired):
                    self.server.process.wait(GONE_TIMEOUT_S)
                    return
                raise error
            assert reply.status == 200, reply.text
            self.answered.append(batch)


@pytest.mark.chaos
def test_answered_inserts_survive_kill_9_and_blocks_are_whole(tmp_path: Path) -> None:
    sys.stdout.write(f"seed {SEED}\n")
    chance = random.Random(SEED)
    data = tmp_path / "data"
    answered: set[int] = set()
    tried: set[int] = set()
    for turn in range(ROUNDS):
        began = time.monotonic()
        server = start(data)
        assert time.monotonic() - began < 15
        server.sql("CREATE DATABASE IF NOT EXISTS trends")
        server.sql(f"CREATE TABLE IF NOT EXISTS trends.rows {TABLE}")
        check(server, answered, tried)
        writers = [Writer(server, (turn * WRITERS + i) * 1000) for i in range(WRITERS)]
        for writer in writers:
            writer.start()
        time.sleep(chance.uniform(0.4, 1.5))
        server.kill()
        for writer in writers:
            writer.join()
            answered.update(writer.answered)
            tried.update(writer.tried)
    server = start(data)
    check(server, answered, tried)
    assert len(answered) > ROUNDS
    assert server.stop() == 0


def check(server: Server, answered: set[int], tried: set[int]) -> None:
    found = server.sql("SELECT batch, count(), uniqExact(n) FROM trends.rows GROUP BY batch")
    counts = {int(b): (int(c), int(u)) for b, c, u in (r.split("\t") for r in found.splitlines())}
    assert answered <= set(counts)
    assert set(counts) <= tried
    assert set(counts.values()) <= {(ROWS, ROWS)}
