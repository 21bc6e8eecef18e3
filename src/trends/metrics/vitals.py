"""All that a running service shows of itself, as one value that is passed to its parts.

In: reports of its parts. Out: a registry, readiness and liveness, which `server` serves. Each
service has one of its own; nothing is kept globally.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from trends import __version__
from trends.clock import Clock
from trends.errors import Unavailable
from trends.metrics import names
from trends.metrics.meters import counter, gauge
from trends.metrics.readiness import Liveness, Readiness

KAFKA: Final = "kafka"
STORE: Final = "store"
PARTITIONS: Final = "partitions"


class Vitals:
    """Metrics, readiness and liveness of one service.

    Args:
        service: its name.
        clock: of the machine.
        conditions: what must hold for it to be ready.
        silent_max_s: how long its main loop may take to come round.
    """

    def __init__(
        self,
        service: str,
        clock: Clock,
        conditions: Collection[str] = (KAFKA, STORE),
        silent_max_s: float = 60.0,
    ) -> None:
        self.registry = CollectorRegistry()
        self.readiness = Readiness(conditions)
        self.liveness = Liveness(clock, silent_max_s)
        gauge(names.BUILD_INFO, self.registry).labels(service, __version__).set(1)
        self.registry.register(_ReadyCollector(self.readiness))
        self._retries = counter(names.RETRIES, self.registry)
        for condition in conditions:
            if condition != PARTITIONS:
                self._retries.labels(condition)
        # Memory, CPU and open files, under the names that all programs use.
        ProcessCollector(registry=self.registry)

    def away(self, dependency: str, error: Unavailable) -> None:
        """The server did not answer; it will be asked again."""
        self.readiness.miss(dependency, str(error))
        self._retries.labels(dependency).inc()

    def answered(self, dependency: str) -> None:
        """The server did."""
        self.readiness.meet(dependency)

    @contextmanager
    def asking(self, dependency: str) -> Iterator[None]:
        """Around what asks the server each time: notes whether it answers.

        Raises:
            Unavailable: as it came.
        """
        try:
            yield
        except Unavailable as error:
            self.away(dependency, error)
            raise
        self.answered(dependency)


class _ReadyCollector(Collector):
    """Shows the conditions at the moment of the scrape."""

    def __init__(self, readiness: Readiness) -> None:
        self._readiness = readiness

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(names.READY.name, names.READY.help, labels=names.READY.labels)
        for condition, reason in self._readiness.conditions.items():
            family.add_metric([condition], float(reason is None))
        yield family
