"""The stream processor as a process."""
