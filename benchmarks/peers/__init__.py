"""What else is used to find bursts; each file states its source."""
