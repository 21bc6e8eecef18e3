"""Frozen values that travel between the stages. No behaviour beyond derived properties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One thing that appeared in a feed: a paper, a package, a job, a story.

    All times are timezone-aware UTC. At least one of ``listed_at`` and ``published_at`` is set.
    ``id`` identifies the listing across pages and days (see `trends.identity`).
    """

    id: str
    title: str
    source: str = ""
    text: str = ""
    url: str = ""
    published_at: datetime | None = None
    listed_at: datetime | None = None
    authors: tuple[str, ...] = ()
    author_count: int | None = None
    organization: str = ""
    upvotes: int | None = None
    tags: tuple[str, ...] = ()
    language: str = ""
    extra: Mapping[str, object] = field(default_factory=dict)

    @property
    def event_time(self) -> datetime:
        """When it appeared in the feed, else when it was published."""
        time = self.listed_at or self.published_at
        if time is None:
            raise ValueError(f"listing {self.id!r} has no time")
        return time


@dataclass(frozen=True, slots=True)
class Position:
    """Where a line stands in the log: its shard, the message's offset, the line in the message."""

    shard: str
    offset: int
    line: int
