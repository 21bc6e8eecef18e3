"""Small worlds of listings, analysed as the pipeline does, in the shape that `ranking` works on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from trends.analysis.interface import Analysis
from trends.analysis.reference import ReferenceAnalyser
from trends.analysis.segment import Bigrams
from trends.analysis.taxonomy import Taxonomy
from trends.ranking.counted import Counted, Totals
from trends.ranking.sample import LONG_MIN_TERMS, Pairs, Sample

Text = tuple[str, str]


def long_text(number: int, about: str) -> str:
    """A text with room to repeat its subject: ``about``, and words of its own, some twice."""
    words = [f"filler{number}x{place}" for place in range(LONG_MIN_TERMS)]
    return f"{about}. {', '.join([*words, *words[: LONG_MIN_TERMS // 5]])}"


def long_listings(number: int, title: str, about: str) -> list[Text]:
    """So many listings of one title and subject."""
    return [(title, long_text(place, about)) for place in range(number)]


@dataclass(frozen=True)
class World:
    """Counts and sample of some listings."""

    counted: list[Counted]
    totals: Totals
    sample: Sample

    def of(self, name: str) -> Counted:
        (found,) = [one for one in self.counted if one.name == name]
        return found


def world(now: Sequence[Text], before: Sequence[Text] = ()) -> World:
    """What the store would answer about the listings of two windows; all are the sample."""
    analyser = ReferenceAnalyser(Taxonomy(()), Bigrams())
    analysed = analyser.analyse(now)
    earlier = analyser.analyse(before)
    docs = Counter(name for one in analysed for name in one.terms)
    docs_before = Counter(name for one in earlier for name in one.terms)
    mentions: Counter[str] = Counter()
    for one in analysed:
        mentions.update(one.terms)
    names = sorted(docs, key=lambda name: (-docs[name], name))
    totals = Totals(len(now), len(before), docs.total(), mentions.total())
    counted = [Counted(name, docs[name], docs_before[name], mentions[name]) for name in names]
    return World(counted, totals, sample_of([*analysed, *earlier], names))


def sample_of(listings: Sequence[Analysis], names: Sequence[str]) -> Sample:
    """The evidence of some analysed listings on ``names``."""
    number = {name: place for place, name in enumerate(names)}
    return Sample(
        names,
        [len(one.terms) for one in listings],
        [one.title_terms for one in listings],
        present=Pairs.of([_known(number, one.terms) for one in listings]),
        titled=Pairs.of([_known(number, list(one.terms)[: one.title_terms]) for one in listings]),
        followed=Pairs.of(
            [_known(number, [name.rpartition(" ")[0] for name in one.terms]) for one in listings]
        ),
        preceded=Pairs.of(
            [_known(number, [name.partition(" ")[2] for name in one.terms]) for one in listings]
        ),
    )


def _known(number: dict[str, int], names: Sequence[str] | dict[str, int]) -> list[int]:
    return [number[name] for name in names if name in number]
