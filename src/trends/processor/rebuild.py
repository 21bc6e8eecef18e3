"""Applies another taxonomy, or another analysis, to all that is stored.

    recorded ─► counted, round after round ─► active ─► taken over ─► older counts deleted

Counts of topics carry their generation, so a new taxonomy is counted beside the one that people
see, while processors count on; they take over when the new one is active. Counts of terms do not,
so another analysis or segmenter is applied while no processor runs. Where this process dies, the
next run goes on from what it finds; see docs/adr/0005-generations.md.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Final

from trends.analysis.interface import BatchAnalyser
from trends.clock import Clock
from trends.counting.buckets import Resolution
from trends.errors import Fatal
from trends.processor.recount import Progress, recount
from trends.processor.takeover import catch_up
from trends.store.rebuild import Due, RebuildStore

log = logging.getLogger(__name__)

# Rounds end when one has so little to count that the next takeover does it in a moment.
ROUND_SMALL_LISTINGS: Final = 2_000
ROUNDS_MAX: Final = 5
LOOK_S: Final = 0.5
# A processor looks for another generation every 2 s; after so long without a flush none is left.
QUIET_S: Final = 6.0
TAKEOVER_MAX_S: Final = 180.0


class Rebuild:
    """One rebuild of the store for its generation.

    Args:
        store: counts under the generation that is wanted.
        analyser: of that generation.
        resolutions: of the buckets.
        clock: to wait with, and for what is past its retention.
        check: called while waiting and between pieces of work; raises to end it.
        progress: called with (listings done, listings in all) of the round at work.
    """

    def __init__(
        self,
        store: RebuildStore,
        analyser: BatchAnalyser,
        resolutions: Sequence[Resolution],
        clock: Clock,
        check: Callable[[], None] = lambda: None,
        progress: Progress | None = None,
    ) -> None:
        self._store = store
        self._analyser = analyser
        self._resolutions = resolutions
        self._clock = clock
        self._check = check
        self._show = progress
        self.listings = 0

    def build_topics(self) -> None:
        """Counts topics until little is left, while others go on storing listings.

        Raises:
            Fatal: if a newer generation has become active.
        """
        for _ in range(ROUNDS_MAX):
            states = self._store.shard_states()
            # No processor counts under this generation yet: what carries it is counted.
            due = {state.shard: Due(state.version, state.version) for state in states}
            listings = self._recount(due)
            newest = self._store.newest_active()
            if newest > self._store.generation:
                raise Fatal(f"a later rebuild, generation {newest}, has overtaken this one")
            if newest == self._store.generation:
                return  # another run of the same rebuild; processors may count under it by now
            self._store.write_counted({state.shard: state.version for state in states})
            if listings <= ROUND_SMALL_LISTINGS:
                return

    def build_everything(self) -> None:
        """Counts terms and topics anew; no processor may run.

        Raises:
            Fatal: if one did.
        """
        before = {state.shard: state.version for state in self._store.shard_states()}
        self._store.drop_terms()
        due = {shard: Due(version, -1) for shard, version in before.items()}
        self._recount(due, terms=True)
        if before != {state.shard: state.version for state in self._store.shard_states()}:
            raise Fatal(
                "a processor has counted meanwhile, by the analysis of before; stop all processors "
                "and run `trends rebuild` again"
            )
        self._store.write_counted(before)

    def finish(self) -> int:
        """Counts what was stored under older generations; for a generation that is active.

        Returns:
            The number of listings that were left to count.
        """
        listings = catch_up(self._store, self._analyser, self._resolutions, self._clock.now())
        self.listings += listings
        return listings

    def wait_for_takeover(self) -> bool:
        """Counts for processors of older generations until there are none left.

        Returns:
            Whether that is so; they may be unable to look at the store, or be too old to know.
        """
        began_s = quiet_from_s = self._clock.monotonic_s()
        before: dict[str, int] | None = None
        while True:
            self._check()
            self.finish()
            old = {
                state.shard: state.version
                for state in self._store.shard_states()
                if state.generation < self._store.generation
            }
            now_s = self._clock.monotonic_s()
            if before is not None and any(before.get(shard) != old[shard] for shard in old):
                quiet_from_s = now_s
            if now_s - quiet_from_s >= QUIET_S or not old:
                return True
            if now_s - began_s >= TAKEOVER_MAX_S:
                return False
            before = old
            self._clock.sleep(LOOK_S)

    def clean(self) -> None:
        """Deletes what nobody looks at any more."""
        self._store.drop_older_topics()

    def _recount(self, due: dict[str, Due], *, terms: bool = False) -> int:
        def progress(done: int, total: int) -> None:
            self._check()
            if self._show is not None:
                self._show(done, total)

        listings = recount(
            self._store,
            self._analyser,
            self._resolutions,
            due,
            self._clock.now(),
            terms=terms,
            progress=progress,
        )
        self.listings += listings
        return listings
