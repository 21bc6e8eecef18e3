"""All that is to be said about a taxonomy file, at once.

In: the text of the file. Out: findings in the order of the file. Never raises for what is in it.
"""

from __future__ import annotations

from dataclasses import replace

from trends.analysis.segment import Segmenter
from trends.analysis.taxonomy_finding import Finding
from trends.analysis.taxonomy_read import Entry, read_entries
from trends.analysis.taxonomy_rules import broken_rules


def check_taxonomy(text: str, origin: str, segmenter: Segmenter | None = None) -> list[Finding]:
    """Every error and warning, in the order of the lines of ``origin``; empty when all is well."""
    return examine(text, origin, segmenter)[1]


def examine(
    text: str, origin: str, segmenter: Segmenter | None = None
) -> tuple[list[Entry], list[Finding]]:
    """What could be read, and everything that is wrong with it."""
    entries, findings = read_entries(text, segmenter)
    findings += broken_rules(entries, {finding.topic for finding in findings})
    in_order = sorted(findings, key=lambda finding: finding.line)
    return entries, [replace(finding, origin=origin) for finding in in_order]
