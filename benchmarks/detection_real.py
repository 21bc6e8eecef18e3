"""Series of real listings: terms that the project's kernel finds, and the days they were listed."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from detection_streams import DAY_WINDOWS, Stream
from numpy.typing import NDArray

from trends.analysis.interface import ANALYSIS_VERSION
from trends.analysis.kernel import KernelAnalyser
from trends.analysis.segment import Bigrams
from trends.analysis.taxonomy import default_taxonomy
from trends.clock import SystemClock
from trends.sources.read import read
from trends.wire.codec import to_listing

LEAST_DOCS = 5
BATCH = 256


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """Which listing mentions which term, and when listings came.

    Attributes:
        listing, term: one pair per mention of a term by a listing.
        terms: how many there are.
        ordinals: day of each listing, as ``date.toordinal``.
    """

    name: str
    listing: NDArray[np.int32]
    term: NDArray[np.int32]
    terms: int
    ordinals: NDArray[np.int64]

    def stream(self, seed: int | None = None) -> Stream:
        """The series; with a seed, of listings whose days are permuted.

        A permuted day keeps its number of listings, and terms that go together stay together, but
        nothing has a burst any more.
        """
        ordinals = self.ordinals
        if seed is not None:
            ordinals = np.random.default_rng(seed).permutation(ordinals)
        first, last = int(ordinals.min()), int(ordinals.max())
        days = last - first + 1
        cells = self.term.astype(np.int64) * days + (ordinals - first)[self.listing]
        counts = np.bincount(cells, minlength=self.terms * days).reshape(self.terms, days)
        return Stream(
            f"{self.name}, {'as listed' if seed is None else f'permuted {seed}'}",
            counts.astype(np.int32),
            np.bincount(ordinals - first, minlength=days),
            np.array([date.fromordinal(first + day).weekday() for day in range(days)], np.int16),
            DAY_WINDOWS,
        )


def load(path: str) -> Corpus:
    """Analyses a file once; later runs read the pairs from the temporary folder."""
    file = Path(path)
    stat = file.stat()
    key = f"{file.resolve()} {stat.st_size} {stat.st_mtime_ns} {ANALYSIS_VERSION} {LEAST_DOCS}"
    folder = Path(tempfile.gettempdir()) / "trends-benchmarks"
    folder.mkdir(exist_ok=True)
    cached = folder / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.npz"
    name = file.name.split(".")[0].split("_")[0]
    if not cached.exists():
        listing, term, terms, ordinals = _analyse(path)
        np.savez(cached, listing=listing, term=term, terms=terms, ordinals=ordinals)
    with np.load(cached) as arrays:
        return Corpus(
            name, arrays["listing"], arrays["term"], int(arrays["terms"]), arrays["ordinals"]
        )


def _analyse(
    path: str,
) -> tuple[NDArray[np.int32], NDArray[np.int32], int, NDArray[np.int64]]:
    """Pairs of listing and term, number of terms, days; without terms of few listings."""
    listings = [to_listing(record.fields) for record in read([path], clock=SystemClock())]
    analyser = KernelAnalyser(default_taxonomy(), Bigrams())
    keys, sizes = [], []
    for start in range(0, len(listings), BATCH):
        batch = listings[start : start + BATCH]
        found = analyser.batch([(listing.title, listing.text) for listing in batch]).terms
        keys.append(found.key1.copy())
        sizes.append(np.diff(found.ends, prepend=0))
    _, term, docs = np.unique(np.concatenate(keys), return_inverse=True, return_counts=True)
    listing = np.repeat(np.arange(len(listings), dtype=np.int32), np.concatenate(sizes))
    live = docs >= LEAST_DOCS
    renumbered = np.cumsum(live) - 1
    kept = live[term]
    ordinals = np.array([listing.event_time.date().toordinal() for listing in listings])
    return listing[kept], renumbered[term[kept]].astype(np.int32), int(live.sum()), ordinals
