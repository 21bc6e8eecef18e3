"""The metrics of `names`, made on a registry: one class per service says which it has."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from trends.metrics import names
from trends.metrics.names import Metric


def counter(metric: Metric, registry: CollectorRegistry) -> Counter:
    """Counts upwards."""
    return Counter(metric.name, metric.help, metric.labels, registry=registry)


def gauge(metric: Metric, registry: CollectorRegistry) -> Gauge:
    """Has a value."""
    return Gauge(metric.name, metric.help, metric.labels, registry=registry)


def histogram(metric: Metric, registry: CollectorRegistry) -> Histogram:
    """Counts observations by size."""
    return Histogram(
        metric.name, metric.help, metric.labels, registry=registry, buckets=metric.buckets
    )


class ProcessorMeters:
    """Of a processor."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.accepted = counter(names.ACCEPTED, registry)
        self.duplicates = counter(names.DUPLICATES, registry)
        self.forwarded = counter(names.FORWARDED, registry)
        self.late = counter(names.LATE, registry)
        self.dead = counter(names.DEAD, registry)
        self.lateness_max = gauge(names.LATENESS_MAX, registry)
        self.lag = gauge(names.LAG, registry)
        self.behind = gauge(names.BEHIND, registry)
        self.watermark = gauge(names.WATERMARK, registry)
        self.event_time_lag = gauge(names.EVENT_TIME_LAG, registry)
        self.shards = gauge(names.SHARDS, registry)
        self.pending = gauge(names.PENDING, registry)
        self.flush_duration = histogram(names.FLUSH_DURATION, registry)
        self.flush_rows = counter(names.FLUSH_ROWS, registry)
        self.insert_duration = histogram(names.INSERT_DURATION, registry)
        self.samples_failed = counter(names.SAMPLES_FAILED, registry)


class AlerterMeters:
    """Of an alerter."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.leads = gauge(names.LEADS, registry)
        self.evaluation_duration = histogram(names.EVALUATION_DURATION, registry)
        self.spikes = gauge(names.SPIKES, registry)
        self.alerts = gauge(names.ALERTS, registry)
        self.transitions = counter(names.TRANSITIONS, registry)
        self.deliveries = counter(names.DELIVERIES, registry)
        self.deliveries_waiting = gauge(names.DELIVERIES_WAITING, registry)


class RankerMeters:
    """Of a ranker."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.duration = histogram(names.RANKING_DURATION, registry)
        self.rankings = counter(names.RANKINGS, registry)


class StoreMeters:
    """Of the embedded store."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.requests = counter(names.STORE_REQUESTS, registry)
        self.duration = histogram(names.STORE_DURATION, registry)
        self.rows = counter(names.STORE_ROWS, registry)
