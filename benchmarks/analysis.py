"""Abstracts per second on one core: the kernel, its oracle, and a bare tokenise-and-hash pass.

    python benchmarks/analysis.py ABSTRACTS.jsonl.gz [--runs 5] [--batch 256]

All three in turn in each run, so that a noisy machine is noisy to all; prints median and spread.
"Cold" is a new kernel that meets every token for the first time. The bare pass lower-cases ASCII,
finds runs of letters and digits and hashes them, and does nothing with them: the limit of what any
analysis that looks at every character could reach.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numba import njit

from trends.analysis.arrays import Bytes, Words
from trends.analysis.kernel import KernelAnalyser
from trends.analysis.reference import ReferenceAnalyser
from trends.analysis.segment import Bigrams
from trends.analysis.taxonomy import default_taxonomy
from trends.clock import SystemClock
from trends.sources.read import read
from trends.wire.codec import to_listing

REFERENCE_TEXTS = 1_500
Texts = Sequence[tuple[str, str]]

_WORD = np.zeros(256, np.uint8)
for byte in b"abcdefghijklmnopqrstuvwxyz0123456789":
    _WORD[byte] = byte
for byte in b"ABCDEFGHIJKLMNOPQRSTUVWXYZ":
    _WORD[byte] = byte + 32
_WORD[128:] = range(128, 256)


@njit(cache=True, nogil=True)
def hash_tokens(text: Bytes, lower: Bytes, hashes: Words) -> int:
    """Writes a hash per token; returns how many there are."""
    count = 0
    hashed = np.uint64(0)
    inside = False
    for byte in text:
        letter = lower[byte]
        if letter:
            hashed = (hashed ^ np.uint64(letter)) * np.uint64(0x9E3779B97F4A7C15)
            inside = True
        elif inside:
            hashes[count] = hashed
            count += 1
            hashed = np.uint64(0)
            inside = False
    return count


def bare(texts: Texts, size: int) -> None:
    """Tokenises and hashes, batch by batch."""
    for start in range(0, len(texts), size):
        joined = "\n".join(f"{title}\n{text}" for title, text in texts[start : start + size])
        encoded = np.frombuffer(joined.encode(), np.uint8)
        hash_tokens(encoded, _WORD, np.empty(len(encoded) // 2 + 1, np.uint64))


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
    some = texts[:: max(1, len(texts) // REFERENCE_TEXTS)]
    rates: dict[str, list[float]] = {"reference": [], "cold kernel": [], "kernel": [], "bare": []}
    for _ in range(given.runs):
        rates["reference"].append(rate(some, partial(reference.analyse, some)))
        cold = KernelAnalyser(taxonomy, cutter)
        rates["cold kernel"].append(rate(texts, partial(kernel, cold, texts, given.batch)))
        rates["kernel"].append(rate(texts, partial(kernel, warm, texts, given.batch)))
        rates["bare"].append(rate(texts, partial(bare, texts, given.batch)))
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    for name, values in rates.items():
        print(
            f"{name:12} median {statistics.median(values):9,.0f}/s, "
            f"spread {min(values):,.0f} to {max(values):,.0f}"
        )
    factor = statistics.median(rates["bare"]) / statistics.median(rates["kernel"])
    print(
        f"bare pass / kernel: {factor:.1f}; {len(texts):,} texts, {given.runs} runs, "
        f"{len(taxonomy.topics)} topics, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, commit {commit}"
    )


if __name__ == "__main__":
    main()
