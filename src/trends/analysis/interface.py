"""What the pipeline asks of analysis; every implementation gives the same answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from trends.analysis.batch import Batch

# Stored with every listing. Raise it whenever a change makes any text give other terms or topics.
ANALYSIS_VERSION: Final = 2


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one listing mentions.

    Attributes:
        terms: term to its number of mentions, each at least 1; those of the title come first.
        title_terms: how many of the terms stand in the title.
        topics: topic to its number of mentions.
        acronyms: short form to long form, of those that the listing introduces.
    """

    terms: dict[str, int]
    title_terms: int
    topics: dict[str, int]
    acronyms: dict[str, str]


class Analyser(Protocol):
    """Texts to terms and topics; depends on the texts and the taxonomy alone."""

    def analyse(self, texts: Sequence[tuple[str, str]]) -> Sequence[Analysis]:
        """One `Analysis` per (title, text), in order."""
        ...


class BatchAnalyser(Protocol):
    """The same for whole batches, whose result is arrays."""

    def batch(self, texts: Sequence[tuple[str, str]]) -> Batch:
        """What each (title, text) mentions."""
        ...
