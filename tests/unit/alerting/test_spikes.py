"""A tested window to spikes: grouped, named, and with the listings behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from tests.support.history import MemoryCounts, MemoryEvidence, Told
from tests.unit.alerting.risen_world import DAY, MIDNIGHT, told
from trends.alerting.spikes import EVIDENCE_SHOWN, ROSE_WITH_SHOWN, spikes_of
from trends.detection import find as finding
from trends.detection.evaluate import Limits
from trends.detection.horizons import BY_NAME
from trends.detection.source import span_at
from trends.detection.spike import Kind, Spike

LIMITS = Limits(min_lift=2.0)
NOON = MIDNIGHT + DAY / 2

Look = Callable[..., list[Spike]]


def quiet(days: int = 60, per_day: int = 20) -> list[Told]:
    """A past of listings that have nothing in common but two steady names."""
    return [
        Told(
            id=f"past{day:02d}:{number:02d}",
            at=MIDNIGHT - day * DAY + number * timedelta(minutes=1),
            terms={"steady": 1, f"only{day}x{number}": 1, **({"rare": 1} if number < 1 else {})},
            title_terms=1,
        )
        for day in range(1, days + 1)
        for number in range(per_day)
    ]


def usual(many: int = 12) -> list[Told]:
    """Listings of the window that are about nothing new."""
    return [
        Told(id=f"usual{n}", at=MIDNIGHT + n * timedelta(minutes=2), terms={"steady": 1})
        for n in range(many)
    ]


def event(*names: str, many: int = 10, prefix: str = "event", **fields: Any) -> list[Told]:
    """Listings of the window that mention all of ``names`` in their titles."""
    return [
        Told(
            id=f"{prefix}{number:02d}",
            at=MIDNIGHT + number * timedelta(minutes=1),
            terms=dict.fromkeys(names, 1),
            title_terms=len(names),
            **{"title": ", ".join(names), **fields},
        )
        for number in range(many)
    ]


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Look:
    """The spikes of the window of a day, in a world of listings."""

    def looked(
        *worlds: Sequence[Told], as_of: datetime = MIDNIGHT + DAY, limits: Limits = LIMITS
    ) -> list[Spike]:
        everything = [one for world in worlds for one in world]
        MemoryEvidence(everything).stand_in(monkeypatch)
        return spikes_of(None, window_of(everything, as_of, limits), limits.min_docs)  # type: ignore[arg-type]

    return looked


def window_of(listings: Sequence[Told], as_of: datetime, limits: Limits = LIMITS) -> finding.Tested:
    return finding.find(MemoryCounts(listings), span_at(BY_NAME["day"], MIDNIGHT), limits, as_of)


# -- which spikes there are ---------------------------------------------------------------------


def test_a_quiet_day_has_none(look: Look) -> None:
    assert look(quiet(), usual()) == []
    assert look(quiet()) == look(usual()) == look() == []


def test_what_rises_is_one_spike_with_all_there_is_to_know(look: Look) -> None:
    (spike,) = look(quiet(), usual(), event("glider", many=10))
    assert (spike.name, spike.kind, spike.horizon) == ("glider", Kind.TERM, "day")
    assert (spike.observed, spike.listings, spike.windows) == (10, 22, 60)
    assert (spike.window_start, spike.window_end) == (MIDNIGHT, MIDNIGHT + DAY)
    assert spike.complete
    assert spike.is_new
    assert 0 < spike.expected < 0.1
    assert 0 <= spike.expected_high < spike.observed
    assert spike.lift == pytest.approx(10 / spike.expected)
    assert 0 < spike.p < spike.q < 0.05
    assert spike.first_window == MIDNIGHT
    assert [(one.name, one.docs) for one in spike.members] == [("glider", 10)]
    assert len(spike.series) == 30
    assert (spike.series[-1].docs, spike.series[-1].start) == (10, MIDNIGHT)
    assert not any(point.docs for point in spike.series[:-1])


def test_a_window_that_is_not_over_says_so(look: Look) -> None:
    (spike,) = look(quiet(), usual(), event("glider"), as_of=NOON)
    assert not spike.complete
    assert spike.window_end == MIDNIGHT + DAY


def test_a_phrase_and_its_parts_are_one_spike_named_by_the_phrase(look: Look) -> None:
    rise = told([(f"Jimmy Kimmel, alfa{n}, bravo{n}", "") for n in range(10)])
    (spike,) = look(quiet(), usual(), rise)
    assert spike.name == "Jimmy Kimmel"
    assert {one.name for one in spike.members} == {"jimmy kimmel", "jimmy", "kimmel"}
    assert spike.members[0].name == "jimmy kimmel"


def test_a_frequent_word_does_not_take_the_lead_from_the_phrase_that_rose(look: Look) -> None:
    """The word has the smaller p, for other listings mention it, too."""
    past = [
        replace(one, terms={**one.terms, "attention": 1}) if one.id.endswith(":05") else one
        for one in quiet()
    ]
    rise = event("attention", "tidal attention", "tidal", many=25)
    (found,) = look(past, usual(), rise, event("attention", many=10, prefix="other"))
    assert found.members[0].name == "tidal attention"
    assert "attention" in {member.name for member in found.members}


def test_an_acronym_and_its_long_form_are_one_spike(look: Look) -> None:
    texts = [
        *[(f"Sea power, alfa{n}", "Gated tidal turbines (GTT) turn") for n in range(6)],
        *[(f"GTT, bravo{n}", "") for n in range(8)],
    ]
    (spike,) = look(quiet(), usual(), told(texts))
    assert spike.members[0].name == "gtt"
    assert {"gtt", "gated tidal turbine"} <= {one.name for one in spike.members}
    # Who introduces a short form mentions the long one.
    assert spike.observed == 8


def test_a_topic_and_a_term_of_the_same_listings_are_one_spike(look: Look) -> None:
    (spike,) = look(quiet(), usual(), event("glider", topics={"Flight": 1}))
    assert {one.kind for one in spike.members} == {Kind.TERM, Kind.TOPIC}
    assert {spike.name, *spike.rose_with} == {"glider", "Flight"}


def test_two_things_in_different_listings_are_two_spikes(look: Look) -> None:
    found = look(quiet(), usual(), event("glider", many=14), event("turbine", prefix="x"))
    assert [spike.name for spike in found] == ["glider", "turbine"]
    assert [spike.rose_with for spike in found] == [(), ()]


def test_two_spikes_that_share_listings_name_each_other(look: Look) -> None:
    rise = event("glider", many=12), event("turbine", many=12, prefix="x")
    both = event("glider", "turbine", many=3, prefix="y")
    found = {spike.name: spike.rose_with for spike in look(quiet(), usual(), *rise, both)}
    assert found == {"glider": ("turbine",), "turbine": ("glider",)}


def test_a_mere_word_names_no_spike(look: Look) -> None:
    assert look(quiet(), usual(), event("dataset")) == []
    (spike,) = look(quiet(), usual(), event("dataset", "glider"))
    assert spike.name == "glider"
    assert {one.name for one in spike.members} == {"glider", "dataset"}


def test_more_than_enough_names_at_once_are_the_strongest_ones(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trends.alerting.spikes.FOUND_MAX", 20)
    many = [f"feed {number}" for number in range(40)]
    first, second = look(
        quiet(), usual(), event(*many, many=7), event("glider", many=20, prefix="x")
    )
    assert (first.name, len(first.members), len(second.members)) == ("glider", 1, 19)


# -- names --------------------------------------------------------------------------------------


def test_a_name_is_written_as_people_write_it(look: Look) -> None:
    texts = [("Sails", f"We use GliderNet here, alfa{n}") for n in range(10)]
    (spike,) = look(quiet(), usual(), told(texts))
    assert "GliderNet" in (spike.name, *spike.rose_with)


@pytest.mark.parametrize("name", ["x" * 300, "tab\tand\x1bescape\x00", "词 向量", "50 %"])
def test_names_of_any_length_and_characters_are_told(look: Look, name: str) -> None:
    (spike,) = look(quiet(), usual(), event(name, title="T"))
    assert spike.members[0].name == name
    assert spike.name


# -- evidence -----------------------------------------------------------------------------------


def test_the_best_five_are_the_evidence_by_upvotes_then_by_id(look: Look) -> None:
    rise = [
        replace(one, upvotes=votes)
        for one, votes in zip(
            event("glider", many=8), [None, 3, 50, 0, 7, 7, None, 1_000], strict=True
        )
    ]
    (spike,) = look(quiet(), usual(), rise)
    assert len(spike.evidence) == EVIDENCE_SHOWN
    assert [one.upvotes for one in spike.evidence] == [1_000, 50, 7, 7, 3]
    assert spike.evidence[2].id < spike.evidence[3].id


def test_what_is_listed_again_under_the_same_title_comes_last(look: Look) -> None:
    titles = ("A Glider", "Gliders", "a glider", "A glider", "Sails", "A glider", "Sails")
    rise = [
        replace(one, title=title, upvotes=100 - number)
        for number, (one, title) in enumerate(zip(event("glider", many=7), titles, strict=True))
    ]
    (spike,) = look(quiet(), usual(), rise)
    assert [one.upvotes for one in spike.evidence] == [100, 99, 96, 98, 97]


def test_a_story_that_was_voted_down_is_evidence_too(look: Look) -> None:
    rise = [replace(one, upvotes=-n) for n, one in enumerate(event("glider", many=8))]
    (spike,) = look(quiet(), usual(), rise)
    assert len(spike.evidence) == EVIDENCE_SHOWN


def test_who_names_it_in_the_title_and_more_of_what_rose_is_better_evidence(look: Look) -> None:
    rise = event("glider", many=9)
    aside = [replace(one, title_terms=0) for one in rise[:3]]
    more = [replace(rise[3], terms={"glider": 1, "sail": 1}, title_terms=2)]
    also = [
        Told(id=f"z{n}", at=MIDNIGHT, terms={"sail": 1, "glider": 1}, title_terms=2)
        for n in range(4)
    ]
    (spike,) = look(quiet(), usual(), aside, more, rise[4:], also)
    assert {one.id for one in spike.evidence} == {more[0].id, *(one.id for one in also)}
    scores = [one.distinctiveness for one in spike.evidence]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 2


def test_listings_of_the_past_and_of_the_future_are_no_evidence(look: Look) -> None:
    later = [replace(one, id=f"l{one.id}", at=MIDNIGHT + DAY, upvotes=999) for one in usual()]
    later = [replace(one, terms={"glider": 1}, title_terms=1) for one in later]
    before = [
        replace(one, id=f"b{one.id}", at=MIDNIGHT - 9 * DAY, upvotes=999) for one in later[:2]
    ]
    (spike,) = look(quiet(), usual(), event("glider", many=40), later, before, as_of=NOON)
    assert {one.id for one in spike.evidence} <= {one.id for one in event("glider", many=40)}
    assert spike.observed == 40
    assert not spike.is_new


def test_listings_dated_ahead_are_evidence_as_they_are_counted(look: Look) -> None:
    ahead = [replace(one, at=NOON) for one in event("glider", "sail")]
    (spike,) = look(quiet(), usual(), ahead, as_of=MIDNIGHT + timedelta(hours=1))
    assert spike.observed == 10
    assert {one.name for one in spike.members} == {"glider", "sail"}
    assert len(spike.evidence) == EVIDENCE_SHOWN


def test_tags_and_sources_are_counted_once_for_each_listing(look: Look) -> None:
    rise = [
        *event("glider", many=6, tags=("air", "air", "sea"), source="papers"),
        *event("glider", many=4, tags=("sea",), prefix="x"),
    ]
    (spike,) = look(quiet(), usual(), rise)
    assert spike.tags == (("sea", 10), ("air", 6))
    assert spike.sources == (("papers", 6),)


def test_no_more_is_told_beside_it_than_a_few(look: Look) -> None:
    topics = {f"Topic {number}": 1 for number in range(20)}
    (spike,) = look(quiet(), usual(), event("glider", many=12, topics=topics))
    assert len(spike.rose_with) == ROSE_WITH_SHOWN
    assert spike.name not in spike.rose_with
    assert len(spike.members) == 21


# -- the past -----------------------------------------------------------------------------------


def test_what_was_there_before_is_not_new(look: Look) -> None:
    (spike,) = look(quiet(), usual(), event("rare", many=15))
    assert not spike.is_new
    assert spike.expected == pytest.approx(1, rel=0.5)


def test_a_new_spelling_of_what_was_there_is_not_new(look: Look) -> None:
    before = [
        replace(one, id=f"b{n}", at=MIDNIGHT - (40 + n) * DAY)
        for n, one in enumerate(event("glidernet", many=2))
    ]
    rise = event("glider net", many=14), event("glidernet", many=9, prefix="x")
    (spike,) = look(quiet(), before, usual(), *rise)
    assert {one.name for one in spike.members} == {"glider net", "glidernet"}
    assert not spike.is_new


def test_a_rise_began_with_the_first_of_the_days_without_a_gap(look: Look) -> None:
    def days_before(days: int) -> list[Told]:
        return [
            replace(one, id=f"{days}:{one.id}", at=one.at - days * DAY)
            for one in event("glider", many=6)
        ]

    (spike,) = look(quiet(), usual(), event("glider", many=25), days_before(1), days_before(2))
    assert spike.first_window == MIDNIGHT - 2 * DAY
    (spike,) = look(quiet(), usual(), event("glider", many=25), days_before(1), days_before(3))
    assert spike.first_window == MIDNIGHT - DAY


def test_days_without_listings_are_no_gap(look: Look) -> None:
    past = [one for one in quiet() if not MIDNIGHT - 2 * DAY <= one.at < MIDNIGHT]
    before = [replace(one, id=f"b{one.id}", at=one.at - 3 * DAY) for one in event("glider", many=7)]
    (spike,) = look(past, usual(), before, event("glider", many=25))
    assert spike.first_window == MIDNIGHT - 3 * DAY
    assert [point.start for point in spike.series[-2:]] == [MIDNIGHT - 3 * DAY, MIDNIGHT]


def test_the_order_in_which_listings_came_plays_no_part(look: Look) -> None:
    rise = [*event("glider", "sail", "net"), *event("turbine", "blade", prefix="x", many=7)]
    worlds = [*quiet(), *usual(), *rise]
    order = np.random.default_rng(3).permutation(len(worlds))
    assert look(worlds) == look([worlds[place] for place in order])
