"""The methods that detection is compared with do what their sources say: worked by hand."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


@pytest.fixture(autouse=True)
def _benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))


def peer(module: str, name: str, *arguments: object) -> Any:
    return getattr(import_module(f"peers.{module}"), name)(*arguments)


def scores(of: Any, past: list[list[float]], docs: list[float], phase: int = 0) -> NDArray[Any]:
    counts = np.array(past, np.float64)
    phases = (np.arange(counts.shape[1]) % 7).astype(np.int16)
    given = import_module("peers.peer").Past(counts, phases)
    score: NDArray[Any] = of.score(given, np.array(docs, np.float64), phase)
    return score


def test_five_sigma_counts_deviations_of_the_last_fourteen_windows() -> None:
    # Mean 2 and sample variance 14/13 of fourteen windows; the hundred before them is forgotten.
    past = [[100.0, *[1.0, 3.0] * 7]]
    assert scores(peer("five_sigma", "FiveSigma"), past, [7.0]) == pytest.approx(
        5 / np.sqrt(14 / 13)
    )


def test_five_sigma_fires_at_any_rise_of_a_constant_series_unless_sigma_has_a_floor() -> None:
    past = [[2.0] * 14]
    assert scores(peer("five_sigma", "FiveSigma"), past, [3.0]) == np.inf
    assert scores(peer("five_sigma", "FiveSigma", 1.0), past, [3.0]) == 1.0


def test_five_sigma_does_not_fire_at_a_fall() -> None:
    assert scores(peer("five_sigma", "FiveSigma"), [[1.0, 3.0] * 7], [0.0]) == 0.0


def test_triple_median_forgives_one_bulk_day() -> None:
    past = [[50.0, 2.0, 2.0, 2.0, 90.0, 2.0, 2.0, 2.0]]
    assert scores(peer("triple_median", "TripleMedian"), past, [6.0]) == 3.0


def test_triple_median_fires_at_whatever_was_absent_unless_the_median_has_a_floor() -> None:
    past = [[0.0] * 7]
    assert scores(peer("triple_median", "TripleMedian"), past, [1.0]) == np.inf
    assert scores(peer("triple_median", "TripleMedian", 1.0), past, [1.0]) == 1.0


def test_gnip_measures_in_widths_of_the_poisson_interval() -> None:
    # 99 % of a Poisson variable with mean 4 lie between 0 and 10.
    past = [[9.0] * 6 + [4.0]]
    assert scores(peer("gnip_poisson", "GnipPoisson", "last"), past, [24.0]) == pytest.approx(2.0)


def test_gnip_compares_with_the_same_phase_where_it_corrects_for_cycles() -> None:
    past = [[4.0, *[50.0] * 6] * 2]
    assert scores(peer("gnip_poisson", "GnipPoisson", "cycle"), past, [14.0]) == pytest.approx(1.0)


def test_gnip_says_nothing_of_what_was_absent() -> None:
    assert scores(peer("gnip_poisson", "GnipPoisson", "last"), [[3.0, 0.0]], [50.0]) == 0.0


def test_signitrend_weighs_the_past_exponentially() -> None:
    # A half-life of one window: the last weighs twice as much as the one before, so that
    # 0 and 8 have mean 16/3 and variance 2/3 (8/3)^2 + 1/3 (16/3)^2.
    variance = 2 / 3 * (8 / 3) ** 2 + 1 / 3 * (16 / 3) ** 2
    assert scores(peer("signitrend", "SigniTrend", 1.0, 1.0), [[0.0, 8.0]], [20.0]) == (
        pytest.approx((20 - 16 / 3) / (np.sqrt(variance) + 1))
    )


def test_signitrend_takes_noise_for_the_least_that_is_expected() -> None:
    assert scores(peer("signitrend", "SigniTrend", 7.0, 2.0), [[0.0] * 9], [8.0]) == 3.0


def test_every_series_is_scored_on_its_own() -> None:
    past = [[2.0] * 14, [1.0, 3.0] * 7]
    both = scores(peer("signitrend", "SigniTrend"), past, [9.0, 9.0])
    alone = [scores(peer("signitrend", "SigniTrend"), [row], [9.0])[0] for row in past]
    assert both.tolist() == alone
