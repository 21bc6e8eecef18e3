"""The analyser the pipeline counts with: whole batches, natively, without the interpreter's lock.

texts -> prepare -> code points -> scan (tokens by lexicon number; new ones are learned)
      -> write_arena, find_terms -> terms, acronyms
      -> walk, find_topics       -> topics
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from trends.analysis.arrays import Bytes, Ints, Longs
from trends.analysis.automaton import build_automaton
from trends.analysis.batch import Batch, Mentions
from trends.analysis.characters import character_classes
from trends.analysis.interface import Analysis
from trends.analysis.lexicon import Lexicon
from trends.analysis.mention import arena_bytes, find_terms, write_arena
from trends.analysis.names import Names
from trends.analysis.prepare import prepare
from trends.analysis.scan import ABSENT, IN_PARENTHESES, scan
from trends.analysis.segment import Segmenter
from trends.analysis.taxonomy import Taxonomy
from trends.analysis.terms import TERM_MAX_TOKENS
from trends.analysis.walk import find_topics, walk

FOUND_FIRST: Final = 1 << 12


class KernelAnalyser:
    """Not for two threads at once: it learns tokens as it goes."""

    def __init__(self, taxonomy: Taxonomy, segmenter: Segmenter) -> None:
        self._segmenter = segmenter
        self._automaton = build_automaton(taxonomy)
        self._lexicon = Lexicon(self._automaton.labels)
        self._classes = np.frombuffer(character_classes(), np.uint8)
        self._found = np.empty((FOUND_FIRST, 2), np.int32)
        self._topic_names = Names.of(self._automaton.names)
        topics = len(self._automaton.names)
        self._topic_counts = np.zeros(topics, np.int32)
        self._topic_last_ends = np.full(topics, -1, np.int32)

    def analyse(self, texts: Sequence[tuple[str, str]]) -> Sequence[Analysis]:
        return list(self.batch(texts))

    def batch(self, texts: Sequence[tuple[str, str]]) -> Batch:
        """What each (title, text) mentions."""
        self._lexicon.forget_when_full()
        pieces = list(self._prepared(texts))
        ends = np.cumsum(np.fromiter(map(len, pieces), np.int64, len(pieces)))
        numbers, flags, token_ends = self._scan("".join(pieces), ends)
        rows = self._lexicon.rows
        arena = np.empty(arena_bytes(numbers, rows), np.uint8)
        offsets = np.empty(len(numbers) + 1, np.int64)
        write_arena(numbers, rows, self._lexicon.forms, arena, offsets)

        room = TERM_MAX_TOKENS * len(numbers)
        key1, key2 = np.empty(room, np.uint64), np.empty(room, np.uint64)
        name_starts, name_bytes = np.empty(room, np.int64), np.empty(room, np.int32)
        mentions = np.empty(room, np.int32)
        listings = len(texts)
        term_ends, title_terms = np.empty(listings, np.int64), np.empty(listings, np.int32)
        acronyms = np.empty((np.count_nonzero(flags & IN_PARENTHESES), 2), np.int64)
        acronym_ends = np.empty(listings, np.int64)
        listing_ends = token_ends[1::2]
        longest = int(np.max(np.diff(listing_ends, prepend=0), initial=1))
        slots = 1 << (2 * TERM_MAX_TOKENS * longest).bit_length()
        find_terms(
            numbers,
            flags,
            token_ends,
            rows,
            arena,
            offsets,
            key1,
            key2,
            name_starts,
            name_bytes,
            mentions,
            term_ends,
            title_terms,
            acronyms,
            acronym_ends,
            np.zeros(slots, np.int32),
            np.empty(slots, np.int32),
        )
        terms = int(term_ends[-1]) if listings else 0
        return Batch(
            terms=Mentions(
                arena=arena,
                key1=key1[:terms].copy(),
                key2=key2[:terms].copy(),
                starts=name_starts[:terms].copy(),
                sizes=name_bytes[:terms].copy(),
                counts=mentions[:terms].copy(),
                ends=term_ends,
            ),
            topics=self._topics(numbers, flags, token_ends),
            title_terms=title_terms,
            acronyms=_introduced(arena, offsets, acronyms, acronym_ends),
        )

    def _prepared(self, texts: Sequence[tuple[str, str]]) -> Iterator[str]:
        for title, text in texts:
            yield prepare(title, self._segmenter)
            yield prepare(text, self._segmenter)

    def _scan(self, text: str, ends: Longs) -> tuple[Ints, Bytes, Longs]:
        """Lexicon numbers and flags of all tokens, and how many there are up to each end."""
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        # A token and what parts it from the next take two characters at least, "c#c#" but one.
        room = len(points) + 1
        numbers, flags = np.empty(room, np.int32), np.empty(room, np.uint8)
        starts, stops = np.empty(room, np.int64), np.empty(room, np.int64)
        token_ends = np.zeros(len(ends), np.int64)
        while True:
            known = self._lexicon
            missing = scan(
                points,
                ends,
                self._classes,
                known.slots,
                numbers,
                starts,
                stops,
                flags,
                token_ends,
            )
            count = int(token_ends[-1]) if len(token_ends) else 0
            if not missing:
                return numbers[:count], flags[:count], token_ends
            absent = numbers[:count] == ABSENT
            known.add(text, points, starts[:count][absent], stops[:count][absent])

    def _topics(self, numbers: Ints, flags: Bytes, token_ends: Longs) -> Mentions:
        automaton = self._automaton
        while True:
            met = walk(
                numbers,
                flags,
                self._lexicon.rows,
                automaton.roots,
                automaton.edge_keys,
                automaton.edge_targets,
                automaton.fails,
                automaton.output_ends,
                self._found,
            )
            if met <= len(self._found):
                break
            self._found = np.empty((2 * met, 2), np.int32)
        found = self._found[:met]
        listings = len(token_ends) // 2
        deepest = int(np.max(np.diff(automaton.ancestor_ends, prepend=0), initial=1))
        topics, mentions = np.empty(deepest * met, np.int32), np.empty(deepest * met, np.int32)
        topic_ends = np.zeros(listings, np.int64)
        count = find_topics(
            token_ends,
            found,
            automaton.outputs,
            automaton.ancestor_ends,
            automaton.ancestors,
            self._topic_counts,
            self._topic_last_ends,
            topics,
            mentions,
            topic_ends,
        )
        names, numbered = self._topic_names, topics[:count]
        return Mentions(
            arena=names.arena,
            key1=names.key1[numbered],
            key2=names.key2[numbered],
            starts=names.starts[numbered],
            sizes=names.sizes[numbered],
            counts=mentions[:count].copy(),
            ends=topic_ends,
        )


def _introduced(
    arena: Bytes, offsets: Longs, acronyms: Longs, acronym_ends: Longs
) -> list[dict[str, str]]:
    """Per listing, short form to long form; rows of ``acronyms`` as `find_terms` leaves them."""
    result: list[dict[str, str]] = [{} for _ in acronym_ends]
    count = int(acronym_ends[-1]) if len(acronym_ends) else 0
    shorts, longs = acronyms[:count].T
    owners = np.searchsorted(acronym_ends, np.arange(count), side="right")
    # Behind each token stands a space.
    places = (owners, offsets[longs], offsets[shorts], offsets[shorts + 1])
    for owner, begin, middle, stop in zip(*(part.tolist() for part in places), strict=True):
        short = arena[middle : stop - 1].tobytes().decode()
        result[owner][short] = arena[begin : middle - 1].tobytes().decode()
    return result
