"""Which lines of a saved page are titles, and which the abstract of which title.

Comes in: the lines and bylines of a page's body. Goes out: the page's listings, each with its
lines. Never does: leave out a line; what fits no listing comes out as such.

Saved without its layout, a page does not mark its titles, and an abstract may have paragraphs,
blank lines, or lines that look like a title. So no line is judged alone: every way to read the
page has a price (see `page_costs`), and the cheapest wins, found by dynamic programming (Viterbi).
What is certain is no matter of price: below a byline, a new listing begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from trends.sources import page_costs as costs
from trends.sources.page_byline import Byline
from trends.sources.page_lines import PageLine

# Lines in a page of blocks are divided by blank lines; a stray one makes no block.
_SPACED_MIN_SHARE = 0.03


@dataclass(slots=True)
class Segment:
    """A listing as the page has it, or lines that belong to none (``title`` is None)."""

    title: PageLine | None
    text: list[PageLine] = field(default_factory=list)
    byline: Byline | None = None

    @property
    def lines(self) -> list[PageLine]:
        """All lines, in the page's order."""
        title = [] if self.title is None else [self.title]
        return [*title, *self.text, *(self.byline.lines if self.byline else ())]


class _Role(Enum):
    TITLE = "title"
    ABSTRACT = "first line of an abstract"
    MORE = "another line of an abstract"
    STRAY = "no part of a listing"


# What may stand above each role; None is the page's begin or a byline.
_ABOVE: dict[_Role, tuple[_Role | None, ...]] = {
    _Role.TITLE: (None, _Role.TITLE, _Role.ABSTRACT, _Role.MORE, _Role.STRAY),
    _Role.ABSTRACT: (_Role.TITLE,),
    _Role.MORE: (_Role.ABSTRACT, _Role.MORE),
    _Role.STRAY: (None, _Role.TITLE, _Role.ABSTRACT, _Role.MORE, _Role.STRAY),
}


def segment(items: Sequence[PageLine | Byline]) -> list[Segment]:
    """Divide the body of a page into its listings and the lines that belong to none."""
    spaced = _is_spaced(items)
    segments: list[Segment] = []
    run: list[PageLine] = []
    for item in items:
        if isinstance(item, PageLine):
            run.append(item)
            continue
        segments += _segment_run(run, spaced=spaced, end=costs.RunEnd.BYLINE)
        run = []
        if segments and segments[-1].title is not None and segments[-1].byline is None:
            segments[-1].byline = item
        else:
            segments.append(Segment(None, byline=item))
    segments += _segment_run(run, spaced=spaced, end=costs.RunEnd.PAGE)
    return segments


def _is_spaced(items: Sequence[PageLine | Byline]) -> bool:
    lines = [item for item in items[1:] if isinstance(item, PageLine)]
    gaps = sum(line.gap_before for line in lines)
    return bool(lines) and lines[0].gap_before and gaps >= _SPACED_MIN_SHARE * len(lines)


def _segment_run(lines: Sequence[PageLine], *, spaced: bool, end: costs.RunEnd) -> list[Segment]:
    """Divide lines without a byline among them; at the end stands one, or the page ends."""
    segments: list[Segment] = []
    for line, role in zip(lines, _roles(lines, spaced=spaced, end=end), strict=True):
        if role is _Role.TITLE:
            segments.append(Segment(line))
        elif role is _Role.STRAY and not (segments and segments[-1].title is None):
            segments.append(Segment(None, [line]))
        else:
            segments[-1].text.append(line)
    return segments


def _roles(lines: Sequence[PageLine], *, spaced: bool, end: costs.RunEnd) -> list[_Role]:
    # best[role]: the least price of all lines so far, if the last of them has this role.
    best: dict[_Role | None, float] = {None: 0.0}
    came_from: list[dict[_Role, _Role | None]] = []
    for index, line in enumerate(lines):
        at_end = end is costs.RunEnd.PAGE and index + 1 == len(lines)
        own = _own_prices(line, spaced=spaced, at_end=at_end)
        now: dict[_Role | None, float] = {}
        back: dict[_Role, _Role | None] = {}
        for role, above in _ABOVE.items():
            options = [(best[r] + _step_price(r, role), r) for r in above if r in best]
            if options:
                price, back[role] = min(options, key=lambda option: option[0])
                now[role] = price + own[role]
        best = now
        came_from.append(back)
    if not came_from:
        return []
    if _Role.TITLE in best:
        best[_Role.TITLE] += costs.WITHOUT_TEXT[end]
    role = min(came_from[-1], key=lambda r: best[r])
    roles = [role]
    for back in reversed(came_from[1:]):
        previous = back[roles[-1]]
        assert previous is not None  # only the first line can follow nothing
        roles.append(previous)
    return roles[::-1]


def _own_prices(line: PageLine, *, spaced: bool, at_end: bool) -> dict[_Role, float]:
    joined = spaced and not line.gap_before
    return {
        _Role.TITLE: costs.title(line.text, at_end=at_end)
        + (costs.TITLE_IN_BLOCK if joined else 0.0),
        _Role.ABSTRACT: costs.abstract(line.text, at_end=at_end),
        _Role.MORE: costs.MORE_IN_BLOCK if joined else costs.more(line.text),
        _Role.STRAY: 0.0,
    }


def _step_price(above: _Role | None, role: _Role) -> float:
    price = 0.0
    if role is _Role.STRAY:
        price += costs.STRAY_MORE if above is _Role.STRAY else costs.STRAY
    if role is _Role.MORE and above is _Role.MORE:
        price -= costs.MORE_AGAIN_REBATE
    if above is _Role.TITLE and role in (_Role.TITLE, _Role.STRAY):
        price += costs.WITHOUT_TEXT[costs.RunEnd.LISTING]
    return price
