"""Which partition a listing belongs to: as any Kafka client would compute it from the key."""

from __future__ import annotations

from kafka.partitioner.default import murmur2


def home_partition(listing_id: str, partitions: int) -> int:
    """Kafka's default partition of the key ``listing_id``: murmur2 modulo ``partitions``."""
    return int((murmur2(listing_id.encode()) & 0x7FFFFFFF) % partitions)
