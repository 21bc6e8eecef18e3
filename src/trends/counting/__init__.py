"""Buckets, duplicates and offset-versioned counts. Pure: no Kafka, no clock, no network."""
