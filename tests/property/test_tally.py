"""A tally against a dictionary: whatever is added, loaded and taken, and in whatever order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.support.batches import changed, mentions_of
from trends.analysis.arrays import Bytes
from trends.analysis.names import unpacked
from trends.counting.tally import NO_VERSION, Tally

# Few names that come again and again, and many of which the table must grow.
_names = st.sampled_from(["", "x", "y", "x y", "y x", "深度 学习", "🙂"]) | st.integers(0, 400).map(
    "name {}".format
)
_counts = st.integers(1, 9)
_listing = st.dictionaries(_names, _counts, max_size=8)
_batch = st.lists(_listing, min_size=1, max_size=4)
_stored = st.dictionaries(
    st.integers(1_000, 1_400).map("stored {}".format) | _names,
    st.tuples(st.integers(1, 1 << 30), st.integers(0, 1 << 30)).map(lambda n: (n[0], n[0] + n[1])),
    max_size=120,
)


class TallyMachine(RuleBasedStateMachine):
    """Docs and mentions of every name, and which names changed since they were last taken."""

    def __init__(self) -> None:
        super().__init__()
        self.tally = Tally()
        self.counts: dict[str, tuple[int, int]] = {}
        self.changed: set[str] = set()
        self.arenas: list[Bytes] = []
        self.version = NO_VERSION

    @rule(batch=_batch, data=st.data())
    def add(self, batch: Sequence[Mapping[str, int]], data: st.DataObject) -> None:
        chosen = data.draw(st.lists(st.sampled_from(range(len(batch))), unique=True))
        self._add(batch, sorted(chosen))

    @rule(first=st.integers(0, 3_000), count=st.sampled_from([1, 47, 48, 49, 95, 96, 97, 1_000]))
    def add_many(self, first: int, count: int) -> None:
        names = [f"many {number}" for number in range(first, first + count)]
        self._add([dict.fromkeys(names, 2)], [0])

    def _add(self, batch: Sequence[Mapping[str, int]], chosen: Sequence[int]) -> None:
        mentions = mentions_of(batch)
        base = sum(map(len, self.arenas))
        self.arenas.append(mentions.arena)
        self.tally.add(mentions, np.array(chosen, np.int64), base)
        for listing in chosen:
            for name, count in batch[listing].items():
                docs, all_mentions = self.counts.get(name, (0, 0))
                self.counts[name] = docs + 1, all_mentions + count
                self.changed.add(name)

    @rule(stored=_stored, version=st.integers(0, 9))
    def load(self, stored: Mapping[str, tuple[int, int]], version: int) -> None:
        new = {name: numbers for name, numbers in stored.items() if name not in self.counts}
        change, names = changed(new)
        self.tally.load(names, change.docs, change.mentions, version)
        self.counts |= new
        self.version = max(self.version, version)

    @rule()
    def take(self) -> None:
        taken = self.tally.take_changed()
        arena = np.concatenate([*self.arenas, np.empty(0, np.uint8)])
        names = unpacked(arena, taken.starts, taken.sizes)
        numbers = zip(taken.docs.tolist(), taken.mentions.tolist(), strict=True)
        assert len(names) == len(taken) == len(set(names))
        assert dict(zip(names, numbers, strict=True)) == {
            name: self.counts[name] for name in self.changed
        }
        self.changed, self.arenas = set(), []

    @precondition(lambda self: self.counts)
    @rule()
    def take_everything(self) -> None:
        self._add([dict.fromkeys(self.counts, 1)], [0])
        self.take()

    @invariant()
    def knows_how_much_it_holds(self) -> None:
        assert len(self.tally) == len(self.counts)
        assert self.tally.changed == bool(self.changed)
        assert self.tally.version == self.version

    def teardown(self) -> None:
        if self.counts:
            self.take_everything()


TestTally = TallyMachine.TestCase
