"""How long one evaluation of 100,000 series takes, and what memory it needs."""

from __future__ import annotations

import time
import tracemalloc

import numpy as np
from detection_streams import DAY_WINDOWS, DAYS_OF_WEEK
from detection_tables import spread, table

from trends.detection.evaluate import MIN_DOCS, Limits, Past, Window, evaluate

LISTINGS = 300


def report(series: int, runs: int) -> None:
    """Prints; "usual" has the rates of terms, "all live" has every series above the floor."""
    rows = []
    rng = np.random.default_rng(1)
    zipf = 30.0 * np.arange(1, series + 1) ** -0.65
    for name, rates, least in (("usual", zipf, 0), ("all live", np.maximum(zipf, 5.0), MIN_DOCS)):
        counts = rng.poisson(rates[:, None], (series, DAY_WINDOWS)).astype(np.int32)
        docs = np.maximum(rng.poisson(rates), least).astype(np.int32)
        phases = (np.arange(DAY_WINDOWS) % DAYS_OF_WEEK).astype(np.int16)
        past = Past(counts, np.full(DAY_WINDOWS, LISTINGS, np.int64), phases)
        window = Window(docs, LISTINGS, DAY_WINDOWS % DAYS_OF_WEEK, True)
        seconds = []
        for _ in range(runs + 1):
            start = time.perf_counter()
            evaluate(past, window, Limits())
            seconds.append(time.perf_counter() - start)
        tracemalloc.start()
        evaluate(past, window, Limits())
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        tested = np.count_nonzero(docs >= MIN_DOCS)
        rows.append([name, f"{tested:,}", spread(seconds[1:], 3), f"{peak / 1e6:,.0f} MB"])
    table(
        f"Speed: one evaluation of {series:,} series x {DAY_WINDOWS} windows, {runs} runs",
        ("series", "with enough listings", "seconds", "memory on top of the counts"),
        rows,
    )
