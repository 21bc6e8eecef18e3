"""Stored names and exact counts to a list that people can read. Pure: no store, no clock."""
