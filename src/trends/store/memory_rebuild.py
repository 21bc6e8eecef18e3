"""What a rebuild asks of a store, in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from trends.analysis.batch import Batch
from trends.model import Position
from trends.store.interface import CountedListing, ShardInfo
from trends.store.memory import MemoryStore
from trends.store.rebuild import Due, Page, ShardDay, ShardState

PAGE_LISTINGS = 3

_Key = tuple[str, Position]


class MemoryRebuild(MemoryStore):
    """The store, and what counting under a new generation needs; keeps `RebuildStore`."""

    def __init__(self, home_of: Callable[[str, int], int], generation: int = 1) -> None:
        super().__init__(home_of, generation)
        self.active: set[int] = {generation}
        self.counted: dict[tuple[int, str], int] = {}

    def newest_active(self) -> int:
        return max(self.active, default=0)

    def shards_of(self, heir: ShardInfo) -> set[str]:
        return {heir.name} | {
            info.name
            for info in self.shards.values()
            if info.topic == heir.topic and info.partition % heir.partitions == heir.partition
        }

    def shard_states(self) -> list[ShardState]:
        states = []
        for shard, checkpoint in self.checkpoints.items():
            version, generation = checkpoint.version, self.generations[shard]
            counted = min(self.counted.get((self.generation, shard), -1), version)
            states.append(
                ShardState(
                    shard,
                    version,
                    generation,
                    version if generation >= self.generation else counted,
                )
            )
        return states

    def days_due(self, due: Mapping[str, Due]) -> list[ShardDay]:
        listings: Counter[tuple[int, str]] = Counter()
        wanted: set[tuple[int, str]] = set()
        for key, row in self._stored(due):
            day = _day(row), row.position.shard
            listings[day] += 1
            is_old = self.generations[key] < self.generation
            if is_old or row.position.offset > due[row.position.shard].since:
                wanted.add(day)
        return [
            ShardDay(datetime.fromtimestamp(day * 86_400, UTC).date(), shard, listings[day, shard])
            for day, shard in sorted(wanted)
        ]

    def pages(self, days: Sequence[ShardDay], due: Mapping[str, Due]) -> Iterator[Page]:
        wanted = {(day.day, day.shard) for day in days}
        rows = sorted(
            (
                (key, row)
                for key, row in self._stored(due)
                if (row.listing.event_time.date(), row.position.shard) in wanted
            ),
            key=lambda pair: (pair[0][0], pair[0][1].shard, pair[0][1].offset, pair[0][1].line),
        )
        for start in range(0, len(rows), PAGE_LISTINGS):
            page = rows[start : start + PAGE_LISTINGS]
            yield Page(
                [row.position for _, row in page],
                [int(row.listing.event_time.timestamp()) for _, row in page],
                [(row.listing.title, row.listing.text) for _, row in page],
                [self.generations[key] for key, _ in page],
                [row for _, row in page],
            )

    def rewrite(
        self,
        page: Page,
        rows: Sequence[int],
        batch: Batch,
        *,
        terms: bool,  # noqa: ARG002 - terms and topics stand together here
    ) -> None:
        for number, row in enumerate(rows):
            self.put_listing(replace(page.rows[row], batch=batch, row=number))

    def write_counted(self, versions: Mapping[str, int]) -> None:
        for shard, version in versions.items():
            key = self.generation, shard
            self.counted[key] = max(version, self.counted.get(key, -1))

    def drop_terms(self) -> None:
        self.terms.clear()

    def drop_older_topics(self) -> None:
        for generation in [key for key in self.topics_by_generation if key < self.generation]:
            del self.topics_by_generation[generation]

    def _stored(self, due: Mapping[str, Due]) -> Iterator[tuple[_Key, CountedListing]]:
        for key, row in self.listings.items():
            shard = row.position.shard
            if shard in due and row.position.offset <= due[shard].version:
                yield key, row


def _day(row: CountedListing) -> int:
    return int(row.listing.event_time.timestamp()) // 86_400
