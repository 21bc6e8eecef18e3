"""What is kept, and where: ClickHouse, and an in-memory stand-in with the same contract."""
