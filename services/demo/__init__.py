"""The synthetic stream as a process."""
