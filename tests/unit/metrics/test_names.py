"""Metrics keep Prometheus' conventions, are made by someone, and are written down."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.parser import text_string_to_metric_families

from trends.clock import SystemClock
from trends.metrics import meters
from trends.metrics.names import Metric, declared
from trends.metrics.table import HEAD, rows
from trends.metrics.vitals import Vitals

DOC = Path(__file__).parents[3] / "docs" / "metrics.md"
UNITS = ("seconds", "bytes", "messages", "rows", "lines", "info", "ratio")
# Numbers of things that the name says; a state of 0 or 1.
COUNTS = {
    "trends_open_shards",
    "trends_spikes",
    "trends_alerts",
    "trends_deliveries_waiting",
    "trends_ready",
    "trends_alerter_leads",
}
METERS = [
    meters.ProcessorMeters,
    meters.AlerterMeters,
    meters.RankerMeters,
    meters.StoreMeters,
]

every_metric = pytest.mark.parametrize("metric", declared(), ids=lambda metric: metric.name)


def made() -> list[Family]:
    """What all services together show."""
    registries = [Vitals("test", SystemClock()).registry]
    for kind in METERS:
        registries.append(CollectorRegistry())
        kind(registries[-1])
    return [family for registry in registries for family in registry.collect()]


@every_metric
def test_a_name_has_its_prefix_and_its_unit(metric: Metric) -> None:
    assert re.fullmatch(r"trends_[a-z]+(_[a-z]+)*", metric.name)
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    if metric.kind == "histogram":
        assert metric.name.endswith("_seconds")
    if metric.kind == "gauge":
        assert metric.name.endswith(UNITS) or metric.name in COUNTS


@every_metric
def test_a_metric_says_what_it_means(metric: Metric) -> None:
    assert metric.help.endswith(".")
    assert len(metric.help) > 20
    assert "|" not in metric.help + metric.remedy  # it stands in a table


def test_no_two_metrics_have_one_name() -> None:
    names = [metric.name for metric in declared()]
    assert len(names) > 30
    assert len(set(names)) == len(names)


def test_every_metric_is_made_as_it_is_declared_and_none_beside() -> None:
    families = {family.name: family for family in made() if not family.name.startswith("process_")}
    assert set(families) == {metric.name.removesuffix("_total") for metric in declared()}
    for metric in declared():
        family = families[metric.name.removesuffix("_total")]
        assert (family.type, family.documentation) == (metric.kind, metric.help)


@every_metric
def test_the_documentation_has_every_metric(metric: Metric) -> None:
    assert rows([metric])[0] in DOC.read_text(encoding="utf-8").splitlines()


def test_the_documentation_has_no_metric_that_there_is_not() -> None:
    text = DOC.read_text(encoding="utf-8")
    named = {name.removesuffix("_bucket") for name in re.findall(r"trends_[a-z_]*[a-z]", text)}
    assert named == {metric.name for metric in declared()}
    assert "\n".join([*HEAD, *rows(declared())]) in text


def test_what_is_served_can_be_parsed() -> None:
    registry = CollectorRegistry()
    made_meters = meters.ProcessorMeters(registry)
    made_meters.accepted.labels("0").inc(3)
    made_meters.flush_duration.observe(0.2)
    text = generate_latest(registry).decode()
    samples = {
        (sample.name, tuple(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert samples["trends_listings_accepted_total", (("partition", "0"),)] == 3
    assert samples["trends_flush_duration_seconds_bucket", (("le", "0.1"),)] == 0
    assert samples["trends_flush_duration_seconds_bucket", (("le", "0.25"),)] == 1
