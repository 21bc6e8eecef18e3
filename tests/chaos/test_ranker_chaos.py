"""Rankers are killed at random moments while listings come, on time and late.

What must hold, wherever one dies:
- while it reads: nothing was written; its heir computes the same ranking, or a newer one;
- in the insert: the ranking is there as a whole or not at all; the heir reads which;
- two at once: each ranking is the newest computation as a whole, never lines of both;
- a flush that it saw the half of: the ranking says that it is made of less, and is made again.

In the end every ranking is what would be computed now. The seed is printed; ``CHAOS_SEED`` sets it.
"""

from __future__ import annotations

import os
import random
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.clickhouse import ClickHouseServer
from tests.support.history import Writer, empty_store
from tests.support.local_process import LocalProcess
from tests.support.rankings import DAY, LAST_DAY, assert_as_computed, history, ranked_rows, told
from tests.support.waiting import wait_for
from trends.clock import SystemClock
from trends.embedded.process import ProcessSpec
from trends.ranker.plan import plan
from trends.store.rankings import known

KILLS = int(os.environ.get("CHAOS_KILLS", "4"))
SEED = int(os.environ.get("CHAOS_SEED", "0")) or random.SystemRandom().randrange(1 << 32)
SECONDS_BEFORE_KILL_MAX = 3.0
DONE_TIMEOUT_S = 300
CLOCK = SystemClock()


def ranker(number: int, url: str, folder: Path) -> LocalProcess:
    return LocalProcess(
        ProcessSpec(
            name=f"ranker-{number}",
            argv=(sys.executable, "-m", "trends_services.ranker"),
            env={"TRENDS_CLICKHOUSE": url, "TRENDS_RANK_EVERY_S": "0.2"},
            log_path=folder / f"ranker-{number}.log",
        )
    )


@pytest.mark.chaos
@pytest.mark.timeout(900)
def test_rankings_are_right_in_the_end_whoever_was_killed(
    clickhouse: ClickHouseServer, tmp_path: Path
) -> None:
    print(f"\nCHAOS_SEED={SEED} CHAOS_KILLS={KILLS}")
    chance = random.Random(SEED)
    with empty_store(clickhouse) as store:
        writer = Writer(store, shards=2)
        writer.write(list(history(2)))
        url = f"{clickhouse.url}/{store.database}"
        rankers = [ranker(number, url, tmp_path) for number in range(2)]
        try:
            for process in rankers:
                process.start()
            for number in range(KILLS):
                time.sleep(chance.uniform(0, SECONDS_BEFORE_KILL_MAX))
                victim = chance.choice(rankers)
                victim.kill()
                day = LAST_DAY - chance.randrange(3) * DAY
                names = (f"comet {number}", "quantization")
                writer.write([told(day, 100 * (number + 1) + n, *names) for n in range(9)])
                victim.start()

            def is_done() -> bool:
                due = plan(CLOCK.now(), known(store), timedelta(0), patiently=False).due
                return not due

            wait_for(is_done, DONE_TIMEOUT_S, "every ranking is of all listings")
        finally:
            for process in rankers:
                process.stop()
        made = known(store).made
        assert len(made) >= 2 * 16
        for key in made:
            assert_as_computed(store, key)
            assert len({row["computed_at"] for row in ranked_rows(store, key)}) <= 1
        assert "Traceback" not in "".join(each.spec.log_path.read_text() for each in rankers)
