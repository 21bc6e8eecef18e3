"""What the pipeline asks of analysis; every implementation gives the same answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

# Stored with every listing. Raise it whenever a change makes any text give other terms or topics.
ANALYSIS_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one listing mentions: term (or topic) to its number of mentions, each at least 1."""

    terms: dict[str, int]
    topics: dict[str, int]


class Analyser(Protocol):
    """Texts to terms and topics; depends on the texts and the taxonomy alone."""

    def analyse(self, texts: Sequence[tuple[str, str]]) -> list[Analysis]:
        """One `Analysis` per (title, text), in order."""
        ...
