"""Everything that can be told of dashboards and files of alerting without a Grafana.

In: documents by path. Out: lines ``file:path: message``. Knows whether the runbook is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from trends.grafana.files import Documents
from trends.grafana.finding import Finding
from trends.grafana.lint_alerts import RUNBOOK, anchors_of, lint_alerting
from trends.grafana.lint_dashboard import lint_dashboard, lint_together

_CHECKOUT: Final = Path(__file__).parents[3]


def lint(
    dashboards: Documents,
    alerting: Documents,
    known: Documents | None = None,
    beside: Documents | None = None,
) -> Iterator[tuple[Path, Finding]]:
    """What is wrong: the file, and what.

    Args:
        dashboards: to check.
        alerting: to check.
        known: dashboards that these may link to beside themselves.
        beside: files of alerting whose rules these are for, if they have none themselves.
    """
    others = list((known or {}).values())
    for path, dashboard in dashboards.items():
        for finding in lint_dashboard(dashboard, [*others, *dashboards.values()]):
            yield path, finding
    named = {str(path): path for path in (*dashboards, *alerting)}
    for file, finding in lint_together({str(path): json for path, json in dashboards.items()}):
        yield named[file], finding
    texts = {str(path): json for path, json in alerting.items()}
    for file, finding in lint_alerting(texts, runbook_anchors(), (beside or {}).values()):
        yield named[file], finding


def runbook_anchors(checkout: Path = _CHECKOUT) -> frozenset[str] | None:
    """What the runbook has headings for; None where it is not at hand."""
    try:
        return anchors_of((checkout / RUNBOOK).read_text(encoding="utf-8"))
    except OSError:
        return None


def line(path: Path, finding: Finding) -> str:
    """A finding as it is printed."""
    return f"{path}:{finding.path}: {finding.message}"
