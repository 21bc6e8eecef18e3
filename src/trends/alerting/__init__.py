"""Spikes to alerts: rules, lifecycle, notifiers."""
