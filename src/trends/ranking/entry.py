"""One line of a ranking: a thing, all its names, and why it is shown or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from trends.ranking.counted import Counted


class Reason(StrEnum):
    """Why an entry is left out."""

    PART = "part of"
    END = "only the end of longer names"
    WRAPS = "adds nothing to"
    CUT = "ends within"
    SAME_LISTINGS = "same listings as"
    EXPLAINED = "rises with"
    SAME_DISPLAY = "shown as"
    GENERIC = "generic word"
    GENRE = "not what its listings are about"
    BROAD = "too broad a word"
    MODIFIER = "says what kind, not what"
    FEW = "too few listings"
    STEADY = "does not rise"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why an entry is not shown.

    Attributes:
        reason: the rule.
        figure: what the rule measured: a share of listings, or a focus.
        limit: what the figure was compared with.
        key: of the entry that stands for it, where one does.
        name: the name of that entry.
    """

    reason: Reason
    figure: float
    limit: float
    key: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing that listings mention, under one or more names.

    Attributes:
        key: the same for all its names.
        words: the longest way to write it, by tokens.
        names: as counted, most frequent first.
        docs: distinct listings of the window that mention any of them; estimated until counted.
        docs_before: the same for the window before.
        counted: the stored counts of each name.
        left_out: why it is not shown, if it is not.
    """

    key: str
    words: tuple[str, ...]
    names: tuple[str, ...]
    docs: int
    docs_before: int
    counted: tuple[Counted, ...] = field(repr=False)
    left_out: LeftOut | None = None

    @property
    def name(self) -> str:
        """The most frequent name."""
        return self.names[0]

    @property
    def mentions(self) -> int:
        return sum(one.mentions for one in self.counted)

    @property
    def docs_of_names(self) -> int:
        """Sum over the names: listings that mention two count twice."""
        return sum(one.docs for one in self.counted)

    def without(
        self, reason: Reason, figure: float, limit: float, by: Entry | None = None
    ) -> Entry:
        """The same, left out for a reason; ``by`` stands for it."""
        key, name = (by.key, by.name) if by is not None else ("", "")
        return replace(self, left_out=LeftOut(reason, figure, limit, key, name))

    def recounted(self, docs: int, docs_before: int, counted: Sequence[Counted]) -> Entry:
        """The same with exact counts, and all names that are counted at all."""
        ordered = sorted(counted, key=lambda one: (-one.docs, -one.docs_before, one.name))
        return replace(
            self,
            docs=docs,
            docs_before=docs_before,
            names=tuple(one.name for one in ordered),
            counted=tuple(ordered),
        )
