"""When rules are evaluated in tests, and how the present tests name them."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tests.support.observed import moments
from trends.clock import SystemClock

MINUTE: Final = timedelta(minutes=1)
NOW: Final = SystemClock().now().replace(second=0, microsecond=0)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
LAST_HOUR: Final = moments(NOW - HOUR, NOW)
HALF_AN_HOUR: Final = moments(NOW - HOUR / 2, NOW)
SPIKE, INGEST, LAG = "trends-spike-firing", "trends-ingest-stalled", "trends-consumer-lag"
DEAD, STORE, SLOW = "trends-dead-letters", "trends-store-behind", "trends-store-slow"
ALERTER, NOTIFIER = "trends-alerter-silent", "trends-notifier-away"
RANKER: Final = "trends-ranker-silent"
EVERY: Final = (SPIKE, INGEST, LAG, DEAD, STORE, SLOW, ALERTER, NOTIFIER, RANKER)
