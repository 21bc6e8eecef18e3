"""The ranker as a process."""
