"""What stands on the Kafka topics, and how it gets there."""
