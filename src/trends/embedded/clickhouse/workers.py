"""The threads that queries run in, apart for reads and inserts, with a bounded queue.

In: functions that block. Out: futures. Refuses work when the queue is full instead of piling it up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from trends.embedded.clickhouse.errors import Code, QueryError

T = TypeVar("T")


class Workers:
    """Thread pools of one server; use them from its event loop only.

    Args:
        queries: how many queries run at once.
        inserts: how many inserts run at once.
        waiting_max: how many may run or wait in each of the two.
    """

    def __init__(self, queries: int = 16, inserts: int = 4, waiting_max: int = 200) -> None:
        self._queries = ThreadPoolExecutor(queries, "query")
        self._inserts = ThreadPoolExecutor(inserts, "insert")
        self._control = ThreadPoolExecutor(1, "control")
        self._waiting_max = waiting_max
        self._open: dict[bool, int] = {False: 0, True: 0}
        self._idle = asyncio.Event()
        self._idle.set()
        self.closing = False

    def submit(self, call: Callable[[], T], is_insert: bool) -> asyncio.Future[T]:
        """Run ``call`` in a thread.

        Raises:
            QueryError: too many are waiting, or the server is stopping.
        """
        if self.closing:
            raise QueryError.of(Code.CANNOT_SCHEDULE_TASK, "The server is stopping")
        if self._open[is_insert] >= self._waiting_max:
            raise QueryError.of(
                Code.TOO_MANY_SIMULTANEOUS_QUERIES,
                f"Too many simultaneous queries. Maximum: {self._waiting_max}",
            )
        pool = self._inserts if is_insert else self._queries
        future = asyncio.get_running_loop().run_in_executor(pool, call)
        self._open[is_insert] += 1
        self._idle.clear()
        future.add_done_callback(lambda _: self._done(is_insert))
        return future

    def submit_control(self, call: Callable[[], None]) -> None:
        """Run a short call (a kill) that must not wait behind queries."""
        self._control.submit(call)

    async def drain(self, timeout_s: float) -> bool:
        """Wait until nothing runs; says whether that came true in time."""
        self.closing = True
        try:
            await asyncio.wait_for(self._idle.wait(), timeout_s)
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        """Let the threads go; call it after `drain`."""
        self.closing = True
        for pool in (self._queries, self._inserts, self._control):
            pool.shutdown(wait=False, cancel_futures=True)

    def _done(self, is_insert: bool) -> None:
        self._open[is_insert] -= 1
        if not any(self._open.values()):
            self._idle.set()
