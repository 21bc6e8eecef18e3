"""Tails, bands and false-discovery rates against textbooks' definitions."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from trends.detection.chance import LOOKS, high, q_values, spent, tail

Reals = NDArray[np.float64]


def tail_of(docs: int, expected: float, size: float) -> float:
    return float(tail(np.array([docs], np.int32), np.array([expected]), np.array([size]))[0])


@pytest.mark.parametrize("docs", [1, 2, 5, 40, 3_000])
@pytest.mark.parametrize(
    ("before", "listings_before", "listings"),
    [(0, 1, 1), (0, 6_000, 100), (3, 6_000, 100), (50, 6_000, 100), (7, 20, 10**6), (10**6, 9, 4)],
)
def test_a_tail_is_the_exact_conditional_test(
    docs: int, before: int, listings_before: int, listings: int
) -> None:
    # Of the listings that mention it, the one that is allowed for included, each is of the window
    # with the same chance: docs or more of them come before the (before + 1)-th of the past.
    share = listings / (listings + listings_before)
    exact = stats.binom.sf(docs - 1, docs + before, share)
    found = tail_of(docs, (before + 1) * listings / listings_before, before + 1)
    assert found == pytest.approx(exact, rel=1e-9, abs=1e-300)


def test_a_tail_is_that_of_the_negative_binomial() -> None:
    random = np.random.default_rng(1)
    docs = random.integers(1, 500, 2_000).astype(np.int32)
    expected = random.lognormal(1, 2, 2_000)
    size = random.lognormal(1, 2, 2_000)
    found = tail(docs, expected, size)
    assert found == pytest.approx(stats.nbinom.sf(docs - 1, size, size / (size + expected)))


def test_a_tail_falls_with_docs_and_rises_with_what_is_expected() -> None:
    docs = np.arange(1, 300, dtype=np.int32)
    ones = np.ones(len(docs))
    falling = tail(docs, 20 * ones, 4 * ones)
    assert np.all(np.diff(falling) < 0)
    assert np.all((falling > 0) & (falling < 1))
    rising = tail(np.full(len(docs), 30, np.int32), docs.astype(float), 4 * ones)
    assert np.all(np.diff(rising) > 0)


def test_a_tail_with_a_rate_known_for_sure_is_that_of_poisson() -> None:
    assert tail_of(9, 3.0, 1e9) == pytest.approx(stats.poisson.sf(8, 3.0), rel=1e-6)


def test_a_tail_stays_a_number_far_out() -> None:
    assert 0 <= tail_of(2**31 - 1, 1e-6, 1.0) < 1e-12
    assert tail_of(1, 1e9, 1e9) == pytest.approx(1.0)
    assert 0 < tail_of(5, 1e-6, 1e-6) < 1e-5


@pytest.mark.parametrize("expected", [1e-9, 0.01, 0.5, 3.0, 40.0, 1e5])
@pytest.mark.parametrize("size", [0.3, 2.0, 50.0, 1e6])
def test_a_band_brackets_what_one_window_of_forty_exceeds(expected: float, size: float) -> None:
    found = float(high(np.array([expected]), np.array([size]))[0])
    exact = stats.nbinom.ppf(0.975, size, size / (size + expected))
    assert exact - 1 - 1e-6 <= found <= exact + 1e-6 + 1e-6 * exact


def test_a_band_of_many_is_that_of_each() -> None:
    expected = np.array([0.1, 5.0, 80.0])
    size = np.array([1.0, 9.0, 100.0])
    alone = [
        float(high(np.array([a]), np.array([b]))[0]) for a, b in zip(expected, size, strict=True)
    ]
    assert high(expected, size) == pytest.approx(np.array(alone), abs=1e-6)
    assert len(high(np.zeros(0), np.zeros(0))) == 0


def of_benjamini_and_hochberg(p: Reals) -> Reals:
    return np.asarray(stats.false_discovery_control(p, method="bh"), np.float64)


@pytest.mark.parametrize("seed", range(5))
def test_q_is_that_of_benjamini_and_hochberg(seed: int) -> None:
    random = np.random.default_rng(seed)
    p = random.random(50) ** 3
    p[10:15] = p[10]  # equal ones
    p[0], p[1] = 0.0, 1.0
    assert q_values(p, len(p)) == pytest.approx(of_benjamini_and_hochberg(p))
    padded = np.concatenate([p, np.ones(3_000)])
    assert q_values(p, len(padded)) == pytest.approx(of_benjamini_and_hochberg(padded)[: len(p)])


def test_q_counts_at_least_what_was_given() -> None:
    p = np.array([0.01, 0.02])
    assert q_values(p, 0) == pytest.approx(q_values(p, 2))


def test_q_of_nothing_is_nothing() -> None:
    assert len(q_values(np.zeros(0), 100)) == 0


def test_a_window_that_is_over_has_one_look_of_two() -> None:
    p = np.array([0.01, 0.9])
    docs = np.array([5, 900], np.int32)
    assert spent(p, docs, 5, complete=True) == pytest.approx(np.array([0.01 * LOOKS, 1.0]))


@pytest.mark.parametrize("min_docs", [1, 3, 5, 8])
def test_arrivals_share_out_no_more_than_there_is(min_docs: int) -> None:
    docs = np.arange(min_docs, 200_000, dtype=np.int32)
    allowed = 1e-15 / spent(np.full(len(docs), 1e-15), docs, min_docs, complete=False)
    assert allowed.sum() == pytest.approx(1 / LOOKS, rel=1e-3)
    assert allowed.sum() <= (1 + 1e-9) / LOOKS
