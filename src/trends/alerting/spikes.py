"""A tested window to spikes: grouped, named and explained.

In: the names found in a window, and the store for the listings behind them. Out: one spike for each
thing that rose, strongest first.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import numpy as np
from clickhouse_connect.driver.client import Client

from trends.alerting.risen import Thing, things
from trends.alerting.written import WrittenNames
from trends.detection.chance import high
from trends.detection.find import Found, Tested
from trends.detection.grouping import grouped
from trends.detection.source import Name
from trends.detection.spike import EvidenceListing, Kind, Member, Point, Spike
from trends.store.evidence import Mentioning, mentioning
from trends.store.ranked_aliases import introductions

EVIDENCE_SHOWN: Final = 5
ROSE_WITH_SHOWN: Final = 8
WHOLE_MIN_SHARE: Final = 0.6
SERIES_SHOWN: Final = 30
TAGS_KEPT: Final = 20
# More names than this rise at once only when a feed changes; the strongest say so.
FOUND_MAX: Final = 400
# A mention in the title says more about what a listing is about.
TITLE_COUNTS: Final = 2.0


def spikes_of(
    client: Client,
    tested: Tested,
    min_docs: int,
    names: WrittenNames | None = None,
) -> list[Spike]:
    """The spikes of a window, strongest first.

    Args:
        client: of the store.
        tested: the window.
        min_docs: with which it was tested.
        names: how things were written before, for those who look often.
    """
    found = tested.found[:FOUND_MAX]
    if not found:
        return []
    terms = [one.name.name for one in found if one.name.kind is Kind.TERM]
    topics = [one.name.name for one in found if one.name.kind is Kind.TOPIC]
    # To its end, though that may lie ahead: so far counts go, and some feeds date their listings
    # an hour ahead. Names whose listings are not looked at cannot be seen to be one thing.
    start, end = tested.span.start, tested.span.end
    evidence = mentioning(client, start, end, terms, topics)
    risen = things(found, evidence, introductions(client, terms, before=end))
    groups = [
        _by_its_whole([risen[place] for place in group])
        for group in grouped([thing.risen for thing in risen], min_docs)
    ]
    # A group that only mere words or parts of longer names lead has no name to tell of.
    named = [group for group in groups if group[0].leads]
    written = (WrittenNames() if names is None else names).of(
        client,
        start,
        [thing for group in named for thing in group if thing.leads],
        evidence,
    )
    shown = [written[group[0].name] for group in named]
    return [
        _spike(tested, group, written, evidence, _beside(number, named, shown))
        for number, group in enumerate(named)
    ]


def _by_its_whole(group: list[Thing]) -> list[Thing]:
    """``group``, led by the longer name that most listings of the leading one mention.

    "attention" has risen by more than "tidal attention", and yet that is what has risen.
    """
    lead = group[0]
    wholes = [
        thing
        for thing in group[1:]
        if thing.leads
        and f" {lead.name.name} " in f" {thing.name.name} "
        and len(thing.listings & lead.listings) >= WHOLE_MIN_SHARE * len(lead.listings)
        and thing.lead.lift > lead.lead.lift
    ]
    if not wholes:
        return group
    whole = max(wholes, key=lambda thing: (thing.lead.docs, thing.name))
    return [whole, *(thing for thing in group if thing is not whole)]


def _spike(
    tested: Tested,
    group: Sequence[Thing],
    written: Mapping[Name, str],
    evidence: Sequence[Mentioning],
    beside: Iterable[str],
) -> Spike:
    lead = group[0].lead
    listings = [evidence[number] for number in sorted(group[0].listings)]
    points = _points(tested, lead)
    name = written[group[0].name]
    others = (written[thing.name] for thing in group[1:] if thing.leads)
    rose_with = dict.fromkeys((*others, *beside))
    rose_with.pop(name, None)
    return Spike(
        name=name,
        kind=lead.name.kind,
        members=tuple(_member(one) for thing in group for one in thing.found),
        horizon=tested.span.horizon.name,
        window_start=tested.span.start,
        window_end=tested.span.end,
        complete=tested.complete,
        observed=lead.docs,
        expected=lead.expected,
        expected_high=_high(lead.expected, lead.size),
        listings=int(tested.listings[-1]),
        p=lead.p,
        q=lead.q,
        lift=lead.lift,
        is_new=not any(one.past.any() for one in group[0].found),
        windows=int(np.count_nonzero(tested.listings[:-1])),
        first_window=_first_window(points, lead),
        evidence=_best(group, evidence),
        rose_with=tuple(rose_with)[:ROSE_WITH_SHOWN],
        series=tuple(points[-SERIES_SHOWN:]),
        tags=_counted(tag for listing in listings for tag in set(listing.tags)),
        sources=_counted(listing.source for listing in listings if listing.source),
    )


def _member(one: Found) -> Member:
    return Member(one.name.kind, one.name.name, one.docs, one.expected, one.p, one.q)


def _beside(number: int, groups: Sequence[Sequence[Thing]], shown: Sequence[str]) -> list[str]:
    """Other spikes of the window that share listings with this one."""
    own = groups[number][0].listings
    return [
        shown[other]
        for other, group in enumerate(groups)
        if other != number and len(own & group[0].listings) >= 2
    ]


def _points(tested: Tested, lead: Found) -> list[Point]:
    """The windows of the past and this one, each with what today's baseline says of it."""
    rate = lead.expected / lead.exposure
    past = [
        Point(start, int(docs), rate * float(listings))
        for start, docs, listings in zip(
            tested.span.starts, lead.past, tested.listings[:-1], strict=True
        )
        if listings
    ]
    return [*past, Point(tested.span.start, lead.docs, lead.expected)]


