"""Feeds invented listings, for a look at a fresh deployment: four weeks at once, then as they come.

Never to be run beside real listings: it asks for a topic that holds nothing else.
"""

from __future__ import annotations

import signal
import sys
from functools import partial
from types import FrameType
from typing import Final

from trends.cli.demo_feed import DemoFeed
from trends.clock import Clock
from trends.demo.stream import DemoStream
from trends.errors import ConfigError
from trends.metrics.patience import patiently
from trends.metrics.vitals import KAFKA, Vitals
from trends.settings import Settings
from trends.wire.publisher import Publisher
from trends.wire.topics import ensure_topics

# Relative, for type checkers know this package under the name of its folder.
from ..running import run_service  # noqa: TID252

# Listings of the same seed have the same ids, and count once: a feed that was started again adds
# nothing to the history.
HISTORY_SEED: Final = 7
RATE: Final = 5.0
TICK_S: Final = 0.2
SILENT_MAX_S: Final = 120.0


def run(settings: Settings, clock: Clock, vitals: Vitals) -> None:
    """Feeds until SIGTERM or Ctrl-C; what was published is delivered first."""
    if not settings.kafka:
        raise ConfigError("the demo needs TRENDS_KAFKA")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    topic = patiently(partial(ensure_topics, settings, settings.kafka), KAFKA, vitals, clock)
    with Publisher(settings, settings.kafka, topic, clock) as publisher:
        now = clock.now()
        history = DemoFeed(DemoStream(HISTORY_SEED), publisher, clock, RATE, None)
        history.publish_history(now.date())
        live = DemoFeed(DemoStream(int(now.timestamp())), publisher, clock, RATE, None)
        live.begin_live()
        while True:
            live.publish_due()
            publisher.sent.clear()
            vitals.liveness.beat()
            clock.sleep(TICK_S)


def main() -> int:
    """Returns the exit code."""
    return run_service("demo", run, conditions=(KAFKA,), silent_max_s=SILENT_MAX_S)


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - as signals have it
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main())
