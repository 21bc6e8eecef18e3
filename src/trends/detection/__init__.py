"""Counts to spikes: baseline, p-values, false-discovery control, grouping. Pure."""
