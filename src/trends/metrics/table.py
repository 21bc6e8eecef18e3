"""The table of all metrics for docs/metrics.md: ``python -m trends.metrics.table`` prints it."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from trends.metrics.names import Metric, declared

HEAD = ("| metric | type | labels | meaning | when it is bad |", "|---|---|---|---|---|")


def rows(metrics: Iterable[Metric]) -> list[str]:
    """A line of Markdown per metric."""
    return [
        f"| `{metric.name}` | {metric.kind} | {', '.join(metric.labels) or '-'} "
        f"| {metric.help} | {metric.remedy or '-'} |"
        for metric in metrics
    ]


if __name__ == "__main__":
    sys.stdout.write("\n".join([*HEAD, *rows(declared())]) + "\n")
