"""A Go program that runs message templates as Grafana does, for tests; see `grafana_messages`."""
