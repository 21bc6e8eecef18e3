"""Exact, streaming trend monitoring: listings in; counts, spikes and answers out."""

__version__ = "0.1.0"
