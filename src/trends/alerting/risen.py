"""Found names to things: spellings and aliases merged, fragments and mere words set aside.

In: names that were found in a window, and the listings that mention them. Out: things that rose,
each with its names and listings. Which name is only a part of another is decided as rankings do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from trends.detection.find import Found
from trends.detection.grouping import Risen
from trends.detection.source import Name
from trends.detection.spike import Kind
from trends.ranking.aliases import Introduced, learn
from trends.ranking.counted import Counted
from trends.ranking.entry import Entry
from trends.ranking.fragments import without_fragments
from trends.ranking.generic import COMMON, NEVER
from trends.ranking.merge import merged
from trends.ranking.sample import Pairs, Sample
from trends.ranking.spellings import Spellings
from trends.store.evidence import Mentioning

# What names no subject by itself never names a spike.
WORDS_OF_GENRE: Final = NEVER | COMMON


@dataclass(frozen=True, slots=True)
class Thing:
    """What rose, under one or more names.

    Attributes:
        found: its names, most significant first.
        listings: those of the evidence that mention it, as numbers.
        leads: whether it can name a spike: it is no part of another name, and no mere word.
    """

    found: tuple[Found, ...]
    listings: frozenset[int]
    leads: bool

    @property
    def lead(self) -> Found:
        """The most significant name, with its test."""
        return self.found[0]

    @property
    def name(self) -> Name:
        """The most significant name."""
        return self.lead.name

    @property
    def risen(self) -> Risen:
        """What grouping looks at."""
        lead = self.lead
        return Risen(lead.docs, lead.expected, lead.size, self.listings, self.leads)


def things(
    found: Sequence[Found], evidence: Sequence[Mentioning], introduced: Iterable[Introduced]
) -> list[Thing]:
    """What rose, strongest first.

    Args:
        found: names of one window.
        evidence: listings that mention them.
        introduced: short forms among them, and what listings introduce them for.
    """
    where = _where(found, evidence)
    by_name = {one.name.name: one for one in found if one.name.kind is Kind.TERM}
    sample = _sample(list(by_name), evidence)
    spellings = Spellings(learn(introduced, _in_use(sample, evidence)))
    counted = (
        Counted(name, one.docs, round(one.expected), one.mentions) for name, one in by_name.items()
    )
    terms = [
        _thing(entry, by_name, where)
        for entry in without_fragments(merged(counted, spellings, sample), sample)
    ]
    topics = [
        Thing((one,), where[one.name], leads=True) for one in found if one.name.kind is Kind.TOPIC
    ]
    return sorted(
        terms + topics,
        key=lambda thing: (thing.lead.p, -thing.lead.docs, -len(thing.lead.name.name)),
    )


def _thing(
    entry: Entry, by_name: Mapping[str, Found], where: Mapping[Name, frozenset[int]]
) -> Thing:
    names = sorted(
        (by_name[name] for name in entry.names), key=lambda one: (one.p, -one.docs, one.name)
    )
    listings = frozenset[int]().union(*(where[one.name] for one in names))
    leads = entry.left_out is None and entry.key not in WORDS_OF_GENRE
    return Thing(tuple(names), listings, leads)


def _where(found: Iterable[Found], evidence: Sequence[Mentioning]) -> dict[Name, frozenset[int]]:
    """Name to the numbers of the listings that mention it."""
    numbers: dict[Name, set[int]] = {one.name: set() for one in found}
    for number, listing in enumerate(evidence):
        for kind, names in ((Kind.TERM, listing.terms), (Kind.TOPIC, listing.topics)):
            for name in names:
                if (kind, name) in numbers:
                    numbers[Name(kind, name)].add(number)
    return {name: frozenset(places) for name, places in numbers.items()}


def _sample(names: Sequence[str], evidence: Sequence[Mentioning]) -> Sample:
    number = {name: place for place, name in enumerate(names)}

    def known(terms: Iterable[str]) -> list[int]:
        return [number[term] for term in set(terms) if term in number]

    return Sample(
        names,
        [len(listing.terms) for listing in evidence],
        [listing.title_terms for listing in evidence],
        present=Pairs.of([known(listing.terms) for listing in evidence]),
        titled=Pairs.of([known(listing.terms[: listing.title_terms]) for listing in evidence]),
        followed=Pairs.of(
            [known(term.rpartition(" ")[0] for term in listing.terms) for listing in evidence]
        ),
        preceded=Pairs.of(
            [known(term.partition(" ")[2] for term in listing.terms) for listing in evidence]
        ),
    )


def _in_use(sample: Sample, evidence: Sequence[Mentioning]) -> dict[str, tuple[int, int]]:
    """Short form to the listings that introduce it, and that mention it without."""
    introduced = Counter(short for listing in evidence for short in listing.acronyms)
    return {
        name: (introduced[name], max(int(sample.present[row].sum()) - introduced[name], 0))
        for name, row in zip(sample.names, range(len(sample.names)), strict=True)
        if introduced[name]
    }
