"""Stand-ins for Kafka and ClickHouse, and the processes of a pipeline on one machine."""
