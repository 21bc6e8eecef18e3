"""Dashboards checked against Grafana's own types by TypeScript's compiler."""
