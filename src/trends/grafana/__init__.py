"""Grafana: files checked, their queries expanded, and a server kept in step with them."""
