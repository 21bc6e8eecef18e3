"""What whoever runs our services does: starts those again that have left and ask for it."""

from __future__ import annotations

import importlib
import threading
from typing import Final

from tests.support.pipeline import TestPipeline
from tests.support.worker import Worker

# By name, for type checkers know this package under the name of its folder.
START_AGAIN: Final[int] = importlib.import_module("trends_services.running").START_AGAIN


class Restarting:
    """Watches the processors of one pipeline while it is entered; none may leave for good."""

    def __init__(self, pipeline: TestPipeline) -> None:
        self._pipeline = pipeline
        self._thread = threading.Thread(target=self._watch, name="restarting")
        self._end = threading.Event()
        self._lock = threading.Lock()
        self._gone: list[str] = []

    def __enter__(self) -> Restarting:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._end.set()
        self._thread.join()
        assert kind is not None or not self._gone, "\n".join(self._gone)

    def kill(self, worker: Worker) -> None:
        """``kill -9``; it comes back at once."""
        with self._lock:
            worker.kill()
            worker.start()

    def _watch(self) -> None:
        while not self._end.wait(0.2):
            with self._lock:
                for worker in self._pipeline.workers:
                    self._look_at(worker)

    def _look_at(self, worker: Worker) -> None:
        code = worker.ended_with()
        if code is None:
            return
        worker.kill()
        if code == START_AGAIN:
            print(f"{worker.spec.name} asks to be started again")
            worker.start()
        else:
            self._gone.append(f"{worker.spec.name} left with {code}\n{worker.log[-3000:]}")
