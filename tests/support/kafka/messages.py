"""NDJSON messages of listings, as large as a test wants them."""

from __future__ import annotations

import json
import random

WORDS = (
    "diffusion transformer retrieval agent sparse latent benchmark alignment kernel graph".split()
)


def ndjson(size_bytes: int, seed: int = 0) -> bytes:
    """About ``size_bytes`` of listings, one per line; the same for the same seed."""
    chance = random.Random(seed)
    lines: list[bytes] = []
    length = 0
    while length < size_bytes:
        listing = {
            "id": f"listing-{seed}-{len(lines)}",
            "title": " ".join(chance.choices(WORDS, k=8)),
            "text": " ".join(chance.choices(WORDS, k=150)),
            "listed_at": "2025-01-01T00:00:00Z",
        }
        lines.append(json.dumps(listing).encode() + b"\n")
        length += len(lines[-1])
    return b"".join(lines)
