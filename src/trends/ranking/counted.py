"""What a ranking starts from: stored names with their counts in two windows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counted:
    """A stored name.

    Attributes:
        name: as it stands in the counts.
        docs: listings of the window that mention it.
        docs_before: listings of the window before that mention it.
        mentions: occurrences in the window.
    """

    name: str
    docs: int
    docs_before: int
    mentions: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The two windows as a whole.

    Attributes:
        listings: in the window.
        listings_before: in the window before.
        docs: sum of the docs of all names in the window.
        mentions: sum of their mentions.
    """

    listings: int
    listings_before: int
    docs: int
    mentions: int

    @property
    def repetition(self) -> float:
        """How often, on average, a listing that mentions a name repeats it."""
        return self.mentions / self.docs - 1 if self.docs else 0.0
