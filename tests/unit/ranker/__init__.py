"""What stays up to date for dashboards."""
