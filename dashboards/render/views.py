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
    months, weeks = now - timedelta(days=60), now - timedelta(weeks=12)
    minutes = now - timedelta(minutes=45)
    one = {"topic": TOPIC}
    return [
        View("trends", "trends", months, now, {"name": NAMES}, ("", "What takes off", "Over time")),
        View(
            "trends-compare",
            "trends",
            months,
            now,
            {"name": NAMES},
            ("Compare", "Behind the numbers"),
        ),
        View("topics", "topics", weeks, now, one, ("", "The tree", "Over time")),
        View("topics-one", "topics", weeks, now, one, ("One topic: $topic",)),
        View("spikes", "spikes", weeks, now, {"alert": alert}, ("Now", "History")),
        View(
            "spikes-one",
            "spikes",
            weeks,
            now,
            {"alert": alert},
            ("The chosen alert", "Spikes found"),
        ),
        View(
            "pipeline",
            "pipeline",
            minutes,
            now,
            {},
            ("Now", "Throughput", "Lag and lateness", "Writing"),
        ),
        View(
            "pipeline-store",
            "pipeline",
            minutes,
            now,
            {},
            ("Dead letters", "Store", "Query time", "Signs of life"),
        ),
    ]
