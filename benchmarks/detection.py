"""False alerts, power, delay and speed of detection, beside the methods that others use.

    python benchmarks/detection.py ARXIV HF [HN] [--only null|power|speed] [--quick]

Files hold real listings. Null streams are those with the days of the listings permuted (each day
keeps its number of listings, so the exposure is as it was), and synthetic negative-binomial ones
(see detection_synthetic.py). Outbreaks of 1.5 to 5 times the usual share, seven days long, are
injected into series of the first file, permuted (nothing else happens in it, so what fires
elsewhere is false) and as listed (what fires elsewhere may be a real burst, for all methods
alike), and into synthetic ones, which are as restless as real ones may be but hold no burst.
Methods are compared at thresholds that give each the same number of false alerts; peers get counts
as they are, or rescaled to the window's number of listings, whichever serves them better, and none
may fire below five listings.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import time
from collections.abc import Iterable
from functools import partial

import detection_null
import detection_power
import detection_speed
import numpy as np
import scipy
from detection_real import Corpus, load
from detection_streams import Stream
from detection_synthetic import synthetic

PARTS = ("null", "power", "speed")


def null(corpora: list[Corpus], quick: bool) -> None:
    """All null streams."""
    seeds = 1 if quick else 5
    series, evaluated = (5_000, 30) if quick else (50_000, 60)
    groups: dict[str, Iterable[Stream]] = {
        f"{corpus.name} permuted": map(corpus.stream, range(seeds)) for corpus in corpora
    }
    for name, even in (("synthetic, Zipf", False), ("synthetic, even", True)):
        make = partial(synthetic, series=series, evaluated=evaluated, even=even)
        groups[name] = map(make, range(1, seeds + 1))
    detection_null.report(groups, filled=5 if quick else 30)


def power(corpora: list[Corpus], quick: bool, variants: bool) -> None:
    """Outbreaks in the first corpus and in synthetic series."""
    seeds, per_cell = (2, 5) if quick else (5, 15)
    series = 2_000 if quick else 10_000
    first = corpora[0]
    # As listed, real bursts are among what fires elsewhere, so there all methods get more of it.
    for name, stream, per_month in (
        (f"{first.name} permuted", first.stream, 1.0),
        (f"{first.name} as listed", lambda _: first.stream(), 10.0),
        ("synthetic, even", partial(synthetic, series=series, evaluated=106, even=True), 1.0),
    ):
        trial = detection_power.trial(stream, seeds, per_cell)
        detection_power.report(name, trial, per_month, variants=variants)


def main() -> None:
    """Runs and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", help="JSONL with abstracts over at least 120 days")
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--quick", action="store_true", help="less of all; figures mean little")
    parser.add_argument("--variants", action="store_true", help="all variants of the peers")
    given = parser.parse_args()
    parts = given.only or PARTS
    start = time.perf_counter()
    corpora = [] if parts == ["speed"] else [load(file) for file in given.files]
    if "null" in parts:
        null(corpora, given.quick)
    if "power" in parts:
        power(corpora, given.quick, given.variants)
    if "speed" in parts:
        detection_speed.report(10_000 if given.quick else 100_000, 10)
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    ).stdout.strip()
    sizes = ", ".join(f"{c.name} {len(c.ordinals):,} listings, {c.terms:,} terms" for c in corpora)
    print(
        f"\n{sizes}; {os.cpu_count()} cores, Python {platform.python_version()}, numpy "
        f"{np.__version__}, scipy {scipy.__version__}, commit {commit}, "
        f"{time.perf_counter() - start:.0f} s in all"
    )


if __name__ == "__main__":
    main()
