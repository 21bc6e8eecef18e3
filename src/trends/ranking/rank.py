"""The steps from stored names to a ranking, in order; between them the caller asks the store.

counted names, sample, aliases --judged--> subjects, and what is left out
    --by_docs or by_rise--> in order --texts, let_in--> with proper names
    --exact counts, the same order again--> finished
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from trends.analysis.characters import is_dense
from trends.ranking.counted import Counted, Totals
from trends.ranking.display import is_proper, written
from trends.ranking.entry import Entry, Reason
from trends.ranking.focus import focus_of
from trends.ranking.fragments import without_fragments
from trends.ranking.merge import merged
from trends.ranking.rising import judge_rise, lift, score, without_explained
from trends.ranking.sample import Sample
from trends.ranking.spellings import Spellings
from trends.ranking.subjects import Judged, judge
from trends.ranking.surfaces import Votes

# Of two names of a script without spaces, one within the other, that have so nearly equal docs, one
# is the other cut short.
SAME_WORD_MIN_DOCS: Final = 0.6


@dataclass(frozen=True, slots=True)
class Ranked:
    """A line of a ranking.

    Attributes:
        judged: the entry, and what speaks for it.
        shown: as people write it.
        score: standard deviations above what the share before lets expect.
        lift: share by the share before; None if there was none.
        swallowed: entries that this one stands for.
    """

    judged: Judged
    shown: str
    score: float
    lift: float | None
    swallowed: tuple[Entry, ...] = ()

    @property
    def entry(self) -> Entry:
        return self.judged.entry


def judged(
    counted: Iterable[Counted],
    totals: Totals,
    sample: Sample,
    spellings: Spellings,
    declared: Collection[str],
) -> list[Judged]:
    """Every entry, most listings first, marked if it is a fragment or no subject.

    Args:
        counted: candidates.
        totals: of both windows.
        sample: of listings, with all candidates.
        spellings: of all aliases.
        declared: phrases of the taxonomy.
    """
    declared_keys = {spellings.key(phrase) for phrase in declared}
    return [
        judge(
            entry,
            focus_of(sample, entry.names, entry.docs_of_names, entry.mentions, totals),
            is_declared=entry.key in declared_keys,
        )
        for entry in without_fragments(merged(counted, spellings, sample), sample)
    ]


def by_docs(found: Iterable[Judged]) -> list[Judged]:
    """Most listings first."""
    return sorted(found, key=lambda one: (-one.entry.docs, one.entry.name))


def by_rise(found: Sequence[Judged], totals: Totals) -> list[Judged]:
    """Those that rise most first; what does not rise is marked."""
    risen = [_risen(one, totals) for one in found]
    entries = without_explained([one.entry for one in risen], totals)
    return sorted(
        (replace(one, entry=entry) for one, entry in zip(risen, entries, strict=True)),
        key=lambda one: (
            -score(one.entry.docs, one.entry.docs_before, totals),
            -one.entry.docs,
            one.entry.name,
        ),
    )


def _risen(one: Judged, totals: Totals) -> Judged:
    if one.if_proper:
        rises = judge_rise(replace(one.entry, left_out=None), totals).left_out is None
        return replace(one, if_proper=rises)
    return replace(one, entry=judge_rise(one.entry, totals))


def candidates(ordered: Sequence[Judged], limit: int) -> list[Judged]:
    """What may be among the first ``limit``, proper names that are not yet known to be included."""
    kept: list[Judged] = []
    sure = 0
    for one in ordered:
        if one.entry.left_out is None or one.if_proper:
            kept.append(one)
            sure += one.entry.left_out is None
        if sure == limit:
            break
    return kept


def let_in(found: Iterable[Judged], votes: Mapping[str, Votes]) -> list[Judged]:
    """``found``, those let in that turn out to be proper names."""
    return [
        one.as_proper() if one.if_proper and is_proper(one.entry.names, votes) else one
        for one in found
    ]


def finished(
    ordered: Sequence[Judged], votes: Mapping[str, Votes], totals: Totals, limit: int
) -> tuple[list[Ranked], list[Judged]]:
    """The ranking, and what was left out above its last line.

    Args:
        ordered: all entries, in order, proper names let in.
        votes: of the names of `candidates`.
        totals: of both windows.
        limit: how many to show.
    """
    lines: dict[str, Ranked] = {}
    left_out: list[Judged] = []
    for one in ordered:
        if len(lines) == limit:
            break
        if one.entry.left_out is not None:
            left_out.append(one)
            continue
        shown = written(one.entry.names, votes)
        same = _shown_already(shown, one.entry, lines.values())
        if same is not None:
            entry = one.entry.without(Reason.SAME_DISPLAY, one.entry.docs, 0.0, same)
            left_out.append(replace(one, entry=entry))
            continue
        lines[one.entry.key] = Ranked(
            one,
            shown,
            score(one.entry.docs, one.entry.docs_before, totals),
            lift(one.entry.docs, one.entry.docs_before, totals),
        )
    for one in (*left_out, *ordered[len(lines) + len(left_out) :]):
        _add_swallowed(lines, one)
    return list(lines.values()), left_out


def _shown_already(shown: str, entry: Entry, lines: Iterable[Ranked]) -> Entry | None:
    """The entry that is already shown so; of scripts without spaces, as part of a word or more."""
    for line in lines:
        if line.shown.casefold() == shown.casefold():
            return line.entry
        if (
            is_dense(shown)
            and is_dense(line.shown)
            and (shown in line.shown or line.shown in shown)
        ):
            fewer, more = sorted((entry.docs, line.entry.docs))
            if fewer >= SAME_WORD_MIN_DOCS * more:
                return line.entry
    return None


def _add_swallowed(lines: dict[str, Ranked], one: Judged) -> None:
    """Notes at the line that stands for it that ``one`` is not shown."""
    reason = one.entry.left_out
    if reason is not None and reason.key in lines:
        line = lines[reason.key]
        lines[reason.key] = replace(line, swallowed=(*line.swallowed, one.entry))
