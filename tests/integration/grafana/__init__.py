"""`trends.grafana` against a real HTTP server that answers as Grafana does."""