def _first_window(points: Sequence[Point], lead: Found) -> datetime:
    """Start of the first window, of those without a gap up to now, that exceeds its band."""
    first = points[-1].start
    expected = np.array([point.expected for point in points])
    limits = high(np.maximum(expected, 1e-9), np.full(len(points), lead.size))
    for point, limit in zip(reversed(points[:-1]), limits[-2::-1], strict=True):
        if point.docs <= limit:
            break
        first = point.start
    return first


def _high(expected: float, size: float) -> float:
    return max(expected, float(high(np.array([expected]), np.array([size]))[0]))


def _best(group: Sequence[Thing], evidence: Sequence[Mentioning]) -> tuple[EvidenceListing, ...]:
    """The listings that mention most of what rose, and rose furthest; then most upvotes.

    What is listed again under the same title shows nothing more: it comes after all others.
    """
    weights = {one.name: math.log(max(one.lift, 1.01)) for thing in group for one in thing.found}
    lead = group[0].lead.name
    scored = []
    for number in group[0].listings:
        listing = evidence[number]
        score = 0.0
        title = set(listing.terms[: listing.title_terms])
        for kind, names in ((Kind.TERM, listing.terms), (Kind.TOPIC, listing.topics)):
            for name in set(names):
                weight = weights.get(Name(kind, name))
                if weight is not None:
                    score += weight * (TITLE_COUNTS if name in title else 1.0)
        scored.append((score / weights[lead], listing))
    scored.sort(key=lambda pair: (-pair[0] * _worth(pair[1].upvotes), pair[1].id))
    first = {listing.title.casefold(): listing.id for _, listing in reversed(scored)}
    scored.sort(key=lambda pair: first[pair[1].title.casefold()] != pair[1].id)
    return tuple(
        EvidenceListing(
            id=listing.id,
            title=listing.title,
            url=listing.url,
            source=listing.source,
            event_time=listing.event_time,
            upvotes=listing.upvotes,
            distinctiveness=score,
        )
        for score, listing in scored[:EVIDENCE_SHOWN]
    )


def _worth(upvotes: int | None) -> float:
    # Feeds that let vote down have sums below 0.
    return 1 + math.log1p(max(upvotes or 0, 0))


def _counted(values: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(Counter(values).most_common(TAGS_KEPT))
