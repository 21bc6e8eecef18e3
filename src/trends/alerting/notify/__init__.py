"""Notifiers: each tells people or programs of an alert's change of state."""
