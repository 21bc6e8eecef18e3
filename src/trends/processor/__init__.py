"""Takes messages from Kafka, analyses and counts them, flushes to the store, acknowledges."""
