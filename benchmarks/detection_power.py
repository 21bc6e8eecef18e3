"""What is found of injected outbreaks, and when: ours and the peers, side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from detection_events import ABUNDANCES, LIFTS, inject
from detection_scores import FAMILIES, METHODS, OURS, OURS_ANY_LIFT, Scores, score
from detection_streams import Stream
from detection_sweep import Found, either, found, pooled, threshold
from detection_tables import spread, table
from numpy.typing import NDArray

HORIZONS: Final = ("day", "week")
BOTH: Final = "day + week"
Results = dict[tuple[str, int], list[Found]]


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Streams of one kind with events, scored at each horizon."""

    scores: dict[str, list[Scores]]

    @property
    def months(self) -> float:
        """Evaluated time of all streams, in units of 30 days."""
        return sum(scores.months for scores in self.scores["day"])

    def cells(self) -> NDArray[np.float64]:
        """(events, 2) abundance and lift of all events."""
        return np.array([e.cell for scores in self.scores["day"] for e in scores.events])

    def equal(self, per_month: float) -> Results:
        """By horizon and method, per stream: at thresholds of equal false alarms."""
        results = {}
        for horizon, of in self.scores.items():
            for method in range(len(METHODS)):
                # Both horizons together have as many as one alone: half each.
                for name, allowed in ((horizon, per_month), (f"half {horizon}", per_month / 2)):
                    limit = threshold(of, method, allowed)
                    results[name, method] = [found(s, s.scores[method] > limit) for s in of]
        return _with_both(results, "half day", "half week")

    def own(self) -> Results:
        """The same at each method's own threshold."""
        results = {}
        for horizon, of in self.scores.items():
            for number, method in enumerate(METHODS):
                results[horizon, number] = [
                    found(
                        s, s.fires if method.family == OURS else s.scores[number] > method.threshold
                    )
                    for s in of
                ]
        return _with_both(results, *HORIZONS)


def _with_both(results: Results, day: str, week: str) -> Results:
    for method in range(len(METHODS)):
        pairs = zip(results[day, method], results[week, method], strict=True)
        results[BOTH, method] = [either(*pair) for pair in pairs]
    return results


def trial(stream: Callable[[int], Stream], seeds: int, per_cell: int) -> Trial:
    """Streams with other events in each.

    Args:
        stream: one without events, by seed.
        seeds: how many streams.
        per_cell: events of each abundance and lift in each.
    """
    scores: dict[str, list[Scores]] = {horizon: [] for horizon in HORIZONS}
    for seed in range(seeds):
        injected, events = inject(stream(100 + seed), seed, per_cell)
        for horizon, of in scores.items():
            of.append(score(injected, events, horizon))
    return Trial(scores)


def report(name: str, result: Trial, per_month: float, *, variants: bool) -> None:
    """Prints what each method finds.

    Args:
        name: of the streams.
        result: of the trial.
        per_month: false alerts in 30 days that each method is given.
        variants: all variants of the peers; else of each family its bare rule and its best.
    """
    equal, own = result.equal(per_month), result.own()
    cells = result.cells()
    for horizon in (*HORIZONS, BOTH):
        overall = [pooled(equal[horizon, method]).f1() for method in range(len(METHODS))]
        best = _best(overall)
        bare = [_first(family) for family in FAMILIES]
        shown = range(len(METHODS)) if variants else sorted({*best.values(), *bare})
        table(
            f"Power, {name}, {horizon}, {len(cells)} events in {len(result.scores['day'])} streams",
            (
                "method",
                f"F1 at {per_month:g} other alerts per 30 days",
                "recall",
                "delay",
                "own threshold: other alerts per 30 days",
                "precision",
                "recall",
                "F1",
            ),
            (
                _row(method, equal[horizon, method], own[horizon, method], result.months)
                for method in shown
            ),
        )
        _by_cell(f"F1 by cell, {name}, {horizon}", horizon, best, equal, cells)


def _best(overall: list[float]) -> dict[str, int]:
    """Of each family, the variant with the greatest F1 in this very run: in favour of the peers."""
    best: dict[str, int] = {}
    for number, method in enumerate(METHODS):
        if method.family not in best or overall[number] > overall[best[method.family]]:
            best[method.family] = number
    return best


def _first(family: str) -> int:
    return next(number for number, method in enumerate(METHODS) if method.family == family)


def _row(method: int, equal: list[Found], own: list[Found], months: float) -> list[str]:
    one, other = pooled(equal), pooled(own)
    row = [
        f"{METHODS[method].family}: {METHODS[method].name}",
        spread([of.f1() for of in equal]),
        f"{one.recall:.2f}",
        f"{one.delay:g}",
    ]
    if METHODS[method].family == OURS_ANY_LIFT:
        return [*row, "", "", "", ""]
    return [
        *row,
        f"{other.false_alerts / months:,.1f}",
        f"{other.precision:.2f}",
        f"{other.recall:.2f}",
        f"{other.f1():.2f}",
    ]


def _by_cell(
    title: str, horizon: str, best: dict[str, int], equal: Results, cells: NDArray[np.float64]
) -> None:
    rows = []
    for abundance in ABUNDANCES:
        for lift in LIFTS:
            chosen = (cells == (abundance, lift)).all(axis=1)
            if not chosen.any():
                continue
            f1 = {
                family: pooled(equal[horizon, number]).f1(chosen) for family, number in best.items()
            }
            peer = max(FAMILIES, key=f1.__getitem__)
            behind = f1[peer] - f1[OURS]
            rows.append(
                [
                    f"{abundance:g} a day, {lift:g}x ({np.count_nonzero(chosen)})",
                    *(f"{value:.2f}" for value in f1.values()),
                    f"behind {peer} by {behind:.2f}" if behind > 0 else "",
                ]
            )
    table(title, ("cell (events)", *best, ""), rows)
