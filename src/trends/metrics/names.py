"""Every metric there is, under its name: in one place, so that dashboards and alerts find it.

In: nothing; these are values. Out: `Metric`s, which `meters` makes and `table` writes down.

Names follow Prometheus: ``trends_``, what is measured, its unit in the plural; counters end in
``_total``. `help` says what a metric means, `remedy` what to do when it is bad. Nothing here has a
label that listings decide, so the number of series is bounded: by partitions, tables, horizons,
states and notifiers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["counter", "gauge", "histogram"]

# From a small insert to a wait for a store that is away for minutes.
SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Args:
        name: as it is scraped, for counters with ``_total``.
        kind: how Prometheus treats it.
        help: what it means; served with it.
        labels: what its series differ by.
        remedy: when it is bad, and what to do then.
        buckets: upper bounds of a histogram.
    """

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    remedy: str = ""
    buckets: tuple[float, ...] = SECONDS


# -- every service ----------------------------------------------------------------------------

BUILD_INFO: Final = Metric(
    "trends_build_info",
    "gauge",
    "Always 1; its labels say which service this is and of which version.",
    ("service", "version"),
    "More than one version for long: an upgrade did not come to its end.",
)
READY: Final = Metric(
    "trends_ready",
    "gauge",
    "1 while a condition of readiness is met, 0 while it is not; /ready says why.",
    ("condition",),
    "0 for minutes: look at /ready and at the server that it names.",
)
RETRIES: Final = Metric(
    "trends_retries_total",
    "counter",
    "Times that a server was away when it was needed, and was waited for.",
    ("dependency",),
    "Grows steadily: that server restarts, or refuses work; its log says why.",
)

# -- processor: what became of lines, as the checkpoints count it ------------------------------

# Counters grow when a flush is stored. They begin at 0 with each process; pipeline_samples holds
# the same numbers since the shard's beginning.
ACCEPTED: Final = Metric(
    "trends_listings_accepted_total",
    "counter",
    "Listings that were counted and stored.",
    ("partition",),
    "Stands still while producers send: see trends_consumer_lag_messages and /ready.",
)
DUPLICATES: Final = Metric(
    "trends_listings_duplicate_total",
    "counter",
    "Listings that had been counted before: seen again, and not counted again.",
    ("partition",),
    "Far above the usual share: a source delivers its history again.",
)
FORWARDED: Final = Metric(
    "trends_listings_forwarded_total",
    "counter",
    "Listings that stood in a partition that is not their home, and were sent there.",
    ("partition",),
    "Grows steadily: a producer partitions otherwise; let it use the id as key and murmur2.",
)
LATE: Final = Metric(
    "trends_listings_late_total",
    "counter",
    "Listings whose event time was before the watermark; they count all the same.",
    ("partition",),
)
DEAD: Final = Metric(
    "trends_dead_letters_total",
    "counter",
    "Lines that could not be read and became dead letters.",
    ("partition",),
    "Grows: `trends dead` shows them with the reason; correct the producer, then retry them.",
)
LATENESS_MAX: Final = Metric(
    "trends_lateness_max_seconds",
    "gauge",
    "How far behind the watermark the latest listing of the shard's whole life was.",
    ("partition",),
)

# -- processor: how far it is -----------------------------------------------------------------

LAG: Final = Metric(
    "trends_consumer_lag_messages",
    "gauge",
    "Messages of a partition that are known to stand in Kafka and are not counted yet.",
    ("partition",),
    "Grows for minutes: add processors up to the number of partitions, or see what they wait for.",
)
BEHIND: Final = Metric(
    "trends_behind_seconds",
    "gauge",
    "Age, by Kafka's timestamp, of the message counted last where more are waiting; else 0.",
    ("partition",),
    "More than a minute: counts that people see are as old as that.",
)
WATERMARK: Final = Metric(
    "trends_watermark_timestamp_seconds",
    "gauge",
    "The greatest event time stored, as seconds since 1970; 0 before the first listing.",
    ("partition",),
)
EVENT_TIME_LAG: Final = Metric(
    "trends_event_time_lag_seconds",
    "gauge",
    "From the watermark to now; 0 before the first listing.",
    ("partition",),
    "Beyond what the source makes usual (a daily feed: two days): it delivers nothing new.",
)
SHARDS: Final = Metric(
    "trends_open_shards",
    "gauge",
    "Partitions that this processor counts.",
    (),
    "Their sum is below the number of partitions: some are counted by nobody.",
)
PENDING: Final = Metric(
    "trends_pending_lines",
    "gauge",
    "Lines that are counted in memory and wait for a flush.",
    (),
    "Twice TRENDS_FLUSH_LISTINGS: reading has stopped until the store takes the flush.",
)

