"""The alerter as a process."""
