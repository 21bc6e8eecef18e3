"""Tests of trends.grafana."""
