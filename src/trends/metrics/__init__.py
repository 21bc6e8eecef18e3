"""What a running service shows of itself: metrics, health, readiness, and what it waits for."""
