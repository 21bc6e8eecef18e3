"""What counting under a new generation asks of a store, and the values that pass between them.

In: which generation. Out: which shards and days are to be counted for it, and their listings. What
is asked here is asked again after a crash, so nothing is remembered but in the store.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol

from trends.analysis.batch import Batch
from trends.model import Position
from trends.store.interface import ShardInfo, Store


@dataclass(frozen=True, slots=True)
class ShardState:
    """How far a shard is stored, and how far it is counted under a generation.

    Attributes:
        shard: its name.
        version: all up to and including this offset is stored.
        generation: the one that its checkpoint was written under.
        counted: all up to and including this offset is counted under the generation asked for.
    """

    shard: str
    version: int
    generation: int
    counted: int


class Due(NamedTuple):
    """What to count of a shard: listings up to offset ``version``.

    Days are left out whose listings all carry the generation and lie at ``since`` or before.
    """

    version: int
    since: int


class ShardDay(NamedTuple):
    """A UTC day of a shard on which something is due, and all its listings up to the version."""

    day: date
    shard: str
    listings: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some stored listings; ``rows`` is what the store needs to write them again."""

    positions: Sequence[Position]
    event_times_s: Sequence[int]
    texts: Sequence[tuple[str, str]]
    generations: Sequence[int]
    rows: Any


class RebuildStore(Store, Protocol):
    """A store that counts under ``generation``; each call raises `Unavailable` when it is away."""

    generation: int

    def newest_active(self) -> int:
        """The generation that people see now; 0 if there is none."""
        ...

    def shards_of(self, heir: ShardInfo) -> set[str]:
        """The shards that the owner of ``heir`` answers for: its own and those of lost logs."""
        ...

    def shard_states(self) -> list[ShardState]:
        """Every shard with a checkpoint."""
        ...

    def days_due(self, due: Mapping[str, Due]) -> list[ShardDay]:
        """Where anything is due, by day."""
        ...

    def pages(self, days: Sequence[ShardDay], due: Mapping[str, Due]) -> Iterator[Page]:
        """All listings of these days, in order, up to the versions of ``due``."""
        ...

    def rewrite(self, page: Page, rows: Sequence[int], batch: Batch, *, terms: bool) -> None:
        """Writes listings of a page again, under the generation.

        Args:
            page: as `pages` gave it.
            rows: which of its listings.
            batch: what these mention, in the same order.
            terms: whether terms change as well as topics.
        """
        ...

    def write_counted(self, versions: Mapping[str, int]) -> None:
        """Records that these shards are counted under the generation, up to these offsets."""
        ...

    def drop_terms(self) -> None:
        """Deletes all counts of terms."""
        ...

    def drop_older_topics(self) -> None:
        """Deletes the counts of topics of every generation before this one."""
        ...
