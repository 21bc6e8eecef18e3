"""`trends alerts rules`: whether a rules file is right, and what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from trends.alerting.notify.build import build_notifiers
from trends.alerting.notify.text import length
from trends.alerting.rules import Rule, Rules
from trends.alerting.rules_load import DEFAULT_ORIGIN, load_rules
from trends.cli.errors import reported
from trends.cli.options import OutputFormat
from trends.cli.output import Format, out, print_json, print_rows, say
from trends.clock import SystemClock
from trends.detection.spike import Kind
from trends.http.text import clean
from trends.settings import environment, load_settings

_RULE_COLUMNS: Final = (
    *("rule", "severity", "horizons", "min_docs", "min_lift", "rate", "cool_down"),
    *("route", "only"),
)
_NOTIFIER_COLUMNS: Final = ("notifier", "type", "rules", "resolved", "timeout", "settings")
# These have columns of their own.
_COLUMNS_OF_NOTIFIERS: Final = frozenset({"type", "send_resolved", "timeout"})
_LISTS: Final = ("exclude", "topics", "tags", "sources", "watch")
_TEXT_MAX_CHARS: Final = 300


@reported
def rules_command(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Rules (YAML) [default: TRENDS_RULES or built in]."),
    ] = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Check a file of alert rules, and show its rules and notifiers without their secrets.

    Names every error with its line, and what to write instead; exit code 2 if there is any. The
    environment variables that the file names must be set. Nothing is sent: `trends alerts test`
    does that.
    """
    path = file or load_settings().rules
    rules = load_rules(path, environment())
    # Some of what a notifier is given shows to be wrong only when it is made.
    build_notifiers(rules, SystemClock())
    if output is Format.JSON:
        print_json({"origin": str(path or DEFAULT_ORIGIN), "ok": True, **rules.redacted()})
    else:
        print_rows([_rule_row(rule) for rule in rules.rules], _RULE_COLUMNS, output)
        if rules.notifiers:
            out.print()
            print_rows(_notifier_rows(rules), _NOTIFIER_COLUMNS, output)
        say(f"{path or DEFAULT_ORIGIN}: {_count(len(rules.rules), 'rule')}, no errors")
    for sentence in _doubts(rules):
        say(sentence)


def _doubts(rules: Rules) -> list[str]:
    """What is allowed, and perhaps not meant."""
    routed = {name for rule in rules.rules for name in rule.route}
    unused = [name for name in rules.notifiers if name not in routed]
    silent = [rule.name for rule in rules.rules if not rule.route]
    return [
        *(f"notifier {name} is in no rule's route, so that it is told nothing" for name in unused),
        *(f"rule {name} has an empty route, so that it tells only the topic" for name in silent),
    ]


def _rule_row(rule: Rule) -> dict[str, object]:
    return {
        "rule": rule.name,
        "severity": rule.severity.value,
        "horizons": ", ".join(rule.horizons),
        "min_docs": rule.min_docs,
        "min_lift": rule.min_lift,
        "rate": rule.false_discovery_rate,
        "cool_down": length(rule.cool_down),
        "route": ", ".join(rule.route) or None,
        "only": _only(rule) or None,
    }


def _only(rule: Rule) -> str:
    """What narrows the rule: kinds, lists and quiet hours, where it has any."""
    parts = [] if {*rule.kinds} == {*Kind} else [f"kinds {', '.join(rule.kinds)}"]
    parts += [] if rule.names == ("*",) else [f"names {', '.join(rule.names)}"]
    parts += [f"{name} {', '.join(values)}" for name in _LISTS if (values := getattr(rule, name))]
    if rule.quiet_hours is not None:
        hours = rule.quiet_hours.model_dump(mode="json", by_alias=True)
        days = ", ".join(hours["days"])
        parts.append(f"quiet {hours['from']} to {hours['to']} {hours['timezone']} ({days})")
    return clean("; ".join(parts), _TEXT_MAX_CHARS)


def _notifier_rows(rules: Rules) -> list[dict[str, object]]:
    redacted: dict[str, dict[str, Any]] = rules.redacted()["notifiers"]
    return [
        {
            "notifier": name,
            "type": config["type"],
            "rules": sum(name in rule.route for rule in rules.rules),
            "resolved": config["send_resolved"],
            "timeout": length(rules.notifier(name).timeout),
            "settings": clean(", ".join(_settings(config)), _TEXT_MAX_CHARS) or None,
        }
        for name, config in redacted.items()
    ]


def _settings(config: dict[str, Any]) -> list[str]:
    return [
        f"{field} {' '.join(value) if isinstance(value, list) else value}"
        for field, value in config.items()
        if field not in _COLUMNS_OF_NOTIFIERS and value not in ([], 0)
    ]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
