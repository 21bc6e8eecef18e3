"""What an analyser finds in texts, as names that rose and as the listings behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from tests.support.history import Told
from trends.analysis.reference import ReferenceAnalyser
from trends.analysis.segment import Bigrams
from trends.analysis.taxonomy import Taxonomy
from trends.detection.find import Found
from trends.detection.source import Name
from trends.detection.spike import Kind

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)
Text = tuple[str, str]


def told(texts: Sequence[Text], at: datetime = MIDNIGHT, prefix: str = "") -> list[Told]:
    """Listings of these titles and texts, a minute apart."""
    analysed = ReferenceAnalyser(Taxonomy(()), Bigrams()).analyse(texts)
    return [
        Told(
            id=f"{prefix}{number:03d}",
            at=at + number * timedelta(minutes=1),
            terms=one.terms,
            title_terms=one.title_terms,
            acronyms=one.acronyms,
            title=title,
            text=text,
        )
        for number, ((title, text), one) in enumerate(zip(texts, analysed, strict=True))
    ]


def found_in(listings: Sequence[Told], min_docs: int = 5, rate: float = 0.01) -> list[Found]:
    """All names of at least ``min_docs`` listings, as if hardly any were expected of each."""
    docs = Counter(name for one in listings for name in one.names)
    return sorted(
        (
            found(name, many, sum(one.mentions(name) for one in listings), rate)
            for name, many in docs.items()
            if many >= min_docs
        ),
        key=lambda one: (one.p, one.name),
    )


def found(name: Name, docs: int, mentions: int = 0, rate: float = 0.01) -> Found:
    """One that rose: the more docs, the less likely by chance."""
    p = 10.0**-docs
    past = np.zeros(90, np.int32)
    return Found(name, docs, mentions or docs, rate, 60.0, p, min(1000 * p, 1.0), 200.0, past)


def term(name: str) -> Name:
    return Name(Kind.TERM, name)
