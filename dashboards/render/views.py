"""Which pictures there are: of which dashboard, with what chosen."""

from __future__ import annotations

from datetime import datetime, timedelta

from picture import View

NAMES = ("GPT-5", "agents", "diffusion", "reinforcement learning", "Qwen3")
TOPIC = "LLM agents"


def views(now: datetime, alert: str) -> list[View]:
    """All pictures of ranges that end at ``now``.

    Args:
        now: the end of every range.
        alert: the id of the alert that is shown closely.
    """
    days, hours = now - timedelta(days=90), now - timedelta(minutes=45)
    one = {"topic": TOPIC}
    return [
        View("trends", "trends", days, now, {"name": NAMES}, ("", "What takes off", "Over time")),
        View(
            "trends-compare",
            "trends",
            days,
            now,
            {"name": NAMES},
            ("Compare", "Behind the numbers"),
        ),
        View("topics", "topics", days, now, one, ("", "The tree", "Over time")),
        View("topics-one", "topics", days, now, one, ("One topic: $topic",)),
        View("spikes", "spikes", days, now, {"alert": alert}, ("Now", "History")),
        View(
            "spikes-one",
            "spikes",
            days,
            now,
            {"alert": alert},
            ("The chosen alert", "Spikes found", "Telling"),
        ),
        View(
            "pipeline",
            "pipeline",
            hours,
            now,
            {},
            ("Now", "Throughput", "Lag and lateness", "Writing"),
        ),
        View(
            "pipeline-store",
            "pipeline",
            hours,
            now,
            {},
            ("Dead letters", "Store", "Query time", "Signs of life"),
        ),
    ]
