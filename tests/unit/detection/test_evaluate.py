"""One evaluation: what fires, what does not, and that nothing else plays a part."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.unit.detection.nulls import ANY, Case, case, usual
from trends.detection.evaluate import EARLY_SHARE, Decisions, Family, Limits, Past, Window, evaluate

NAMES = ("expected", "size", "dispersion", "p", "q", "lift", "fires")


def rare(docs: int, *, windows: int = 60, complete: bool = True) -> Case:
    """Among usual series, one that no window before mentions: the last."""
    one = usual(np.random.default_rng(7), windows=windows)
    one = one.plus(np.zeros(windows, np.int32), docs)
    return replace(one, window=replace(one.window, complete=complete))


def same(one: Decisions, other: Decisions) -> None:
    for name in NAMES:
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-9)
    assert one.windows == other.windows


# -- what fires -------------------------------------------------------------------------------


def test_what_was_never_seen_and_comes_often_fires_alone() -> None:
    found = rare(10).evaluated()
    assert np.flatnonzero(found.fires).tolist() == [200]
    assert found.lift[-1] > 100


def test_without_a_past_it_is_not_known_what_is_usual() -> None:
    for windows in (1, 2):
        found = rare(10, windows=windows).evaluated()
        assert not found.fires.any()
        assert (found.p == 1).all()
        assert found.windows == windows


def test_a_longer_past_says_more() -> None:
    p = [float(rare(6, windows=windows).evaluated().p[-1]) for windows in (3, 6, 14, 30, 90)]
    assert p == sorted(p, reverse=True)
    assert p[0] > 1e-3
    assert p[-1] < 1e-7


def test_fewer_than_min_docs_are_nothing() -> None:
    found = rare(4).evaluated()
    assert (found.p[-1], found.q[-1], found.lift[-1], found.fires[-1]) == (1, 1, 0, False)
    assert np.isnan(found.expected[-1])
    assert rare(4).evaluated(replace(ANY, min_docs=4)).p[-1] < 1e-3


def test_a_rise_of_less_than_min_lift_does_not_fire_however_sure() -> None:
    counts = np.tile([1_000] * 60 + [1_900], (3, 1))
    found = case(counts, [50_000] * 61).evaluated()
    assert found.q.max() < 1e-6
    for least, fires in ((1.8, True), (2.0, False)):
        found = case(counts, [50_000] * 61).evaluated(replace(ANY, min_lift=least))
        assert found.fires.tolist() == [fires] * 3


def test_a_smaller_share_of_the_budget_asks_for_more() -> None:
    whole, part = (rare(8).evaluated(replace(ANY, share=share)).q[-1] for share in (1.0, 0.1))
    assert part == pytest.approx(10 * whole)


def test_a_day_with_five_times_the_listings_is_no_spike() -> None:
    random = np.random.default_rng(3)
    means = random.lognormal(0.5, 1.5, 400)
    listings = np.array([200] * 60 + [1_000])
    one = case(random.poisson(np.outer(means / 200, listings)), listings)
    assert np.count_nonzero(one.window.docs >= 5) > 100
    assert not one.evaluated().fires.any()
    # Taken for a usual day, it would be full of spikes.
    blind = replace(one, window=replace(one.window, listings=200))
    assert np.count_nonzero(blind.evaluated().fires) > 20


@pytest.mark.parametrize(("before", "now"), [(5, 10), (12, 12), (15, 15), (20, 20), (80, 80)])
def test_a_past_spike_does_not_hide_another(before: int, now: int) -> None:
    quiet = np.ones(60, np.int32)
    spiked = quiet.copy()
    spiked[20] = before
    found = usual(np.random.default_rng(5)).plus(quiet, now).plus(spiked, now).evaluated()
    assert found.fires[-2:].all()
    assert found.expected[-1] < 1.3 * found.expected[-2]


def test_what_spikes_each_week_is_no_spike_on_its_day() -> None:
    weekly = np.where(np.arange(-70, 1) % 7 == 0, 30, 3)
    listings = np.full(71, 200)
    without = case(weekly, listings, phases=1).evaluated()
    monday = case(weekly, listings, phases=7).evaluated()
    assert monday.expected[0] > 2 * without.expected[0]
    assert not monday.fires.any()
    # The same count on another day of the week is expected no more than without seasons.
    tuesday = np.append(weekly[:-1], 3)
    tuesday = np.roll(tuesday, 1)
    tuesday[-1] = 30
    other = case(tuesday, listings, phases=7).evaluated()
    assert other.expected[0] < monday.expected[0] / 2


def test_a_trend_raises_what_is_expected_and_a_falling_one_does_not_lower_it() -> None:
    rising = np.round(np.linspace(2, 40, 61)).astype(np.int32)
    listings = np.full(61, 500)
    flat = np.full(61, 21, np.int32)
    up, level = (case(one, listings).evaluated() for one in (rising, flat))
    assert up.expected[0] > 1.4 * level.expected[0]
    assert not up.fires.any()
    falling = np.append(rising[-2::-1], np.int32(21))
    assert case(falling, listings).evaluated().expected[0] > 0.9 * level.expected[0]


# -- what plays no part -----------------------------------------------------------------------


def test_the_order_of_series_plays_no_part() -> None:
    one = usual(np.random.default_rng(11), dispersion=0.3, windows=30)
    order = np.random.default_rng(2).permutation(len(one.window.docs))
    found = one.evaluated()
    mixed = one.ordered(order).evaluated()
    back = np.argsort(order)
    for name in NAMES:
        np.testing.assert_allclose(getattr(mixed, name)[back], getattr(found, name), rtol=1e-9)


def test_chunks_play_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    one = usual(np.random.default_rng(12), dispersion=0.3, windows=30)
    whole = one.evaluated()
    monkeypatch.setattr("trends.detection.baseline.CHUNK_SERIES", 7)
    same(one.evaluated(), whole)


def test_series_below_min_docs_count_as_hypotheses_and_for_nothing_else() -> None:
    one = usual(np.random.default_rng(13), dispersion=0.2)
    enough = np.flatnonzero(one.window.docs >= ANY.min_docs)
    in_all = one.past.counts.sum(axis=1) + one.window.docs
    family = Family.of(in_all, ANY.min_docs)
    assert len(enough) < family.size < len(in_all)
    everything = one.evaluated()
    alone = one.ordered(enough).evaluated(family=family)
    for name in NAMES:
        np.testing.assert_allclose(getattr(everything, name)[enough], getattr(alone, name))
    fewer = one.ordered(enough).evaluated(family=Family(len(enough), family.mean_root))
    np.testing.assert_allclose(fewer.p, alone.p)
    assert (fewer.q <= alone.q).all()
    assert (fewer.q < alone.q).any()


def test_who_is_mentioned_often_has_more_of_the_budget_and_all_have_one_each() -> None:
    in_all = np.random.default_rng(1).integers(0, 3_000, 500)
    family = Family.of(in_all, 5)
    assert family.size == np.count_nonzero(in_all >= 5)
    weights = family.weights(in_all[in_all >= 5])
    assert weights.mean() == pytest.approx(1)
    assert weights[np.argsort(in_all[in_all >= 5])].tolist() == sorted(weights.tolist())
    assert Family(9).weights(in_all).tolist() == [1.0] * 500
    assert Family.of(in_all[:0], 5) == Family(0)


def test_series_that_help_to_say_what_is_usual_are_not_tested() -> None:
    one = rare(10)
    restless = np.random.default_rng(1).negative_binomial(0.3, 0.1, (300, 60)).astype(np.int32)
    beside = replace(one, past=replace(one.past, reference=restless)).evaluated()
    alone = one.evaluated()
    for name in NAMES:
        assert len(getattr(beside, name)) == len(one.window.docs)
    assert alone.fires[-1]
    assert beside.p[-1] > alone.p[-1]
    nothing = replace(one, past=replace(one.past, reference=restless[:0])).evaluated()
    same(nothing, alone)


def test_windows_without_listings_are_left_out() -> None:
    random = np.random.default_rng(17)
    one = usual(random, windows=40)
    weekend = np.sort(random.choice(56, 16, replace=False))
    counts = np.insert(one.past.counts, weekend - np.arange(16), 0, axis=1)
    listings = np.insert(one.past.listings, weekend - np.arange(16), 0)
    assert np.count_nonzero(listings == 0) == 16
    gaps = replace(one, past=Past(counts, listings, np.zeros(56, np.int16)))
    found, plain = gaps.evaluated(), one.evaluated()
    assert found.windows == plain.windows == 40
    # Where the windows lie in time plays a part for trends alone.
    np.testing.assert_allclose(found.expected, plain.expected, rtol=0.2)
    assert (found.fires == plain.fires).all()


# -- windows that are not over ------------------------------------------------------------------


def test_an_early_look_takes_a_part_of_what_is_usual_to_have_come() -> None:
    one = rare(6, complete=False)
    early, over = (replace(one.window, listings=6, complete=state) for state in (False, True))
    usual_listings = float(np.median(one.past.listings))
    before = replace(one, window=early).evaluated()
    behind = replace(one, window=over).evaluated()
    assert before.expected[-1] == pytest.approx(
        behind.expected[-1] * EARLY_SHARE * usual_listings / 6
    )


def test_an_early_look_needs_more_than_a_late_one() -> None:
    early, over = (rare(40, complete=state).evaluated() for state in (False, True))
    assert early.p[-1] == pytest.approx(over.p[-1] * 40 * 41 / 5)


# -- corners ------------------------------------------------------------------------------------


def test_nothing_in_nothing_out() -> None:
    empty = Past(np.zeros((0, 60), np.int32), np.full(60, 9), np.zeros(60, np.int16))
    found = evaluate(empty, Window(np.zeros(0, np.int32), 9, 0, True), ANY)
    assert all(len(getattr(found, name)) == 0 for name in NAMES)
    no_past = Past(np.zeros((3, 0), np.int32), np.zeros(0, np.int64), np.zeros(0, np.int16))
    for complete in (False, True):
        window = Window(np.array([9, 0, 5], np.int32), 20, 0, complete)
        found = evaluate(no_past, window, ANY)
        assert found.windows == 0
        assert found.p.tolist() == [1, 1, 1]
        assert not found.fires.any()


def test_a_past_in_which_nothing_was_listed_is_none() -> None:
    one = case(np.zeros((2, 61)), np.append(np.zeros(60), 40))
    for complete in (False, True):
        window = replace(one.window, docs=np.array([9, 2], np.int32), complete=complete)
        found = replace(one, window=window).evaluated()
        assert found.windows == 0
        assert not found.fires.any()


def test_one_series_alone_is_tested_like_any() -> None:
    found = case([0] * 60 + [10], [200] * 61).evaluated()
    assert found.fires.tolist() == [True]
    assert found.expected[0] == pytest.approx(1 / 60)


@pytest.mark.parametrize("complete", [False, True])
def test_a_thousand_million_listings_are_no_trouble(complete: bool) -> None:
    many = 10**9
    top = 2 * 10**9
    counts = [[0] * 61, [many // 1_000] * 61, [top] * 61, [0] * 60 + [top], [1] * 60 + [20]]
    one = case(counts, [many] * 61, complete=complete)
    found = one.evaluated()
    assert found.fires.tolist() == [False, False, False, True, True]
    enough = one.window.docs >= 5
    for name in NAMES:
        assert np.isfinite(getattr(found, name)[enough]).all(), name


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("complete", [False, True])
def test_what_is_tested_is_never_nan(seed: int, complete: bool) -> None:
    random = np.random.default_rng(seed)
    windows = int(random.integers(0, 20))
    series = int(random.integers(1, 30))
    listings = random.integers(0, 4, windows + 1) * random.integers(1, 10**6)
    every = np.minimum(listings, 2**31 - 1)
    counts = random.integers(0, every + 1, (series, windows + 1)).astype(np.int32)
    counts[random.random(counts.shape) < 0.5] = 0
    one = case(counts, np.maximum(listings, counts.max(axis=0)), phases=7, complete=complete)
    found = one.evaluated()
    enough = one.window.docs >= ANY.min_docs
    for name in ("expected", "size", "dispersion", "p", "q", "lift"):
        assert np.isfinite(getattr(found, name)[enough]).all(), name
    assert (found.expected[enough] > 0).all()
    assert (found.size[enough] > 0).all()
    assert ((found.p >= 0) & (found.p <= 1)).all()
    assert not found.fires[~enough].any()


def test_one_bucket_of_a_week_with_most_of_it_is_known_less_well() -> None:
    random = np.random.default_rng(19)
    one = usual(random, dispersion=0.3)
    even = replace(one.past, concentration=np.full(60, 1 / 7))
    usual_week = replace(one, past=even, window=replace(one.window, concentration=1 / 7))
    bulk = replace(one, past=even, window=replace(one.window, concentration=0.9))
    enough = one.window.docs >= 5
    assert (bulk.evaluated().size < usual_week.evaluated().size)[enough].all()
    same(usual_week.evaluated(), one.evaluated())


def test_limits_are_those_that_are_given() -> None:
    strict = Limits(min_docs=11)
    assert not rare(10).evaluated(strict).fires.any()
    assert rare(11).evaluated(strict).fires[-1]
    assert not rare(10).evaluated(replace(ANY, false_discovery_rate=1e-30)).fires.any()