# -- processor: flushes -----------------------------------------------------------------------

FLUSH_DURATION: Final = Metric(
    "trends_flush_duration_seconds",
    "histogram",
    "From taking what is new to the last answer of Kafka and the store, waits included.",
    (),
    "Above TRENDS_FLUSH_INTERVAL_S for long: the store is too slow, see the inserts per table.",
)
FLUSH_ROWS: Final = Metric(
    "trends_flush_rows_total",
    "counter",
    "Rows that flushes wrote to a table.",
    ("table",),
)
INSERT_DURATION: Final = Metric(
    "trends_insert_duration_seconds",
    "histogram",
    "One step of a flush: its insert into a table, attempts that failed included.",
    ("table",),
    "The step that became slower says which table to look at in system.parts.",
)
SAMPLES_FAILED: Final = Metric(
    "trends_samples_failed_total",
    "counter",
    "Samples for dashboards that the store did not take; counting goes on.",
    (),
    "Grows while /ready says that the store is there: the log says what it refuses.",
)

# -- alerter ----------------------------------------------------------------------------------

LEADS: Final = Metric(
    "trends_alerter_leads",
    "gauge",
    "1 for the alerter that evaluates and tells, 0 for those that stand by.",
    (),
    "Their sum is not 1 for more than a minute: nobody tells of alerts; see their logs.",
)
EVALUATION_DURATION: Final = Metric(
    "trends_evaluation_duration_seconds",
    "histogram",
    "One look at a window of a horizon, where its counts had changed.",
    ("horizon",),
    "hour above 10 s: alerts come late; give the store more memory or processors.",
)
SPIKES: Final = Metric(
    "trends_spikes",
    "gauge",
    "Spikes of present windows at the last evaluation, before rules choose among them.",
    ("horizon",),
    "Many times the usual number: a source changed, or was loaded at once.",
)
ALERTS: Final = Metric(
    "trends_alerts",
    "gauge",
    "Alerts that are pending or firing, as the leader decided last.",
    ("state",),
)
TRANSITIONS: Final = Metric(
    "trends_alert_transitions_total",
    "counter",
    "Changes of alerts that were decided and stored, by the state that they led to.",
    ("state",),
)
DELIVERIES: Final = Metric(
    "trends_deliveries_total",
    "counter",
    "What became of telling notifiers: delivered, refused, retrying, silenced or skipped.",
    ("notifier", "status"),
    "retrying grows: that notifier is away; refused: its settings are wrong, see the log.",
)
DELIVERIES_WAITING: Final = Metric(
    "trends_deliveries_waiting",
    "gauge",
    "Deliveries that are not told and recorded yet, those in quiet hours included.",
    (),
    "Grows: a notifier is away; trends_deliveries_total says which.",
)

# -- ranker -----------------------------------------------------------------------------------

RANKING_DURATION: Final = Metric(
    "trends_ranking_duration_seconds",
    "histogram",
    "Computing one ranking for dashboards, and storing it.",
    ("kind",),
    "All of them together take longer than TRENDS_RANK_EVERY_S: rankings get old.",
)
RANKINGS: Final = Metric(
    "trends_rankings_total",
    "counter",
    "Rankings that were computed and stored.",
    ("kind",),
    "Stands still while counts change: see /ready and the log.",
)

# -- embedded store ---------------------------------------------------------------------------

STORE_REQUESTS: Final = Metric(
    "trends_store_requests_total",
    "counter",
    "Queries that the embedded store answered, by HTTP status.",
    ("status",),
    "500 and 503 grow: its log says what it could not do.",
)
STORE_DURATION: Final = Metric(
    "trends_store_query_duration_seconds",
    "histogram",
    "From a request's first byte to the end of its answer by the embedded store.",
)
STORE_ROWS: Final = Metric(
    "trends_store_rows_total",
    "counter",
    "Rows that queries of the embedded store read and wrote.",
    ("direction",),
)


def declared() -> list[Metric]:
    """All of them, in the order of this file."""
    return [value for value in globals().values() if isinstance(value, Metric)]
