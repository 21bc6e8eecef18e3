"""Which pictures there are: of which dashboard, with what chosen."""

from __future__ import annotations

from datetime import datetime, timedelta

from picture import View

RANGES = {"pipeline": timedelta(hours=6), "trends": timedelta(days=90)}


def views(now: datetime) -> list[View]:
    """All pictures of ranges that end at ``now``."""
    return [
        View(
            "spikes",
            "spikes",
            now - timedelta(days=90),
            now,
            {"alert": "81f88b81-f914-51a8-9a4e-8e1f5909b6d6"},
        ),
        View("pipeline", "pipeline", now - timedelta(minutes=30), now),
    ]
