"""Abstracts per second on one core: the kernel, its oracle, and bare tokenise-and-hash passes.

    python benchmarks/analysis.py ABSTRACTS.jsonl.gz [--runs 5] [--batch 256]

All in turn in each run, so that a noisy machine is noisy to all; prints median and spread.
"Cold" is a new kernel that meets every token for the first time. The bare passes do nothing with
what they hash: "bare ASCII" lower-cases bytes and hashes runs of letters and digits, the limit of
anything that looks at every character; "bare runs" hashes every run of one to four tokens of any
script, the limit of anything that counts such terms.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numba import njit

from trends.analysis.arrays import Bytes, Points, Words
from trends.analysis.characters import LETTER, SPACE, character_classes
from trends.analysis.kernel import KernelAnalyser
from trends.analysis.reference import ReferenceAnalyser
from trends.analysis.segment import Bigrams
from trends.analysis.taxonomy import default_taxonomy
from trends.clock import SystemClock
from trends.sources.read import read
from trends.wire.codec import to_listing

REFERENCE_TEXTS = 1_500
Texts = Sequence[tuple[str, str]]

CLASSES = np.frombuffer(character_classes(), np.uint8)
LOWER = np.array([ord(chr(byte).lower()) for byte in range(128)], np.uint8)
FACTOR = np.uint64(0x9E3779B97F4A7C15)


@njit(cache=True, nogil=True)
def hash_tokens(text: Bytes, lower: Bytes, classes: Bytes, hashes: Words) -> int:
    """Writes a hash per run of ASCII letters and digits; returns how many there are."""
    count = 0
    hashed = np.uint64(0)
    for byte in text:
        if byte < 128 and classes[byte] <= LETTER:
            hashed = (hashed ^ np.uint64(lower[byte])) * FACTOR
        elif hashed:
            hashes[count] = hashed
            count += 1
            hashed = np.uint64(0)
    return count


@njit(cache=True, nogil=True)
def hash_runs(points: Points, classes: Bytes, hashes: Words) -> int:
    """Writes a hash per run of one to four tokens without punctuation between them."""
    count = 0
    hashed = before1 = before2 = before3 = np.uint64(0)
    for point in points:
        kind = classes[point]
        if kind <= LETTER:
            hashed = (hashed ^ np.uint64(point)) * FACTOR
            continue
        if hashed:
            run = hashed
            for before in (before1, before2, before3):
                hashes[count] = run
                count += 1
                run = (run ^ before) * FACTOR
            hashes[count] = run
            count += 1
            before1, before2, before3 = hashed, before1, before2
            hashed = np.uint64(0)
        if kind != SPACE:
            before1 = before2 = before3 = np.uint64(0)
    return count


def bare(texts: Texts, size: int) -> None:
    """Tokenises and hashes ASCII, batch by batch."""
    for start in range(0, len(texts), size):
        joined = "\n".join(f"{title}\n{text}" for title, text in texts[start : start + size])
        encoded = np.frombuffer(joined.encode(), np.uint8)
        hash_tokens(encoded, LOWER, CLASSES, np.empty(len(encoded) // 2 + 1, np.uint64))


def bare_runs(texts: Texts, size: int) -> None:
    """Tokenises all of Unicode and hashes every run of one to four tokens, batch by batch."""
    for start in range(0, len(texts), size):
        joined = "\n".join(f"{title}\n{text}" for title, text in texts[start : start + size])
        points = np.frombuffer(joined.lower().encode("utf-32-le"), np.uint32)
        hash_runs(points, CLASSES, np.empty(2 * len(points) + 4, np.uint64))


def kernel(analyser: KernelAnalyser, texts: Texts, size: int) -> None:
    """Analyses, batch by batch."""
    for start in range(0, len(texts), size):
        analyser.batch(texts[start : start + size])


def rate(texts: Texts, work: Callable[[], object]) -> float:
    """Texts per second of this thread's CPU time."""
    start = time.thread_time()
    work()
    return len(texts) / (time.thread_time() - start)


def main() -> None:
    """Runs and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", help="JSONL with abstracts; real ones, or the figure means nothing")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--batch", type=int, default=256)
    given = parser.parse_args()
    listings = [to_listing(record.fields) for record in read([given.file], clock=SystemClock())]
    texts = [(listing.title, listing.text) for listing in listings]
    taxonomy, cutter = default_taxonomy(), Bigrams()
    reference, warm = ReferenceAnalyser(taxonomy, cutter), KernelAnalyser(taxonomy, cutter)
    kernel(warm, texts, given.batch)
    bare(texts, given.batch)
    bare_runs(texts, given.batch)
    some = texts[:: max(1, len(texts) // REFERENCE_TEXTS)]
    rates: dict[str, list[float]] = defaultdict(list)
    for _ in range(given.runs):
        rates["reference"].append(rate(some, partial(reference.analyse, some)))
        cold = KernelAnalyser(taxonomy, cutter)
        rates["cold kernel"].append(rate(texts, partial(kernel, cold, texts, given.batch)))
        rates["kernel"].append(rate(texts, partial(kernel, warm, texts, given.batch)))
        rates["bare runs"].append(rate(texts, partial(bare_runs, texts, given.batch)))
        rates["bare ASCII"].append(rate(texts, partial(bare, texts, given.batch)))
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    for name, values in rates.items():
        print(
            f"{name:12} median {statistics.median(values):9,.0f}/s, "
            f"spread {min(values):,.0f} to {max(values):,.0f}"
        )
    middle = {name: statistics.median(values) for name, values in rates.items()}
    print(
        f"kernel to bare runs 1:{middle['bare runs'] / middle['kernel']:.1f}, "
        f"to bare ASCII 1:{middle['bare ASCII'] / middle['kernel']:.1f}; "
        f"{len(texts):,} texts, {given.runs} runs, {len(taxonomy.topics)} topics, "
        f"{os.cpu_count()} cores, Python {platform.python_version()}, commit {commit}"
    )


if __name__ == "__main__":
    main()
